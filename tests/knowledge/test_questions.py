"""Questions held against articles: recall, answerability, and gaps."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from engine.knowledge.base import KnowledgeError, Passage
from engine.knowledge.library import Library
from engine.knowledge.questions import Question, UnusableQuestions, clusters, measure, read_questions
from tests.knowledge.conftest import BagOfWords


def knows(question: str, passages: Sequence[Passage]) -> float:
    """Answers what a passage says in so many words."""
    return 0.9 if any(question.split()[0].lower() in one.text.lower() for one in passages) else 0.0


@pytest.fixture
def indexed(library: Library, root: Path) -> Library:
    library.index(root)
    return library


def test_questions_are_read_by_their_header(tmp_path: Path) -> None:
    path = tmp_path / "q.csv"
    path.write_text("Source;Question\nfaq/a.md;How long?\n;\n;Why?\n", encoding="utf-8-sig")
    assert read_questions(path) == [Question("How long?", "faq/a.md"), Question("Why?")]
    for content, why in ((b"x,y\n1,2\n", "names no column"), (b"", "names no column"), (b"question\n\xff", "UTF-8")):
        path.write_bytes(content)
        with pytest.raises(KnowledgeError, match=why):
            read_questions(path)
    for content, why in ((b'question\nWhy?\n"How\nlong?\n', "line 3: a quote"), (b"question\n\n", "holds no question")):
        path.write_bytes(content)
        with pytest.raises(UnusableQuestions, match=why) as caught:
            read_questions(path)
        assert str(path) in str(caught.value)
    with pytest.raises(KnowledgeError, match="can't be read"):
        read_questions(tmp_path / "none.csv")


def test_recall_and_answerability(indexed: Library) -> None:
    found = measure(
        indexed,
        [
            Question("PayPal, do you take it?", "faq/payment.md"),
            Question("warranty on lamps", "policies/warranty.md"),
            Question("PayPal again", "no/such.md"),
            Question("Zebras?"),
        ],
        knows,
        audience="public",
    )
    assert (found.questions, found.with_gold, found.answered) == (4, 3, 3)
    assert found.recall == {k: pytest.approx(2 / 3) for k in (1, 3, 5, 10)}
    assert found.answered_from_gold == 2
    assert [(one.text, first) for one, first in found.missed] == [("PayPal again", "faq/payment.md")]
    assert [one.text for one in found.refused] == ["Zebras?"]


def test_gaps_are_grouped_and_the_most_asked_first(indexed: Library) -> None:
    asked = [
        "Zebra rental prices", "Zebra rental prices please", "zebra rental prices", "Violins for sale", "PayPal please",
    ]  # fmt: skip
    found = clusters(indexed, BagOfWords(), list(map(Question, asked)), knows, audience="public")
    assert [len(one.questions) for one in found] == [3, 1]
    assert set(found[0].questions) == set(asked[:3])
    assert clusters(indexed, BagOfWords(), [Question("PayPal please")], knows, audience="public") == []
    assert clusters(indexed, BagOfWords(), [], knows, audience="public") == []
