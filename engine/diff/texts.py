"""Texts that nobody can compare but people: where the one begins to say something else than the other."""

from collections.abc import Sequence

from engine.diagnostics import Place
from engine.diff.difference import Spot
from engine.syntax import Text

__all__ = ["apart", "parted"]


def apart(there: str, was: str, here: str, now: str) -> tuple[Spot, Spot]:
    """The first line of each of two documents that is not the other's. `there` and `here` are their paths."""
    old, new = was.splitlines(), now.splitlines()
    at = _agreeing(old, new)
    return _line(there, old, at), _line(here, new, at)


def _line(path: str, lines: list[str], at: int) -> Spot:
    """The line, or where it would stand."""
    text = lines[at] if at < len(lines) else ""
    return Spot(Place(path, at + 1, 1, at + 1, len(text) + 1), text)


def parted(was: Text, now: Text) -> tuple[Spot, Spot]:
    """The first character of each of two scalars that is not the other's, with all that they say."""
    at = _agreeing(was.value, now.value)
    return Spot(was.place_of(at, at + 1), was.value), Spot(now.place_of(at, at + 1), now.value)


def _agreeing(one: Sequence[str], other: Sequence[str]) -> int:
    """How much of both is the same from the beginning on."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (left, right) in pairs if left != right), min(len(one), len(other)))
