"""A flow that the project does not have."""

from collections.abc import Sequence
from typing import NamedTuple

from engine.diagnostics import Sink
from engine.rules.base import Across, Case, Rule
from engine.rules.references import Use, missing, uses

__all__ = ["RULE"]


BUILT_IN = ("human", "triage")
"""Flows that every project has, with a file of that name or without."""


class _Told(NamedTuple):
    names: list[str]
    """Flows that could be read."""
    uses: list[Use]


def tell(case: Case) -> _Told:
    """Names that are there, and names that are meant to be."""
    return _Told(list(case.flows), uses(case, "flow"))


def judge(told: Sequence[_Told], sink: Sink) -> None:
    """A file that is no mapping at all is no flow."""
    known = [name for part in told for name in part.names]
    for part in told:
        missing((use for use in part.uses if use.word not in BUILT_IN), sink, "flow", known, "the folder flows")


RULE = Rule(
    "unknown-flow",
    across=Across(tell, judge),
    unread=True,
    why="The ticket could not go on in a flow that does not exist.",
    mend="Use the name of a file in the folder flows.",
)
