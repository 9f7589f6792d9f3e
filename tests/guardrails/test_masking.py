"""Masks: what stands behind a label comes back word for word, whatever else a text holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.guardrails.base import CheckError
from engine.guardrails.masking import Masks

CARD, OTHER, IBAN = "4111 1111 1111 1111", "5500-0000-0000-0004", "DE89 3704 0044 0532 0130 00"
PIECES = st.lists(
    st.sampled_from([CARD, OTHER, IBAN, CARD.replace(" ", ""), "[CARD_1]", "[card_2]", "[IBAN_1]", "order", "\n"])
    | st.text(max_size=8),
    max_size=8,
)  # fmt: skip


def test_the_same_words_have_one_label_over_all_texts() -> None:
    masks = Masks(["card", "iban"])
    assert masks.hide(f"I paid with {CARD}, not with {OTHER}.") == "I paid with [CARD_1], not with [CARD_2]."
    assert masks.hide(f"Back to {IBAN} or {CARD}!") == "Back to [IBAN_1] or [CARD_1]!"
    assert masks.undo("Not [iban_1], but [CARD_1]; [CARD_3] is none.") == f"Not {IBAN}, but {CARD}; [CARD_3] is none."


def test_a_flow_chooses_what_is_hidden() -> None:
    assert Masks(["iban"]).hide(f"{CARD} {IBAN}") == f"{CARD} [IBAN_1]"
    assert not Masks([])
    assert Masks([]).hide(f"{CARD} [CARD_1]") == f"{CARD} [CARD_1]"


def test_an_unknown_mask_hides_nothing_so_it_is_refused() -> None:
    with pytest.raises(CheckError, match="masks: card, iban"):
        Masks(["card", "everything"])


def test_what_a_customer_writes_like_a_label_is_no_way_to_a_number() -> None:
    masks = Masks(["card"])
    assert masks.hide(f"[CARD_1] and {CARD}") == "[CARD_1] and [CARD_2]"
    assert masks.undo("[CARD_1]") == "[CARD_1]"
    assert masks.undo("[CARD_2]") == CARD


@given(st.lists(PIECES, min_size=1, max_size=3))
def test_there_and_back(texts: list[list[str]]) -> None:
    masks = Masks(["card", "iban"])
    for pieces in texts:
        said = " ".join(pieces)
        shown = masks.hide(said)
        assert masks.undo(shown) == said
        for number in (CARD, OTHER, IBAN):
            assert number not in shown
