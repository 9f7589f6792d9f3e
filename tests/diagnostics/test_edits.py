"""Edits of a file's text, and which misspellings have one."""

from random import Random

import pytest

from engine.diagnostics import Edit, Place, meant
from engine.diagnostics.edits import edited


def edit(line: int, column: int, old: str, text: str) -> Edit:
    return Edit(Place("f.yaml", line, column, line, column + len(old)), old, text)


@pytest.mark.parametrize(
    ("text", "edits", "expected"),
    [
        ("ab: c\n", [edit(1, 1, "ab", "x")], "x: c\n"),
        ("ab: c\r\nde: f\r\n", [edit(2, 1, "de", "longer")], "ab: c\r\nlonger: f\r\n"),
        ("ab: c\rde: f", [edit(2, 5, "f", "")], "ab: c\rde: "),
        ("\ufeffab: c\n", [edit(1, 1, "ab", "x")], "\ufeffx: c\n"),
        ("\ufeffab: c\r\n", [edit(1, 1, "", "# new\n")], "\ufeff# new\r\nab: c\r\n"),
        ("ab: c", [edit(1, 1, "", "# new\n"), edit(1, 1, "ab", "x")], "# new\nx: c"),
        ("日本: c\n", [edit(1, 5, "c", "d")], "日本: d\n"),
        ("one two one", [edit(1, 1, "one", "1"), edit(1, 5, "two", "2"), edit(1, 9, "one", "3")], "1 2 3"),
        ("one\u2028two: x\n", [edit(1, 5, "two", "2")], "one\u20282: x\n"),
    ],
)
def test_applied(text: str, edits: list[Edit], expected: str) -> None:
    assert edited(text, edits) == (expected, tuple(edits))
    assert edited(text, [*reversed(edits), *edits]).text == expected, "in any order, and the same one once"


@pytest.mark.parametrize(
    "edits",
    [
        [edit(1, 1, "xb", "y")],
        [edit(9, 1, "ab", "y")],
        [edit(1, 90, "ab", "y")],
        [edit(1, 1, "ab", "x"), edit(1, 1, "ab", "y")],
        [edit(1, 1, "ab: c", "x"), edit(1, 1, "ab", "y"), edit(1, 5, "c", "z")],
        [edit(1, 2, "", "x"), edit(1, 2, "", "y")],
        [Edit(Place("f.yaml", 1, 1, 2, 1), "ab: c\n", "x")],
    ],
)
def test_what_does_not_fit_or_overlaps_is_left(edits: list[Edit]) -> None:
    assert edited("ab: c\n", edits) == ("ab: c\n", ())


def test_nothing_outside_of_the_edits_changes() -> None:
    letters = "ab :#'\"\r\n\t日é\u2028\x85"
    for seed in range(2_000):
        chance = Random(seed)
        text = chance.choice(["", "\ufeff"]) + "".join(chance.choices(letters, k=chance.randint(0, 60)))
        lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
        edits = []
        for number, line in enumerate(lines, 1):
            start = chance.randint(0, len(line))
            old = line[start : start + chance.randint(0, 4)]
            edits.append(edit(number, start + 1, old, "<" + "x" * chance.randint(0, 5) + ">"))
        new, done = edited(text, edits)
        assert len(done) == len(lines)
        for one in done:  # taken back one by one, from the first on, the text is what it was
            assert one.text in new
            new = new.replace(one.text, one.old, 1)
        assert new == text


@pytest.mark.parametrize(
    ("word", "known", "fixed"),
    [
        ("ownr", ["owner", "title"], "owner"),
        ("Owner", ["owner"], "owner"),
        ("order.get", ["orders.get", "orders.find"], "orders.get"),
        ("shiped", ["shipped", "skiped"], None),  # two are near
        ("nxet", ["next"], "next"),
        ("ab", ["ac"], None),  # too short to tell
        ("nul", ["null"], None),  # would be nothing to YAML
        ("yse!", ["yes!"], None),  # would need quotes
        ("in transi", ["in transit"], "in transit"),
        ("something", ["else"], None),
    ],
)
def test_what_is_mended(word: str, known: list[str], fixed: str | None) -> None:
    place = Place("f.yaml", 1, 1, 1, 1 + len(word))
    found = meant(word, known, place)
    assert found.fix == (None if fixed is None else Edit(place, word, fixed))
    assert bool(found.tip) is (word != "something")


def test_a_name_that_stands_there_already_is_not_written_twice() -> None:
    found = meant("ownr", ["owner"], Place("f.yaml", 1, 1, 1, 5), taken=["owner"])
    assert found == ("did you mean `owner`?", None)
