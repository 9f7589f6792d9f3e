"""What expressions come to: exact numbers, money, time, filters, and where an evaluation stops."""

import contextlib
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from engine.diagnostics import Sink
from engine.expressions import Tree, infer, parse_expression, parse_template, to_json
from engine.expressions.evaluate import EvaluationError, Limits, condition, evaluate, render
from engine.expressions.filters import FILTERS
from engine.expressions.tree import paths, shown
from engine.expressions.values import Money
from engine.types import DATE, DATETIME, DURATION, JSON, NUMBER, TEXT, UNKNOWN, Type, list_of, money, optional, record
from tests.expressions.test_soundness import text_of

NOW = datetime(2026, 3, 29, 12, tzinfo=UTC)
BERLIN = timezone(timedelta(hours=2))


def euro(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


NAMES: dict[str, Any] = {
    "total": euro("59.90"), "fee": euro("3"), "dollars": Money(Decimal(5), "USD"), "n": 7, "d": Decimal("0.1"),
    "day": date(2026, 3, 1), "moment": datetime(2026, 3, 1, 12, tzinfo=UTC),
    "local": datetime(2026, 3, 1, 14, tzinfo=BERLIN), "week": timedelta(days=7), "hour": timedelta(hours=1),
    "words": ["a", "b", "a"], "amounts": [euro("1.10"), euro("2.20")], "none_of": [], "nothing": None,
    "items": [{"sku": "A", "price": euro("1")}, {"sku": "B"}, {"sku": "A", "price": None}],
}  # fmt: skip


def tree_of(said: str, template: bool = False) -> Any:
    sink = Sink()
    tree = (parse_template if template else parse_expression)(text_of(said), sink)
    assert isinstance(tree, Tree), sink.ordered()
    return to_json(tree)


def value(said: str) -> Any:
    return evaluate(tree_of(said), NAMES, now=NOW)


def failing(said: str, template: bool = False, **limits: int) -> tuple[str, str]:
    with pytest.raises(EvaluationError) as caught:
        evaluate(tree_of(said, template), NAMES, now=NOW, limits=Limits(**limits))
    return caught.value.code, str(caught.value)


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("0.1 + 0.2", Decimal("0.3")),
        ("n / 2", Decimal("3.5")),
        ("n // 2", 3),
        ("-n // 2", -4),
        ("-n % 3", 2),
        ("n % -3", -2),
        ("-7.5 // 2", Decimal(-4)),
        ("-7.5 % 2", Decimal("0.5")),
        ("1000000000000000000000000000000.0 % 0.0007", Decimal("0.0004")),
        ("2.50 | round", Decimal(3)),
        ("2.345 | round(2)", Decimal("2.35")),
        ("-2.345 | round(2)", Decimal("-2.35")),
        ("total - fee", euro("56.90")),
        ("total - 0.90", euro("59.00")),
        ("100 - total", euro("40.10")),
        ("total * 0.1 | round(2)", euro("5.990")),
        ("(total * 0.1) | round(2)", euro("5.99")),
        ("(total / fee) | round(2)", Decimal("19.97")),
        ("amounts | sum", euro("3.30")),
        ("none_of | sum", 0),
        ("(none_of | sum) + fee", euro("3")),
        ("fee < total < 60", True),
        ("total == 59.9", True),
        ("moment == local", True),
        ("moment < local", False),
        ("moment - local", timedelta(0)),
        ("day + week", date(2026, 3, 8)),
        ("day + hour", date(2026, 3, 1)),
        ("day - week + week == day", True),
        ("local + hour", datetime(2026, 3, 1, 15, tzinfo=BERLIN)),
        ("day | days_ago", 28),
        ("moment | days_ago", 28),
        ("local | hours_ago", 672),
        ("day | days_ago(moment)", 0),
        ("moment | days_ago(local)", 0),
        ("items.sku", ["A", "B", "A"]),
        ("items | where('sku', 'A') | length", 2),
        ("items | pick('sku', ['A', 'B']) == [items[0], items[1]]", True),
        ("items | pick('sku', ['A', 'A']) == [items[0], items[2]]", True),
        ("items | pick('sku', ['A', 'A', 'A'])", None),
        ("items | pick('sku', ['A', 'X'])", None),
        ("(items | pick('sku', none_of)) | length", 0),
        ("(items | pick('sku', ['B', 'A'])).sku", ["B", "A"]),
        ("items.price", [euro("1"), None, None]),
        ("items[1].price", None),
        ("items[-1].sku", "A"),
        ("items[9]", None),
        ("nothing.a.b", None),
        ("nothing | default(3)", 3),
        ("nowhere | default(3)", 3),
        ("nowhere.at.all is defined", False),
        ("nothing is none", True),
        ("['a', 'a'] is all_in words", True),
        ("['a', 'a', 'a'] is all_in words", False),
        ("['x', 'b'] is any_in words", True),
        ("'b' in words and 'x' not in words", True),
        ("'el' in 'hello'", True),
        ("words | join('/')", "a/b/a"),
        ("'straße' | upper", "STRASSE"),
        ("none_of | first", None),
        ("1 if false", None),
        ("true or nowhere", True),
        ("false and nowhere", False),
    ],
)
def test_values(said: str, wanted: Any) -> None:
    found = value(said)
    assert found == wanted
    assert type(found) is type(wanted)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("total + dollars", "currency"), ("total < dollars", "currency"), ("total == dollars", "currency"),
        ("total / dollars", "currency"), ("[total, dollars] | sum", "currency"), ("total * fee", "type"),
        ("total + day", "type"), ("total == 'x'", "type"), ("total % 2", "type"), ("day + 1", "type"),
        ("day - moment", "type"), ("day < moment", "type"), ("week * 2", "type"), ("week + 1", "type"),
        ("week < 7", "type"), ("moment | days_ago(day)", "type"), ("day + day", "type"), ("'a' + 'b'", "type"),
        ("1 + true", "type"), ("'a' < 'b'", "type"), ("n / 0", "division"), ("n % 0.0", "division"),
        ("total // 0", "type"), ("total / 0", "division"), ("nothing + 1", "missing"), ("nowhere", "missing"),
        ("nothing < 1", "missing"), ("nothing and true", "missing"), ("n and true", "type"), ("n.a", "type"),
        ("total.amount", "type"), ("words.upper", "type"), ("n | length", "type"),
        ("[nothing] is all_in words", "missing"), ("items | pick('sku', [nothing])", "missing"),
        ("(items | pick('sku', ['X'])) | length", "missing"), ("items | pick('sku', n)", "type"),
        ("9999999999999999999999999999999999 * 99", "limit"), ("day + (week - week) | date", "type"),
        ("((none_of | sum) + 5) | money", "currency"), ("5 | money", "currency"), ("total | date", "type"),
    ],
)  # fmt: skip
def test_errors(said: str, code: str) -> None:
    assert failing(said)[0] == code


