"""Findings as they are printed: carets under the token whatever stands before it, and nothing that moves a cursor."""

import json
from random import Random

import pytest

from engine.diagnostics import Label, Place, Sink
from engine.diagnostics.render import PLAIN, RENDERERS, View, renderer
from engine.diagnostics.render.text import _columns as columns


def printed(source: str, start: int, end: int, colour: bool = False, view: View = PLAIN) -> str:
    sink = Sink()
    sink.error("rule", Place("f.yaml", 1, start + 1, 1, end + 1), "no")
    return renderer("text")(sink.ordered(), {"f.yaml": source}, colour, view)


@pytest.mark.parametrize(
    ("line", "token", "shown", "carets"),
    [
        ("a: bad", "bad", "a: bad", "   ^^^"),
        ("日本: bad", "bad", "日本: bad", "      ^^^"),
        ("a: 日本 x", "日本", "a: 日本 x", "   ^^^^"),
        ("🙂🙂 bad", "bad", "🙂🙂 bad", "     ^^^"),
        ("e\u0301e\u0301 bad", "bad", "e\u0301e\u0301 bad", "   ^^^"),
        ("\ta:\tbad", "bad", "    a:    bad", "          ^^^"),
        ("a\x1b[31m bad", "bad", "a\\x1b[31m bad", "          ^^^"),
        ("a\u202e bad", "bad", "a\\u202e bad", "        ^^^"),
        ("a: \x00", "\x00", "a: \\x00", "   ^^^^"),
        ("x" * 300 + " bad " + "y" * 300, "bad",
         "..." + "x" * 74 + " bad " + "y" * 75 + "...", " " * 78 + "^^^"),
        ("x" * 200 + " bad", "bad", "..." + "x" * 150 + " bad", " " * 154 + "^^^"),
        ("bad " + "y" * 300, "bad", "bad " + "y" * 150 + "...", "^^^"),
        ("b" * 500, "b" * 500, "b" * 154 + "...", "^" * 154),
        ("a: b", "", "a: b", "^"),
    ],
    ids=range(14),
)  # fmt: skip
def test_carets(line: str, token: str, shown: str, carets: str) -> None:
    start = line.index(token)
    assert printed(line, start, start + len(token)).splitlines()[1:] == [f"    1 | {shown}", f"      | {carets}"]


def test_carets_stand_under_the_token_whatever_the_line_is() -> None:
    """The columns before the carets are those before the token, the carets are as wide as the token, and neither line
    is wider than the terminal."""
    letters = "ab :'\"{}日本語🙂é\u0301\u200d\t\x00\x1b\u202e\u2028\x85한글"
    for seed in range(2_000):
        chance = Random(seed)
        line = "".join(chance.choices(letters, k=chance.randint(0, 400)))
        token = "TOKEN" + "".join(chance.choices("xy日", k=chance.randint(0, 9)))
        start = chance.randint(0, len(line))
        line = line[:start] + token + line[start:]
        width = chance.choice([45, 60, 80, 120, 168, 400])
        _, shown, carets = printed(line, start, start + len(token), view=View(width)).splitlines()
        assert columns(shown[: shown.index("TOKEN")]) == carets.index("^")
        assert carets.count("^") == columns(token)
        assert columns(shown) <= width
        assert len(carets) <= width


@pytest.mark.parametrize("width", [0, 1, 20, 28])
def test_a_terminal_of_no_width_still_shows_where_it_is(width: int) -> None:
    _, shown, carets = printed("a" * 50 + "TOKEN" + "b" * 50, 50, 55, view=View(width)).splitlines()
    assert shown == "    1 | ...aaaaTOKENbbbbb..."
    assert carets.index("^") == shown.index("T")


def test_a_short_line_is_shown_whole_on_a_wide_terminal_alone() -> None:
    line = "  - reply: " + "word " * 10
    assert line.rstrip() in printed(line, 4, 9, view=View(80))
    assert "..." in printed(line, 4, 9, view=View(50))


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_lines_are_those_of_the_file(ends: str) -> None:
    sink = Sink()
    sink.error("rule", Place("f.yaml", 2, 4, 2, 5), "no")
    text = renderer("text")(sink.ordered(), {"f.yaml": f"\ufeffa: b{ends}c: d{ends}"}, False)
    assert text.splitlines()[1] == "    2 | c: d"


def test_messages_labels_tips_and_paths_are_escaped() -> None:
    sink = Sink()
    place = Place("f\x1b]0;x\x07.yaml", 9, 1, 9, 2)
    sink.error("rule", place, "a\nb\x1b[2J", tip="c\r\u202e", labels=[])
    text = renderer("text")(sink.ordered(), {}, False)
    assert text == "f\\x1b]0;x\\x07.yaml:9:1: a\\nb\\x1b[2J [rule]\n  tip: c\\r\\u202e\n"


def test_colour_only_when_asked() -> None:
    assert "\x1b" not in printed("a: b", 3, 4)
    assert printed("a: b", 3, 4, colour=True).count("\x1b[0m") == 3


def test_findings_are_ordered_and_kept_once() -> None:
    sink = Sink()
    for line in (3, 1, 2, 1):
        sink.warning("rule", Place("f.yaml", line, 1, line, 2), "no")
    assert [found.place.line for found in sink.ordered()] == [1, 2, 3]
    assert len(sink) == 3


@pytest.mark.parametrize("name", RENDERERS)
def test_every_renderer_takes_nothing(name: str) -> None:
    text = renderer(name)((), {}, False)
    assert text == "" or json.loads(text)


def test_the_way_there_is_numbered() -> None:
    sink = Sink()
    steps = [Label(Place("f.yaml", line, 1, line, 2), f"step {line}") for line in (1, 2)]
    sink.error("rule", Place("f.yaml", 3, 1, 3, 2), "no", path=steps, tip="go another way")
    assert renderer("text")(sink.ordered(), {"f.yaml": "a\nb\nc\n"}) == (
        "f.yaml:3:1: no [rule]\n    3 | c\n      | ^\n"
        "  how a ticket gets there:\n"
        "  1. f.yaml:1:1: step 1\n    1 | a\n      | ^\n"
        "  2. f.yaml:2:1: step 2\n    2 | b\n      | ^\n"
        "  tip: go another way\n"
    )
