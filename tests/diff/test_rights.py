"""Each kind of a widened right is named, and its mirror image is a narrowing; what has no effect is no difference."""

import json
from typing import NamedTuple

import pytest

from tests.diff.conftest import POLICY, Shop

REFUND = "payments.refund"
FLOW = "flows/refund.yaml"
PAYMENTS = "tools/payments.yaml"


class Case(NamedTuple):
    """An edit that widens a right, and which."""

    file: str
    old: str
    new: str
    tool: str
    what: str
    flow: str = "refund"


LEADS = "      - {by: billing-leads, if: amount > 50, within: 1d, otherwise: escalate}\n"
BILLING = "      - {by: billing, if: amount > 300, edit: [amount], within: 2d, otherwise: escalate}\n"
VERIFY = """  - verify:
      - {by: customers.match, with: [email, postcode]}
    attempts: 3
    otherwise: escalate
"""
READ = """  - tool: orders.get
    with: {order_id: "{{ details.order.id }}"}
    as: order
"""

CASES = {
    # where calls go
    "a host that is newly listed": Case(
        "engine.yaml", "127.0.0.1, localhost]", "127.0.0.1, localhost, 10.0.0.0/8]", "", "network"
    ),
    # grants
    "a read that is newly granted": Case(
        FLOW,
        "  customers.match: allow\n",
        "  customers.match: allow\n  shipments.get: allow\n",
        "shipments.get",
        "tools",
    ),
    "a write that is newly granted": Case(
        FLOW,
        "  customers.match: allow\n",
        "  customers.match: allow\n  shipments.stop: {limit: 1 per shipment_id, confirm: Shall I?}\n",
        "shipments.stop",
        "tools",
    ),
    "allow instead of conditions": Case(
        FLOW,
        "  orders.get:\n    only_if: [result.customer_id == customer.id]\n",
        "  orders.get: allow\n",
        "orders.get",
        "only_if",
    ),
    "a line of only_if that is gone": Case(
        FLOW, "      - (order.delivered_at | days_ago) <= 30\n", "", REFUND, "only_if"
    ),
    "a later day": Case(FLOW, "<= 30", "<= 60", REFUND, "only_if"),
    "a bound that is gone": Case(FLOW, "0 < amount <= order.total", "amount <= order.total", REFUND, "only_if"),
    "a condition or another": Case(
        FLOW,
        "- order.customer_id == customer.id",
        "- order.customer_id == customer.id or amount < 10",
        REFUND,
        "only_if",
    ),
    # limits
    "a limit that is gone": Case(FLOW, "[1 per order_id, 2 per customer per 90d]", "[1 per order_id]", REFUND, "limit"),
    "a higher limit": Case(FLOW, "2 per customer per 90d", "3 per customer per 90d", REFUND, "limit"),
    "a shorter window": Case(FLOW, "2 per customer per 90d", "2 per customer per 30d", REFUND, "limit"),
    # consent
    "no question": Case(
        FLOW, '"I will refund {{ amount | money }} for order {{ order_id }}. Shall I?"', "no", REFUND, "confirm"
    ),
    "a question without the amount": Case(
        FLOW, "refund {{ amount | money }} for", "refund money for", REFUND, "confirm"
    ),
    "a question with the amount at times": Case(
        FLOW, "{{ amount | money }}", "{% if amount > 5 %}{{ amount | money }}{% endif %}", REFUND, "confirm"
    ),
    # approval
    "no approval": Case(FLOW, "    approve:\n" + LEADS + BILLING, "", REFUND, "approve"),
    "fewer people": Case(FLOW, BILLING, "", REFUND, "approve"),
    "approval above more": Case(FLOW, "if: amount > 50,", "if: amount > 80,", REFUND, "approve"),
    "an approver may change it": Case(
        FLOW, "if: amount > 50, within", "if: amount > 50, edit: [amount], within", REFUND, "approve"
    ),
    "another team where the first does not in time": Case(
        FLOW,
        "if: amount > 50, within: 1d, otherwise: escalate}",
        "if: amount > 50, within: 1d, otherwise: {by: support, within: 1d, otherwise: escalate}}",
        REFUND,
        "approve",
    ),
    "somebody who stands in": Case(
        "engine.yaml",
        "people: [lena@northwind.example, omar@northwind.example],",
        "people: [lena@northwind.example, omar@northwind.example], substitutes: [{for: lena@northwind.example, "
        "by: ida@northwind.example, from: 2026-12-21, until: 2026-12-31}],",
        REFUND,
        "people",
    ),
    "somebody more may approve": Case(
        "engine.yaml",
        "[lena@northwind.example, omar@northwind.example]",
        "[lena@northwind.example, omar@northwind.example, tom@northwind.example]",
        REFUND,
        "people",
    ),
    "a late approval goes on": Case(
        FLOW,
        "if: amount > 50, within: 1d, otherwise: escalate",
        "if: amount > 50, within: 1d, otherwise: next",
        REFUND,
        "otherwise",
    ),
    # what follows a gate
    "a refusal goes on": Case(FLOW, "refused: escalate", "refused: next", REFUND, "otherwise"),
    "a refusal closes": Case(FLOW, "refused: escalate", "refused: close", REFUND, "otherwise"),
    "a no goes on": Case(FLOW, "declined: close", "declined: next", REFUND, "otherwise"),
    "a failed proof goes on": Case(
        FLOW, "attempts: 3\n    otherwise: escalate", "attempts: 3\n    otherwise: next", "", "otherwise"
    ),
    # proofs
    "fewer facts": Case(FLOW, "with: [email, postcode]}", "with: [email]}", "", "verify"),
    "another way": Case(
        FLOW,
        "with: [email, postcode]}\n",
        "with: [email, postcode]}\n      - {by: orders.get, with: [order_id]}\n",
        "",
        "verify",
    ),
    "a sign-in is enough": Case(
        FLOW,
        "with: [email, postcode]}\n",
        "with: [email, postcode]}\n      - {by: customers.match, signed_in: {email: email, postcode: external_id}}\n",
        "",
        "verify",
    ),
    "more tries": Case(FLOW, "attempts: 3", "attempts: 5", "", "attempts"),
    "nobody proves anything": Case(FLOW, VERIFY, "", "", "verify"),
    "a call before the proof": Case(
        FLOW,
        VERIFY,
        READ.replace("details.order.id", "4711").replace("as: order", "as: early") + VERIFY,
        "orders.get",
        "verify",
    ),
    "a piece that needs nobody": Case("flows/goodbye.yaml", "needs: verified\n", "", "", "needs"),
    # agents
    "an agent that holds a write": Case(
        FLOW, "tools: [orders.get]", "tools: [orders.get, payments.refund]", REFUND, "agent"
    ),
    "an agent that may go further": Case(FLOW, "model_calls: 10", "model_calls: 40", "", "max"),
    "an agent that may take longer": Case(FLOW, "time: 2 business days", "time: 3d", "", "max"),
    "an agent that may take for ever": Case(FLOW, ", time: 2 business days", "", "", "max"),
    "an agent without its policy": Case(FLOW, "    policy: knowledge/left.md\n", "", "", "policy"),
    "another flow to come into": Case(
        FLOW, "  - use: goodbye\n    as: parted\n", "  - transfer: faq\n", "", "transfer"
    ),
    # tools
    "a fact that is gone": Case(
        PAYMENTS, '  facts:\n    order: {tool: orders.get, with: {order_id: "{{ order_id }}"}}\n', "", REFUND, "facts"
    ),
    "no idempotency key": Case(
        PAYMENTS, "  idempotency: {header: Idempotency-Key, keeps: 24h}\n", "", REFUND, "idempotency"
    ),
    "a key that is remembered longer": Case(PAYMENTS, "keeps: 24h", "keeps: 48h", REFUND, "idempotency"),
    "an error that proves nothing was done": Case(
        PAYMENTS, "  idempotency:", "    conflict: {status: 409, not_done: true}\n  idempotency:", REFUND, "errors"
    ),
    "an argument that is not needed": Case(
        PAYMENTS, "    required: [order_id, amount]\n", "    required: [order_id]\n", REFUND, "input"
    ),
    "an argument more": Case(
        PAYMENTS,
        "      order_id: {type: string, description: The order.}\n      amount: {type: integer, money: {currency: EUR,",
        "      to: {type: string}\n      order_id: {type: string, description: The order.}\n"
        "      amount: {type: integer, money: {currency: EUR,",
        REFUND,
        "input",
    ),
    "off the premises": Case("tools/shipments.yaml", "on_premises", "cloud", "shipments.trace", "location"),
    "a read that changes something for good": Case(
        "tools/shipments.yaml", "effect: write", "effect: irreversible", "shipments.hold", "effect"
    ),
    # settings of a flow
    "a guardrail less": Case(FLOW, "guardrails: [{length: {most: 900}}]\n", "", "", "guardrails"),
    "a longer silence": Case(FLOW, "within: 5d, otherwise: close}", "within: 9d, otherwise: close}", "", "silence"),
    "a withdrawal that is queued": Case(FLOW, "withdraws: stop", "withdraws: queue", "", "meanwhile"),
    # the project
    "a higher floor": Case("engine.yaml", "approval_above: 500 EUR", "approval_above: 600 EUR", "", "floors", ""),
    "a floor of fewer people": Case("engine.yaml", "approvers: 2", "approvers: 1", REFUND, "floors", ""),
    "a floor about fewer calls": Case("engine.yaml", "when: amount > 200", "when: amount > 250", REFUND, "floors", ""),
    "a floor without consent": Case("engine.yaml", "      confirm: required\n", "", REFUND, "floors", ""),
    "a floor of a higher limit": Case("engine.yaml", "limit: [2 per", "limit: [3 per", REFUND, "floors", ""),
    "a floor without a condition": Case(
        "engine.yaml", "      only_if: [order.customer_id == customer.id]\n", "", REFUND, "floors", ""
    ),
    "people take over later": Case("engine.yaml", '"< 0.6"', '"< 0.5"', "", "escalate"),
    "a topic less": Case("engine.yaml", "topics: [legal, press]", "topics: [legal]", "", "escalate"),
    "a check less": Case("engine.yaml", "[no_secrets, no_card_numbers, ", "[no_secrets, ", "", "guardrails"),
    "a default set less": Case("engine.yaml", "  guardrails: [customer-facing]\n", "", "", "guardrails"),
    "from reading to writing": Case("engine.yaml", "mode: read_only", "mode: live", "", "rollout"),
    "a larger share": Case("engine.yaml", "share: 50%", "share: 60%", "", "rollout"),
    "contents may leave": Case("engine.yaml", "location: on_premises, ", "", "", "data"),
    "a model off the premises": Case("engine.yaml", "  ask: local", "  ask: cloud", "", "models"),
    "a mask less": Case("engine.yaml", "mask: [card, iban]", "mask: [card]", "", "data"),
}


