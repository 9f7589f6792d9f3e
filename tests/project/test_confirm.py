"""What `confirm` takes: a question, or `no`. A word that only says whether one is asked would be put to customers."""

from pathlib import Path

import pytest

from tests.compile.flows import refund
from tests.golden.case import checked, rules

_ASKED = 'confirm: "I will refund {{ amount | money }}. Shall I?"'


def said(folder: Path, word: str) -> list[str]:
    flow = refund()
    line = next(line for line in flow.splitlines() if line.strip().startswith("confirm:"))
    return rules(checked(folder, flow.replace(line, f"{line.partition('confirm:')[0]}confirm: {word}")))


@pytest.mark.parametrize("word", ["yes", "Yes", "YES", '"yes"', "True", "false", "No", '" no "', "none", "None"])
def test_a_word_that_is_no_question(word: str, tmp_path: Path) -> None:
    assert said(tmp_path, word) == ["wrong-word"]


@pytest.mark.parametrize("word", ["no", "'no'", "Shall I do it?", "Yes or no?"])
def test_no_and_questions(word: str, tmp_path: Path) -> None:
    assert said(tmp_path, word) == []
