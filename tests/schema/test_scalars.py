"""Each shape of a scalar against its schema: what the engine reads, no editor underlines."""

import re
from decimal import Decimal
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from engine.diagnostics import Sink
from engine.project import hours, scalars, tool
from engine.project.grant import GRANT, GrantEntry
from engine.project.ranges import between, natural
from engine.project.scalars import Number, Pattern, Threshold, decimal
from engine.project.shape import Outline, Reader, Shape
from engine.steps import STEPS
from engine.steps.wait import Branch
from engine.syntax import Mapping
from engine.syntax import read as parsed
from tests.schema.loaders import LOADERS, read

SHAPES: dict[str, Shape] = {
    "string": scalars.STRING, "duration": scalars.DURATION, "amount": scalars.AMOUNT, "percent": scalars.Percent,
    "name": scalars.NAME, "slug": scalars.SLUG, "yes": scalars.YES, "expression": scalars.EXPRESSION,
    "template": scalars.TEMPLATE, "language": scalars.LANGUAGE, "currency": scalars.CURRENCY,
    "attempts": Number("1", "10", whole=True), "status": Number("100", "599", whole=True), "share": Number("0.5", "1"),
    "confidence": Threshold("0", "1"), "sentiment": Threshold("-1", "1"), "turns": Threshold("0", "1000"),
    "pattern": Pattern(), "limit": GrantEntry.KEYS["limit"].shape, "grant": GRANT, "day": hours.DAY,
    "days": hours._DayNames(), "hours": hours._HOURS, "tool": tool._TOOL, "event": Branch.KEYS["event"].shape,
    "outcome": STEPS["close"].KEYS["close"].shape, "escalate": STEPS["escalate"].KEYS["escalate"].shape,
}  # fmt: skip

WORDS = r"""
no No yes on off true True false y n null ~ 0421 4821 12:30 1:20:30 1.10 1_000 0x1F 0o17 .5 5. 1e3 1.5e+3 .inf .nan -0
+5 -5 2d 30s 15m 4h 3d 0d 99999s 87840h 87841h 3660d 3661d 100000s 00001d 1d2 5w 999 1000 0 1 2 9 10 11 99 100 101 599
600 1.0 1.00 10.0 10.5 0.5 0.49 0.50 0.499 0.999 1.01 1.000 0.0 -1 -1.0 -0.5 -1.1 100% 0% 100.0% 100.1% 99.99% -0% +5%
50 EUR eur OFF USD en de EN e2 deu a A a-b a_b A_b _a 1a -a a.b a.b.c a.b.c.d a.b.c.d.e ä.ö .a a. orders.get
Orders.Get a..b customer result conversation secret loop mon sun mon-fri fri-mon mon-mon mo 2026-12-25 2026-02-29
2028-02-29 2026-2-1 2026-13-01 2100-02-29 2000-02-29 0000-01-01 2026-04-31 09:00-18:00 18:00-09:00 00:00-24:00
24:00-24:00 9:00-18:00 allow any solved denied escalate (a+)+ '[0-9]+' '[A-Z]{2}[0-9]{6}' \d a** (?=a) (a)\1 '['
support
""".split()
TEXTS = [
    *WORDS,
    "2 business days", "1 business day", "0 business days", "1000 business days",
    "2  business days", "500 EUR", "0.5 EUR", "500  EUR", "1.234.5 EUR", "500 eur",
    ". EUR", "1 per order_id", "0 per order_id", "2 per customer per 90d",
    "1 per a.b", "500 EUR per customer per 30d", "0 EUR per customer",
    "0.00 EUR per customer", "1 per x per 2 business days", "1 per x per",
    "1 per", "1000000 per x", "000001 per x", "per x", "'< 0.5'", "'<0.5'", "'<= 1'",
    "'> 8'", "'> 1000'", "'> 1001'", "'< -0.5'", "'< -1'", "'< -1.5'", "'== 1'", "'< x'",
    "'<'", "''", "' '", "'no'", "'5'", "'0.7'", "'100'", "\"a\\tb\"", "a b", "order.total > 5",
    "|-\n  two\n  lines",
]  # fmt: skip

BACKWARDS = {("hours", "18:00-09:00"), ("hours", "24:00-24:00")}
"""Hours that end before they begin: no pattern tells."""
NO_CURRENCY = ("currency", "OFF")
"""A boolean to YAML 1.1; the engine knows currencies by their form alone."""


def accepted(shape: Shape, text: str) -> bool:
    """Whether the engine reads it, without a finding of shape."""
    sink = Sink()
    tree = parsed("flows/a.yaml", f"key: {text}\n", sink)
    assert isinstance(tree, Mapping)
    assert len(sink) == 0, text
    node = tree.get("key")
    assert node is not None
    reader = Reader(sink, STEPS)
    shape.read(node, reader)
    return not [found for found in sink.ordered() if found.rule != "expression"]


@cache
def validator(shape: Shape) -> Draft7Validator:
    outline = Outline(STEPS)
    schema = {"allOf": [shape.schema(outline)], "definitions": outline.definitions}
    return Draft7Validator(schema, format_checker=Draft7Validator.FORMAT_CHECKER)


def passes(shape: Shape, text: str, loader: str) -> bool:
    return validator(shape).is_valid(read(f"key: {text}\n", loader)["key"])


@pytest.mark.parametrize("name", SHAPES)
def test_what_the_engine_reads_passes(name: str) -> None:
    for text in TEXTS:
        right = accepted(SHAPES[name], text)
        for loader in LOADERS:
            if right and (name, text) != NO_CURRENCY:
                assert passes(SHAPES[name], text, loader), (text, loader)


@pytest.mark.parametrize("name", SHAPES)
def test_what_it_refuses_is_refused_where_scalars_stay_text(name: str) -> None:
    for text in TEXTS:
        right = accepted(SHAPES[name], text)
        if not right and (name, text) not in BACKWARDS:
            assert not passes(SHAPES[name], text, "strings"), text


@settings(max_examples=300, deadline=None)
@given(st.from_regex(r"[+-]?[0-9]{1,4}(\.[0-9]{1,3})?", fullmatch=True), st.integers(0, 1200), st.integers(0, 1200))
def test_a_range_is_what_it_says(text: str, one: int, other: int) -> None:
    low, high = Decimal(min(one, other)), Decimal(max(one, other))
    value = decimal(text)
    assert value is not None
    assert bool(re.fullmatch(between(low, high), text)) == (low <= value <= high)
    assert bool(re.fullmatch(between(low, high, whole=True), text)) == (low <= value <= high and value == int(value))
    assert bool(re.fullmatch(between(-high, low), text)) == (-high <= value <= low)
    assert bool(re.fullmatch(natural(int(low), int(high)), text)) == (text.isdigit() and low <= value <= high)
    assert bool(re.fullmatch(between(low + Decimal("0.3"), high + 1), text)) == (
        low + Decimal("0.3") <= value <= high + 1
    )
