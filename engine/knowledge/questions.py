"""Real questions held against the articles: what is found, and what is answered.

Answering is a function from a question and its passages to the articles that the answer quotes, none where there is no
answer, so that this package knows no model.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from engine.knowledge.base import BrokenDocument, KnowledgeError, Passage, Progress
from engine.knowledge.library import Library
from engine.knowledge.preferred import told
from engine.knowledge.search import BY_WORDS, DEFAULT
from engine.knowledge.tickets import QUESTION, SUBJECT, read_rows

__all__ = [
    "GIVEN",
    "Answering",
    "Measured",
    "Question",
    "UnusableQuestions",
    "find",
    "measure",
    "read_questions",
    "silent",
]

GOLD: Final = ("source", "article", "document", "gold")
MAX_BYTES: Final = 50_000_000
GIVEN: Final = 5
"""Passages that a ticket is answered from."""
DEEP: Final = 50
RANKS: Final = (1, 3, GIVEN, DEEP)

Answering = Callable[[str, Sequence[Passage]], Collection[str]]


class UnusableQuestions(KnowledgeError):
    """A file of questions that cannot be used as it is; nothing was measured."""


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody asked. `gold`: the article that answers it, where that is known."""

    text: str
    gold: str = ""
    masked: str = ""
    """What is searched for in place of the text, where a flow masks it."""
    stays: bool = False
    """Whether it is searched for by its words alone, as the embedder may not see it."""


def find(library: Library, question: Question, *, audience: str, limit: int) -> list[Passage]:
    """The passages that a ticket of this question would find. Raises what a search raises."""
    return library.search(
        question.masked or question.text,
        prefer=told(question.text),
        audience=audience,
        limit=limit,
        ways=BY_WORDS if question.stays else DEFAULT,
    )


def read_questions(path: Path) -> list[Question]:
    """The questions of a CSV: a column `question` (or message, subject, ...), and `source` where the answer is known.

    Raises `UnusableQuestions`. Rows without a question are left out; none at all are refused.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UnusableQuestions(f"{path}: over {MAX_BYTES // 1_000_000} MB")
        rows = list(read_rows(path.read_bytes()))
    except OSError as error:
        raise UnusableQuestions(f"{path}: can't be read: {error.strerror}") from None
    except BrokenDocument as error:
        raise UnusableQuestions(f"{path}: {error}") from None
    names = [name.strip().lower() for name in rows[0]] if rows else []
    column = next((names.index(name) for name in (*QUESTION, *SUBJECT) if name in names), None)
    if column is None:
        raise UnusableQuestions(f"{path}: its first line names no column {', '.join((*QUESTION, *SUBJECT))}")
    gold = next((names.index(name) for name in GOLD if name in names), None)
    found = [
        Question(row[column].strip(), row[gold].strip() if gold is not None and gold < len(row) else "")
        for row in rows[1:]
        if column < len(row) and row[column].strip()
    ]
    if not found:
        raise UnusableQuestions(f"{path}: holds no question")
    return found


@dataclass(slots=True)
class Measured:
    """How a file of questions fared."""

    questions: int = 0
    with_gold: int = 0
    recall: dict[int, float] = field(default_factory=dict)
    """k -> share of the questions with a known article that have it among the first k passages. Up to `GIVEN` these are
    the ones that a ticket is given; `DEEP` are of a search for so many."""
    answered: int = 0
    answered_from_gold: int = 0
    """Answered, and the known article is quoted."""
    missed: list[tuple[Question, str]] = field(default_factory=list)
    """Not among the passages that a ticket is given, with the article that came first instead."""
    refused: list[Question] = field(default_factory=list)


def silent(_stage: str, _done: int, _total: int) -> None:
    """Tells nobody how far it is."""


def measure(
    library: Library,
    questions: Sequence[Question],
    answering: Answering,
    *,
    audience: str,
    progress: Progress = silent,
) -> Measured:
    """Search and answer each, as for a ticket that says no more; `progress` gets the stage `ask`. Raises what a search
    raises."""
    ranks: list[int] = []
    result = Measured(questions=len(questions), with_gold=sum(bool(one.gold) for one in questions))
    for done, one in enumerate(questions):
        progress("ask", done, len(questions))
        # a search for more would keep its places for the other language further down
        passages = find(library, one, audience=audience, limit=GIVEN)
        sources = [passage.source for passage in passages]
        quoted = answering(one.text, passages)
        result.answered += bool(quoted)
        if not quoted:
            result.refused.append(one)
        if not one.gold:
            continue
        result.answered_from_gold += one.gold in quoted
        if one.gold in sources:
            ranks.append(sources.index(one.gold))
            continue
        deep = {passage.source for passage in find(library, one, audience=audience, limit=DEEP)}
        ranks.append(GIVEN if one.gold in deep else DEEP)
        result.missed.append((one, sources[0] if sources else ""))
    progress("ask", len(questions), len(questions))
    result.recall = {k: sum(rank < k for rank in ranks) / len(ranks) for k in RANKS} if ranks else {}
    return result
