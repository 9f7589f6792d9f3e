"""The name that an author probably meant."""

import pytest

from engine.diagnostics import nearest


@pytest.mark.parametrize(
    ("word", "meant"),
    [("totl", "total"), ("toatl", "total"), ("Total", "total"), ("total", None), ("x", None), ("itmes", "items"),
     ("", None), ("a" * 10_000, None), ("tota1", "total")],
)  # fmt: skip
def test_nearest(word: str, meant: str | None) -> None:
    assert nearest(word, ["total", "items", "state"]) == meant


def test_ties_go_to_the_first_in_the_alphabet() -> None:
    assert nearest("ab", ["ac", "aa", "ad"]) == nearest("ab", ["ad", "aa", "ac"]) == "aa"
