"""What a person answers, read by the kinds of its fields."""

from datetime import UTC, datetime
from typing import Any

import pytest

from engine.runtime.asked import MAX_TEXT, expected, read, told

NOW = datetime(2026, 11, 23, tzinfo=UTC)
ITEMS = {"options": [{"label": "lamp", "value": {"id": "a"}}, {"label": "table leg", "value": {"id": "b"}}]}


def field(kind: str, **more: Any) -> dict[str, Any]:
    return {"name": "it", "kind": kind, "ask": "", **more}


def answered(given: Any, kind: str, **more: Any) -> Any:
    """The encoded value, or None where it was refused."""
    values, wrong = read({"fields": [field(kind, **more)], "names": {}}, {"it": given}, now=NOW)
    assert (values == {}) is bool(wrong)
    assert not wrong or wrong == {"it": expected(field(kind, **more))}
    return values.get("it")


@pytest.mark.parametrize(("kind", "given", "value"), [
    ("text", "  It fell. ", "It fell."), ("number", "12.5", {"$number": "12.5"}), ("number", 3, {"$number": "3"}),
    ("number", 0.1, {"$number": "0.1"}), ("number", 1e-07, {"$number": "1E-7"}), ("number", "-4", {"$number": "-4"}),
    ("integer", "7", 7), ("integer", 7.0, 7), ("yes_no", "Yes", True), ("yes_no", False, False),
    ("yes_no", "no", False), ("date", "2026-11-23", {"$date": "2026-11-23"}),
    ("email", "ana@shop.example", "ana@shop.example"),
    ("postcode", "80331", "80331"), ("order_number", "4821", "4821"), ("phone", "+49 89 123456", "+4989123456"),
])  # fmt: skip
def test_what_fits(kind: str, given: Any, value: Any) -> None:
    assert answered(given, kind) == value
    assert type(answered(given, kind)) is type(value)


@pytest.mark.parametrize(("kind", "given"), [
    ("text", ""), ("text", "  "), ("text", 3), ("text", ["a"]), ("text", "a" * (MAX_TEXT + 1)),
    ("number", True), ("number", "1e5"), ("number", "12,5"), ("number", float("nan")), ("number", float("inf")),
    ("number", "1" * 400), ("number", "٣"), ("number", {}), ("integer", "7.5"), ("integer", False),
    ("yes_no", "maybe"), ("yes_no", 1), ("yes_no", 0), ("yes_no", []), ("date", "23.11.2026"), ("date", "2026-02-30"),
    ("date", "20261123"), ("date", 3), ("email", "ana"), ("email", "ana@shop.example or so"), ("postcode", "here"),
    ("order_number", "the second"), ("phone", "1"),
])  # fmt: skip
def test_what_does_not(kind: str, given: Any) -> None:
    assert answered(given, kind) is None


@pytest.mark.parametrize(("given", "amount"), [
    ("12.50", "12.50"), ("12.50 EUR", "12.50"), ("12eur", "12"), (12, "12"), (12.5, "12.5"), ("12.50 USD", None),
    ("-3", None), ("12,50", None), ("EUR 12", None), (True, None), ("", None), ({"amount": 3}, None),
])  # fmt: skip
def test_money(given: Any, amount: str | None) -> None:
    assert answered(given, "money", currency="EUR") == (None if amount is None else {"$money": [amount, "EUR"]})


def test_options_are_chosen_by_label() -> None:
    assert answered("table leg", "one_of", **ITEMS) == {"id": "b"}
    assert answered(" table  leg", "one_of", **ITEMS) == {"id": "b"}
    assert answered(["lamp", "table leg"], "some_of", **ITEMS) == [{"id": "a"}, {"id": "b"}]
    assert answered("lamp", "some_of", **ITEMS) == [{"id": "a"}]
    wrong: Any
    for wrong in ("Lamp", "a", "0", 0, {"id": "a"}, ["lamp"]):
        assert answered(wrong, "one_of", **ITEMS) is None
    for wrong in ([], ["lamp", "lamp"], ["lamp", "x"], [0], {"lamp": 1}, 3):
        assert answered(wrong, "some_of", **ITEMS) is None


def test_a_pattern_is_matched_as_a_whole() -> None:
    pattern = "[A-Z]{2}[0-9]{4}"
    assert answered("AB1234", "pattern", pattern=pattern) == "AB1234"
    assert answered("it is AB1234", "pattern", pattern=pattern) is None
    assert answered("AB12345", "pattern", pattern=pattern) is None


ASKED = {
    "fields": [
        field("yes_no", name="covered"),
        field("text", name="why", **{"if": ["not", ["name", "covered"]]}),
        field("text", name="gift", **{"if": ["cmp", ["name", "total"], [">", ["num", "10"]]]}),
        field("text", name="note", optional=True, **{"if": ["cmp", ["name", "why"], ["==", ["lit", "wet"]]]}),
    ],
    "names": {"total": {"$number": "12"}},
}
ASKED_LESS = {**ASKED, "names": {"total": {"$number": "2"}}}


def test_a_condition_says_what_is_asked_for() -> None:
    assert read(ASKED, {"covered": True, "gift": "x"}, now=NOW) == ({"covered": True, "gift": "x"}, {})
    assert set(read(ASKED, {"covered": False}, now=NOW)[1]) == {"why", "gift"}
    assert read(ASKED_LESS, {"covered": False, "why": "wet", "note": "n"}, now=NOW)[1] == {}
    _, wrong = read(ASKED_LESS, {"covered": True, "why": "wet"}, now=NOW)
    assert wrong == {"why": "nothing: it is not asked for with these answers"}
    assert set(read({**ASKED, "names": {}}, {"covered": True}, now=NOW)[1]) == {"gift"}, "undecidable: asked for"


def test_an_answer_as_people_read_it() -> None:
    asked = {"fields": [field("some_of", **ITEMS), field("money", name="m", currency="EUR"), field("date", name="d")]}
    answer = {"it": [{"id": "b"}], "m": {"$money": ["3", "EUR"]}, "d": {"$date": "2026-11-23"}}
    assert told(asked, answer) == {"it": ["table leg"], "m": "3 EUR", "d": "2026-11-23"}
