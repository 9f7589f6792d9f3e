"""What is an expression, what is none and how that is said; the tree, and where each part stands."""

import os
from random import Random
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.diagnostics import Sink
from engine.expressions import Tree, infer, parse_expression, parse_template, to_json
from engine.expressions.evaluate import EvaluationError, evaluate
from engine.expressions.parse import _ALONE, _parts, _text, _whole
from engine.expressions.parse_plain import plain_expression, plain_parts
from engine.expressions.tree import shown
from engine.syntax import Broken
from engine.types import TEXT, UNKNOWN, enum, list_of, map_of, money, optional, record
from tests.expressions.test_soundness import text_of

MANY = 60_000 if os.environ.get("ENGINE_PROVE") else 4_000


def tree_of(said: str, template: bool = False) -> Any:
    sink = Sink()
    tree = (parse_template if template else parse_expression)(text_of(said), sink)
    assert isinstance(tree, Tree), sink.ordered()
    return to_json(tree)


@pytest.mark.parametrize(
    ("said", "tree"),
    [
        ("1", ["num", "1"]),
        ("1_000", ["num", "1000"]),
        ("59.90", ["num", "59.90"]),
        ("1e3", ["num", "1000"]),
        ("1.5e-3", ["num", "0.0015"]),
        ("10 EUR", ["money", "10", "EUR"]),
        ("-1_000.50  USD", ["neg", ["money", "1000.50", "USD"]]),
        ("a > 10 EUR and b", ["and", ["cmp", ["name", "a"], [">", ["money", "10", "EUR"]]], ["name", "b"]]),
        ("[1, 10 EUR] | sum", ["filter", "sum", ["list", ["num", "1"], ["money", "10", "EUR"]]]),
        ("'it''s' == 'x'", None),
        ("true and none != 'x'", ["and", ["lit", True], ["cmp", ["lit", None], ["!=", ["lit", "x"]]]]),
        ("order.items[0].sku", ["dot", ["index", ["dot", ["name", "order"], "items"], ["num", "0"]], "sku"]),
        ("a - b | round(2)", ["sub", ["name", "a"], ["filter", "round", ["name", "b"], ["num", "2"]]]),
        ("not a in b", ["not", ["cmp", ["name", "a"], ["in", ["name", "b"]]]]),
        ("a not in b", ["cmp", ["name", "a"], ["not-in", ["name", "b"]]]),
        ("0 < a <= b", ["cmp", ["num", "0"], ["<", ["name", "a"]], ["<=", ["name", "b"]]]),
        ("a is not none", ["not", ["test", "none", ["name", "a"]]]),
        ("a if b", ["cond", ["name", "b"], ["name", "a"], ["lit", None]]),
        ("(a, b)", ["list", ["name", "a"], ["name", "b"]]),
        ("a is all_in(b)", ["test", "all_in", ["name", "a"], ["name", "b"]]),
        ("-a", ["neg", ["name", "a"]]),
    ],
)
def test_trees(said: str, tree: Any) -> None:
    if tree is not None:
        assert tree_of(said) == tree
        assert evaluate_or_error(tree) is not None


def evaluate_or_error(tree: Any) -> Any:
    try:
        return (evaluate(tree, {}),)
    except EvaluationError as error:
        return error


@pytest.mark.parametrize(
    ("said", "tree"),
    [
        ("Hi", ["lit", "Hi"]),
        ("{{ a }}", ["name", "a"]),
        (" {{ a }}\n", ["name", "a"]),
        ("Hi {{ a }}", ["text", ["lit", "Hi "], ["name", "a"]]),
        ("{{ a }}{{ b }}", ["text", ["name", "a"], ["name", "b"]]),
        ("{% if a %}b{% elif c %}d{% else %}e{% endif %}",
         ["text", ["when", ["name", "a"], [["lit", "b"]], [["when", ["name", "c"], [["lit", "d"]], [["lit", "e"]]]]]]),
        ("{% for x in a %}{{ x }}{% endfor %}", ["text", ["for", "x", ["name", "a"], [["name", "x"]], []]]),
        ("{# no #}a", ["text", ["lit", "a"]]),
        ("a\r\nb {{ c }}", ["text", ["lit", "a\nb "], ["name", "c"]]),
    ],
)  # fmt: skip
def test_templates(said: str, tree: Any) -> None:
    assert tree_of(said, template=True) == tree


