"""Rows of a CSV file, as spreadsheets write them: past tickets, questions, labelled texts."""

import csv
import re
from collections.abc import Iterator
from io import StringIO
from typing import Final

__all__ = ["NoRows", "rows"]

_SAID: Final = re.compile(r"sep=([^\w\s\"']|\t)\r?\n")
"""The first line by which Excel tells what stands between two cells."""


class NoRows(Exception):
    """What is wrong with it. `line`: where the row begins, from 1; None where it is no text at all."""

    def __init__(self, what: str, line: int | None = None) -> None:
        super().__init__(what)
        self.line = line


def rows(data: bytes) -> Iterator[tuple[int, list[str]]]:
    """Those that say something, each with the line on which it begins. Cells are parted by what the first line says
    (`sep=;`), else by what it has most of: commas, semicolons or tabs. Raises `NoRows`, also while they are read."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NoRows(f"not UTF-8: byte {error.start} is {data[error.start]:#04x}") from None
    said = _SAID.match(text)
    before = 1 if said else 0
    text = text[said.end() :] if said else text
    parted = said[1] if said else max(",;\t", key=text.partition("\n")[0].count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=parted, skipinitialspace=parted != "\t", strict=True)
    begin = before + 1
    try:
        for row in reader:
            if row:
                yield begin, row
            begin = before + reader.line_num + 1
    except csv.Error as error:
        ends = "unexpected end" in str(error)
        what = "a quote that is opened in this row is never closed" if ends else f"no row of a CSV file: {error}"
        raise NoRows(what, begin) from None
