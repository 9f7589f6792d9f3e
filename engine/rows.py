"""Rows of a CSV file, as spreadsheets write them: past tickets, questions, labelled texts."""

import codecs
import csv
import re
from collections.abc import Iterator
from io import StringIO
from typing import Final

from engine.charset import single_bytes

__all__ = ["MAX_CELL", "NoRows", "rows"]

MAX_CELL: Final = 1_000_000
"""Characters. A spreadsheet's cell has at most 32,767, the longest thread of mails some hundred thousand."""
_SAID: Final = re.compile(r"sep=([^\w\s\"']|\t)\r?\n")
"""The first line by which Excel tells what stands between two cells."""
_QUOTED: Final = re.compile(r"(?<![^,;\t \"])\"[^\"]*\"")
"""Cells in quotes, in which anything may stand."""
_END: Final = re.compile(r"[\r\n]")
_NO_TEXT: Final = re.compile(rb"[\x00-\x08\x0e-\x1f]")
"""Control characters that no text has."""
_NEITHER: Final = "neither UTF-8 nor Windows-1252"


class NoRows(Exception):
    """What is wrong with it. `line`: where the row begins, from 1; None where it is no text at all."""

    def __init__(self, what: str, line: int | None = None) -> None:
        super().__init__(what)
        self.line = line


def rows(data: bytes) -> Iterator[tuple[int, list[str]]]:
    """Those that say something, each with the line on which it begins. Cells are parted by what the first line says
    (`sep=;`), else by what it has most of outside of quotes: commas, semicolons or tabs. Raises `NoRows`, also while
    they are read."""
    text = _text(data)
    said = _SAID.match(text)
    before = 1 if said else 0
    text = text[said.end() :] if said else text
    parted = said[1] if said else max(",;\t", key=_END.split(_QUOTED.sub("", text), maxsplit=1)[0].count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=parted, skipinitialspace=parted != "\t", strict=True)
    begin = before + 1
    csv.field_size_limit(MAX_CELL)  # of the module: nobody else reads any
    try:
        for row in reader:
            if row:
                yield begin, row
            begin = before + reader.line_num + 1
    except csv.Error as error:
        raise NoRows(_why(str(error)), begin) from None


def _why(said: str) -> str:
    if "unexpected end" in said:
        return "a quote that is opened in this row is never closed"
    if "field limit" in said:
        return f"a cell of this row has over {MAX_CELL:,} characters: perhaps a quote that is opened is never closed"
    return f"no row of a CSV file: {said}"


def _text(data: bytes) -> str:
    """UTF-8; UTF-16 where the first bytes say so; else Windows-1252, as Excel writes on Windows."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _decoded(data, "utf-16", "not UTF-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if not single_bytes(data):  # it is UTF-8, with a slip, and would be nonsense as anything else
            raise NoRows(f"not UTF-8: byte {error.start} is {data[error.start]:#04x}") from None
    if control := _NO_TEXT.search(data):
        raise NoRows(f"{_NEITHER}: byte {control.start()} is {control[0][0]:#04x}")
    return _decoded(data, "windows-1252", _NEITHER)


def _decoded(data: bytes, encoding: str, what: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise NoRows(f"{what}: byte {error.start} is {data[error.start]:#04x}") from None