@pytest.mark.parametrize("name", CASES)
def test_a_widening_is_named_and_its_mirror_image_is_none(shop: Shop, name: str) -> None:
    case = CASES[name]
    named = (case.flow, case.tool, case.what)
    shop.edit(case.file, case.old, case.new)
    widened = shop.diff("HEAD", "--format", "json", "--all")
    assert named in widened.of("widened"), widened
    assert widened.status == 1
    shop.commit()
    narrowed = shop.diff("HEAD~1", "--format", "json", "--all")
    assert narrowed.differences == widened.differences, "the same whether it is committed or not"
    shop.git("checkout", "-q", "HEAD~1", "--", ".")
    back = shop.diff("HEAD", "--format", "json", "--all")
    assert named in back.of("narrowed"), back
    assert back.of("widened") == []
    assert back.status == 0
    assert shop.diff("HEAD").out == ""


BOTH_WAYS = {
    "a write that counts as a read": Case(
        "tools/shipments.yaml", "hold\n  effect: write", "hold\n  effect: read", "shipments.hold", "effect"
    ),
    "another address": Case(PAYMENTS, "SHOP_URL }}/refunds", "SHOP_URL }}/payouts", REFUND, "http"),
    "another method": Case(PAYMENTS, "    method: POST", "    method: PUT", REFUND, "http"),
    "another body": Case(PAYMENTS, 'amount: "{{ amount }}"', 'amount: "{{ amount * 2 }}"', REFUND, "http"),
    "another fact": Case(
        PAYMENTS,
        'orders.get, with: {order_id: "{{ order_id }}"}',
        'orders.get, with: {order_id: "4711"}',
        REFUND,
        "facts",
    ),
    "another kind of argument": Case(
        PAYMENTS,
        "      amount: {type: integer, money: {currency: EUR, minor: true}",
        "      amount: {type: integer, money: {currency: EUR}",
        REFUND,
        "input",
    ),
    "another kind of answer": Case(
        "tools/orders.yaml",
        "      refunded: {type: integer, money: {currency: currency, minor: true}",
        "      refunded: {type: integer, money: {currency: currency}",
        "orders.get",
        "output",
    ),
    "another part of the answer's schema": Case(
        "tools/orders.yaml",
        "  output:\n    type: object\n",
        "  output:\n    $defs: {sum: {type: integer}}\n    type: object\n",
        "orders.get",
        "output",
    ),
    "another address of a model": Case(
        "engine.yaml", "{use: anthropic, model", "{base_url: http://a, use: anthropic, model", "", "models"
    ),
    "a policy in other words": Case("knowledge/left.md", "Never offer money.", "Offer money.", "", "policy"),
    "a policy that is not there": Case(FLOW, "knowledge/left.md", "knowledge/gone.md", "", "policy"),
    "a header of another name": Case(PAYMENTS, "header: Idempotency-Key", "header: Key", REFUND, "idempotency"),
    "another currency": Case("engine.yaml", "currency: EUR", "currency: JPY", "", "currency"),
    "another team": Case(FLOW, "{by: billing-leads, if: amount > 50", "{by: legal, if: amount > 50", REFUND, "approve"),
    "an implication that cannot be shown": Case(
        FLOW, "(order.delivered_at | days_ago) <= 30", "order.delivered_at is not none", REFUND, "only_if"
    ),
    "a file that cannot be read": Case(FLOW, "tools:\n", "tools: [\n", "", "file"),
    "a word that is unknown": Case(FLOW, "    limit: [1", "    limits: [1", "", "file"),
    "a tool file that cannot be read": Case(PAYMENTS, "effect: irreversible", "effect: some", "", "file"),
    "settings that cannot be read": Case("engine.yaml", "timezone: Europe/Berlin", "timezone: Nowhere", "", "file"),
    "a piece that cannot be read": Case("flows/goodbye.yaml", "gives: {}", "gives: []", "", "file"),
}
"""What cannot be compared counts as widened, whichever way round."""


