"""What a change of the files lets a ticket do that it could not do before: two readings of a project, compared.

Each concern is one file with `looser(strict, loose)`: what the second flow lets through that the first does not. Called
with (old, new) it gives what was widened, with (new, old) what was narrowed. What cannot be compared counts as widened.
"""

from engine.diff.compare import compare
from engine.diff.difference import Difference, Severity
from engine.diff.history import NoRevision, Past, past
from engine.diff.side import Side, read_side

__all__ = ["Difference", "NoRevision", "Past", "Severity", "Side", "compare", "past", "read_side"]
