"""What the checker accepts, the evaluator does: random expressions over random typed names.

`ENGINE_PROVE=1` runs many more. A failure names its seed: `ENGINE_PROVE_SEED=<seed>` runs that one alone.
"""

import os
from collections import Counter
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest

from engine.diagnostics import Sink
from engine.expressions import Tree, infer, parse_expression, parse_template, to_json
from engine.expressions.evaluate import EvaluationError, evaluate
from engine.expressions.failure import CODES
from engine.syntax import Text, read
from engine.types import TEXT, UNKNOWN, Type, show
from tests.expressions.made import Maker
from tests.types.given import belongs, random_type, random_value

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MANY = 100_000 if os.environ.get("ENGINE_PROVE") else 3_000
ONE = os.environ.get("ENGINE_PROVE_SEED")
ALLOWED = {"limit", "division", "currency"}
"""What no type tells: how much, divided by what, and the currency of money whose type leaves it open."""


def text_of(said: str) -> Text:
    """A text in double quotes; whatever is not plain is escaped."""
    plain = (
        char if char.isascii() and char.isprintable() and char not in '"\\' else f"\\U{ord(char):08x}" for char in said
    )
    node = read("flows/case.yaml", f'"{"".join(plain)}"', Sink())
    assert isinstance(node, Text)
    assert node.value == said
    return node


def made(seed: int) -> tuple[Random, dict[str, Type], Text, Tree, Type, Sink]:
    chance = Random(seed)
    names = {name: random_type(chance) for name in ("order", "total", "state", "items", "due", "note")}
    maker, sink = Maker(chance, names), Sink()
    template = chance.random() < 0.2
    text = text_of(maker.template() if template else maker.expression())
    tree = (parse_template if template else parse_expression)(text, sink)
    kind = infer(tree, names, sink, text)
    assert isinstance(tree, Tree), f"seed {seed}: {text.value}: {sink.ordered()}"
    return chance, names, text, tree, kind, sink


def outcome(tree: Tree, values: dict[str, Any]) -> tuple[Any, EvaluationError | None]:
    try:
        return evaluate(to_json(tree), values, now=NOW), None
    except EvaluationError as error:
        return None, error


@pytest.mark.timeout(1200)
def test_an_accepted_expression_has_values_of_its_type() -> None:
    accepted, ended = 0, Counter[str]()
    seeds = [int(ONE)] if ONE else range(MANY)
    for seed in seeds:
        chance, names, text, tree, kind, sink = made(seed)
        if len(sink):
            continue
        accepted += 1
        for _ in range(6):
            values = {name: random_value(chance, wanted) for name, wanted in names.items()}
            value, error = outcome(tree, values)
            ended[error.code if error else "value"] += 1
            right = error.code in ALLOWED if error else belongs(value, kind, bare="sum" in text.value)
            assert right, (
                f"seed {seed}: {text.value}\nnames: {names}\nvalues: {values}\ntype: {show(kind)}, {kind}\n"
                f"value: {value!r}, error: {error}"
            )
    if not ONE:
        assert accepted >= 0.3 * MANY, f"only {accepted} of {MANY} are accepted"
        assert ended["value"] >= 0.8 * ended.total(), f"too few have a value: {ended}"


def test_in_a_gate_a_missing_value_is_the_one_thing_more_that_can_come_up() -> None:
    """`closes`: what needs no guard there raises `missing`, which closes the gate, and nothing else."""
    more = 0
    for seed in range(MANY // 3):
        chance, names, text, tree, _, sink = made(seed)
        lenient = Sink()
        kind = infer(tree, names, lenient, text, closes=True)
        assert len(lenient) <= len(sink), f"seed {seed}: {text.value}: {lenient.ordered()}"
        if len(lenient):
            continue
        more += bool(len(sink))
        for _ in range(3):
            values = {name: random_value(chance, wanted) for name, wanted in names.items()}
            value, error = outcome(tree, values)
            right = error.code in {*ALLOWED, "missing"} if error else belongs(value, kind, bare="sum" in text.value)
            assert right, f"seed {seed}: {text.value}\nvalues: {values}\nvalue: {value!r}, error: {error}"
    assert more, "no expression was accepted for the sake of a gate"


@pytest.mark.parametrize("seed", range(40))
def test_nothing_but_an_evaluation_error_whatever_the_values_are(seed: int) -> None:
    """Values of other types than were declared: a tool that broke its promise, a plan of an older project."""
    for number in range(40):
        chance, names, _, tree, _, _ = made(seed * 1_000_003 + number)
        values = {name: random_value(chance, random_type(chance)) for name in names if chance.random() < 0.9}
        _, error = outcome(tree, values)
        assert error is None or error.code in CODES


def test_unknown_silences() -> None:
    """A name of which nothing is known is never what a finding is about."""
    for seed in range(400):
        chance = Random(seed)
        names = {name: random_type(chance) for name in ("order", "total", "items")}
        maker, sink = Maker(chance, names, noise=0), Sink()
        text = text_of(maker.expression())
        tree = parse_expression(text, Sink())
        infer(tree, dict.fromkeys(names, UNKNOWN), sink, text)
        wrong = [found for found in sink.ordered() if found.rule not in ("unknown-name", "filter-binds-tighter")]
        for found in wrong:
            said = text.value[found.place.column - 2 :]
            assert not said.startswith(tuple(names)), f"seed {seed}: {text.value}: {found.message}"


def test_a_template_is_a_text() -> None:
    for seed in range(400):
        _, _, text, _, kind, _ = made(seed)
        if text.value.startswith("Hi "):
            assert kind == TEXT
