"""An invisible character that turns the direction of writing, so that a line reads otherwise than it is read."""

import re

from engine.diagnostics import Place, Sink
from engine.rules.base import Case, Rule

__all__ = ["RULE"]

_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""The embeddings, overrides and isolates of Unicode's bidirectional algorithm (UAX #9), by which the order on a screen
differs from that in a file (Boucher and Anderson, "Trojan Source", 2021)."""


def check(case: Case, sink: Sink) -> None:
    """Anywhere in a file, comments included: what stands behind one is shown elsewhere."""
    for path, text in case.project.sources.items():
        if not _TURNS.search(text):
            continue
        for number, line in enumerate(re.split(r"\r\n|\r|\n", text.removeprefix("\ufeff")), 1):
            for found in _TURNS.finditer(line):
                sink.error(
                    "invisible-character", Place(path, number, found.start() + 1, number, found.end() + 1),
                    f"an invisible character stands here, U+{ord(found[0]):04X}: this line is not read as it is shown",
                    tip=f'remove it; in a text that needs it write `\\u{ord(found[0]):04x}` in double quotes',
                )  # fmt: skip


RULE = Rule(
    "invisible-character",
    check,
    why="Whoever reviews the file would see another condition, or another text, than the one that holds.",
    mend="Remove it. A text from right to left that needs one has it as an escape in double quotes, such as `\\u2067`.",
)
