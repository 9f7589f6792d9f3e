"""Makes a support project from a seed: many flows as support leads write them, to measure the checker with.

`python -m benchmarks.projects DIR --flows 1000 --seed 1`. Each flow has about 60 lines and words, expressions and
examples of its own; together they use every step kind. About one in twenty is wrong, as people's files are.
"""

import argparse
import random
from collections.abc import Mapping
from pathlib import Path

from benchmarks.project_flows import COLLECTIONS, SUBJECTS, TEAMS, flow, piece, spoilt, thing_of

__all__ = ["TOOLS", "project", "write"]

TOOLS = 40


def project(seed: int, *, flows: int = 1000, wrong: float = 0.05) -> tuple[dict[str, str], frozenset[str]]:
    """The files of a project, path -> text, and the paths of the flows that are wrong. Shared pieces come on top."""
    chance = random.Random(seed)
    files = {"engine.yaml": _settings()}
    for name in COLLECTIONS:
        files[f"knowledge/{name}/hours.md"] = "# Hours\n\nWe answer from nine to five.\n"
    for number, subject in enumerate(SUBJECTS):
        files[f"tools/{subject}.yaml"] = ("" if number else _MATCH) + _tools(subject)
        files[f"flows/find-{thing_of(subject)}.yaml"] = piece(subject)
    broken = set(chance.sample(range(flows), round(flows * wrong)))
    faulty = []
    for number in range(flows):
        path, text = flow(random.Random(f"{seed}/{number}"), number)
        if number in broken:
            text = spoilt(text, chance)
            faulty.append(path)
        files[path] = text
    return files, frozenset(faulty)


def write(folder: Path, files: Mapping[str, str]) -> None:
    """Writes the files below `folder`."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _settings() -> str:
    teams = "\n".join(
        f"  {team}: {{title: {team.title()}, people: [{team}-1@shop.example, {team}-2@shop.example]}}" for team in TEAMS
    )
    return f"""\
project: measured-shop
languages: [en]
currency: EUR
timezone: Europe/Berlin
teams:
{teams}
calendar: {{hours: {{mon-fri: "09:00-18:00"}}, holidays: [2026-12-25]}}
channels:
  zendesk:
    kind: zendesk
    url: "{{{{ secret.ZENDESK_URL }}}}"
    user: "{{{{ secret.ZENDESK_USER }}}}"
    token: "{{{{ secret.ZENDESK_TOKEN }}}}"
    webhook_secret: "{{{{ secret.ZENDESK_WEBHOOK_SECRET }}}}"
models:
  answer: local
  ask: local
  route: local
  sonnet: {{use: anthropic, model: claude-sonnet-4-5, api_key: "{{{{ secret.ANTHROPIC_API_KEY }}}}"}}
knowledge: {{from: knowledge, collections: [{", ".join(COLLECTIONS)}]}}
guardrails: {{customer-facing: [no_secrets, no_card_numbers]}}
handoff: {{to: support, within: 15m}}
floors: {{approval_above: 500 EUR}}
"""


_MATCH = """\
- tool: customers.match
  title: Find a customer by e-mail and postcode
  effect: read
  identifies: customer
  input:
    type: object
    required: [email, postcode]
    properties: {email: {type: string}, postcode: {type: string}}
  output:
    type: object
    required: [id, name, cases]
    properties:
      id: {type: string}
      name: {type: string}
      cases:
        type: array
        items:
          type: object
          required: [id, number, kind]
          properties: {id: {type: string}, number: {type: string}, kind: {type: string}}
  errors: {no_match: {status: 404, body: no_match}}
  timeout: 10s
  http: {method: POST, url: "{{ secret.SHOP_URL }}/customers/match", json: {email: "{{ email }}", postcode: "{{ postcode }}"}}
"""  # noqa: E501


def _tools(subject: str) -> str:
    thing = thing_of(subject)
    record = f"""\
    type: object
    required: [id, number, customer_id, status, total, settled, opened_at]
    properties:
      id: {{type: string, description: The id of the {thing}.}}
      number: {{type: string, description: What customers call it.}}
      customer_id: {{type: string, description: Whose it is.}}
      status: {{type: string, enum: [open, running, done, cancelled]}}
      opened_at: {{type: string, format: date-time}}
      closed_at: {{type: [string, "null"], format: date-time}}
      carrier: {{type: [string, "null"]}}
      total: {{type: integer, money: {{currency: EUR, minor: true}}}}
      settled: {{type: integer, money: {{currency: EUR, minor: true}}}}
      paid: {{type: boolean}}
"""
    return f"""\
- tool: {subject}.get
  title: Look up a {thing}
  effect: read
  input: {{type: object, required: [id], properties: {{id: {{type: string}}}}}}
  output:
{record}\
  errors: {{not_found: {{status: 404, body: not_found}}}}
  timeout: 10s
  http: {{method: GET, url: "{{{{ secret.SHOP_URL }}}}/{subject}/{{{{ id }}}}"}}
- tool: {subject}.history
  title: What happened to a {thing}
  effect: read
  input: {{type: object, required: [id], properties: {{id: {{type: string}}}}}}
  output:
{record}\
  timeout: 10s
  http: {{method: GET, url: "{{{{ secret.SHOP_URL }}}}/{subject}/{{{{ id }}}}/history"}}
- tool: {subject}.pay
  title: Pay money back for a {thing}
  effect: irreversible
  input:
    type: object
    required: [id, amount]
    properties: {{id: {{type: string}}, amount: {{type: integer, money: {{currency: EUR, minor: true}}}}}}
  output:
    type: object
    required: [id, amount, method]
    properties:
      id: {{type: string}}
      amount: {{type: integer, money: {{currency: EUR, minor: true}}}}
      method: {{type: string}}
  facts: {{{thing}: {{tool: {subject}.get, with: {{id: "{{{{ id }}}}"}}}}}}
  errors: {{exceeds_balance: {{status: 422, body: exceeds_balance, not_done: true}}}}
  idempotency: {{header: Idempotency-Key, keeps: 24h}}
  timeout: 10s
  http: {{method: POST, url: "{{{{ secret.SHOP_URL }}}}/{subject}/pay", json: {{id: "{{{{ id }}}}", amount: "{{{{ amount }}}}"}}}}
"""  # noqa: E501


def main() -> None:
    """Writes a project."""
    parser = argparse.ArgumentParser(description="make a project of many flows to measure with")
    parser.add_argument("dir", type=Path)
    parser.add_argument("--flows", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    files, wrong = project(args.seed, flows=args.flows)
    write(args.dir, files)
    print(f"{args.flows} flows, {TOOLS} tools, {len(wrong)} wrong ones in {args.dir}")


if __name__ == "__main__":
    main()
