"""PDF documents: sentences over the breaks of lines and pages, and without what every page repeats."""

from collections.abc import Sequence

import pytest

from engine.knowledge.base import Section
from engine.knowledge.pdf import read_pdf
from tests.knowledge import files


def text(*pages: Sequence[str], bookmarks: Sequence[tuple[str, int]] = ()) -> str:
    return "\n".join(one.text for one in read_pdf(files.pdf(pages, bookmarks=bookmarks), "x.pdf").sections)


def test_what_most_pages_repeat_is_left_out_and_a_sentence_goes_on() -> None:
    said = text(
        ["Acme Manual 2026", "Chapter one", "You may return goods within", "Page 1 of 3"],
        ["Acme Manual 2026", "14 days after delivery. It is", "Page 2 of 3"],
        ["Acme Manual 2026", "free of charge.", "Page 3 of 3"],
    )
    assert said == "Chapter one You may return goods within 14 days after delivery. It is free of charge."


def test_a_page_number_is_one_that_counts_on() -> None:
    pages = [["Plan A: 10 EUR", "- 4 -"], ["Plan B: 25 EUR", "- 5 -"], ["Plan C: 70 EUR", "- 6 -"]]
    assert text(*pages) == "Plan A: 10 EUR\nPlan B: 25 EUR\nPlan C: 70 EUR"


def test_what_few_pages_repeat_stays() -> None:
    pages = [["Note:", "One."], ["Note:", "Two."], ["Three."], ["Four."], ["Five."]]
    assert text(*pages) == "Note:\nOne.\nNote:\nTwo.\nThree.\nFour.\nFive."


def test_pages_that_are_all_alike_are_read() -> None:
    assert text(["We refund."], ["We refund."]) == "We refund.\nWe refund."


def test_a_heading_that_every_page_repeats_is_one_where_its_bookmark_is() -> None:
    pages = (["Returns", "Within 14 days."], ["Returns", "Free of charge."], ["Returns", "Always."])
    assert read_pdf(files.pdf(pages, bookmarks=[("Returns", 0)]), "x.pdf").sections == (
        Section((), "Within 14 days.\nFree of charge.\nAlways."),
    )


def test_a_full_line_at_the_end_of_a_page_goes_on_with_a_capital() -> None:
    line = "Die Frist von vierzehn Tagen beginnt mit der Lieferung der"
    assert text(["Widerruf", line], ["Ware."]) == f"Widerruf {line} Ware."


def test_a_new_paragraph_on_the_next_page_is_one() -> None:
    assert text(["A long line that fills the page from side to side.", "Prices"], ["Shipping is free."]) == (
        "A long line that fills the page from side to side.\nPrices\nShipping is free."
    )


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["The deposit is non-", "refundable."], "The deposit is non-refundable."),
        (["A self-", "service desk."], "A self-service desk."),
        (["Write an e-", "mail."], "Write an e-mail."),
        (["We re-", "fund."], "We refund."),
        (["Nonprofit or not. A non-", "profit."], "Nonprofit or not. A nonprofit."),
        (["It is nonsense. All is non-", "sense."], "It is nonsense. All is nonsense."),
        (["A well-known shop. It is well-", "known."], "A well-known shop. It is well-known."),
        (["Die Rück-", "gabe der Ware."], "Die Rückgabe der Ware."),
        (["Die Kunden-", "Nr. und 14-", "tägige Frist."], "Die Kunden-Nr. und 14-tägige Frist."),
        (["Der Ein-", "und Ausgang."], "Der Ein- und Ausgang."),
        (["From 9 -", "or later."], "From 9 - or later."),
    ],
)
def test_a_divided_word_is_joined_and_a_hyphen_of_its_own_stays(lines: list[str], said: str) -> None:
    assert text(lines) == said
    assert text(lines[:1], lines[1:]) == said