@pytest.mark.parametrize("name", BOTH_WAYS)
def test_what_cannot_be_compared_counts_as_widened(shop: Shop, name: str) -> None:
    case = BOTH_WAYS[name]
    shop.edit(case.file, case.old, case.new)
    there = shop.diff("HEAD", "--format", "json")
    assert ("refund", case.tool, case.what) in there.of("widened")
    shop.commit()
    shop.edit(case.file, case.new, case.old)
    back = shop.diff("HEAD", "--format", "json")
    assert ("refund", case.tool, case.what) in back.of("widened")
    assert (there.status, back.status) == (1, 1)


GONE = {
    "a field less in an answer": Case(
        "tools/orders.yaml",
        """      tracking: {type: [string, "null"], description: The carrier's number.}\n""",
        "",
        "orders.get",
        "output",
    ),
    "no fields at all": Case(
        PAYMENTS,
        "    required: [order_id, amount]\n    properties:\n"
        "      order_id: {type: string, description: The order.}\n"
        "      amount: {type: integer, money: {currency: EUR, minor: true}, description: How much.}\n",
        "    properties: {}\n",
        REFUND,
        "input",
    ),
}
"""What gates read, or a call has to have, is not there any more."""


@pytest.mark.parametrize("name", GONE)
def test_a_part_of_a_contract_that_is_gone_counts_as_widened(shop: Shop, name: str) -> None:
    case = GONE[name]
    shop.edit(case.file, case.old, case.new)
    there = shop.diff("HEAD", "--format", "json")
    assert ("refund", case.tool, case.what) in there.of("widened")
    assert there.status == 1


