"""Past tickets as CSV: a row is a question and what was answered; each becomes a section of one document.

The header names the columns, in any order and case; others are left alone. Rows without an answer teach nothing and
are left out.
"""

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final

from engine.knowledge.base import BrokenDocument, Document
from engine.knowledge.outline import one_line, outlined
from engine.rows import NoRows, rows

SUBJECT: Final = ("subject", "title", "summary")
QUESTION: Final = ("question", "description", "message", "body", "text")
ANSWER: Final = ("answer", "resolution", "reply", "solution", "response")
MAX_HEADING: Final = 120
"""Characters of a question that stands as its own heading."""


def read_tickets(data: bytes, path: str) -> Document:
    """Read an export; raises `BrokenDocument` for what is no UTF-8, no CSV, or names no question and answer."""
    table = read_rows(data)
    header = {name.strip().lower(): at for at, name in reversed(list(enumerate(next(table, []))))}
    subject, question, answer = (_column(header, names) for names in (SUBJECT, QUESTION, ANSWER))
    if answer is None or (question is None and subject is None):
        raise BrokenDocument(
            f"its first line names no question ({', '.join((*QUESTION, *SUBJECT))}) and answer ({', '.join(ANSWER)})"
        )
    title = PurePosixPath(path).stem.replace("_", " ")
    return outlined(_lines(table, subject, question, answer), path, {"title": title})


def read_rows(data: bytes) -> Iterator[list[str]]:
    """The rows of a CSV (`engine.rows`); raises `BrokenDocument`, also while they are read."""
    try:
        for _, row in rows(data):
            yield row
    except NoRows as error:
        raise BrokenDocument(str(error) if error.line is None else f"line {error.line}: {error}") from None


def _column(header: dict[str, int], names: tuple[str, ...]) -> int | None:
    return next((header[name] for name in names if name in header), None)


def _lines(
    table: Iterator[list[str]], subject: int | None, question: int | None, answer: int
) -> Iterator[tuple[int, str]]:
    for row in table:
        asked, answered = _cell(row, question), _cell(row, answer)
        heading = one_line(_cell(row, subject) or asked)
        if not answered or not heading:
            continue
        yield 2, heading[:MAX_HEADING]
        yield from ((0, line) for text in (asked, answered) for one in text.split("\n") if (line := one_line(one)))


def _cell(row: list[str], at: int | None) -> str:
    return row[at].strip() if at is not None and at < len(row) else ""
