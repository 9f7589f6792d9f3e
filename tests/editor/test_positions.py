"""Positions of the protocol."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.editor.positions import Lines

ENCODINGS = ("utf-8", "utf-16", "utf-32")


@pytest.mark.parametrize(("encoding", "after"), [("utf-8", 4), ("utf-16", 2), ("utf-32", 1)])
def test_an_emoji_is_as_wide_as_the_encoding_has_it(encoding: str, after: int) -> None:
    lines = Lines("a\n😀b", encoding)
    assert lines.units(2, 2) == (1, after)
    assert lines.column(1, after) == (2, 2)


def test_lines_end_at_three_things() -> None:
    lines = Lines("a\r\nb\rc\nd\u2028e\x0cf")
    assert lines.lines == ["a", "b", "c", "d\u2028e\x0cf"]


def test_within_a_character_is_before_it() -> None:
    assert Lines("😀b", "utf-16").column(0, 1) == (1, 1)


@pytest.mark.parametrize("position", [(9, 0), (0, 99), (9, 99), (0, 0)])
def test_what_is_outside_is_moved_to_the_end(position: tuple[int, int]) -> None:
    line, column = Lines("ab\ncd").column(*position)
    assert 1 <= line <= 2
    assert 1 <= column <= 3


@given(st.text(), st.sampled_from(ENCODINGS))
def test_there_and_back(text: str, encoding: str) -> None:
    lines = Lines(text, encoding)
    for number, line in enumerate(lines.lines, 1):
        for column in range(1, len(line) + 2):
            assert lines.column(*lines.units(number, column)) == (number, column)
