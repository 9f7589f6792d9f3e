"""The flows of a made project: what they are about, the four kinds of their steps, and the slips of some."""

import random
from collections.abc import Callable

__all__ = ["COLLECTIONS", "SUBJECTS", "TEAMS", "flow", "piece", "spoilt", "thing_of"]

SUBJECTS = (
    "orders", "parcels", "invoices", "subscriptions", "devices", "bookings", "repairs", "vouchers", "memberships",
    "claims", "payments", "deposits", "warranties",
)  # fmt: skip
_ACTS = ("refund", "credit", "compensate", "reimburse", "release", "settle", "adjust", "repay")
_WHYS = ("late", "damaged", "doubled", "unwanted", "missing", "wrong", "incomplete", "expired")
_ADJECTIVES = ("blue", "large", "old", "second", "foreign", "business", "gift", "express", "heavy", "used")
TEAMS = ("support", "billing", "logistics", "service", "fraud")
COLLECTIONS = ("policies", "faq", "shipping", "returns", "warranty")
_OPENINGS = (
    "I have a question about my {adjective} {thing}, it is {why}",
    "My {adjective} {thing} is {why}, number {number}",
    "Please {act} the {adjective} {thing} {number}",
    "Why is my {adjective} {thing} from last {day} still {why}?",
    "Can somebody look at the {why} {thing} {number}, the {adjective} one?",
)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "weekend", "month", "week")


def thing_of(subject: str) -> str:
    """One of a subject: `order` of `orders`."""
    return "warranty" if subject == "warranties" else subject.removesuffix("s")


class _Words:
    """What one flow calls its things."""

    def __init__(self, chance: random.Random, number: int) -> None:
        self.chance = chance
        self.subject = chance.choice(SUBJECTS)
        self.thing = thing_of(self.subject)
        self.act = chance.choice(_ACTS)
        self.why = chance.choice(_WHYS)
        self.adjective = chance.choice(_ADJECTIVES)
        self.name = f"{self.act}-{self.why}-{self.adjective}-{self.thing}-{number}"
        self.number = number
        self.team = chance.choice(TEAMS)
        self.other = chance.choice([team for team in TEAMS if team != self.team])
        self.days = chance.randrange(10, 90)
        self.euros = chance.randrange(20, 400)

    def examples(self, count: int) -> list[str]:
        """Distinct over all flows: each names the number of its flow."""
        return [
            opening.format(
                adjective=self.adjective, thing=self.thing, why=self.why, act=self.act,
                number=self.number * 10 + at, day=self.chance.choice(_DAYS),
            ) + (f" (case {self.number})" if "{number}" not in opening else "")
            for at, opening in enumerate(self.chance.sample(_OPENINGS, count))
        ]  # fmt: skip


def flow(chance: random.Random, number: int) -> tuple[str, str]:
    """Path and text of a flow."""
    words = _Words(chance, number)
    body = chance.choice(_BODIES)(words)
    listed = "\n".join(f'    - "{example}"' for example in words.examples(chance.randrange(3, 6)))
    text = f"""\
# yaml-language-server: $schema=../schemas/flow.schema.json
flow: {words.name}
title: {words.act.title()} a {words.why} {words.thing} ({number})
owner: {words.team}
about: The customer's {words.adjective} {words.thing} is {words.why}, and they want us to {words.act} it.
start:
  examples:
{listed}
  not: ["What does a {words.adjective} {words.thing} cost, by the way ({number})?"]
silence: {{remind: [{chance.randrange(1, 4)}d], within: {chance.randrange(5, 12)}d, otherwise: close}}
{body}
knowledge: [{", ".join(sorted(chance.sample(COLLECTIONS, 2)))}]
guardrails: [customer-facing]
escalate:
  to: {words.other}
  when: {{sentiment: "< -0.{chance.randrange(50, 90)}", customer_turns: "> {chance.randrange(5, 12)}", topics: [legal, press]}}
"""  # noqa: E501
    return f"flows/{words.name}.yaml", text


_IDENTIFY = """\
  - verify:
      - {by: customers.match, with: [email, postcode]}
    attempts: 3
    otherwise: escalate"""


