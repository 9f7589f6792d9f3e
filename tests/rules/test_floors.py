"""Floors and defaults of engine.yaml: what a flow's gates have to imply, and what a plan takes from the defaults."""

from pathlib import Path

import pytest

from engine.check import Checked
from tests.golden.case import BASE, checked, rules

ENGINE = (BASE / "engine.yaml").read_text(encoding="utf-8")
LINE = "{by: leads, if: amount > 50, within: 2 business days, otherwise: escalate}"
SECOND = "{by: support, if: amount >= 400, within: 2 business days, otherwise: escalate}"


def refund(only_if: str = "0 < amount <= order.total", approve: str = LINE, confirm: str = "no") -> str:
    """A flow with one write."""
    return f"""tools:
  customers.match: allow
  payments.refund:
    only_if: [order.customer_id == customer.id, {only_if}]
    limit: [1 per order_id, 100 EUR per customer per 30d]
    confirm: {confirm}
    approve: [{approve}]
silence: {{within: 5d, otherwise: close}}
steps:
  - verify: [{{by: customers.match, with: [email, postcode]}}]
  - ask: details
    fields: {{order: {{one_of: customer.orders, show: "{{{{ order.number }}}}"}}, amount: {{money: EUR}}}}
  - tool: payments.refund
    with: {{order_id: "{{{{ details.order.id }}}}", amount: "{{{{ details.amount }}}}"}}
  - close: solved
"""


def under(folder: Path, floor: str, flow: str) -> Checked:
    """Checks a flow where engine.yaml has one floor more."""
    engine = ENGINE.replace("floors: {approval_above: 500 EUR}", f"floors:\n  writes:\n    - {floor}")
    return checked(folder, flow, engine=engine)


def test_a_misspelt_floor_is_one_finding(tmp_path: Path) -> None:
    """What the flow lacks would be told by the word that is misspelt."""
    for floor in ("when: amout > 50, approvers: 2", "only_if: [order.totl > 0]"):
        found = under(tmp_path, f"{{tool: payments.refund, {floor}}}", refund())
        assert [one.place.path for one in found.diagnostics] == ["engine.yaml"], found.diagnostics


@pytest.mark.parametrize(
    ("floor", "flow"),
    [
        ("{tool: payments.refund, when: amount > 500, approvers: 1}", refund()),
        ("{tool: payments.refund, when: amount > 500, approvers: 2}", refund(approve=f"{LINE}, {SECOND}")),
        ("{tool: payments.refund, when: amount > 500, approvers: 2}", refund(only_if="0 < amount <= 500")),
        ("{tool: payments.refund, confirm: required}", refund(confirm="'Shall I?'")),
        ("{tool: payments.refund, limit: 2 per order_id}", refund()),
        ("{tool: payments.refund, limit: 100 EUR per customer per 7d}", refund()),
        ("{tool: payments.refund, limit: 1 per order_id per 30d}", refund()),
        ("{tool: payments.refund, only_if: [amount < order.total + 1]}", refund()),
        ("{tool: payments.refund, when: order.paid, only_if: [customer.id == order.customer_id]}", refund()),
        ("{tool: orders.cancel, approvers: 2}", refund()),
    ],
)
def test_gates_that_imply_a_floor(tmp_path: Path, floor: str, flow: str) -> None:
    found = under(tmp_path, floor, flow)
    assert rules(found) == [], found.diagnostics


@pytest.mark.parametrize(
    ("floor", "flow"),
    [
        ("{tool: payments.refund, when: amount > 40, approvers: 1}", refund()),
        ("{tool: payments.refund, when: amount > 500, approvers: 2}", refund()),
        ("{tool: payments.refund, when: amount > 300, approvers: 2}", refund(approve=f"{LINE}, {SECOND}")),
        ("{tool: payments.refund, confirm: required}", refund()),
        ("{tool: payments.refund, limit: 1 per customer}", refund()),
        ("{tool: payments.refund, limit: 100 EUR per customer per 90d}", refund()),
        ("{tool: payments.refund, limit: 50 EUR per customer per 30d}", refund()),
        ("{tool: payments.refund, only_if: [amount < order.total]}", refund()),
        ("{tool: payments.refund, only_if: [order.paid]}", refund()),
    ],
)
def test_gates_that_do_not(tmp_path: Path, floor: str, flow: str) -> None:
    found = under(tmp_path, floor, flow)
    assert rules(found) == ["below-floor"]
    finding = found.diagnostics[0]
    assert finding.labels[0].place.path == "engine.yaml"
    assert finding.tip
    assert finding.path[-1].message == "it is called here"


