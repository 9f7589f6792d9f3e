"""Questions held against articles: recall, answerability, and gaps."""

import csv
from collections.abc import Collection, Sequence
from pathlib import Path

import pytest

from engine.knowledge.base import KnowledgeError, Passage
from engine.knowledge.library import Library
from engine.knowledge.preferred import told
from engine.knowledge.questions import Question, UnusableQuestions, measure, read_questions


def knows(question: str, passages: Sequence[Passage]) -> Collection[str]:
    """Answers from the passages that say it in so many words."""
    return {one.source for one in passages if question.split()[0].lower() in one.text.lower()}


@pytest.fixture
def indexed(library: Library, root: Path) -> Library:
    library.index(root)
    return library


def test_questions_are_read_by_their_header(tmp_path: Path) -> None:
    path = tmp_path / "q.csv"
    path.write_text("Source;Question\nfaq/a.md;How long?\n;\n;Why?\n", encoding="utf-8-sig")
    assert read_questions(path) == [Question("How long?", "faq/a.md"), Question("Why?")]
    for content, why in ((b"x,y\n1,2\n", "names no column"), (b"", "names no column"), (b"question\n\x81", "UTF-8")):
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
    assert found.recall == {k: pytest.approx(2 / 3) for k in (1, 3, 5, 50)}
    assert found.answered_from_gold == 2
    assert [(one.text, first) for one, first in found.missed] == [("PayPal again", "faq/payment.md")]
    assert [one.text for one in found.refused] == ["Zebras?"]


def test_what_is_measured_is_what_a_ticket_is_given(shop: Library) -> None:
    """A search for more keeps its places for articles in another language further down."""
    with (Path(__file__).parent / "german_questions.csv").open(encoding="utf-8") as file:
        asked = [Question(row["question"], row["source"]) for row in csv.DictReader(file)]
    given: dict[str, list[str]] = {}

    def answering(question: str, passages: Sequence[Passage]) -> Collection[str]:
        given[question] = [one.id for one in passages]
        return ()

    found = measure(shop, asked, answering, audience="public")
    live = {one.text: shop.search(one.text, prefer=told(one.text), limit=5) for one in asked}
    assert given == {question: [one.id for one in passages] for question, passages in live.items()}
    first = sum(one.gold == live[one.text][0].source for one in asked)
    among = sum(one.gold in {passage.source for passage in live[one.text]} for one in asked)
    assert (found.recall[1], found.recall[5]) == (first / len(asked), among / len(asked))
    assert len(found.missed) == len(asked) - among
    assert found.recall[5] <= found.recall[50]


def test_what_is_quoted_counts_and_not_what_comes_first(indexed: Library) -> None:
    question = Question("warranty on lamps", "policies/warranty.md")
    [first] = indexed.search(question.text, limit=1)
    assert first.source == question.gold
    found = measure(indexed, [question], lambda *_: {"faq/payment.md"}, audience="public")
    assert (found.answered, found.answered_from_gold) == (1, 0)
    found = measure(indexed, [Question("PayPal", question.gold)], lambda *_: {question.gold}, audience="public")
    assert (found.answered, found.answered_from_gold) == (1, 1)


def test_it_is_told_how_far_it_is(indexed: Library) -> None:
    told: list[tuple[str, int, int]] = []
    asked = [Question("PayPal?"), Question("Zebras?")]
    measure(indexed, asked, knows, audience="public", progress=lambda *at: told.append(at))
    assert told == [("ask", 0, 2), ("ask", 1, 2), ("ask", 2, 2)]