def _paying(words: _Words) -> str:
    """Money is paid back, behind all gates."""
    t, s, euros, days = words.thing, words.subject, words.euros, words.days
    return f"""\
tools:
  customers.match: allow
  {s}.get:
    only_if: [result.customer_id == customer.id]      # nobody hears of somebody else's
  {s}.pay:
    only_if:
      - {t}.customer_id == customer.id
      - 0 < amount <= {t}.total - {t}.settled
      - ({t}.opened_at | days_ago) <= {days}
    limit: [1 per id, {words.chance.randrange(2, 5)} per customer per {words.chance.randrange(30, 200)}d]
    confirm: "I will {words.act} {{{{ amount | money }}}} for the {words.adjective} {t} {{{{ id }}}}. Shall I?"
    approve:
      - {{by: {words.team}, if: amount > {euros}, remind: [4h], within: 2 business days, otherwise: escalate}}
steps:
{_IDENTIFY}
  - ask: details
    fields:
      {t}: {{one_of: customer.cases, show: "{{{{ {t}.number }}}}", ask: "Which {t} is {words.why}?"}}
      reason: {{one_of: [{", ".join(_WHYS[:4])}], ask: "What is wrong with the {words.adjective} {t}?"}}
  - tool: {s}.get
    with: {{id: "{{{{ details.{t}.id }}}}"}}
    as: {t}
    otherwise: {{not_found: escalate, else: escalate}}
  - if: {t}.status == 'cancelled' or {t}.total < {words.chance.randrange(1, 20)}
    then:
      - reply: "The {t} {{{{ {t}.number }}}} is {{{{ {t}.status }}}}: there is nothing left to {words.act}."
      - close: denied
  - set: due
    to: "{{{{ {t}.total - {t}.settled }}}}"
  - tool: {s}.pay
    with: {{id: "{{{{ {t}.id }}}}", amount: "{{{{ due }}}}"}}
    as: payout
    otherwise:
      refused:
        - search: {words.act} a {words.why} {t} after {days} days
          as: rules
        - reply: {{write: Explain kindly why we can't {words.act} it and what is possible., using: [refused.because, rules]}}
          otherwise: {{unsure: escalate}}
        - close: denied
      declined:
        - reply: "All right, I left the {words.adjective} {t} as it is."
        - close: withdrawn
      else: escalate
  - reply: "{{{{ payout.amount | money }}}} for the {words.adjective} {t} are on their way to your {{{{ payout.method }}}}."
  - close: solved
"""  # noqa: E501


def _judging(words: _Words) -> str:
    """A model says what it is about; loops look after what goes on."""
    t, s = words.thing, words.subject
    return f"""\
tools:
  customers.match: allow
  {s}.get: {{only_if: [result.customer_id == customer.id]}}
steps:
{_IDENTIFY}
  - judge: Does the customer say that the {words.adjective} {t} never came, or that it is {words.why}?
    answers:
      lost: It never came
      broken: [It came and is {words.why}, "Something in the {t} does not work"]
      other: Something else
    threshold: 0.{words.chance.randrange(60, 95)}
    using: [customer.cases]
    as: verdict
    otherwise: {{unsure: escalate}}
  - switch: verdict
    cases:
      lost:
        - repeat: {words.chance.randrange(2, 9)}
          until: {t}.status == 'done'
          do:
            - tool: {s}.get
              with: {{id: "{{{{ customer.cases[0].id | default('') }}}}"}}
              as: {t}
              otherwise: {{else: escalate}}
            - if: {t}.status != 'done' and {t}.total > {words.euros}
              then:
                - wait: [{{time: {words.chance.randrange(1, 9)}d}}]
          otherwise: {{exhausted: escalate}}
        - reply: "Your {words.adjective} {t} {{{{ {t}.number }}}} is {{{{ {t}.status }}}} now."
      broken:
        - each: entry
          in: customer.cases
          most: {words.chance.randrange(5, 30)}
          do:
            - tool: {s}.get
              with: {{id: "{{{{ entry.id }}}}"}}
              as: seen
              otherwise: {{refused: escalate, else: escalate}}
            - set: due
              to: "{{{{ seen.total - seen.settled }}}}"
          gives: "{{{{ due }}}}"
          as: amounts
          otherwise: {{too_many: escalate}}
        - reply: "In all, {{{{ amounts | sum | money }}}} are open on what is {words.why}."
    else:
      - transfer: {{by: start, threshold: 0.{words.chance.randrange(5, 9)}}}
        otherwise: escalate
  - close: solved
"""


def _waiting(words: _Words) -> str:
    """The shop says when it is done; the customer may write first."""
    t, s, days = words.thing, words.subject, words.days
    return f"""\
tools:
  customers.match: allow
  {s}.get: {{only_if: [result.customer_id == customer.id]}}
  {s}.history:
    only_if: [result.customer_id == customer.id, (result.opened_at | days_ago) < {days * 10}]
steps:
{_IDENTIFY}
  - ask: details
    fields:
      {t}: {{one_of: customer.cases, show: "{{{{ {t}.number }}}}", ask: "Which {words.adjective} {t}, please?"}}
      since: {{date: true, ask: "Since when is it {words.why}?"}}
      note: {{text: true, optional: true, ask: "Anything else about the {t}?"}}
  - tool: {s}.get
    with: {{id: "{{{{ details.{t}.id }}}}"}}
    as: {t}
    otherwise: {{not_found: escalate, else: escalate}}
  - if: {t}.closed_at is not none
    then:
      - reply: |
          Your {words.adjective} {t} {{{{ {t}.number }}}} was closed on {{{{ {t}.closed_at | date }}}}.
          It came to {{{{ {t}.total | money }}}}; {{{{ {t}.settled | money }}}} of that is settled.
    else:
      - if: {t}.carrier is not none and ({t}.opened_at | days_ago) > {days}
        then:
          - reply: "{{{{ {t}.carrier }}}} has it since {{{{ {t}.opened_at | date }}}}: we ask them to {words.act} it."
        else:
          - reply: >-
              Nothing is lost: the {t} {{{{ {t}.number }}}} is {{{{ {t}.status }}}},
              and we {words.act} it within {days} days.
  - tool: {s}.history
    with: {{id: "{{{{ {t}.id }}}}"}}
    as: past
    otherwise: next
  - if: past is defined and past.total > {words.euros}
    then:
      - ask: opinion
        of: {words.other}
        show: "{t} {{{{ {t}.number }}}} of {{{{ past.total | money }}}}: {{{{ details.note | default('no note') }}}}"
        fields: {{fine: {{yes_no: true, ask: "Shall we {words.act} it?"}}}}
        remind: 4h
        within: {words.chance.randrange(1, 4)} business days
        otherwise: {{late: escalate, invalid: escalate}}
      - if: not opinion.fine
        then: [{{close: denied}}]
  - wait:
      - {{reply: any, then: [{{escalate: {words.other}}}]}}
      - {{event: {t}.closed, where: {{id: "{{{{ {t}.id }}}}"}}}}
      - {{time: {words.chance.randrange(5, 30)}d, then: [{{close: solved}}]}}
  - close: solved
"""