def finding(said: str, template: bool = False) -> tuple[str, str]:
    """The one finding: the characters that it points at, and what it says."""
    text, sink = text_of(said), Sink()
    assert isinstance((parse_template if template else parse_expression)(text, sink), Broken)
    (found,) = sink.ordered()
    places = [at for at in range(len(said)) if found.place[1:3] <= text.place_of(at, at + 1)[1:3] < found.place[3:5]]
    tip = f" ({found.tip})" if found.tip else ""
    return "".join(said[at] for at in places), f"{found.rule}: {found.message}{tip}"


ACCEPTED = (
    "expressions take names, dots, numbers, texts, lists, arithmetic, comparisons, `and or not`, filters and tests"
)


@pytest.mark.parametrize(
    ("said", "token", "message"),
    [
        ("", "", "expression: an expression is missing here"),
        ("a = b", "=", "expression: `=` sets nothing here: two values are compared with `==`"),
        ("a && b", "&", "expression: conditions are joined with `and`, `or` and `not`"),
        ("order.cancel()", "(", f"expression: calls are not supported here; {ACCEPTED}"),
        ("a ** b", "a", f"expression: powers are not supported here; {ACCEPTED}"),
        ("a.__class__", "__class__", "expression: `__class__` is no field of a value"),
        ("a | lenght", "lenght", "unknown-filter: there is no filter `lenght`; there are date, days_ago, "
         "default, first, hours_ago, join, last, length, lower, money, pick, round, sum, title, upper, where "
         "(did you mean `length`?)"),
        ("a is some", "some", "unknown-test: there is no test `some`; there are all_in, any_in, defined, none"),
        ("a | round(1, 2)", "round", "expression: `round` takes at most 1 argument"),
        ("a | where('b')", "where", "expression: `where` takes 2 arguments"),
        ("a b", "b", "expression: the expression ends before `b`"),
        ("9" * 40, "9" * 40, "expression: a number has at most 34 digits"),
        ("1e999999999", "1e999999999", "expression: a number has at most 34 digits"),
        ("a + \u06631.5", "\u06631.5", "expression: a number is written with the digits 0 to 9"),
        ("total > 10 UER", "UER", "expression: `UER` is no currency of ISO 4217"),
        ("'a\\q'", "\\q", "expression: a `\\` in a text is written `\\\\`"),
        ("(" * 41 + "1" + ")" * 41, "(", "expression: this is nested over 40 deep"),
        ("not " * 4000 + "a", "not", "expression: this is nested over 40 deep"),
        ("a" * 20_001, "a", "expression: this is longer than 20,000 characters"),
    ],
    ids=range(19),
)  # fmt: skip
def test_what_is_none(said: str, token: str, message: str) -> None:
    assert finding(said) == (token, message)


def test_a_plus_at_the_end_of_a_block_is_no_sign_for_blanks() -> None:
    assert finding("{% if a +%}x{% endif %}", template=True) == (
        "+", "expression: something is missing behind this `+`",
    )  # fmt: skip


def test_a_long_chain_is_too_deep() -> None:
    _, message = finding(" + ".join("1" * 90))
    assert message == "expression: an expression has at most 80 levels: name parts with `set`"


