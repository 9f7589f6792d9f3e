"""Where the characters of a value stand in the file, in every style of YAML."""

import os
from collections.abc import Iterator
from itertools import product
from random import Random

import pytest

from engine.diagnostics import Place, Sink
from engine.expressions import infer, parse_template
from engine.syntax import Entry, Mapping, Node, Sequence, Text, read
from engine.types import TEXT, record
from tests.syntax.scalars import STYLES, Scalar, file_with, undone, words_of

MANY = 30_000 if os.environ.get("ENGINE_PROVE") else 1_500


def texts(node: Node | None) -> Iterator[Text]:
    """Every text of a tree, keys too."""
    match node:
        case Text():
            yield node
        case Sequence():
            for item in node.items:
                yield from texts(item)
        case Mapping():
            for entry in node.entries:
                assert isinstance(entry, Entry)
                yield entry.key
                yield from texts(entry.value)


def at(file: str, place: Place) -> str:
    """What an editor shows at a place, which is in one line."""
    lines = file.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert place.line == place.end_line, place
    return lines[place.line - 1][place.column - 1 : place.end_column - 1]


@pytest.mark.timeout(900)
def test_every_word_stands_where_its_place_says() -> None:
    seen = dict.fromkeys(STYLES, 0)
    for seed in range(MANY):
        chance = Random(seed)
        scalars = [Scalar(chance, chance.choice(STYLES), number) for number in range(1, chance.randint(2, 4))]
        file = file_with(chance, scalars)
        sink = Sink()
        read_words = []
        for text in texts(read("flows/case.yaml", file.encode(), sink)):
            start = 0
            for word in words_of(text.value):
                start = text.value.index(word, start)
                place = text.place_of(start, start + len(word))
                said = f"seed {seed}, {word!r} in {text.value!r}, {text.style!r} at {place}\n{file!r}"
                assert undone(at(file, place), text.style) == word, said
                part = chance.randrange(len(word))
                inner = text.place_of(start + part, start + part + 1)
                assert undone(at(file, inner), text.style) == word[part], said
                start += len(word)
            read_words += words_of(text.value)
        assert {found.rule for found in sink.ordered()} <= {"anchor"}, f"seed {seed}: {sink.ordered()}\n{file!r}"
        wanted = [word for scalar in scalars for word in scalar.words]
        assert [word for word in read_words if word in wanted] == wanted, f"seed {seed}\n{file!r}"
        for scalar in scalars:
            seen[scalar.style] += 1
    assert min(seen.values()) > MANY / 10


CASES = [
    "case: Hi 日本 🙂 {{ ordr.id }} there",
    "case: [Hi, 'it''s {{ ordr.id }}']",
    'case: "\\t\\"\\u00e9\\U0001F642 {{ ordr.id }}"',
    'case: "Hi \\\n    there {{ ordr.id }}"',
    "case: 'Hi\n\n\n    there {{ ordr.id }}'",
    "case: Hi\n  there\n\n  {{ ordr.id }}",
    "case: &a Hi {{ ordr.id }}",
    "case: !!str Hi {{ ordr.id }}",
    "case: &a !!str 'Hi {{ ordr.id }}'",
    "case:\t Hi\t{{\tordr.id\t}}",
    "case: {a: 'x', b: [1, 'Hi {{ ordr.id }}']}",
    "'{{ ordr.id }}': x",
    "case: 'Hi\u2028there {{ ordr.id }}'",
    "case: 'Hi\u0085there {{ ordr.id }}'",
    *(
        f"case: {style}{indent}{chomp}\n{' ' * int(indent or 4)}Hi\n\n{' ' * int(indent or 4)}   it's\n"
        f"{' ' * int(indent or 4)}the {{{{ ordr.id }}}} {{# no #}}\n\n\nother: x"
        for style, chomp, indent in product("|>", ("", "+", "-"), ("", *"123456789"))
    ),
]


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "BOM"])
@pytest.mark.parametrize("case", CASES)
def test_a_finding_points_at_its_token(case: str, mark: str, ends: str) -> None:
    file = mark + case.replace("\n", ends) + ends
    for text in texts(read("flows/case.yaml", file.encode(), Sink())):
        sink = Sink()
        if "ordr" in text.value and text.value != "case":
            tree = parse_template(text, sink)
            infer(tree, {"order": record({"id": TEXT})}, sink, text)
            found = [f for f in sink.ordered() if f.rule == "unknown-name"]
            assert len(found) == 1
            assert at(file, found[0].place) == "ordr"
            break
    else:
        pytest.fail("the text was not read")
