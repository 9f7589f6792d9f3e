"""What customers write in four languages, all kinds of fields, with what may not be found: tests/models/extraction."""

import time
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest

from engine.models.base import Field, FieldKind, Job, Message, Money, Option, Request
from engine.models.local.extract import extract
from engine.models.local.model import answer
from tests.models.conftest import NOW

CASES: Final = Path(__file__).parent / "extraction"
LANGUAGES: Final = ("en", "de", "fr", "es")
REASONS: Final = tuple(Option(one, one) for one in ("damaged", "late", "unwanted", "charged_twice"))
ITEMS: Final = (
    Option("Blue mug", "mug", ("blaue Tasse", "tasse bleue", "taza azul")),
    Option("Oak table", "table", ("Eichentisch", "table en chêne", "mesa de roble")),
    Option("Reading lamp", "lamp", ("Leselampe", "lampe de lecture", "lámpara de lectura")),
)
PLAIN: Final[dict[str, FieldKind]] = {
    "order_number": "order_number", "money": "money", "date": "date", "email": "email", "phone": "phone",
    "postcode": "postcode", "yes_no": "yes_no", "count": "integer", "note": "text",
}  # fmt: skip
FIELDS: Final = {
    **{name: Field(name, kind=kind) for name, kind in PLAIN.items()},
    "reason": Field("reason", kind="one_of", options=REASONS),
    "items": Field("items", kind="some_of", options=ITEMS),
    "reference": Field("reference", kind="pattern", pattern=r"[A-Z]{2}-[0-9]{4}"),
}


class Line(NamedTuple):
    """One case of the corpus."""

    language: str
    kind: str
    asked: bool
    text: str
    want: str


def lines() -> Iterator[Line]:
    """All cases, language by language."""
    for language in LANGUAGES:
        for path in sorted(CASES.glob(f"{language}*.txt")):
            for row in path.read_text("utf-8").splitlines():
                kind, text, want = (part.strip() for part in row.split(" | "))
                yield Line(language, kind.rstrip("?"), kind.endswith("?"), text, want)


def found(line: Line) -> str:
    """What is found, as the corpus writes it."""
    messages = [Message("engine", "Which one?"), Message("customer", line.text)]
    wanted = line.kind if line.asked else None
    request = Request(Job.EXTRACT, messages, fields=(FIELDS[line.kind],), now=NOW, language=line.language, asked=wanted)
    said = answer(request).data
    return _written(said[line.kind]) if line.kind in said else "-"


def _written(value: Any) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case Money(amount, currency):
            return f"{amount} {currency}" if currency else str(amount)
        case list():
            return ", ".join(map(str, value))
        case date() | Decimal() | int():
            return str(value)
        case _:
            return str(value)


@pytest.mark.parametrize("line", tuple(lines()), ids=lambda line: f"{line.language}-{line.kind}-{line.text}")
def test_what_customers_write(line: Line) -> None:
    assert found(line) == line.want


def test_each_language_has_enough_of_all_kinds() -> None:
    for language in LANGUAGES:
        own = [line for line in lines() if line.language == language]
        assert len(own) >= 60
        assert {line.kind for line in own} == set(FIELDS)
        assert sum(line.want == "-" for line in own) >= 20


GROWING: Final = (
    "4821 ", "a@", "#", "1.", "order ", "a.b-", "+49 ", "1 ", "yes ", "AB-", "1/1/", "é", "12 EUR ", "not ", "a@a.",
    "(", "Bestellung nicht ", "3 mai ", "lunes ", "'", "> ", "1,234.", "und ", "PLZ ", "half of the ", "20 EUR each ",
    "the lamp and ", "I keep ", "my wife's ", "you wrote from ", "is late ", "no, ",
)  # fmt: skip


def _seconds(text: str) -> float:
    """Of this thread's processor: how busy the machine is makes no difference."""
    messages = [Message("engine", "Which one?"), Message("customer", text)]
    started = time.thread_time()
    for name, field in FIELDS.items():
        extract(Request(Job.EXTRACT, messages, fields=(field,), now=NOW, language="de", asked=name))
    return time.thread_time() - started


@pytest.mark.parametrize("part", GROWING)
def test_no_pattern_runs_away(part: str) -> None:
    """Eight times the text takes eight times as long, give or take: a pattern that tries all pairs would take 64, one
    that backtracks would not end."""
    _seconds(part * 10)
    short, long = part * (100 // len(part)), part * (800 // len(part))
    base = min(_seconds(short) for _ in range(3))
    assert _seconds(long) < 0.1 + 30 * base


def test_a_huge_text_is_cut_before_it_is_read() -> None:
    at_the_limit, huge = "order 4821 " * 730, "order 4821 " * 1_000_000
    _seconds(at_the_limit)
    assert _seconds(huge) < 1 + 10 * _seconds(at_the_limit)
