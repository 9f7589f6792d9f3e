"""How far a run is that may take long: bars at a terminal, a line now and then elsewhere."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from engine.knowledge.base import Progress

__all__ = ["shown_progress"]

EVERY: Final = 10.0
"""Seconds between two lines where there is no terminal: short runs say nothing."""
_NAMES: Final = {
    "read": "articles read",
    "embed": "passages embedded",
    "ask": "questions asked",
    "compare": "unanswered questions compared",
}


@contextmanager
def shown_progress() -> Iterator[Progress]:
    """A function to tell, while the context lasts."""
    if sys.stderr.isatty():
        with _bars() as progress:
            yield progress
    else:
        yield _lines()


@contextmanager
def _bars() -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bars(*columns, console=Console(file=sys.stderr)) as bars:
        tasks = {}

        def progress(stage: str, done: int, total: int) -> None:
            if total and stage not in tasks:
                tasks[stage] = bars.add_task(_NAMES[stage], total=total)
                if stage == "embed":
                    bars.console.print(_SEARCHABLE) if total > _MUCH else None
            if stage in tasks:
                bars.update(tasks[stage], completed=done, total=total)

        yield progress


_MUCH: Final = 4_096
_SEARCHABLE: Final = "articles can be searched by their words; what they mean follows"


def _lines() -> Progress:
    last = [time.monotonic()]

    def progress(stage: str, done: int, total: int) -> None:
        now = time.monotonic()
        if stage == "embed" and done == 0 and total > _MUCH:
            print(_SEARCHABLE, file=sys.stderr, flush=True)
        if now - last[0] >= EVERY and total:
            last[0] = now
            print(f"{done} of {total} {_NAMES[stage]}", file=sys.stderr, flush=True)

    return progress
