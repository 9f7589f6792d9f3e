"""`human`: whether a ticket that was handed over is kept for the people who have it."""

from collections.abc import Iterator

from engine.compile import Compiled
from engine.diff.difference import Loosening, Spot
from engine.rules.human_without_people import HUMAN, unheard

__all__ = ["looser", "of"]


def looser(strict: Compiled, loose: Compiled) -> Iterator[Loosening]:
    """An end, or a way back, before which nobody waits for the people who have the ticket any more."""
    if not any(True for _ in of(strict)):
        yield from (one._replace(strict=Spot(strict.flow.spot("steps"))) for one in of(loose))


def of(flow: Compiled) -> Iterator[Loosening]:
    """All of them, as if there had been none."""
    for node, place in unheard(flow) if flow.flow.name == HUMAN else ():
        what = f"a ticket that people have comes to `{node.kind}` without waiting for them"
        spot = Spot(place, node.kind)
        yield Loosening("wait", spot, spot, f"{what} now", f"no more is it that {what}")