def test_what_has_no_place_in_the_calendar() -> None:
    late = {"day": date.max, "week": timedelta(days=7)}
    with pytest.raises(EvaluationError, match="a date outside the years 1 to 9999, in `day \\+ week`"):
        evaluate(tree_of("day + week"), late)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("items.sku[7] + n", "missing, in `items.sku[7] + n`"),
        ("n > 3 and nowhere.sku == 'a'", "missing, in `nowhere`"),
        ("[1, total + dollars]", "currency, in `total + dollars`"),
        ("items | where('sku', n / 0)", "division, in `n / 0`"),
    ],
)
def test_an_error_tells_the_part(said: str, message: str) -> None:
    assert failing(said)[1] == message


LOOP = "{% for a in big %}{% for b in big %}{% for c in big %}{{ text }}{% endfor %}{% endfor %}{% endfor %}"


@pytest.mark.parametrize(
    ("said", "names", "limit", "place"),
    [
        (LOOP, {"big": [1] * 1_000, "text": "x" * 1_000}, "500,000 characters and elements in all", "text"),
        (LOOP, {"big": [1] * 100_000, "text": ""}, "20,000 steps of work", "text"),
        ("{{ text }}{{ text }}{{ text }}", {"text": "x" * 150_000}, "200,000 characters of a text or elements",
         "{{ text }} {{ text }} {{ text }}"),
        ("{{ big | join(text) }}", {"big": ["y"] * 1_000, "text": "x" * 100_000}, "200,000 characters of a text or "
         "elements of a list", "big | join(text)"),
        ("{{ [big, big, big] is all_in [text, text, text, text] }}", {"big": ["y"] * 190_000, "text": ["y"] * 190_000},
         "500,000 characters and elements in all", "[big, big, big] is all_in([text, text, text, text])"),
        ("{{ big is all_in(text) }}", {"big": [*range(9_000)], "text": [*range(8_999, -1, -1)]},
         "500,000 characters and elements in all", "big is all_in(text)"),
        ("{{ text | upper }}", {"text": "x" * 900_000}, "200,000 characters", "text"),
        ("{{ big.a.b }}", {"big": [{"a": {"b": 1}}] * 190_000}, "500,000 characters and elements in all", "big.a.b"),
        ("{{ n * n }}", {"n": 10**30}, "a number of more than 34 digits", "n * n"),
        ("{{ n + 1 }}", {"n": 10**4000}, "a number of more than 34 digits", "n + 1"),
        ("{{ d | round(2) }}", {"d": Decimal("1E+900")}, "a number of more than 34 digits", "d | round(2)"),
        ("{{ big == text }}", {"big": [[]], "text": [[]]}, "", ""),
    ],
    ids=range(12),
)  # fmt: skip
def test_an_evaluation_stops_at_its_limits(said: str, names: dict[str, Any], limit: str, place: str) -> None:
    """Counted, so the same everywhere; the error names the limit and the part."""
    if not limit:
        for side in names.values():
            for _ in range(5_000):
                side[0] = [side[0]]
        limit, place = "100 levels", "big == text"
    messages = set()
    for _ in range(2):
        with pytest.raises(EvaluationError) as caught:
            evaluate(tree_of(said, template=True), names)
        assert caught.value.code == "limit"
        messages.add(str(caught.value))
    (message,) = messages
    assert limit in message
    assert message.endswith(f", in `{place}`")