NO_EFFECT = {
    "the order of lines": [(FLOW, BILLING, ""), (FLOW, LEADS, BILLING + LEADS)],
    "the order of limits": [
        (FLOW, "[1 per order_id, 2 per customer per 90d]", "[2 per customer per 90d, 1 per order_id]")
    ],
    "the order of conditions": [
        (FLOW, "      - order.customer_id == customer.id\n", ""),
        (FLOW, "<= 30\n", "<= 30\n      - order.customer_id == customer.id\n"),
    ],
    "the order of grants": [
        (FLOW, "  customers.match: allow\n", ""),
        (FLOW, "    limit: [1 per", "    limit: [1 per"),
        (FLOW, "silence: {remind", "  customers.match: allow\nsilence: {remind"),
    ],
    "a condition in other words": [
        (FLOW, "0 < amount <= order.total - order.refunded", "amount + order.refunded <= order.total and amount > 0")
    ],
    "the same window": [(FLOW, "2 per customer per 90d", "2 per customer per 2160h")],
    "a comment": [(FLOW, "    limit: [1", "    # so many\n    limit: [1")],
    "formatting": [
        (
            FLOW,
            "    limit: [1 per order_id, 2 per customer per 90d]\n",
            "    limit:\n    - '1 per order_id'\n    - 2 per customer per 90d\n",
        )
    ],
    "the name of a step": [
        (FLOW, "as: order\n", "as: parcel\n"),
        (FLOW, "{{ order.id }}", "{{ parcel.id }}"),
        (FLOW, "{{ order.total }}", "{{ parcel.total }}"),
    ],
    "the name of an agent": [(FLOW, "as: outcome", "as: end")],
    "the name of a fact": [
        (PAYMENTS, "    order: {tool: orders.get", "    bought: {tool: orders.get"),
        (FLOW, "- order.customer_id ==", "- bought.customer_id =="),
        (FLOW, "amount <= order.total - order.refunded", "amount <= bought.total - bought.refunded"),
        (FLOW, "(order.delivered_at", "(bought.delivered_at"),
        ("engine.yaml", "[order.customer_id ==", "[bought.customer_id =="),
    ],
    "words for people": [
        (PAYMENTS, "title: Pay money back", "title: Pay back"),
        (PAYMENTS, "description: How much.", "description: So much."),
    ],
    "a reply in other words": [("flows/goodbye.yaml", "reply: Goodbye", "reply: Farewell")],
    "a set of another name": [
        ("engine.yaml", "  customer-facing: [no", "  texts: [no"),
        ("engine.yaml", "guardrails: [customer-facing]", "guardrails: [texts]"),
    ],
}


