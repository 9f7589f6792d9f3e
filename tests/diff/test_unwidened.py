"""What has no effect is no difference, and another way of the same right is a change."""

import pytest

from tests.diff.shop import BILLING, CHANNEL, EMBEDDER, FLOW_FILE, INDEX, LEADS, PAYMENTS, REFUND, Draft, Edit

NO_EFFECT = {
    "the order of lines": [(FLOW_FILE, BILLING, ""), (FLOW_FILE, LEADS, BILLING + LEADS)],
    "the order of limits": [
        (FLOW_FILE, "[1 per order_id, 2 per customer per 90d]", "[2 per customer per 90d, 1 per order_id]")
    ],
    "the order of conditions": [
        (FLOW_FILE, "      - order.customer_id == customer.id\n", ""),
        (FLOW_FILE, "<= 30\n", "<= 30\n      - order.customer_id == customer.id\n"),
    ],
    "the order of grants": [
        (FLOW_FILE, "  customers.match: allow\n", ""),
        (FLOW_FILE, "    limit: [1 per", "    limit: [1 per"),
        (FLOW_FILE, "silence: {remind", "  customers.match: allow\nsilence: {remind"),
    ],
    "a condition in other words": [
        (
            FLOW_FILE,
            "0 < amount <= order.total - order.refunded",
            "amount + order.refunded <= order.total and amount > 0",
        )
    ],
    "the same window": [(FLOW_FILE, "2 per customer per 90d", "2 per customer per 2160h")],
    "a comment": [(FLOW_FILE, "    limit: [1", "    # so many\n    limit: [1")],
    "formatting": [
        (
            FLOW_FILE,
            "    limit: [1 per order_id, 2 per customer per 90d]\n",
            "    limit:\n    - '1 per order_id'\n    - 2 per customer per 90d\n",
        )
    ],
    "the name of a step": [
        (FLOW_FILE, "as: order\n", "as: parcel\n"),
        (FLOW_FILE, "{{ order.id }}", "{{ parcel.id }}"),
        (FLOW_FILE, "{{ order.total }}", "{{ parcel.total }}"),
    ],
    "the name of an agent": [(FLOW_FILE, "as: outcome", "as: end")],
    "the name of a fact": [
        (PAYMENTS, "    order: {tool: orders.get", "    bought: {tool: orders.get"),
        (FLOW_FILE, "- order.customer_id ==", "- bought.customer_id =="),
        (FLOW_FILE, "amount <= order.total - order.refunded", "amount <= bought.total - bought.refunded"),
        (FLOW_FILE, "(order.delivered_at", "(bought.delivered_at"),
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
def test_what_has_no_effect_is_no_difference(draft: Draft, name: str) -> None:
    for file, old, new in NO_EFFECT[name]:
        draft.edit(file, old, new)
    assert draft.there() == ()


CHANGED = {
    "a question in other words": Edit(FLOW_FILE, "I will refund", "We shall refund", REFUND, "confirm"),
    "another deadline": Edit(FLOW_FILE, "within: 1d", "within: 3d", REFUND, "approve"),
    "another time-out": Edit(PAYMENTS, "timeout: 10s", "timeout: 20s", REFUND, "timeout"),
    "another model": Edit("engine.yaml", "model: some", "model: other", "", "models"),
    "another that stands in": Edit("engine.yaml", "fallback: [house]", "fallback: [local]", "", "models"),
    "an embedder of another provider, also in the house": Edit(
        "engine.yaml", "{use: openai, model: e5", "{use: mistral, model: e5", "", "embedder", ""
    ),
    "the packaged embedder": Edit("engine.yaml", EMBEDDER, "", "", "embedder", ""),
    "an index of each machine": Edit("engine.yaml", INDEX, "", "", "index", ""),
    "a channel less": Edit("engine.yaml", CHANNEL, "", "", "channels", ""),
    "another team takes over": Edit(FLOW_FILE, "silence: {rem", "escalate: {to: legal}\nsilence: {rem", "", "escalate"),
}


@pytest.mark.parametrize("name", CHANGED)
def test_what_is_another_way_of_the_same_right_is_a_change(draft: Draft, name: str) -> None:
    case = CHANGED[name]
    draft.edit(case.file, case.old, case.new)
    assert [(one.severity, *one[1:4]) for one in draft.there()] == [("changed", *case.named)]