def test_a_record_that_a_call_writes_out() -> None:
    """`with: {to: {town: ..., worth: 10 EUR}}`: no expression says it, so it stands in plans alone."""
    tree = ["record", "items", ["list", ["record", "n", ["num", "2"]]], "town", ["name", "town"], "worth",
            ["money", "10", "EUR"]]  # fmt: skip
    assert evaluate(tree, {"town": None}) == {"items": [{"n": 2}], "town": None, "worth": Money(Decimal(10), "EUR")}
    assert paths(["record", "name", ["name", "a"], "lit", ["dot", ["name", "b"], "c"]]) == [("a",), ("b", "c")]
    assert shown(tree) == "{items: [{n: 2}], town: town, worth: 10 EUR}"
    with pytest.raises(EvaluationError) as caught:
        evaluate(tree, {"town": None}, limits=Limits(total=4))
    assert caught.value.code == "limit"


def test_limits_are_arguments() -> None:
    assert failing("words | join(',')", size=4)[0] == "limit"
    assert failing("words | join(',')", total=4)[0] == "limit"
    assert failing("1 + 1 + 1", visits=4)[0] == "limit"
    assert failing("1 + 1 + 1", depth=2)[0] == "limit"
    assert evaluate(tree_of("1 + 1 + 1"), {}, limits=Limits(visits=5, depth=3)) == 3


@pytest.mark.parametrize(
    "tree",
    [None, 5, [], ["what"], ["dot"], ["name"], ["num", "x"], ["num", "1.x"], ["cmp", ["num", "1"], 5],
     ["filter", "x", ["lit", 1]], ["lit", {"a": float("nan")}], ["add", ["lit", float("inf")], ["num", "1"]], {"a": 1},
     ["test", "all_in", ["lit", []]], ["for", [], ["list", ["num", "1"]], [["num", "1"]]], "lit",
     ["text", ["text", ["text"]], None], ["round"], ["money", "x", "EUR"], ["money", 7], ["record", "a"],
     ["record", {}, 1]],
    ids=range(22),
)  # fmt: skip
def test_nothing_but_an_evaluation_error_whatever_the_tree_is(tree: Any) -> None:
    with contextlib.suppress(EvaluationError):
        evaluate(tree, {"a": object(), "b": 1.5})


def test_a_condition_is_exactly_true_or_false() -> None:
    assert condition(tree_of("n > 3"), NAMES)
    for said, code in (("n", "type"), ("nothing", "missing"), ("words", "type")):
        with pytest.raises(EvaluationError) as caught:
            condition(tree_of(said), NAMES)
        assert caught.value.code == code


@pytest.mark.parametrize(
    ("said", "language", "wanted"),
    [
        ("{{ total | money }}", "en", "€59.90"), ("{{ total | money }}", "de", "59,90 €"),
        ("{{ total * 1000 | money }}", "en", "€59,900.00"), ("{{ (total * 1000) | money }}", "fr", "59.900,00 €"),
        ("{{ dollars | money }}", "de", "5,00 $"), ("{{ day | date }}", "en", "1 March 2026"),
        ("{{ day | date }}", "de", "1. März 2026"), ("{{ local | date }}", "xx", "1 March 2026"),
        ("{{ 1.50 }} {{ n }}", "en", "1.50 7"), ("{% for w in words %}{{ w }},{% endfor %}", "en", "a,b,a,"),
        ("{% for w in none_of %}x{% else %}none{% endfor %}", "en", "none"),
        ("{% if n > 9 %}a{% elif n > 5 %}b{% else %}c{% endif %}", "en", "b"),
    ],
)  # fmt: skip
def test_texts(said: str, language: str, wanted: str) -> None:
    if said == "{{ total * 1000 | money }}":
        said = "{{ (total * 1000) | money }}"
    assert render(tree_of(said, template=True), NAMES, now=NOW, language=language) == wanted


