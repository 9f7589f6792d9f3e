"""A shared piece that the project does not have."""

from collections.abc import Sequence
from typing import NamedTuple

from engine.diagnostics import Sink, meant
from engine.project.shape import quoted, shortened
from engine.rules.base import Across, Case, Rule
from engine.rules.references import Use, uses

__all__ = ["RULE"]


class _Told(NamedTuple):
    flows: list[str]
    pieces: list[str]
    """All of the project."""
    unknown: list[Use]


def tell(case: Case) -> _Told:
    """Uses of what is no piece."""
    pieces = case.project.pieces
    unknown = [use for use in uses(case, "piece") if use.word not in pieces]
    return _Told(list(case.flows), sorted(pieces), unknown)


def judge(told: Sequence[_Told], sink: Sink) -> None:
    """A flow is no piece: a ticket goes on in it."""
    flows = frozenset(name for part in told for name in part.flows)
    for part in told:
        for use in part.unknown:
            _report(use, use.word in flows, part.pieces, sink)


def _report(use: Use, flow: bool, pieces: list[str], sink: Sink) -> None:
    if flow:
        message = f"`{use.word}` is a flow, not a shared piece (a file with `gives`)"
        sink.error("unknown-piece", use.place, message, tip=f"go on in it with `- transfer: {use.word}`")
        return
    there = f"the folder flows has {quoted(pieces, 'and')}" if pieces else "no file of the folder flows has `gives`"
    tip, fix = meant(use.word, pieces, use.inner)
    sink.error("unknown-piece", use.place, f"unknown piece `{shortened(use.word)}`: {there}", tip=tip, fix=fix)


RULE = Rule(
    "unknown-piece",
    across=Across(tell, judge),
    unread=True,
    why="There are no steps to put in this place.",
    mend="Use the name of a file in the folder flows that has `gives`, or go on in a flow with `transfer`.",
)
