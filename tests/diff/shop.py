"""The shop whose files are compared: as its authors edit them, and as a repository of git holds them."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from engine.diff import Difference, Side, compare, read_side

REFUND = "payments.refund"
FLOW_FILE = "flows/refund.yaml"
PAYMENTS = "tools/payments.yaml"
SAMPLE = Path(__file__).parents[2] / "engine" / "sample"
PROJECT = """\
floors:
  approval_above: 500 EUR
  writes:
    - tool: payments.refund
      when: amount > 200
      approvers: 2
      confirm: required
      limit: [2 per customer per 90d]
      only_if: [order.customer_id == customer.id]
silence: {within: 5d, otherwise: close}
defaults:
  escalate: {when: {confidence: "< 0.6", sentiment: "< -0.9", topics: [legal, press]}}
  guardrails: [customer-facing]
  rollout: {mode: read_only, share: 50%}
  data: {location: on_premises, mask: [card, iban]}
"""
FLOW = """\
flow: refund
title: Refund request
owner: billing
about: The customer wants money back.
start: {examples: [I want a refund]}
tools:
  customers.match: allow
  shipments.trace: allow
  shipments.hold: {limit: 1 per shipment_id, confirm: Shall I?}
  orders.get:
    only_if: [result.customer_id == customer.id]
  payments.refund:
    only_if:
      - order.customer_id == customer.id
      - 0 < amount <= order.total - order.refunded
      - (order.delivered_at | days_ago) <= 30
    limit: [1 per order_id, 2 per customer per 90d]
    confirm: "I will refund {{ amount | money }} for order {{ order_id }}. Shall I?"
    approve:
      - {by: billing-leads, if: amount > 50, within: 1d, otherwise: escalate}
      - {by: billing, if: amount > 300, edit: [amount], within: 2d, otherwise: escalate}
silence: {remind: [1d], within: 5d, otherwise: close}
meanwhile: {withdraws: stop}
steps:
  - verify:
      - {by: customers.match, with: [email, postcode]}
    attempts: 3
    otherwise: escalate
  - ask: details
    fields:
      order: {one_of: customer.orders, show: "{{ order.number }}", ask: "Which order?"}
  - tool: orders.get
    with: {order_id: "{{ details.order.id }}"}
    as: order
  - tool: payments.refund
    with: {order_id: "{{ order.id }}", amount: "{{ order.total }}"}
    as: refund
    otherwise: {refused: escalate, declined: close, else: escalate}
  - use: goodbye
    as: parted
  - agent: Find out whether anything is left to do.
    tools: [orders.get]
    policy: knowledge/left.md
    gives: {solved: yes_no}
    max: {model_calls: 10, customer_turns: 2, time: 2 business days}
    as: outcome
  - close: solved
guardrails: [{length: {most: 900}}]
models: {agent: cloud, answer: spare}
"""
PIECE = """\
flow: goodbye
title: Goodbye
owner: support
about: Says goodbye.
gives: {}
needs: verified
steps:
  - reply: Goodbye
"""
MODELS = """\
  cloud: {use: anthropic, model: some}
  house: {use: mistral, model: small, base_url: "http://10.0.0.5:8000", location: on_premises}
  spare: {use: mistral, model: small, base_url: "http://10.0.0.6:8000", location: on_premises, fallback: [house]}