def test_a_floor_is_checked_itself(tmp_path: Path) -> None:
    assert rules(under(tmp_path, "{tool: payments.refund}", refund())) == ["missing-key"]
    assert rules(under(tmp_path, "{tool: payments.refnd, approvers: 1}", refund())) == ["unknown-tool"]
    wrong = "{tool: payments.refund, when: amont > 5, approvers: 1}"
    assert "unknown-name" in rules(under(tmp_path, wrong, refund()))


def test_the_way_to_a_write_has_at_most_twelve_places(tmp_path: Path) -> None:
    steps = "".join(f"  - reply: Step {n}.\n" for n in range(30))
    flow = refund().replace("  - tool: payments.refund\n", f"{steps}  - tool: payments.refund\n")
    (finding,) = under(tmp_path, "{tool: payments.refund, confirm: required}", flow).diagnostics
    assert len(finding.path) == 12
    assert "`verify`" in finding.path[0].message
    assert finding.path[-1].message == "it is called here"


DEFAULTS = """defaults:
  escalate: {when: {confidence: "< 0.6", topics: [legal]}}
  guardrails: [customer-facing]
  rollout: {mode: suggest, share: 40%}
  data: {location: on_premises, mask: [card]}
"""


def test_defaults_hold_where_a_flow_says_nothing(tmp_path: Path) -> None:
    found = checked(tmp_path, "steps: [{close: solved}]", engine=DEFAULTS + ENGINE)
    assert rules(found) == []
    settings = found.plans["case"].settings
    assert settings["escalate"]["when"] == {"confidence": {"op": "<", "value": "0.6"}, "topics": ["legal"]}
    assert settings["guardrails"] == ["customer-facing"]
    assert settings["rollout"] == {"mode": "suggest", "share": "40"}
    assert settings["data"] == {"location": "on_premises", "mask": ["card"]}


def test_a_flow_may_be_tighter_than_the_defaults(tmp_path: Path) -> None:
    flow = """escalate: {when: {confidence: "< 0.8", sentiment: "< -0.5", topics: [press]}}
guardrails: [customer-facing, {links: {allow: [shop.example]}}]
rollout: {mode: shadow}
data: {mask: [iban]}
steps: [{close: solved}]
"""
    found = checked(tmp_path, flow, engine=DEFAULTS + ENGINE)
    assert rules(found) == []
    settings = found.plans["case"].settings
    assert settings["escalate"]["when"]["confidence"] == {"op": "<", "value": "0.8"}
    assert settings["escalate"]["when"]["topics"] == ["legal", "press"]
    assert settings["guardrails"] == ["customer-facing", {"links": {"allow": ["shop.example"]}}]
    assert settings["rollout"] == {"mode": "shadow", "share": "40"}
    assert settings["data"] == {"location": "on_premises", "mask": ["card", "iban"]}


@pytest.mark.parametrize(
    "looser",
    [
        'escalate: {when: {confidence: "< 0.5"}}',
        'escalate: {when: {confidence: "<= 0.1"}}',
        "rollout: {mode: live}",
        "rollout: {mode: read_only, share: 40%}",
        "rollout: {share: 41%}",
        "data: {location: anywhere}",
    ],
)
def test_a_flow_may_not_be_looser(tmp_path: Path, looser: str) -> None:
    found = checked(tmp_path, f"{looser}\nsteps: [{{close: solved}}]", engine=DEFAULTS + ENGINE)
    assert rules(found) == ["looser-than-default"]
    assert found.diagnostics[0].labels[0].place.path == "engine.yaml"


def test_what_the_docs_write_is_accepted(tmp_path: Path) -> None:
    text = (BASE.parents[2] / "docs" / "floors.md").read_text(encoding="utf-8")
    floors, defaults = (block.split("```")[0] for block in text.split("```yaml\n")[1:])
    engine = ENGINE.replace("floors: {approval_above: 500 EUR}\n", floors + defaults)
    assert rules(checked(tmp_path, "steps: [{close: solved}]", engine=engine)) == []
