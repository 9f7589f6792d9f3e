"""What a rule is: an id that names the bad thing, what it looks at, whether it may be ignored, and the words on it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

from engine.compile import Compiled
from engine.diagnostics import Sink
from engine.project import Project

__all__ = ["Across", "Case", "Rule"]


_Found = TypeVar("_Found")


@dataclass(slots=True)
class Case:
    """What rules see: the project with all of its shared pieces, and some of its flows or all of them, compiled, with
    the pieces that they use in their places. Which flows these are makes no difference to a rule's `check`."""

    project: Project
    flows: Mapping[str, Compiled]
    pieces: Mapping[str, Compiled]
    """Shared pieces alone, from what they take and need."""
    furniture: bool = True
    """Whether engine.yaml and the tools are looked at as well, beside these flows."""
    files: Sequence[Compiled] = field(init=False)
    """Pieces and flows: whatever stands in a file of `flows/`."""
    _once: dict[Callable[["Case"], Any], Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Every rule asks for the files."""
        self.files = (*self.pieces.values(), *self.flows.values())

    def once(self, find: Callable[["Case"], _Found]) -> _Found:
        """What `find` finds here, for all rules that ask for it."""
        if find not in self._once:
            self._once[find] = find(self)
        found: _Found = self._once[find]
        return found


class Across(NamedTuple):
    """How a rule that compares flows with each other does it, since flows are read apart from each other."""

    tell: Callable[[Case], Any]
    """What has to be known of these flows, without anything that holds on to them: it is sent between processes."""
    judge: Callable[[Sequence[Any], Sink], None]
    """Reports. Given what was told of all flows, in parts, in the order of the flows' names."""


class Rule(NamedTuple):
    """`check` reports and never raises. A rule without one is found while reading, and stands here for its name.

    The words are for somebody who runs a support team: short, plain, with Markdown's `code` and nothing else of it.
    """

    name: str
    check: Callable[[Case, Sink], None] | None = None
    across: Across | None = None
    floor: bool = False
    """A floor can't be ignored."""
    shape: bool = False
    """Found by the shape of the file alone: a JSON Schema finds it too."""
    unread: bool = False
    """What it finds could not be read, or is not there at all: nothing could run on it, so it can't be ignored."""
    summary: str = ""
    """One sentence: what is found. The docstring of the rule's module."""
    why: str = ""
    """What would happen to tickets, or to whoever reads the flow."""
    mend: str = ""
    """What to do about it."""

    @property
    def ignorable(self) -> bool:
        """Whether `# engine: ignore[rule] why` silences it."""
        return not (self.floor or self.shape or self.unread)
