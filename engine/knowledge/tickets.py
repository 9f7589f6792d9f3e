"""Past tickets as CSV: a row is a question and what was answered; each becomes a section of one document.

The header names the columns, in any order and case; others are left alone. Rows without an answer teach nothing and
are left out.
"""

import csv
import re
from collections.abc import Iterator
from io import StringIO
from pathlib import PurePosixPath
from typing import Final

from engine.knowledge.base import BrokenDocument, Document
from engine.knowledge.outline import one_line, outlined

SUBJECT: Final = ("subject", "title", "summary")
QUESTION: Final = ("question", "description", "message", "body", "text")
ANSWER: Final = ("answer", "resolution", "reply", "solution", "response")
_DELIMITER: Final = re.compile(r"sep=([^\w\s\"']|\t)\r?\n")
"""The first line by which Excel tells what stands between two cells."""
MAX_HEADING: Final = 120
"""Characters of a question that stands as its own heading."""


def read_tickets(data: bytes, path: str) -> Document:
    """Read an export; raises `BrokenDocument` for what is no UTF-8, no CSV, or names no question and answer."""
    rows = read_rows(data)
    header = {name.strip().lower(): at for at, name in reversed(list(enumerate(next(rows, []))))}
    subject, question, answer = (_column(header, names) for names in (SUBJECT, QUESTION, ANSWER))
    if answer is None or (question is None and subject is None):
        raise BrokenDocument(
            f"its first line names no question ({', '.join((*QUESTION, *SUBJECT))}) and answer ({', '.join(ANSWER)})"
        )
    title = PurePosixPath(path).stem.replace("_", " ")
    return outlined(_lines(rows, subject, question, answer), path, {"title": title})


def read_rows(data: bytes) -> Iterator[list[str]]:
    """The rows of a CSV with commas or semicolons, or with what its first line says (`sep=|`); raises `BrokenDocument`,
    also while they are read."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BrokenDocument(f"not UTF-8: byte {error.start} is {data[error.start]:#04x}") from None
    said = _DELIMITER.match(text)
    before = 1 if said else 0
    text = text[said.end() :] if said else text
    first = text.partition("\n")[0]
    delimiter = said[1] if said else ";" if first.count(";") > first.count(",") else ","
    rows = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begin = before + 1
    try:
        for row in rows:
            yield row
            begin = before + rows.line_num + 1
    except csv.Error as error:
        ends = "unexpected end" in str(error)
        what = "a quote that is opened in this row is never closed" if ends else str(error)
        raise BrokenDocument(f"not CSV: line {begin}: {what}") from None


def _column(header: dict[str, int], names: tuple[str, ...]) -> int | None:
    return next((header[name] for name in names if name in header), None)


def _lines(
    rows: Iterator[list[str]], subject: int | None, question: int | None, answer: int
) -> Iterator[tuple[int, str]]:
    for row in rows:
        asked, answered = _cell(row, question), _cell(row, answer)
        heading = one_line(_cell(row, subject) or asked)
        if not answered or not heading:
            continue
        yield 2, heading[:MAX_HEADING]
        yield from ((0, line) for text in (asked, answered) for one in text.split("\n") if (line := one_line(one)))


def _cell(row: list[str], at: int | None) -> str:
    return row[at].strip() if at is not None and at < len(row) else ""