NAMES = {
    "order": optional(record({"total": money("EUR"), "items": list_of(record({"sku": TEXT}))})),
    "state": enum(["paid"]),
    "total": money("EUR"), "words": map_of(TEXT), "any": UNKNOWN,
}  # fmt: skip
PIECES = (
    "order", "total", "words", "any", ".items", ".sku", ".total", "[", "]", "(", ")", " | ", "sum",
    "where('sku', 'a')", "length", "first", "default(", ", ", " is ", "none", "defined", "not ",
    " and ", " or ", " if ", " else ", "+", "-", "*", "/", "//", "%", "==", " in ", "<", "1", "0.5",
    "'a'", "''", '"', "'", "\\", "{{", "}}", "{%", "%}", " ", "\n", "\r\n", "~", "{", "}", ":", "loop",
    "self", "range(3)", ".0", "1e9", "_x", "é", "🙂", "٣", "\u2028", "\x00", "true", "=", "!",
    "for x in ", "{% for x in any %}", "{% endfor %}", "{% if any %}", "{% endif %}", "{{ ", " }}",
    "{% raw %}", "{# ", " #}", "**", "as",
)  # fmt: skip


def test_nothing_is_raised_whatever_stands_in_a_text() -> None:
    """Parsing, inference and evaluation of a soup of tokens."""
    parsed = 0
    for seed in range(MANY):
        chance = Random(seed)
        text = text_of("".join(chance.choices(PIECES, k=chance.randint(1, 9))))
        for parse in (parse_expression, parse_template):
            sink = Sink()
            tree = parse(text, sink)
            infer(tree, NAMES, sink, text)
            for found in sink.ordered():
                assert found.place[1:3] <= found.place[3:5], f"seed {seed}: {text.value!r}: {found}"
                assert text.place.column <= found.place.column <= text.place.end_column, f"seed {seed}: {found}"
            if isinstance(tree, Tree):
                parsed += 1
                error = evaluate_or_error(to_json(tree))
                assert str(error)
                assert len(shown(to_json(tree))) <= 80
    assert parsed > MANY / 10


def test_each_part_stands_where_it_is_written() -> None:
    said = "0 < (order.items | where('sku', 'a') | length) and not total in [1, -2.50] or (any if words else d) == 'b'"
    tree = parse_expression(text_of(said), Sink())
    assert isinstance(tree, Tree)
    stand = {(part.kind, said[part.start : part.end]) for part in tree.walk()}
    assert stand >= {
        ("filter", "order.items | where('sku', 'a') | length"), ("filter", "order.items | where('sku', 'a')"),
        ("dot", "order.items"), ("num", "0"), ("lit", "'sku'"), ("num", "2.50"), ("neg", "-2.50"), ("name", "total"),
        ("cond", "any if words else d"), ("lit", "'b'"), ("not", "not total in [1, -2.50"),
    }  # fmt: skip


@pytest.mark.parametrize(
    "said",
    ["order.items | where('sku', 'a') | length", "0 < a <= b", "not a", "-a", "a and b or c", "[1, 2.5, 'x']", "a[0].b",
     "a if b else none", "a is defined", "a is all_in([b])", "a - b // 2 % 3 / 4 * 5", "a not in b", "a + 10 EUR"],
)  # fmt: skip
def test_a_tree_is_told_as_it_was_written(said: str) -> None:
    assert shown(tree_of(said)) == said


@pytest.mark.parametrize("junk", [None, 5, "x", [], [[]], ["dot"], ["cmp", 1, 2], {"a": 1}, ["lit", {}], ["name", 7]])
def test_what_is_no_tree_is_told_too(junk: Any) -> None:
    assert shown(junk).count("...") <= 2


@pytest.mark.parametrize(
    "said", ["a.5", "1.111.5", "a.5.6", "(a,)", "x == (a, b)", "a, b", "[a[0], b.1]", "(a, (b, c))"]
)
def test_no_part_stands_beyond_its_text(said: str) -> None:
    """Found by fuzzing: an element taken by a dot, and lists in parentheses, stood where nothing is."""
    template = f"{{{{ {said} }}}}"
    tree = parse_template(text_of(template), Sink())
    assert isinstance(tree, Tree)
    for part in tree.walk():
        assert 0 <= part.start <= part.end <= len(template) - 3
        whole = [inside for inside in part.parts if isinstance(inside, Tree)]
        assert all(part.start <= inside.start <= inside.end <= part.end for inside in whole)