@pytest.mark.parametrize("name", NO_EFFECT)
def test_what_has_no_effect_is_no_difference(shop: Shop, name: str) -> None:
    for file, old, new in NO_EFFECT[name]:
        shop.edit(file, old, new)
    ran = shop.diff("HEAD", "--format", "json", "--all")
    assert (ran.status, ran.differences) == (0, [])
    assert ran.err.startswith("no right was changed since HEAD (")


CHANGED = {
    "a question in other words": Case(FLOW, "I will refund", "We shall refund", REFUND, "confirm"),
    "another deadline": Case(FLOW, "within: 1d", "within: 3d", REFUND, "approve"),
    "another time-out": Case(PAYMENTS, "timeout: 10s", "timeout: 20s", REFUND, "timeout"),
    "another model": Case("engine.yaml", "model: some", "model: other", "", "models"),
    "another team takes over": Case(FLOW, "silence: {rem", "escalate: {to: legal}\nsilence: {rem", "", "escalate"),
}


@pytest.mark.parametrize("name", CHANGED)
def test_what_is_another_way_of_the_same_right_is_listed_on_demand(shop: Shop, name: str) -> None:
    case = CHANGED[name]
    shop.edit(case.file, case.old, case.new)
    ran = shop.diff("HEAD", "--format", "json", "--all")
    assert [(one["severity"], one["flow"], one["tool"], one["what"]) for one in ran.differences] == [
        ("changed", "refund", case.tool, case.what)
    ]
    assert ran.status == 0
    assert shop.diff("HEAD", "--format", "json").differences == []


def test_all_that_a_new_flow_is_granted_is_new(shop: Shop) -> None:
    text = (shop.root / FLOW).read_text(encoding="utf-8")
    (shop.root / "flows" / "again.yaml").write_text(text.replace("flow: refund", "flow: again"), encoding="utf-8")
    ran = shop.diff("HEAD", "--format", "json", "--all")
    assert {tool for _, tool, _ in ran.of("widened")} == {
        "customers.match", "orders.get", REFUND, "shipments.trace", "shipments.hold",
    }  # fmt: skip
    assert ran.of("changed") == [("again", "", "flow")]
    shop.commit()
    (shop.root / "flows" / "again.yaml").unlink()
    ran = shop.diff("HEAD", "--format", "json", "--all")
    assert [(one["severity"], one["flow"], one["gone"]) for one in ran.differences] == [("narrowed", "again", True)]
    assert ran.status == 0


def test_one_line_that_covers_two_is_one_person(shop: Shop) -> None:
    """Both were decided by leads; a single line for all calls of leads is still one person fewer."""
    shop.edit(FLOW, "{by: billing, if: amount > 300, edit: [amount]", "{by: billing-leads, if: amount > 300")
    shop.commit()
    shop.edit(FLOW, BILLING.replace("billing,", "billing-leads,").replace(" edit: [amount],", ""), "")
    shop.edit(FLOW, "if: amount > 50, ", "")
    assert shop.diff("HEAD", "--format", "json").of("widened") == [("refund", REFUND, "approve")]


