"""The text of an answer that has no end yet, and what was decided before it."""

import json
from typing import Any

import pytest

from engine.models.base import Job
from engine.models.pieces import Pieces

DECIDED = {"supported": True, "confidence": 0.95, "citations": ["a#1", 'b"answer":"#2', "ü\u2028"]}
TEXT = 'He said: "answer": "no".\nÜber 50 € 👋 \\ end'


def fed(text: str, size: int, *, upfront: bool = True) -> tuple[list[str], Pieces]:
    pieces = Pieces(Job.ANSWER, upfront=upfront)
    return [pieces.feed(text[at : at + size]) for at in range(0, len(text), size)], pieces


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize("ascii_only", [True, False])
@pytest.mark.parametrize("indent", [None, 2])
def test_what_is_decided_comes_before_the_text(size: int, ascii_only: bool, indent: int | None) -> None:
    text = json.dumps({**DECIDED, "answer": TEXT}, ensure_ascii=ascii_only, indent=indent)
    given, pieces = fed(text, size)
    assert "".join(given) == TEXT
    assert pieces.decided == DECIDED


@pytest.mark.parametrize("number", [0, 1, 0.5, 1e-05, -1, 12.25])
def test_a_number_in_two_pieces_is_one_number(number: Any) -> None:
    _, pieces = fed(json.dumps({**DECIDED, "confidence": number, "answer": "x"}), 1)
    assert pieces.decided == {**DECIDED, "confidence": number}


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "null", '"answer"', '{"answer" "x"}', '{"answer": 7}', '{"supported": true "answer": "x"}',
        '{"supported": true, "supported": false, "answer": "x"}', '{"supported": tru, "answer": "x"}', "{1: 2}",
        '{"supported": true, "answer"', '{"a": ' + "[" * 50_000,
        '{"supported": 1.2.3, "answer": "x"}',
    ],
)  # fmt: skip
@pytest.mark.parametrize("size", [1, 100_000])
def test_what_becomes_no_such_object_gives_no_text(text: str, size: int) -> None:
    if size == 1 and len(text) > 1_000:
        text = text[:500]
    given, _ = fed(text, size)
    assert "".join(given) == ""


def test_an_answer_that_begins_with_its_text_decides_nothing() -> None:
    given, pieces = fed(json.dumps({"answer": TEXT, **DECIDED}), 5)
    assert "".join(given) == TEXT
    assert pieces.decided == {}, "and who asked for decisions takes none of it"
    given, pieces = fed(json.dumps({"answer": TEXT, **DECIDED}), 5, upfront=False)
    assert ("".join(given), pieces.decided) == (TEXT, None)


def test_a_head_without_an_end_is_not_read_for_ever() -> None:
    given, pieces = fed('{"a": "' + "x" * 30_000 + '", "answer": "x"}', 1_000)
    assert ("".join(given), pieces.decided) == ("", None)
