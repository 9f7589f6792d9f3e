"""`close`: ends the ticket."""

from engine.project.scalars import Choice
from engine.project.shape import key
from engine.project.step import StepKind
from engine.syntax import Text

__all__ = ["Close"]


_OUTCOME = Choice(
    solved="The wish was met.", denied="The wish was not met.", withdrawn="The customer took the wish back."
)


class Close(StepKind):
    """Ends the ticket: `solved`, `denied` or `withdrawn`. Silence is its own outcome and never counts as solved."""

    WORD = "close"
    WHAT = "the step `close`"
    outcome: Text | None = key("close", _OUTCOME, doc="How it ended.", example="solved", required=True)
