"""What nothing answers, in groups of one matter."""

from collections import Counter
from collections.abc import Collection, Sequence

import pytest

from engine.knowledge.base import Passage
from engine.knowledge.gaps import clusters
from engine.knowledge.library import Library
from engine.knowledge.questions import Question


def refuses(_question: str, _passages: Sequence[Passage]) -> Collection[str]:
    """Never answers."""
    return ()


def test_gaps_are_grouped_and_the_most_asked_first(packaged: Library) -> None:
    signed = "Kind regards, Peter Klein"
    asked = [
        f"Hello team, do you rent out zebras? {signed}",
        "Do you rent out zebras?",
        "do you rent out zebras?",
        f"Hello team, do you sell violins? {signed}",
        "How can I pay?",
    ]

    def knows(question: str, passages: Sequence[Passage]) -> Collection[str]:
        return {one.source for one in passages} if "pay" in question else ()

    told: list[tuple[str, int, int]] = []
    found = clusters(
        packaged, list(map(Question, asked)), knows, audience="public", progress=lambda *at: told.append(at)
    )
    assert [Counter(one.questions) for one in found] == [
        {"do you rent out zebras?": 2, "Do you rent out zebras?": 1},
        {"do you sell violins?": 1},
    ]
    assert [at[0] for at in told] == [*["ask"] * 6, "compare"]
    assert told[-1] == ("compare", 3, 3)


@pytest.mark.parametrize("asked", [[], ["?!"], ["How can I pay?"]])
def test_without_open_questions_there_is_no_gap(asked: list[str], packaged: Library) -> None:
    assert clusters(packaged, list(map(Question, asked)), lambda *_: {"a.md"}, audience="public") == []


def test_one_open_question_is_a_gap(packaged: Library) -> None:
    [one] = clusters(packaged, [Question("Do you sell violins?")], refuses, audience="public")
    assert (one.questions, one.nearest != "") == (("Do you sell violins?",), True)
