"""How what stands on both sides is put side by side: a flow more, lines that cover each other, places that go on."""

import pytest

from tests.diff.shop import BILLING, FLOW_FILE, LEADS, REFUND, Draft, of


def test_all_that_a_new_flow_is_granted_is_new(draft: Draft) -> None:
    text = (draft.root / FLOW_FILE).read_text(encoding="utf-8")
    (draft.root / "flows" / "again.yaml").write_text(text.replace("flow: refund", "flow: again"), encoding="utf-8")
    there = draft.there()
    assert {tool for _, tool, _ in of("widened", there)} == {
        "customers.match", "orders.get", REFUND, "shipments.trace", "shipments.hold",
    }  # fmt: skip
    assert of("changed", there) == [("again", "", "flow")]
    draft.keep()
    (draft.root / "flows" / "again.yaml").unlink()
    assert [(one.severity, one.flow, one.gone) for one in draft.there()] == [("narrowed", "again", True)]


def test_one_line_that_covers_two_is_one_person(draft: Draft) -> None:
    """Both were decided by leads; a single line for all calls of leads is still one person fewer."""
    draft.edit(FLOW_FILE, "{by: billing, if: amount > 300, edit: [amount]", "{by: billing-leads, if: amount > 300")
    draft.keep()
    draft.edit(FLOW_FILE, BILLING.replace("billing,", "billing-leads,").replace(" edit: [amount],", ""), "")
    draft.edit(FLOW_FILE, "if: amount > 50, ", "")
    assert of("widened", draft.there()) == [("refund", REFUND, "approve")]


def test_one_place_of_two_that_goes_on(draft: Draft) -> None:
    """A place that went on before hides no other."""
    again = """  - tool: payments.refund
    with: {order_id: "{{ order.id }}", amount: "1"}
    as: once_more
    otherwise: {refused: next, declined: close, else: escalate}
"""
    draft.edit(FLOW_FILE, "  - use: goodbye\n", again + "  - use: goodbye\n")
    draft.keep()
    draft.edit(FLOW_FILE, "refused: escalate", "refused: next")
    assert of("widened", draft.there()) == [("refund", REFUND, "otherwise")]


@pytest.mark.parametrize("first", [0, 1])
def test_the_same_people_decide_whichever_of_two_lines_covers_which(draft: Draft, first: int) -> None:
    """One line covers both, the other only one: each of the old lines finds its own."""
    wide, narrow = (LEADS.replace("amount > 50", f"amount > {least}") for least in (50, 300))
    draft.edit(FLOW_FILE, LEADS + BILLING, (wide + narrow) if first else (narrow + wide))
    draft.keep()
    draft.edit(FLOW_FILE, (wide + narrow) if first else (narrow + wide), (narrow + wide) if first else (wide + narrow))
    assert draft.there() == ()
    draft.edit(FLOW_FILE, wide, "")
    assert of("widened", draft.there()) == [("refund", REFUND, "approve")]


def test_a_call_less_goes_on_nowhere(draft: Draft) -> None:
    again = """  - tool: payments.refund
    with: {order_id: "{{ order.id }}", amount: "1"}
    as: once_more
    otherwise: escalate
"""
    draft.edit(FLOW_FILE, "  - use: goodbye\n", again + "  - use: goodbye\n")
    draft.keep()
    draft.edit(FLOW_FILE, again, "")
    assert draft.there() == ()


def test_a_question_that_counts_with_an_amount_is_compared_with_itself(draft: Draft) -> None:
    """The amount is in it, but not shown: that is no less than before."""
    draft.edit(FLOW_FILE, "{{ amount | money }}", "{{ (order.total - amount) | money }}")
    draft.keep()
    assert draft.there() == ()
    draft.edit(FLOW_FILE, "{{ (order.total - amount) | money }}", "{{ order.total | money }}")
    assert of("widened", draft.there()) == [("refund", REFUND, "confirm")]
