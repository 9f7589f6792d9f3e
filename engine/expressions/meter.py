"""What one evaluation may cost, and what is left of it.

Everything is charged before it is made. What is charged is never given back, so that a loop, a list of lists or a join
of joins can't make much out of little.
"""

from dataclasses import dataclass

from engine.expressions.failure import EvaluationError

__all__ = ["Limits", "Meter"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one evaluation may cost."""

    visits: int = 20_000
    """Nodes of the tree walked, loops counted each time round."""
    size: int = 200_000
    """Characters of one text, elements of one list."""
    total: int = 500_000
    """Characters and elements that are made, compared or looked through, over the whole evaluation."""
    depth: int = 100
    """Levels of the tree, and of a value that is looked into."""


class Meter:
    """Counts down. Every method raises EvaluationError with the code `limit`."""

    __slots__ = ("depth", "limits", "spent", "visits")

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.visits = 0
        self.spent = 0
        self.depth = 0

    def enter(self) -> None:
        """One node of the tree, one level down; `leave` goes up again."""
        self.visits += 1
        self.depth += 1
        if self.visits > self.limits.visits:
            raise EvaluationError(f"more than {self.limits.visits:,} steps of work", code="limit")
        self._level(self.depth)

    def leave(self) -> None:
        """One level up."""
        self.depth -= 1

    def charge(self, units: int) -> None:
        """So many characters or elements."""
        self.spent += units
        if self.spent > self.limits.total:
            message = f"more than {self.limits.total:,} characters and elements in all"
            raise EvaluationError(message, code="limit")

    def make(self, size: int) -> None:
        """A text or a list of this size, before it is made."""
        self.fits(size)
        self.charge(size)

    def fits(self, size: int) -> None:
        """The size of a text or a list that is there."""
        if size > self.limits.size:
            message = f"more than {self.limits.size:,} characters of a text or elements of a list"
            raise EvaluationError(message, code="limit")

    def look(self, level: int) -> None:
        """One element of a value, so many levels into it."""
        self._level(level)
        self.charge(1)

    def _level(self, level: int) -> None:
        if level > self.limits.depth:
            raise EvaluationError(f"more than {self.limits.depth} levels", code="limit")
