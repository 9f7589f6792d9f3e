"""Rows of tables, read together with the head of their table.

"Flex | 149 EUR" alone says nothing of months. Below "Membership | Price per month" it says "Membership: Flex; Price per
month: 149 EUR", and so it is compared with questions, and quoted.
"""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from typing import Final, NamedTuple

from engine.models.base import CELL
from engine.models.local.figures import CLOCK, DAY, LENGTH, figures

__all__ = ["Row", "heads", "rows"]

_AMOUNT: Final = re.compile(r"\W*")
"""What may be left of a cell without its amount."""


class Row(NamedTuple):
    """The cells of a line, the first of which names what the others are about, and what stands above each."""

    head: tuple[str, ...]
    cells: tuple[str, ...]

    def of(self, columns: Sequence[int]) -> str:
        """What it says in these columns, with its first cell before them."""
        return "; ".join(self.column(place) for place in dict.fromkeys((0, *columns)))

    def column(self, place: int) -> str:
        """What it says in one of them: "Price per month: 149 EUR"."""
        return ": ".join(part for part in (self.head[place], self.cells[place]) if part)

    def __str__(self) -> str:
        return self.of(range(1, len(self.cells)))


def heads(lines: Sequence[str]) -> set[int]:
    """Places of the lines that are heads of tables. A line is none without rows, nor one that gives amounts."""
    return {table[0] for table in _tables(lines) if _headed(lines, table)}


def rows(lines: Sequence[str]) -> dict[int, Row]:
    """Place -> row, where it is known which cell stands below which one: of as many cells as most lines of its table
    have. A head with one less has none above the first."""
    found: dict[int, Row] = {}
    for table in _tables(lines):
        if not _headed(lines, table):
            continue
        head, *below = ((place, tuple(lines[place].split(CELL))) for place in table)
        width = Counter(len(cells) for _, cells in below).most_common(1)[0][0]
        above = ("",) * (width - len(head[1])) + head[1]
        if len(above) == width <= len(head[1]) + 1:
            found |= {place: Row(above, cells) for place, cells in below if len(cells) == width}
    return found


def _tables(lines: Sequence[str]) -> list[list[int]]:
    runs = groupby(range(len(lines)), key=lambda place: CELL in lines[place])
    return [list(run) for is_table, run in runs if is_table]


def _headed(lines: Sequence[str], table: Sequence[int]) -> bool:
    return len(table) > 1 and not any(map(_is_amount, lines[table[0]].split(CELL)))


def _is_amount(cell: str) -> bool:
    found = [one for one in figures(cell, "") if one.unit.isupper() and one.unit not in {CLOCK, DAY, LENGTH}]
    return len(found) == 1 and _AMOUNT.fullmatch(cell[: found[0].begin] + cell[found[0].end :]) is not None
