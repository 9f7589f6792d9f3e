"""Between JSON and the values of flows: both directions, and what has no form."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.expressions.values import Money, canonical
from engine.tools import wire
from engine.tools.base import Unreadable
from engine.tools.typed import plain, typed

CET = timezone(timedelta(hours=2))


def record(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def euro(text: str) -> Money:
    return Money(Decimal(text), "EUR")


MINOR = {"type": "integer", "money": {"currency": "currency", "minor": True}}
TEXT = {"type": "string"}

BOTH_WAYS = [
    (euro("59.90"), {"type": "number", "money": "EUR"}, Decimal("59.90")),
    (euro("59.90"), {"type": "string", "money": "EUR"}, "59.90"),
    (euro("-3"), {"type": "integer", "money": {"currency": "EUR", "minor": True}}, -300),
    (Money(Decimal(500), "JPY"), {"type": "integer", "money": {"currency": "JPY", "minor": True}}, 500),
    (Money(Decimal("1.234"), "KWD"), {"type": "integer", "money": {"currency": "KWD", "minor": "true"}}, 1234),
    ({"total": euro("1.05"), "currency": "EUR"}, record(total=MINOR, currency=TEXT), {"total": 105, "currency": "EUR"}),
    (
        {"lines": [{"price": euro("2")}, {"price": euro("3.5")}], "currency": "EUR"},
        record(currency=TEXT, lines={"type": "array", "items": record(price=MINOR)}),
        {"lines": [{"price": 200}, {"price": 350}], "currency": "EUR"},
    ),
    (date(2026, 7, 30), {"type": "string", "format": "date"}, "2026-07-30"),
    (datetime(2026, 7, 30, 9, 30, tzinfo=CET), {"type": "string", "format": "date-time"}, "2026-07-30T09:30:00+02:00"),
    (timedelta(hours=26, microseconds=5), {"type": "string", "format": "duration"}, "PT93600.000005S"),
    (7, {"type": "integer"}, 7),
    (Decimal("0.1"), {"type": "number", "minimum": 0.1, "multipleOf": 0.01}, Decimal("0.1")),
    (True, {"type": "boolean"}, True),
    (None, {"type": ["string", "null"]}, None),
    ("damaged", {"enum": ["damaged", "late"]}, "damaged"),
    ({"a": {"b": [1, "x", None]}}, {"type": "object"}, {"a": {"b": [1, "x", None]}}),
    ({"n": {"x": 1}}, record(n={"type": "object", "additionalProperties": {"type": "integer"}}), {"n": {"x": 1}}),
    ([1, "a"], {"prefixItems": [{"type": "integer"}, TEXT]}, [1, "a"]),
]  # fmt: skip


@pytest.mark.parametrize(("value", "schema", "json_"), BOTH_WAYS)
def test_a_value_and_its_json(value: Any, schema: Any, json_: Any) -> None:
    assert plain(value, schema) == json_
    assert typed(json_, schema) == value
    assert type(typed(json_, schema)) is type(value)


@pytest.mark.parametrize(
    ("json_", "schema", "value"),
    [
        (Decimal("40.0"), {"type": "integer"}, 40),
        (40, {"type": "number"}, Decimal(40)),
        (
            {"total": 105, "currency": "eur"},
            record(total=MINOR, currency=TEXT),
            {"total": euro("1.05"), "currency": "eur"},
        ),
        (
            "2026-07-30T09:30:00",
            {"format": "date-time", "timezone": "Europe/Berlin"},
            datetime(2026, 7, 30, 9, 30, tzinfo=CET),
        ),
        (
            {"at": "2026-07-30 09:30"},
            {**record(at={"format": "date-time"}), "timezone": "Europe/Berlin"},
            {"at": datetime(2026, 7, 30, 9, 30, tzinfo=CET)},
        ),
        (
            "2026-07-30T09:30:00.123456789Z",
            {"format": "date-time"},
            datetime(2026, 7, 30, 9, 30, 0, 123456, tzinfo=UTC),
        ),
        ("P1W2DT3H4M5S", {"format": "duration"}, timedelta(weeks=1, days=2, hours=3, minutes=4, seconds=5)),
        ("e\u0301", TEXT, "é"),
        ("a\ud800b", TEXT, "a\ufffdb"),
        ({"a": 1, "b": 2}, record(a={}), {"a": 1}),
        ({"a": 1, "b": 2}, {**record(a={}), "additionalProperties": True}, {"a": 1, "b": 2}),
        (
            {"a": "x", "b": "2026-07-30"},
            {**record(a={}), "additionalProperties": {"format": "date"}},
            {"a": "x", "b": date(2026, 7, 30)},
        ),
        (
            {"p": 5},
            {"$defs": {"m": {"type": "integer", "money": "EUR"}}, **record(p={"$ref": "#/$defs/m"})},
            {"p": euro("5")},
        ),
        ("2026-07-30", {"oneOf": [{"type": "integer"}, {"type": "string", "format": "date"}]}, date(2026, 7, 30)),
        (
            {"d": "2026-07-30", "x": 1},
            {"allOf": [record(d={"format": "date"}), record(x={})]},
            {"d": date(2026, 7, 30), "x": 1},
        ),
    ],
)
def test_reading(json_: Any, schema: Any, value: Any) -> None:
    assert typed(json_, schema) == value


@pytest.mark.parametrize(
    ("json_", "schema", "path"),
    [
        (True, {"type": "integer"}, "$"),
        (True, {"type": "number", "money": "EUR"}, "$"),
        ("12,50", {"type": "string", "money": "EUR"}, "$"),
        ("NaN", {"money": "EUR"}, "$"),
        (Decimal("10.5"), {"money": {"currency": "EUR", "minor": True}}, "$"),
        ({"total": 1}, record(total=MINOR), "$.total"),
        ({"total": 1, "currency": 7}, record(total=MINOR), "$.total"),
        ("2026-02-30", {"format": "date"}, "$"),
        ("20260730", {"format": "date"}, "$"),
        ("2026-W31-4", {"format": "date"}, "$"),
        ("2026-07-30T09:30:00", {"format": "date-time"}, "$"),
        ("2026-07-30T09:30:00", {"format": "date-time", "timezone": "Mars/Olympus"}, "$"),
        ("0001-01-01T00:00:00+14:00", {"format": "date-time"}, "$"),
        ("9999-12-31T23:59:59-14:00", {"format": "date-time"}, "$"),
        ("P1M", {"format": "duration"}, "$"),
        ("P", {"format": "duration"}, "$"),
        ([{"d": "x"}], {"items": record(d={"format": "date"})}, "$[0].d"),
        ({"mia@customer.example": "x"}, {"additionalProperties": {"type": "integer"}}, "$.*"),
        ({"a": 1}, {"required": ["a", "b"]}, "$.b"),
        (1, {"$ref": "https://evil.example/schema.json"}, "$"),
        ({"a": {"a": {}}}, {"$ref": "#"}, None),
    ],
)
def test_what_breaks_its_schema(json_: Any, schema: Any, path: str | None) -> None:
    with pytest.raises(Unreadable) as raised:
        typed(json_, schema)
    if path is not None:
        assert raised.value.path == path


@pytest.mark.parametrize(
    ("value", "schema"),
    [
        (euro("1"), {"money": "USD"}),
        (euro("1"), {"type": "number"}),
        (euro("1.005"), {"money": {"currency": "EUR", "minor": True}}),
        (40, {"money": {"currency": "EUR", "minor": True}}),
        (40, {"money": {"currency": "currency"}}),
        ({"total": euro("1")}, record(total=MINOR)),
        ({"total": euro("1"), "currency": "USD"}, record(total=MINOR, currency=TEXT)),
        ({"currency": "USD", "total": euro("1")}, record(total=MINOR, currency=TEXT)),
        ({"a": euro("1"), "b": Money(Decimal(1), "USD")}, record(a=MINOR, b=MINOR, currency=TEXT)),
        (object(), {}),
        (1.5, {}),
    ],
)
def test_what_has_no_form(value: Any, schema: Any) -> None:
    with pytest.raises(Unreadable):
        plain(value, schema)


def test_the_currency_beside_an_amount_is_set() -> None:
    shape = record(total=MINOR, currency={"enum": ["eur", "usd"]})
    assert plain({"total": euro("1.05")}, shape) == {"total": 105, "currency": "eur"}


def test_none_is_missing_where_null_is_not_allowed() -> None:
    shape = record(a=TEXT, b={"type": ["string", "null"]})
    assert plain({"a": None, "b": None}, shape) == {"b": None}


def test_a_claim_that_is_text_is_judged_by_typed() -> None:
    shape = record(on={"type": "string", "format": "date"}, amount={"type": "number", "money": "EUR"})
    assert typed(plain({"on": "2026-07-30", "amount": 40}, shape), shape) == {
        "on": date(2026, 7, 30),
        "amount": euro("40"),
    }
    with pytest.raises(Unreadable):
        typed(plain({"on": "tomorrow"}, shape), shape)


def test_a_deep_answer_is_refused_and_not_a_crash() -> None:
    deep: Any = {}
    for _ in range(5000):
        deep = {"a": deep}
    with pytest.raises(Unreadable):
        typed(deep, {"$defs": {"n": record(a={"$ref": "#/$defs/n"})}, "$ref": "#/$defs/n"})


moments = st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(CET))
amounts = st.decimals(-(10**9), 10**9, places=2)
leaves = st.one_of(
    st.tuples(st.integers(-(10**12), 10**12), st.just({"type": "integer"})),
    st.tuples(st.decimals(-(10**9), 10**9, places=4), st.just({"type": "number"})),
    st.tuples(st.text(), st.just(TEXT)),
    st.tuples(st.booleans(), st.just({"type": "boolean"})),
    st.tuples(st.dates(date(1970, 1, 1), date(2100, 1, 1)), st.just({"type": "string", "format": "date"})),
    st.tuples(moments, st.just({"type": "string", "format": "date-time"})),
    st.tuples(st.timedeltas(timedelta(-9999), timedelta(9999)), st.just({"type": "string", "format": "duration"})),
    st.tuples(amounts.map(lambda a: Money(a, "EUR")), st.sampled_from([
        {"type": "integer", "money": {"currency": "EUR", "minor": True}}, {"type": "number", "money": "EUR"},
        {"type": "string", "money": "EUR"}, {"money": {"currency": "EUR"}},
    ])),
)  # fmt: skip


def nested(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    lists = st.tuples(st.lists(inner, max_size=4)).map(
        lambda given: ([v for v, _ in given[0]], {"type": "array", "prefixItems": [s for _, s in given[0]]})
    )
    records = st.dictionaries(st.text(max_size=5).filter(str.isidentifier), inner, max_size=4).map(
        lambda given: ({k: v for k, (v, _) in given.items()}, record(**{k: s for k, (_, s) in given.items()}))
    )
    return lists | records


@given(st.recursive(leaves, nested, max_leaves=8))
def test_what_is_written_is_read_back(case: tuple[Any, Any]) -> None:
    value, schema = case
    over_the_wire = wire.read(wire.write(plain(value, schema)))
    assert canonical(typed(over_the_wire, schema)) == canonical(value)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text() | amounts,
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_written_json_is_json(value: Any) -> None:
    assert json.loads(wire.write(value), parse_float=Decimal) == value


def test_numbers_are_exact_on_the_wire() -> None:
    assert (
        wire.write({"a": Decimal("59.90"), "b": Decimal("1E+3"), "c": 10**20})
        == b'{"a":59.90,"b":1000,"c":100000000000000000000}'
    )
    assert wire.read(b'{"a": 59.90}') == {"a": Decimal("59.90")}
    assert wire.read(b"\xef\xbb\xbf[1]") == [1]
    assert wire.read(b" \n") is None
    with pytest.raises(TypeError):
        wire.write({"a": 1.5})