def test_one_place_of_two_that_goes_on(shop: Shop) -> None:
    """A place that went on before hides no other."""
    again = """  - tool: payments.refund
    with: {order_id: "{{ order.id }}", amount: "1"}
    as: once_more
    otherwise: {refused: next, declined: close, else: escalate}
"""
    shop.edit(FLOW, "  - use: goodbye\n", again + "  - use: goodbye\n")
    shop.commit()
    shop.edit(FLOW, "refused: escalate", "refused: next")
    assert shop.diff("HEAD", "--format", "json").of("widened") == [("refund", REFUND, "otherwise")]


@pytest.mark.parametrize("first", [0, 1])
def test_the_same_people_decide_whichever_of_two_lines_covers_which(shop: Shop, first: int) -> None:
    """One line covers both, the other only one: each of the old lines finds its own."""
    wide, narrow = (LEADS.replace("amount > 50", f"amount > {least}") for least in (50, 300))
    shop.edit(FLOW, LEADS + BILLING, (wide + narrow) if first else (narrow + wide))
    shop.commit()
    shop.edit(FLOW, (wide + narrow) if first else (narrow + wide), (narrow + wide) if first else (wide + narrow))
    assert shop.diff("HEAD", "--format", "json", "--all").differences == []
    shop.edit(FLOW, wide, "")
    assert shop.diff("HEAD", "--format", "json").of("widened") == [("refund", REFUND, "approve")]


def test_a_call_less_goes_on_nowhere(shop: Shop) -> None:
    again = """  - tool: payments.refund
    with: {order_id: "{{ order.id }}", amount: "1"}
    as: once_more
    otherwise: escalate
"""
    shop.edit(FLOW, "  - use: goodbye\n", again + "  - use: goodbye\n")
    shop.commit()
    shop.edit(FLOW, again, "")
    assert shop.diff("HEAD", "--format", "json", "--all").differences == []


def test_a_question_that_counts_with_an_amount_is_compared_with_itself(shop: Shop) -> None:
    """The amount is in it, but not shown: that is no less than before."""
    shop.edit(FLOW, "{{ amount | money }}", "{{ (order.total - amount) | money }}")
    shop.commit()
    assert shop.diff("HEAD", "--all", "--format", "json").differences == []
    shop.edit(FLOW, "{{ (order.total - amount) | money }}", "{{ order.total | money }}")
    assert shop.diff("HEAD", "--format", "json").of("widened") == [("refund", REFUND, "confirm")]


def test_a_policy_that_says_less_is_shown_where_it_does(shop: Shop) -> None:
    """The first line that is another, in the document itself; its name alone makes no difference."""
    shop.edit("knowledge/left.md", "Never offer money.\n", "")
    ran = shop.diff("HEAD")
    assert ran.out == (
        "knowledge/left.md:4:1: widened: refund: the agent `outcome` keeps to another text, which cannot be compared "
        "[policy]\n    4 | - Never offer money.\n"
    )
    (shop.root / "knowledge" / "left.md").rename(shop.root / "knowledge" / "kept.md")
    shop.edit(FLOW, "knowledge/left.md", "knowledge/kept.md")
    shop.edit(FLOW, "as: outcome", "as: end")
    assert shop.diff("HEAD").out.startswith("knowledge/kept.md:4:1: widened: refund: the agent `end` keeps to another")
    (shop.root / "knowledge" / "kept.md").write_text(POLICY, encoding="utf-8")
    assert (shop.diff("HEAD").status, shop.diff("HEAD").out) == (0, "")


def test_a_document_that_a_tool_names_is_read_as_it_was(shop: Shop) -> None:
    """Else a project with one could never be compared."""
    (shop.root / "specs").mkdir()
    spec = {
        "openapi": "3.1.0", "info": {"title": "Post", "version": "1"}, "servers": [{"url": "https://post.example"}],
        "paths": {"/parcels/{id}": {"get": {
            "operationId": "parcel", "parameters": [
                {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
            "responses": {"200": {"description": "It.", "content": {"application/json": {"schema": {
                "type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}}}}},
        }}},
    }  # fmt: skip
    (shop.root / "specs" / "post.json").write_text(json.dumps(spec), encoding="utf-8")
    entry = "- tool: parcels.get\n  effect: read\n  openapi: {spec: specs/post.json, operation: parcel}\n"
    (shop.root / "tools" / "post.yaml").write_text(entry, encoding="utf-8")
    shop.commit()
    ran = shop.diff("HEAD", "--format", "json", "--all")
    assert (ran.status, ran.differences) == (0, [])
