"""`# engine: ignore[rule] why`: silences one finding of the line that it stands on, or of the next line if alone."""

import re
from typing import NamedTuple

__all__ = ["Ignore", "ignores"]

_COMMENT = re.compile(r"#\s*engine:\s*ignore\[([a-z0-9-]*)\][ \t]*(.*)$")


class Ignore(NamedTuple):
    """A rule silenced on a line, with the reason that somebody gave."""

    line: int
    rule: str
    why: str


def ignores(text: str) -> list[Ignore]:
    """Every such comment of a file, with the line that it is about."""
    found = []
    for number, line in enumerate(text.split("\n"), 1):
        match = _COMMENT.search(line) if "engine:" in line else None
        if match:
            alone = not line[: match.start()].strip()
            found.append(Ignore(number + alone, match[1], match[2].strip()))
    return found
