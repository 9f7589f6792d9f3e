"""Words typed by the place they stand in."""

from decimal import Decimal
from typing import Any

import pytest

from engine.diagnostics import Sink
from engine.project.containers import plain
from engine.project.scalars import AMOUNT, DURATION, NAME, Pattern, Percent, Threshold
from engine.project.shape import Reader, Shape
from engine.syntax import Mapping, read


def value(shape: Shape, written: str) -> tuple[Any, list[str]]:
    sink = Sink()
    node = read("x.yaml", f"key: {written}\n", sink)
    assert isinstance(node, Mapping)
    found = shape.read(node.entries[0].value, Reader(sink, {}))
    return found, [diagnostic.rule for diagnostic in sink.ordered()]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("30s", {"seconds": 30}),
        ("15m", {"seconds": 900}),
        ("4h", {"seconds": 14400}),
        ("3d", {"seconds": 259200}),
        ("2 business days", {"business_days": 2}),
        ("1 business day", {"business_days": 1}),
        ('"5d"', {"seconds": 432000}),
    ],
)
def test_durations(written: str, expected: dict[str, int]) -> None:
    found, rules = value(DURATION, written)
    assert (found.to_json(), rules) == (expected, [])


@pytest.mark.parametrize("written", ["0d", "5", "-1d", "1.5h", "2 weeks", "99999d", "1d 2h", "[1d]", "business days"])
def test_what_is_no_duration(written: str) -> None:
    assert value(DURATION, written) == (None, ["wrong-shape"])


def test_amounts_are_decimal_and_carry_their_currency() -> None:
    found, _ = value(AMOUNT, "499.90 EUR")
    assert (found.value, found.currency) == (Decimal("499.90"), "EUR")
    for wrong in ("500", "EUR 500", "500 eur", "1e9 EUR", "5.5.5 EUR", "NaN EUR"):
        assert value(AMOUNT, wrong)[0] is None


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ('"< 0.75"', {"op": "<", "value": "0.75"}),
        ('">=1"', {"op": ">=", "value": "1"}),
        ('"< 1.5"', None),
        ("0.5", None),
        ('"< x"', None),
        ('"= 0.5"', None),
    ],
)
def test_thresholds_stay_in_their_range(written: str, expected: dict[str, str] | None) -> None:
    found, rules = value(Threshold("0", "1"), written)
    assert (found.to_json() if found else None, rules) == (expected, [] if expected else ["wrong-shape"])


def test_percent() -> None:
    assert value(Percent, "100%")[0] == 100
    assert value(Percent, "101%")[0] is None
    assert value(Percent, "50")[0] is None


@pytest.mark.parametrize("word", ["customer", "ticket", "refused", "result", "secret", "not", "9a", "a-b", "ä", "_x"])
def test_names_that_nothing_may_bind(word: str) -> None:
    assert value(NAME, word) == (None, ["wrong-shape"])


@pytest.mark.parametrize(
    "pattern", ["(a+)+$", "(a|b)*c*+", "(x*)*", "a**", r"(a)\1", "[", "(?=x)", "a{3}{3}", "x" * 201]
)
def test_patterns_that_could_run_for_ever_are_refused(pattern: str) -> None:
    assert value(Pattern(), f"'{pattern}'") == (None, ["wrong-shape"])


def test_a_simple_pattern() -> None:
    found, rules = value(Pattern(), "'[A-Z]{2}[0-9]{6}'")
    assert (found.value, rules) == ("[A-Z]{2}[0-9]{6}", [])


def test_json_schema_is_the_one_place_with_typed_scalars() -> None:
    node = read("x.yaml", "{a: 1, b: '1', c: true, d: no, e: 1.5, f: 1e999, g: 007, h: .inf, i: null, j: -0}", Sink())
    assert node is not None
    assert plain(node) == {
        "a": 1,
        "b": "1",
        "c": True,
        "d": "no",
        "e": 1.5,
        "f": "1e999",
        "g": "007",
        "h": ".inf",
        "i": None,
        "j": 0,
    }
