"""A mark is one where somebody answers a survey, and nowhere else."""

import pytest

from engine.models.lexical import survey_mark

ALONE = [
    "5",
    " 4 ",
    "3/5",
    "5 / 5!",
    "4 out of 5",
    "5 von 5",
    "1.",
    "5!\n\nThanks",
    "5 - thank you!",
    "4, danke",
    "2 sur 5",
    "5\n",
]
MORE = ["5, but the lamp is broken again", "1 - nobody helped me", "2\nThe second lamp is late too", "4/5: good"]
NONE = ["", "five", "0", "6", "10", "4.5", "3,5", "55", "5 days ago I wrote to you", "5th try", "4711", "order 5",
        "1. The lamp is broken. 2. The box too", "1) the lamp", "5€ are missing", "3 of 6 lamps"]  # fmt: skip


@pytest.mark.parametrize("text", ALONE)
def test_a_mark_alone(text: str) -> None:
    mark, alone = survey_mark(text)
    assert mark == int(text.strip()[0])
    assert alone


@pytest.mark.parametrize("text", MORE)
def test_a_mark_and_more(text: str) -> None:
    assert survey_mark(text) == (int(text[0]), False)


@pytest.mark.parametrize("text", NONE)
def test_no_mark(text: str) -> None:
    assert survey_mark(text) == (None, False)
