"""What `engine kb lint` finds, kind by kind."""

from dataclasses import dataclass
from typing import Final

__all__ = ["KINDS", "Finding", "short"]

KINDS: Final = {
    "broken": "can't be read",
    "stale": "was not reviewed for longer than its collection allows",
    "contradiction": "says another number than another article",
    "near-duplicate": "says the same as another article",
    "dead-link": "links to a file or a heading that is not there",
    "bare-heading": "has a heading without text",
    "orphan": "is found by no flow, or linked by no article",
    "unreached": "answers no real question",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing to look at. `kind`: one of `KINDS`."""

    kind: str
    path: str
    message: str
    other: str = ""
    """The second article, where two are meant."""


def short(text: str, most: int = 160) -> str:
    """The beginning of a text, for a message."""
    return text if len(text) <= most else text[: most - 3] + "…"