"""
EMBEDDER = '  embedder: {use: openai, model: e5, base_url: "http://10.0.0.7/v1", location: on_premises}\n'
INDEX = '  index: {url: "s3://articles/engine", base_url: "http://10.0.0.8:9000", location: on_premises}\n'
CHANNEL = """\
  chat:
    kind: web
    location: on_premises
    origins: [https://northwind.example]
"""
LEADS = "      - {by: billing-leads, if: amount > 50, within: 1d, otherwise: escalate}\n"
BILLING = "      - {by: billing, if: amount > 300, edit: [amount], within: 2d, otherwise: escalate}\n"
POLICY = "# What is left to do\n\nOffer a call.\nNever offer money.\n"
SHIPMENTS = "".join(
    f"""\
- tool: shipments.{name}
  effect: {effect}
  location: {location}
  input: {{type: object, required: [shipment_id], properties: {{shipment_id: {{type: string}}}}}}
  output: {{type: object, required: [id], properties: {{id: {{type: string}}}}}}
  http: {{method: POST, url: "{{{{ secret.SHOP_URL }}}}/shipments/{name}"}}
"""
    for name, effect, location in (
        ("get", "read", "anywhere"),
        ("stop", "irreversible", "anywhere"),
        ("hold", "write", "anywhere"),
        ("trace", "read", "on_premises"),
    )
)


def write(root: Path) -> Path:
    """The shop's files in a new folder."""
    for folder in ("flows", "tools", "knowledge"):
        (root / folder).mkdir(parents=True)
    for name in ("customers", "orders", "payments"):
        shutil.copy(SAMPLE / "tools" / f"{name}.yaml", root / "tools")
    settings = (SAMPLE / "engine.yaml").read_text(encoding="utf-8").partition("# No flow can be looser")[0]
    for line, more in (("  route: local\n", MODELS), ("payment]\n", EMBEDDER + INDEX), ("channels:\n", CHANNEL)):
        settings = settings.replace(line, line + more)
    (root / "engine.yaml").write_text(settings + PROJECT, encoding="utf-8")
    (root / "flows" / "refund.yaml").write_text(FLOW, encoding="utf-8")
    (root / "flows" / "goodbye.yaml").write_text(PIECE, encoding="utf-8")
    (root / "tools" / "shipments.yaml").write_text(SHIPMENTS, encoding="utf-8")
    (root / "knowledge" / "left.md").write_text(POLICY, encoding="utf-8")
    return root


class Edit(NamedTuple):
    """An edit of one file, and what it is a difference of."""

    file: str
    old: str
    new: str
    tool: str
    what: str
    flow: str = "refund"

    @property
    def named(self) -> tuple[str, str, str]:
        """(flow, tool, what) of the difference."""
        return self.flow, self.tool, self.what


def of(severity: str, found: Sequence[Difference]) -> list[tuple[str, str, str]]:
    """(flow, tool, what) of each difference of this severity."""
    return [(one.flow, one.tool, one.what) for one in found if one.severity == severity]


class Files:
    """A shop's folder; `edit` changes a file as an author would."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def edit(self, name: str, old: str, new: str) -> None:
        """One text in place of another that stands there once."""
        path = self.root / name
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
        path.write_text(text.replace(old, new), encoding="utf-8")


class Draft(Files):
    """The shop's files while somebody edits them, compared without git: that has no part in what is a difference."""

    def __init__(self, root: Path, before: Side) -> None:
        super().__init__(root)
        self.before = before

    def keep(self) -> None:
        """Compares with the files as they stand now from here on."""
        self.before = read_side(self.root)

    def there(self) -> tuple[Difference, ...]:
        """From the files as they were to those that stand here."""
        return compare(self.before, read_side(self.root))

    def both(self) -> tuple[tuple[Difference, ...], tuple[Difference, ...]]:
        """There, and back again."""
        after = read_side(self.root)
        return compare(self.before, after), compare(after, self.before)


IDENTITY = {
    "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@shop.example",
    "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@shop.example", "GIT_CONFIG_GLOBAL": "/dev/null",
}  # fmt: skip
FOREIGN = ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "GIT_PREFIX")
"""What a hook that the tests run in may have set."""


def git(root: Path, *words: str) -> str:
    """Runs git there, with nothing of this machine's own settings."""
    around = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    ran = subprocess.run(["git", *words], cwd=root, check=True, capture_output=True, text=True, env=around | IDENTITY)
    return ran.stdout


class Ran(NamedTuple):
    """How `engine diff` ended."""

    status: int
    out: str
    err: str

    @property
    def differences(self) -> list[dict[str, Any]]:
        """Of `--format json`."""
        found: list[dict[str, Any]] = json.loads(self.out)["differences"]
        return found

    def of(self, severity: str) -> list[tuple[str, str, str]]:
        """(flow, tool, what) of each difference of this severity."""
        return [(one["flow"], one["tool"], one["what"]) for one in self.differences if one["severity"] == severity]


class Shop(Files):
    """The shop in a repository."""

    def __init__(self, root: Path, run: Callable[..., Ran]) -> None:
        super().__init__(root)
        self.diff = run

    def git(self, *words: str) -> str:
        """Runs git there."""
        return git(self.root, *words)

    def commit(self) -> None:
        """Everything as it stands."""
        self.git("add", "--all")
        self.git("commit", "-q", "--allow-empty", "-m", "as it stands")
