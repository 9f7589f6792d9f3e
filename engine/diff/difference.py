"""A difference between two readings of a project."""

from enum import StrEnum
from typing import NamedTuple

from engine.diagnostics import Place

__all__ = ["Difference", "Loosening", "Severity", "Spot"]


class Severity(StrEnum):
    """What a difference does to the rights of a flow."""

    WIDENED = "widened"
    NARROWED = "narrowed"
    CHANGED = "changed"
    """Another way of the same right."""


class Spot(NamedTuple):
    """Where something stands, and what: empty where it is not there at all."""

    place: Place
    text: str = ""


class Loosening(NamedTuple):
    """One thing that `loose` lets through and `strict` does not."""

    part: str
    """The key of the language that it is about, such as `only_if`."""
    strict: Spot
    loose: Spot
    said: str
    """What is said where the project went from strict to loose."""
    mirrored: str = ""
    """The same where it went from loose to strict; empty where that way round it is a loosening too."""
    tool: str = ""


class Difference(NamedTuple):
    """One difference, as people and programs read it."""

    severity: Severity
    flow: str
    """Empty where it is about the whole project."""
    tool: str
    """Empty where it is about no tool."""
    what: str
    """The key of the language that it is about, such as `only_if`."""
    message: str
    old: str
    """What stood there before; empty where nothing did."""
    new: str
    """What stands there now; empty where nothing does."""
    place: Place
    """In the files as they are now; in the old ones where `gone`."""
    was: Place | None
    """In the old files; None where nothing there is like it."""
    gone: bool = False

    @property
    def key(self) -> tuple[int, Place, str, str, str, str]:
        """The stable order: what was widened first, then by place."""
        order = list(Severity).index(self.severity)
        return (order, self.place, self.flow, self.tool, self.what, self.message)
