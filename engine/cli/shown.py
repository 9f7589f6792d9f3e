"""How rows are shown: tables for a person at a terminal, tab-separated lines for everything else.

What customers wrote is cleaned first: control and direction characters could rewrite what a terminal shows.
"""

import json
import os
import shutil
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, TextIO

from engine.diagnostics.render import PLAIN, View

__all__ = ["clean", "coloured", "instant", "json_line", "show", "view", "width"]


def show(title: str, columns: Sequence[str], rows: Sequence[Sequence[str | None]]) -> None:
    """Prints rows under a title on stdout. Cells may hold anything; None is an empty one."""
    if sys.stdout.isatty():
        _table(title, columns, rows)
        return
    if title:
        print(f"{title}:")
    for row in rows:
        print("\t".join(clean(cell or "-") for cell in row))


def clean(text: str, keep: str = "") -> str:
    """The text with a blank for every character that is not printable, except those of `keep`."""
    return "".join(char if char.isprintable() or char in keep else " " for char in text)


def instant(moment: datetime | None) -> str | None:
    """`2026-11-23 09:30:00Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ") if moment else None


def json_line(value: Any) -> str:
    """A content in one line."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def coloured(stream: TextIO, choice: str = "auto") -> bool:
    """Whether to colour what goes there: as `--color` says, else as the environment does, else on a terminal.

    NO_COLOR (https://no-color.org) and FORCE_COLOR (https://force-color.org) count where they are not empty; where
    both are set, NO_COLOR does.
    """
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (stream.isatty() and os.environ.get("TERM") != "dumb")


def width(stream: TextIO) -> int | None:
    """The columns of the terminal that it is; None where it is none."""
    return shutil.get_terminal_size().columns if stream.isatty() else None


def view(stream: TextIO) -> View:
    """How findings are shown there."""
    columns = width(stream)
    return PLAIN if columns is None else PLAIN._replace(width=columns)


def _table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str | None]]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(title) if title else None, box=SIMPLE_HEAD, title_justify="left")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        # as Text: nothing that a customer writes is read as markup
        table.add_row(*(Text(clean(cell or "", keep="\n")) for cell in row))
    Console(file=sys.stdout, highlight=False).print(table)