@pytest.mark.parametrize(
    "said", ["{{ total }}", "{{ day }}", "{{ true }}", "{{ words }}", "{{ nothing }}", "a {{ items }}"]
)
def test_what_does_not_print_by_itself(said: str) -> None:
    with pytest.raises(EvaluationError):
        render(tree_of(said, template=True), NAMES)


TYPES: dict[str, Type] = {
    "total": money("EUR"), "dollars": money("USD"), "day": DATE, "moment": DATETIME, "week": DURATION, "n": NUMBER,
    "text": TEXT, "maybe": optional(TEXT), "any": UNKNOWN, "json": JSON, "days": list_of(DATE),
    "order": optional(record({"total": money("EUR"), "note": optional(TEXT)})),
    "lines": list_of(record({"sku": TEXT, "price": money("EUR")})), "texts": list_of(TEXT),
    "gaps": list_of(optional(TEXT)),
}  # fmt: skip


def findings(said: str) -> list[tuple[str, str]]:
    """The token and the rule of each finding."""
    text, sink = text_of(said), Sink()
    infer(parse_expression(text, sink), TYPES, sink, text)
    return [(said[found.place.column - 2 : found.place.end_column - 2], found.rule) for found in sink.ordered()]


@pytest.mark.parametrize(
    ("said", "token", "rule"),
    [
        ("total + dollars", "total + dollars", "wrong-type"), ("total < dollars", "dollars", "wrong-type"),
        ("total == day", "day", "wrong-type"), ("day + 1", "day + 1", "wrong-type"),
        ("n > 0 and day - moment == week", "day - moment", "wrong-type"), ("day < moment", "moment", "wrong-type"),
        ("week < 7", "7", "wrong-type"), ("week * 2", "week * 2", "wrong-type"), ("n | date", "n", "wrong-type"),
        ("json | length", "json", "wrong-type"), ("days | sum", "days", "wrong-type"),
        ("moment | days_ago(day)", "day", "wrong-type"), ("n | round(99)", "99", "wrong-type"),
        ("maybe | upper", "maybe", "maybe-missing"), ("order.total > 5", "order.total", "maybe-missing"),
        ("order is not none and order.note | upper == 'A'", "order.note", "maybe-missing"),
        ("order.totl == 5", "totl", "unknown-field"), ("ordr == none", "ordr", "unknown-name"),
        ("n - total | round", "total | round", "filter-binds-tighter"),
        ("lines | pick('sku', texts) | length", "lines | pick('sku', texts)", "maybe-missing"),
        ("lines | pick('sky', texts) == lines", "'sky'", "unknown-field"),
        ("lines | pick('price', texts) == lines", "texts", "wrong-type"),
        ("lines | pick('sku', text) == lines", "text", "wrong-type"),
        ("lines | pick('sku', gaps) == lines", "gaps", "maybe-missing"),
        ("texts | pick('sku', texts) == texts", "texts", "wrong-type"),
        ("not (maybe is none or text == 'a') or maybe == text | lower and maybe in ['a']", "maybe", "maybe-missing"),
    ],
)  # fmt: skip
def test_a_finding_is_at_its_token(said: str, token: str, rule: str) -> None:
    assert findings(said) == [(token, rule)]


@pytest.mark.parametrize("name", sorted(FILTERS))
def test_unknown_is_silent_in_every_filter(name: str) -> None:
    given = {
        "where": "('a', any)",
        "pick": "('a', any)",
        "join": "(any)",
        "days_ago": "(any)",
        "hours_ago": "(any)",
    }.get(name, "")
    assert findings(f"any | {name}{given}") == []


@pytest.mark.parametrize(
    "said",
    ["any + 1 > any.field[0]", "any is all_in any", "any in any", "-any", "any if any else any",
     "any.a | sum | round(2)", "maybe is not none and maybe | upper == 'A'",
     "order.total is defined and order.total > 5",
     "maybe == text and maybe in ['a']",
     "not (order is none or order.note is none) and order.note | lower == 'a'",
     "(maybe if maybe is defined else text) | upper == 'A'",
     "maybe is none or maybe | length > 3", "order != none and total < order.total <= 100"],
    ids=range(13),
)  # fmt: skip
def test_nothing_is_said_of_what_is_right_or_unknown(said: str) -> None:
    assert findings(said) == []


def test_deep_conditions_are_narrowed_once_each() -> None:
    """Each level asks what is known where it holds and where not: 2 ** 38 walks, were it asked twice."""
    said = "maybe is none"
    for level in range(38):
        said = f"({said} {'or' if level % 2 else 'and'} n > 1)" if level % 3 else f"(true if {said} else false)"
    assert findings(said) == []
