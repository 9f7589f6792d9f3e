"""Each kind of a widened right is named, and its mirror image is a narrowing."""

import pytest

from tests.diff.shop import BILLING, EMBEDDER, FLOW_FILE, INDEX, LEADS, PAYMENTS, REFUND, Draft, Edit, of

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
    "a host that is newly listed": Edit(
        "engine.yaml", "127.0.0.1, localhost]", "127.0.0.1, localhost, 10.0.0.0/8]", "", "network"
    ),
    # grants
    "a read that is newly granted": Edit(
        FLOW_FILE,
        "  customers.match: allow\n",
        "  customers.match: allow\n  shipments.get: allow\n",
        "shipments.get",
        "tools",
    ),
    "a write that is newly granted": Edit(
        FLOW_FILE,
        "  customers.match: allow\n",
        "  customers.match: allow\n  shipments.stop: {limit: 1 per shipment_id, confirm: Shall I?}\n",
        "shipments.stop",
        "tools",
    ),
    "allow instead of conditions": Edit(
        FLOW_FILE,
        "  orders.get:\n    only_if: [result.customer_id == customer.id]\n",
        "  orders.get: allow\n",
        "orders.get",
        "only_if",
    ),
    "a line of only_if that is gone": Edit(
        FLOW_FILE, "      - (order.delivered_at | days_ago) <= 30\n", "", REFUND, "only_if"
    ),
    "a later day": Edit(FLOW_FILE, "<= 30", "<= 60", REFUND, "only_if"),
    "a bound that is gone": Edit(FLOW_FILE, "0 < amount <= order.total", "amount <= order.total", REFUND, "only_if"),
    "a condition or another": Edit(
        FLOW_FILE,
        "- order.customer_id == customer.id",
        "- order.customer_id == customer.id or amount < 10",
        REFUND,
        "only_if",
    ),
    # limits
    "a limit that is gone": Edit(
        FLOW_FILE, "[1 per order_id, 2 per customer per 90d]", "[1 per order_id]", REFUND, "limit"
    ),
    "a higher limit": Edit(FLOW_FILE, "2 per customer per 90d", "3 per customer per 90d", REFUND, "limit"),
    "a shorter window": Edit(FLOW_FILE, "2 per customer per 90d", "2 per customer per 30d", REFUND, "limit"),
    # consent
    "no question": Edit(
        FLOW_FILE, '"I will refund {{ amount | money }} for order {{ order_id }}. Shall I?"', "no", REFUND, "confirm"
    ),
    "a question without the amount": Edit(
        FLOW_FILE, "refund {{ amount | money }} for", "refund money for", REFUND, "confirm"
    ),
    "a question with the amount at times": Edit(
        FLOW_FILE, "{{ amount | money }}", "{% if amount > 5 %}{{ amount | money }}{% endif %}", REFUND, "confirm"
    ),
    # approval
    "no approval": Edit(FLOW_FILE, "    approve:\n" + LEADS + BILLING, "", REFUND, "approve"),
    "fewer people": Edit(FLOW_FILE, BILLING, "", REFUND, "approve"),
    "approval above more": Edit(FLOW_FILE, "if: amount > 50,", "if: amount > 80,", REFUND, "approve"),
    "an approver may change it": Edit(
        FLOW_FILE, "if: amount > 50, within", "if: amount > 50, edit: [amount], within", REFUND, "approve"
    ),
    "another team where the first does not in time": Edit(
        FLOW_FILE,
        "if: amount > 50, within: 1d, otherwise: escalate}",
        "if: amount > 50, within: 1d, otherwise: {by: support, within: 1d, otherwise: escalate}}",
        REFUND,
        "approve",
    ),
    "somebody who stands in": Edit(
        "engine.yaml",
        "people: [lena@northwind.example, omar@northwind.example],",
        "people: [lena@northwind.example, omar@northwind.example], substitutes: [{for: lena@northwind.example, "
        "by: ida@northwind.example, from: 2026-12-21, until: 2026-12-31}],",
        REFUND,
        "people",
    ),
    "somebody more may approve": Edit(
        "engine.yaml",
        "[lena@northwind.example, omar@northwind.example]",
        "[lena@northwind.example, omar@northwind.example, tom@northwind.example]",
        REFUND,
        "people",
    ),
    "a late approval goes on": Edit(
        FLOW_FILE,
        "if: amount > 50, within: 1d, otherwise: escalate",
        "if: amount > 50, within: 1d, otherwise: next",
        REFUND,
        "otherwise",
    ),
    # what follows a gate
    "a refusal goes on": Edit(FLOW_FILE, "refused: escalate", "refused: next", REFUND, "otherwise"),
    "a refusal closes": Edit(FLOW_FILE, "refused: escalate", "refused: close", REFUND, "otherwise"),
    "a no goes on": Edit(FLOW_FILE, "declined: close", "declined: next", REFUND, "otherwise"),
    "a failed proof goes on": Edit(
        FLOW_FILE, "attempts: 3\n    otherwise: escalate", "attempts: 3\n    otherwise: next", "", "otherwise"
    ),
    # proofs
    "fewer facts": Edit(FLOW_FILE, "with: [email, postcode]}", "with: [email]}", "", "verify"),
    "another way": Edit(
        FLOW_FILE,
        "with: [email, postcode]}\n",
        "with: [email, postcode]}\n      - {by: orders.get, with: [order_id]}\n",
        "",
        "verify",
    ),
    "a sign-in is enough": Edit(
        FLOW_FILE,
        "with: [email, postcode]}\n",
        "with: [email, postcode]}\n      - {by: customers.match, signed_in: {email: email, postcode: external_id}}\n",
        "",
        "verify",
    ),
    "more tries": Edit(FLOW_FILE, "attempts: 3", "attempts: 5", "", "attempts"),
    "nobody proves anything": Edit(FLOW_FILE, VERIFY, "", "", "verify"),
    "a call before the proof": Edit(
        FLOW_FILE,
        VERIFY,
        READ.replace("details.order.id", "4711").replace("as: order", "as: early") + VERIFY,
        "orders.get",
        "verify",
    ),
    "a piece that needs nobody": Edit("flows/goodbye.yaml", "needs: verified\n", "", "", "needs"),
    # agents
    "an agent that holds a write": Edit(
        FLOW_FILE, "tools: [orders.get]", "tools: [orders.get, payments.refund]", REFUND, "agent"
    ),
    "an agent that may go further": Edit(FLOW_FILE, "model_calls: 10", "model_calls: 40", "", "max"),
    "an agent that may take longer": Edit(FLOW_FILE, "time: 2 business days", "time: 3d", "", "max"),
    "an agent that may take for ever": Edit(FLOW_FILE, ", time: 2 business days", "", "", "max"),
    "an agent without its policy": Edit(FLOW_FILE, "    policy: knowledge/left.md\n", "", "", "policy"),
    "another flow to come into": Edit(
        FLOW_FILE, "  - use: goodbye\n    as: parted\n", "  - transfer: faq\n", "", "transfer"
    ),
    # tools
    "a fact that is gone": Edit(
        PAYMENTS, '  facts:\n    order: {tool: orders.get, with: {order_id: "{{ order_id }}"}}\n', "", REFUND, "facts"
    ),
    "no idempotency key": Edit(
        PAYMENTS, "  idempotency: {header: Idempotency-Key, keeps: 24h}\n", "", REFUND, "idempotency"
    ),
    "a key that is remembered longer": Edit(PAYMENTS, "keeps: 24h", "keeps: 48h", REFUND, "idempotency"),
    "an error that proves nothing was done": Edit(
        PAYMENTS, "  idempotency:", "    conflict: {status: 409, not_done: true}\n  idempotency:", REFUND, "errors"
    ),
    "an argument that is not needed": Edit(
        PAYMENTS, "    required: [order_id, amount]\n", "    required: [order_id]\n", REFUND, "input"
    ),
    "an argument more": Edit(
        PAYMENTS,
        "      order_id: {type: string, description: The order.}\n      amount: {type: integer, money: {currency: EUR,",
        "      to: {type: string}\n      order_id: {type: string, description: The order.}\n"
        "      amount: {type: integer, money: {currency: EUR,",
        REFUND,
        "input",
    ),
    "off the premises": Edit("tools/shipments.yaml", "on_premises", "cloud", "shipments.trace", "location"),
    "a read for anybody": Edit(
        "tools/shipments.yaml",
        "location: on_premises",
        "location: on_premises\n  audience: public",
        "shipments.trace",
        "audience",
    ),
    "a proof of who somebody is": Edit(
        "tools/shipments.yaml",
        "location: on_premises",
        "location: on_premises\n  identifies: customer",
        "shipments.trace",
        "identifies",
    ),
    "a read that changes something for good": Edit(
        "tools/shipments.yaml", "effect: write", "effect: irreversible", "shipments.hold", "effect"
    ),
    # settings of a flow
    "a guardrail less": Edit(FLOW_FILE, "guardrails: [{length: {most: 900}}]\n", "", "", "guardrails"),
    "a longer silence": Edit(
        FLOW_FILE, "within: 5d, otherwise: close}", "within: 9d, otherwise: close}", "", "silence"
    ),
    "a withdrawal that is queued": Edit(FLOW_FILE, "withdraws: stop", "withdraws: queue", "", "meanwhile"),
    # the project
    "a higher floor": Edit("engine.yaml", "approval_above: 500 EUR", "approval_above: 600 EUR", "", "floors", ""),
    "a floor of fewer people": Edit("engine.yaml", "approvers: 2", "approvers: 1", REFUND, "floors", ""),
    "a floor about fewer calls": Edit("engine.yaml", "when: amount > 200", "when: amount > 250", REFUND, "floors", ""),
    "a floor without consent": Edit("engine.yaml", "      confirm: required\n", "", REFUND, "floors", ""),
    "a floor of a higher limit": Edit("engine.yaml", "limit: [2 per", "limit: [3 per", REFUND, "floors", ""),
    "a floor without a condition": Edit(
        "engine.yaml", "      only_if: [order.customer_id == customer.id]\n", "", REFUND, "floors", ""
    ),
    "people take over later": Edit("engine.yaml", '"< 0.6"', '"< 0.5"', "", "escalate"),
    "a topic less": Edit("engine.yaml", "topics: [legal, press]", "topics: [legal]", "", "escalate"),
    "a check less": Edit("engine.yaml", "[no_secrets, no_card_numbers, ", "[no_secrets, ", "", "guardrails"),
    "a default set less": Edit("engine.yaml", "  guardrails: [customer-facing]\n", "", "", "guardrails"),
    "from reading to writing": Edit("engine.yaml", "mode: read_only", "mode: live", "", "rollout"),
    "a larger share": Edit("engine.yaml", "share: 50%", "share: 60%", "", "rollout"),
    "contents may leave": Edit("engine.yaml", "  data: {location: on_premises, ", "  data: {", "", "data"),
    "a model off the premises": Edit("engine.yaml", "  ask: local", "  ask: cloud", "", "models"),
    "what stands in off the premises": Edit(
        "engine.yaml", "fallback: [house]", "fallback: [house, cloud]", "", "models"
    ),
    "an embedder off the premises": Edit("engine.yaml", '/v1", location: on_premises}', '/v1"}', "", "embedder", ""),
    "an embedder in a cloud, in place of none": Edit(
        "engine.yaml", EMBEDDER, "  embedder: {use: openai, model: text-embedding-3-small}\n", "", "embedder", ""
    ),
    "an index off the premises": Edit("engine.yaml", INDEX, "  index: s3://articles/engine\n", "", "index", ""),
    "a channel off the premises": Edit(
        "engine.yaml", "    kind: web\n    location: on_premises\n", "    kind: web\n", "", "channels", ""
    ),
    "a site more": Edit(
        "engine.yaml",
        "[https://northwind.example]",
        "[https://northwind.example, https://other.example]",
        "",
        "origins",
        "",
    ),
    "a mask less": Edit("engine.yaml", "mask: [card, iban]", "mask: [card]", "", "data"),
}


