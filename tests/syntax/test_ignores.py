"""Comments that silence a finding: which are comments, and which line they are about."""

from random import Random

import pytest

from engine.syntax import ignores


def told(text: str) -> list[tuple[int | None, list[str], str]]:
    """The line, the rules and the reason of each."""
    return [(one.line, [name for name, _ in one.rules], one.why) for one in ignores("f.yaml", text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: b # engine: ignore[x] why\n", [(1, ["x"], "why")]),
        ("a: b #engine:ignore[x]why\n", [(1, ["x"], "why")]),
        ("a: b # engine: ignore[x, y]  two reasons \n", [(1, ["x", "y"], "two reasons")]),
        ("a: b # engine: ignore[x]: why\n", [(1, ["x"], "why")]),
        ("a: b # engine: ignore[x]\n", [(1, ["x"], "")]),
        ("a: b # engine: ignore[] why\n", [(1, [], "why")]),
        ("a: b # engine: ignore x\n", [(1, [], "x")]),
        ("a: b # a word before # engine: ignore[x] why\n", [(1, ["x"], "why")]),
        ("a: b # the engine: ignore[x] why\n", []),
        ("# engine: ignore[x] why\na: b\n", [(2, ["x"], "why")]),
        ("# engine: ignore[x] why\n\n  # another comment\n# engine: ignore[y] why\n\na: b\n",
         [(6, ["x"], "why"), (6, ["y"], "why")]),
        ("a:\n  # engine: ignore[x] why\n  - b\n", [(3, ["x"], "why")]),
        ("a: b\n# engine: ignore[x] why\n", [(None, ["x"], "why")]),
        ("# engine: ignore[x] why\n# engine: ignore[y] why", [(None, ["x"], "why"), (None, ["y"], "why")]),
        ("\ufeff# engine: ignore[x] why\r\na: b\r\n", [(2, ["x"], "why")]),
        ("a: b # engine: ignore[x] why\rc: d\r", [(1, ["x"], "why")]),
        ('a: "b # engine: ignore[x] why"\n', []),
        ("a: 'b\n  # engine: ignore[x] why'\n", []),
        ("a: b# engine: ignore[x] why\n", []),
        ("a: |\n  # engine: ignore[x] why\n  text\n", []),
        ("a: >\n  text\n  # engine: ignore[x] why\n\nb: c\n", []),
        ("a: |\n  text\n# engine: ignore[x] why\nb: c\n", [(4, ["x"], "why")]),
        ("a: |   # engine: ignore[x] why\n  text\n", [(1, ["x"], "why")]),
        ("- |\n  # engine: ignore[x] why\n- b # engine: ignore[y] why\n", [(3, ["y"], "why")]),
        ("a: 'b' # engine: ignore[x] why\nc: [\n# engine: ignore[y] why\n", [(1, ["x"], "why")]),
        ("a: b # engine: ingore[x] why\n", [(1, ["x"], "why")]),
        ("a: |  # engine: ignore[x] why", [(1, ["x"], "why")]),
        ("b: c # engine: ignore[x] why\na: |  # engine: ignore[y] why\n", [(1, ["x"], "why"), (2, ["y"], "why")]),
        ("", []),
        ("# engine: ignore[x] why", [(None, ["x"], "why")]),
        ("a: \x00 # engine: ignore[x] why\n", []),
    ],
)  # fmt: skip
def test_which_are_comments(text: str, expected: list[tuple[int | None, list[str], str]]) -> None:
    assert told(text) == expected


def test_the_places_of_the_names() -> None:
    [found] = ignores("f.yaml", "a: b  # engine: ignore[one,  two] why\n")
    assert (found.place.line, found.place.column, found.place.end_column) == (1, 7, 34)
    assert [(name, place.column, place.end_column) for name, place in found.rules] == [("one", 24, 27), ("two", 30, 33)]
    assert found.word == "ignore"


def test_any_text_is_read() -> None:
    pieces = [*"[]{#'\">\n\t\ré", "a: ", "- ", "|\n", "  ", "# engine: ignore[x] y"]
    for seed in range(3_000):
        chance = Random(seed)
        text = "".join(chance.choices(pieces, k=chance.randint(1, 20)))
        lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        for found in ignores("f.yaml", text):
            line = lines[found.place.line - 1]
            assert line[found.place.column - 1] == "#"
            assert found.line is None or found.line >= found.place.line