@pytest.mark.parametrize(
    "said", ["10 eur", "10EUR", "10 EURO", "10 EUR EUR", "a EUR", "5 AND a", "a.5 EUR", "1" * 35 + " EUR"]
)
def test_what_is_no_amount(said: str) -> None:
    assert isinstance(parse_expression(text_of(said), Sink()), Broken)


def test_an_amount_stands_where_it_is_written() -> None:
    said = "total > 10  EUR and 2.50 USD < fee"
    tree = parse_expression(text_of(said), Sink())
    assert isinstance(tree, Tree)
    assert {said[part.start : part.end] for part in tree.walk() if part.kind == "money"} == {"10  EUR", "2.50 USD"}


TEXTS = (
    "Your ", "{{ order.id }}", "{{order}}", "{{ a.b_2.c  }}", "\n", "{", "}", "}}", "{{ not }}", "{{ a.in }}",
    "{{ none }}", "{{ true }}", "{{ loop.index }}", "{{ A }}", "{{ a._b }}", "{{- a }}", "{% if a %}", "{% endif %}",
    "{# no #}", " ", "{{ a . b }}", "\v\n", "%}", "{{ recursive }}", "{{ a.0 }}", "é", "{{\na }}",
)  # fmt: skip


TERMS = (
    "order.total", "a", " ", "(", ")", " > ", "<=", "==", "!=", "25", "007", "1.5", "1_0", "'done'", "'it\\'s'", "''",
    '"x"', " is none", " is not none", " is defined", " is not  defined", " and ", " or ", " not ", "not", "none",
    "(a.b | days_ago)", "( a|round )", "(a | nothing)", "(a | default(1))", "a.in", "a.true", " is nonesuch", "\n",
    "-", "+", " if ", " else ", "[", "]", "é", "\v", "a.b.c", "and", "x1_", "a . b", "true", " in ",
)  # fmt: skip


@given(st.lists(st.sampled_from(TEXTS), max_size=8).map("".join))
@settings(max_examples=MANY // 10)
def test_a_text_with_nothing_but_paths_reads_as_jinja_reads_it(source: str) -> None:
    parts = plain_parts(source, _ALONE)
    if parts is not None:
        assert _spans(_text(source, parts)) == _spans(_parts(source))


@given(st.lists(st.sampled_from(TERMS), max_size=9).map("".join))
@example("a.b > 25 and c.d == 'done' and e is not none")
@example("(a.b | days_ago) > 25 or b")
@example("order.totaland order.total")
@settings(max_examples=MANY // 4)
def test_simple_conditions_read_as_jinja_reads_them(source: str) -> None:
    tree = plain_expression(source, _ALONE)
    if tree is not None:
        assert _spans(tree) == _spans(_whole(source))


@pytest.mark.parametrize(
    "source",
    ["a", "order.total > 25", "a.b == 'done' and c is not none and d.e < f", "(a | days_ago) <= 30 or b is defined"],
)
def test_simple_conditions_are_read_without_jinja(source: str) -> None:
    assert plain_expression(source, _ALONE) is not None


def test_paths_alone_are_read_without_jinja() -> None:
    assert plain_parts("Your order {{ order.number }} came to {{ total | money }}.", _ALONE) is not None


def _spans(tree: Any) -> Any:
    """A tree with the place of each of its parts."""
    if isinstance(tree, Tree):
        return [tree.kind, tree.start, tree.end, *map(_spans, tree.parts)]
    return [*map(_spans, tree)] if isinstance(tree, list | tuple) else tree