@pytest.mark.parametrize("name", CASES)
def test_a_widening_is_named_and_its_mirror_image_is_none(draft: Draft, name: str) -> None:
    case = CASES[name]
    draft.edit(case.file, case.old, case.new)
    there, back = draft.both()
    assert case.named in of("widened", there), there
    assert case.named in of("narrowed", back), back
    assert of("widened", back) == []


HUMAN = """flow: human
title: With a person
owner: support
about: A person has the ticket.
steps:
  - wait:
      - event: ticket.solved
        then: [{close: solved}]
      - time: 30d
        then: [{close: withdrawn}]
"""


@pytest.mark.parametrize(
    "loose",
    [
        HUMAN.replace("steps:\n", "steps:\n  - if: ticket.language == 'xx'\n    then: [{close: solved}]\n"),
        HUMAN.partition("steps:")[0] + "steps: [{close: solved}]\n",
        HUMAN.replace("ticket.solved", "parcel.found"),
        HUMAN.replace("30d", "30s"),
    ],
)
def test_people_who_are_not_waited_for_any_more_are_a_widening(draft: Draft, loose: str) -> None:
    human = draft.root / "flows" / "human.yaml"
    wait = ("human", "", "wait")
    human.write_text(loose, "utf-8")
    assert wait in of("widened", draft.both()[0]), "where there was no file, the built-in flow waited"
    human.write_text(HUMAN, "utf-8")
    draft.keep()
    human.write_text(loose, "utf-8")
    there, back = draft.both()
    assert wait in of("widened", there)
    assert wait in of("narrowed", back)
    assert of("widened", back) == []