def _working(words: _Words) -> str:
    """A model finds out what can be done, after two things were looked up at once."""
    t, s, days = words.thing, words.subject, words.days
    return f"""\
tools:
  customers.match: allow
  {s}.get: {{only_if: [result.customer_id == customer.id]}}
  {s}.history: {{only_if: [result.customer_id == customer.id]}}
models: {{agent: sonnet}}
steps:
{_IDENTIFY}
  - use: find-{t}
    with: {{days: "{days}"}}
    as: found
  - parallel:
      past:
        - tool: {s}.history
          with: {{id: "{{{{ found.{t}.id }}}}"}}
          as: past
          otherwise: {{refused: escalate, else: next}}
      rules:
        - search: {words.act} a {words.why} {t} within {days} days
          as: rules
  - if: found.fresh and past is not none and past.total > {words.euros}
    then:
      - reply: {{write: Say that we look into the {words.adjective} {t}., using: [past, rules]}}
        otherwise: {{unsure: escalate}}
    else:
      - reply: "We look into your {words.adjective} {t} {{{{ found.{t}.number }}}}."
  - agent: Find out why the {words.adjective} {t} is {words.why}, and what the articles allow.
    tools: [{s}.get, {s}.history]
    using: [customer.name, found]
    gives: {{solved: yes_no, why: [{", ".join(_WHYS[:4])}], days: integer}}
    max: {{model_calls: {words.chance.randrange(5, 20)}, customer_turns: {words.chance.randrange(2, 6)}, cost: 1 USD}}
    as: outcome
    otherwise: {{exhausted: escalate, silent: close}}
  - if: outcome.solved and outcome.days < {days}
    then:
      - reply: "The {words.adjective} {t} will be in order within {{{{ outcome.days }}}} days."
      - close: solved
    else:
      - escalate: {words.other}
"""


def piece(subject: str) -> str:
    """A shared piece: which one the customer means."""
    thing = thing_of(subject)
    return f"""\
# yaml-language-server: $schema=../schemas/flow.schema.json
flow: find-{thing}
title: Find the {thing} that this is about
owner: support
about: Which {thing} the customer means, and whether it is still fresh.
needs: verified
takes: {{days: integer}}
gives:
  {thing}: "{{{{ {thing} }}}}"
  fresh: "{{{{ fresh }}}}"
steps:
  - ask: details
    fields:
      {thing}: {{one_of: customer.cases, show: "{{{{ {thing}.number }}}}", ask: "Which {thing} is this about?"}}
  - tool: {subject}.get
    with: {{id: "{{{{ details.{thing}.id }}}}"}}
    as: {thing}
    otherwise: {{not_found: escalate, else: escalate}}
  - set: fresh
    to: "{{{{ ({thing}.opened_at | days_ago) <= days }}}}"
"""


_BODIES: tuple[Callable[[_Words], str], ...] = (_paying, _judging, _waiting, _working)

_SLIPS = (
    ("customers.match: allow", "customer.match: allow"),
    (".number }}", ".numbr }}"),
    ("otherwise: escalate", "otherwise: escalat"),
    ("  - close: solved", "  - close: solvd"),
    ("guardrails: [customer-facing]", "guardrails: [customer-faceing]"),
    ("knowledge: [", "knowledge: [prices, "),
    ("result.customer_id == customer.id", "result.customer_id = customer.id"),
    ("silence: {remind:", "silence: {reminds:"),
    ("    attempts: 3", "    attempts: three"),
    ("  - close: solved", "  - close: solved\n  - reply: Bye."),
    ("  - verify:", "  - verfy:"),
    ("escalate:\n  to: ", "escalate:\n  to: team-"),
    ("title: ", "titel: "),
    ("as: ", "as: 1"),
)
"""What goes wrong when people write: misspelt names, a lost quote, a step behind the end, a word for a number."""


def spoilt(text: str, chance: random.Random) -> str:
    """The flow with one slip."""
    right, wrong = chance.choice([slip for slip in _SLIPS if slip[0] in text])
    return text.replace(right, wrong, 1)
