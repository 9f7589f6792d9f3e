"""Findings as they are printed: carets under the token whatever stands before it, and nothing that moves a cursor."""

from random import Random

import pytest

from engine.diagnostics import Place, Sink
from engine.diagnostics.render import RENDERERS, renderer
from engine.diagnostics.render.text import _columns as columns


def printed(source: str, start: int, end: int, message: str = "no", colour: bool = False, path: str = "f.yaml") -> str:
    sink = Sink()
    sink.error("rule", Place(path, 1, start + 1, 1, end + 1), message)
    return renderer("text")(sink.ordered(), {path: source}, colour)


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
         "..." + "x" * 79 + " bad " + "y" * 76 + "...", " " * 83 + "^^^"),
        ("x" * 200 + " bad", "bad", "..." + "x" * 156 + " bad", " " * 160 + "^^^"),
        ("bad " + "y" * 300, "bad", "bad " + "y" * 156 + "...", "^^^"),
        ("b" * 500, "b" * 500, "b" * 160 + "...", "^" * 160),
        ("a: b", "", "a: b", "^"),
    ],
    ids=range(14),
)  # fmt: skip
def test_carets(line: str, token: str, shown: str, carets: str) -> None:
    start = line.index(token)
    assert printed(line, start, start + len(token)).splitlines()[1:] == [f"    1 | {shown}", f"      | {carets}"]


def test_carets_stand_under_the_token_whatever_the_line_is() -> None:
    """The columns before the carets are those before the token, and the carets are as wide as the token."""
    letters = "ab :'\"{}日本語🙂é\u0301\u200d\t\x00\x1b\u202e\u2028\x85한글"
    for seed in range(2_000):
        chance = Random(seed)
        line = "".join(chance.choices(letters, k=chance.randint(0, 400)))
        token = "TOKEN" + "".join(chance.choices("xy日", k=chance.randint(0, 9)))
        start = chance.randint(0, len(line))
        line = line[:start] + token + line[start:]
        _, shown, carets = printed(line, start, start + len(token)).splitlines()
        assert columns(shown[: shown.index("TOKEN")]) == carets.index("^")
        assert carets.count("^") == columns(token)
        assert len(shown) <= 8 + 160 * len("\\u202e") + 6


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
    assert "finding" in renderer(name)((), {}, False) or not renderer(name)((), {}, False)
