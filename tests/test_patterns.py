"""The matcher of flows' and tools' patterns: it says what `re` says, in steps that grow with the text alone."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.models.local.identifiers import matching
from engine.patterns import Hard, Pattern, compiled
from engine.tools.base import Unreadable
from engine.tools.schema import check

ALPHABET = "aAb1_ -\n"
LEAVES = st.sampled_from([
    "a", "b", "1", "A", r"\d", r"\w", r"\W", r"\s", r"\S", ".", "[ab]", "[^a]", "[a-z0-9]", r"[^\w-]", "[A-Z_]", "",
    "^", "$", r"\b", r"\B", r"\A", r"\Z", "-", " ",
])  # fmt: skip
REPEATS = st.sampled_from(["*", "+", "?", "*?", "+?", "??", "{2}", "{0,2}", "{1,}", "{2,3}?", "{,2}"])


def larger(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    group = parts.map(lambda one: f"(?:{one})")
    return st.one_of(
        st.lists(parts, min_size=2, max_size=4).map("".join),
        st.lists(parts, min_size=2, max_size=3).map(lambda ways: f"({'|'.join(ways)})"),
        st.tuples(group, REPEATS).map("".join),
        st.tuples(st.sampled_from("imsa"), parts).map(lambda pair: f"(?{pair[0]}:{pair[1]})"),
    )


PATTERNS = st.recursive(LEAVES, larger, max_leaves=9)


@settings(max_examples=400, deadline=None)
@given(PATTERNS, st.lists(st.text(ALPHABET, max_size=7), min_size=1, max_size=6))
def test_it_says_what_re_says(pattern: str, texts: list[str]) -> None:
    ours, theirs = Pattern(pattern), re.compile(pattern)
    for text in texts:
        assert ours.fullmatch(text) == (theirs.fullmatch(text) is not None), text
        assert ours.search(text) == (theirs.search(text) is not None), text


HARD = [
    "a*a*a*a*a*a*a*a*b", "(a+)+b", "(a|a)*b", "(a|aa)*b", "(a*)*b", ".*.*.*.*b", "a*1*a*1*a*1*b", "(a|b)*a(a|b){60}",
    "a?" * 40 + "a" * 40, "(.*)(.*)(.*)(.*)(.*)#", r"(\w|\d|a)*b", r"(\w+\s?)*$b", "((a{1,9}){1,9}){1,9}b",
]  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.one_of(PATTERNS, st.sampled_from(HARD)), st.text("ab1 ", min_size=1, max_size=4), st.integers(10, 60))
def test_its_steps_grow_with_the_text_alone(pattern: str, part: str, times: int) -> None:
    """Over texts that a matcher that goes back tries in all ways: the same again and again, and then none that fits."""
    for text in (part * times, part * times + "\n"):
        ours = Pattern(pattern)
        ours.fullmatch(text)
        ours.search(text)
        assert ours.steps <= 2 * 2 * len(ours) * (len(text) + 1)


@pytest.mark.parametrize("pattern", HARD)
def test_what_runs_away_in_re_takes_no_time(pattern: str) -> None:
    """33 seconds, where `re` matched the first of these on 60 letters."""
    before = time.process_time()
    assert not list(matching("a" * 60, pattern)) or "a" * 40 in pattern
    with pytest.raises(Unreadable):
        check("a" * 20_000 + "!\n", {"type": "string", "pattern": f"^(?:{pattern})\\Z"})
    assert time.process_time() - before < 20


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        (r"(a)\1", "refers back"), (r"(a)?(?(1)b|c)", "refers back"), ("(?=a)", "looks around"),
        ("(?<!a)b", "looks around"), ("a*+", "keeps what it took"), ("(?>a|b)", "keeps what it took"),
        ("[", "unterminated"), ("a{5000}", "too large"),
        ("(a{90}){90}", "too large"), ("(?:|||||){4000}", "too large"), ("(?:(?:){9999}){9999}", "too large"),
        ("a{99999999999999999999}", "large"), ("(" * 5000 + ")" * 5000, "nested"),
    ],
)  # fmt: skip
def test_what_it_cannot_match_in_such_a_time_is_refused(pattern: str, why: str) -> None:
    with pytest.raises(Hard, match=why):
        compiled(pattern)


def test_what_it_keeps_is_bounded() -> None:
    ours = Pattern("(a|b)*a(a|b){12}")
    for number in range(9_000):
        ours.search(f"{number:b}".replace("0", "a").replace("1", "b") * 2 + chr(number + 200))
    kept = sum(len(ways.places) + sum(len(one.after) for one in ways.open.values()) for ways in ours._ways.values())
    assert kept < 250_000


def test_a_schema_has_fields_by_pattern_and_others() -> None:
    schema = {"properties": {"a": {}}, "patternProperties": {"^x-": {"type": "string"}}, "additionalProperties": False}
    check({"a": 1, "x-b": "b"}, schema)
    for wrong in ({"x-b": 1}, {"b": "b"}):
        with pytest.raises(Unreadable):
            check(wrong, schema)
    with pytest.raises(Unreadable):
        check({"b": 1}, {"additionalProperties": {"type": "string"}})
