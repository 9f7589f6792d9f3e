"""`only_if`: whatever had to hold before follows from what has to hold now."""

from collections.abc import Iterator

from engine.diff.difference import Loosening, Spot
from engine.diff.pair import Pair
from engine.rules.grants import text_of
from engine.rules.logic import implies

__all__ = ["looser"]


def looser(pair: Pair) -> Iterator[Loosening]:
    """Each line of the strict grant that the lines of the loose one do not imply, or not as far as can be shown."""
    lines = pair.loose.lines
    for expr in pair.strict.grant.only_if or ():
        if not implies(lines, pair.strict.tree(expr)):
            line = text_of(expr)
            yield pair.lost(
                "only_if", Spot(expr.text.place, line),
                f"`{line}` no longer has to hold, or that cannot be shown", f"`{line}` has to hold now",
            )  # fmt: skip
