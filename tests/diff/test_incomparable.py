"""What cannot be compared counts as widened, and so does what is not there any more."""

import pytest

from tests.diff.shop import FLOW_FILE, PAYMENTS, REFUND, Draft, Edit, of

BOTH_WAYS = {
    "a write that counts as a read": Edit(
        "tools/shipments.yaml", "hold\n  effect: write", "hold\n  effect: read", "shipments.hold", "effect"
    ),
    "another address": Edit(PAYMENTS, "SHOP_URL }}/refunds", "SHOP_URL }}/payouts", REFUND, "http"),
    "another method": Edit(PAYMENTS, "    method: POST", "    method: PUT", REFUND, "http"),
    "another body": Edit(PAYMENTS, 'amount: "{{ amount }}"', 'amount: "{{ amount * 2 }}"', REFUND, "http"),
    "another fact": Edit(
        PAYMENTS,
        'orders.get, with: {order_id: "{{ order_id }}"}',
        'orders.get, with: {order_id: "4711"}',
        REFUND,
        "facts",
    ),
    "another kind of argument": Edit(
        PAYMENTS,
        "      amount: {type: integer, money: {currency: EUR, minor: true}",
        "      amount: {type: integer, money: {currency: EUR}",
        REFUND,
        "input",
    ),
    "another kind of answer": Edit(
        "tools/orders.yaml",
        "      refunded: {type: integer, money: {currency: currency, minor: true}",
        "      refunded: {type: integer, money: {currency: currency}",
        "orders.get",
        "output",
    ),
    "another part of the answer's schema": Edit(
        "tools/orders.yaml",
        "  output:\n    type: object\n",
        "  output:\n    $defs: {sum: {type: integer}}\n    type: object\n",
        "orders.get",
        "output",
    ),
    "another address of a model": Edit(
        "engine.yaml", "{use: anthropic, model", "{base_url: http://a, use: anthropic, model", "", "models"
    ),
    "another address of what stands in": Edit(
        "engine.yaml", "http://10.0.0.5:8000", "http://10.0.0.9:8000", "", "models"
    ),
    "another address of the embedder": Edit(
        "engine.yaml", "http://10.0.0.7/v1", "http://10.0.0.9/v1", "", "embedder", ""
    ),
    "another server of the index": Edit("engine.yaml", "http://10.0.0.8:9000", "http://10.0.0.9", "", "index", ""),
    "another bucket": Edit("engine.yaml", "s3://articles", "s3://others", "", "index", ""),
    "another platform": Edit("engine.yaml", "secret.ZENDESK_URL", "secret.OTHER_URL", "", "channels", ""),
    "a policy in other words": Edit("knowledge/left.md", "Never offer money.", "Offer money.", "", "policy"),
    "a policy that is not there": Edit(FLOW_FILE, "knowledge/left.md", "knowledge/gone.md", "", "policy"),
    "a header of another name": Edit(PAYMENTS, "header: Idempotency-Key", "header: Key", REFUND, "idempotency"),
    "another currency": Edit("engine.yaml", "currency: EUR", "currency: JPY", "", "currency"),
    "another team": Edit(
        FLOW_FILE, "{by: billing-leads, if: amount > 50", "{by: legal, if: amount > 50", REFUND, "approve"
    ),
    "an implication that cannot be shown": Edit(
        FLOW_FILE, "(order.delivered_at | days_ago) <= 30", "order.delivered_at is not none", REFUND, "only_if"
    ),
    "a file that cannot be read": Edit(FLOW_FILE, "tools:\n", "tools: [\n", "", "file"),
    "a word that is unknown": Edit(FLOW_FILE, "    limit: [1", "    limits: [1", "", "file"),
    "a tool file that cannot be read": Edit(PAYMENTS, "effect: irreversible", "effect: some", "", "file"),
    "settings that cannot be read": Edit("engine.yaml", "timezone: Europe/Berlin", "timezone: Nowhere", "", "file"),
    "a piece that cannot be read": Edit("flows/goodbye.yaml", "gives: {}", "gives: []", "", "file"),
}
"""What cannot be compared counts as widened, whichever way round."""


@pytest.mark.parametrize("name", BOTH_WAYS)
def test_what_cannot_be_compared_counts_as_widened(draft: Draft, name: str) -> None:
    case = BOTH_WAYS[name]
    draft.edit(case.file, case.old, case.new)
    there, back = draft.both()
    assert case.named in of("widened", there)
    assert case.named in of("widened", back)


GONE = {
    "a field less in an answer": Edit(
        "tools/orders.yaml",
        """      tracking: {type: [string, "null"], description: The carrier's number.}\n""",
        "",
        "orders.get",
        "output",
    ),
    "no fields at all": Edit(
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
def test_a_part_of_a_contract_that_is_gone_counts_as_widened(draft: Draft, name: str) -> None:
    case = GONE[name]
    draft.edit(case.file, case.old, case.new)
    assert case.named in of("widened", draft.there())
