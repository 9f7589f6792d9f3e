"""The finding: a rule, one primary place and labelled others, a message that says what is accepted, and a tip."""

from collections.abc import Collection, Iterable
from enum import StrEnum
from typing import NamedTuple

__all__ = ["Diagnostic", "Edit", "Label", "Place", "Severity", "Sink", "of_flows"]


class Place(NamedTuple):
    """A range in a file. Lines and columns count characters from 1; the end is exclusive."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


class Severity(StrEnum):
    """Errors stop a project; warnings do under `--strict`."""

    ERROR = "error"
    WARNING = "warning"


class Label(NamedTuple):
    """Another place that has to do with a finding."""

    place: Place
    message: str


class Edit(NamedTuple):
    """What would mend a finding: `text` in place of `old`, which stands at `place` character by character."""

    place: Place
    old: str
    text: str


class Diagnostic(NamedTuple):
    """One finding."""

    rule: str
    severity: Severity
    message: str
    place: Place
    labels: tuple[Label, ...] = ()
    tip: str = ""
    path: tuple[Label, ...] = ()
    """How a ticket gets to the place, from the first step to the last before it."""
    fix: Edit | None = None
    """A change that is safe to make without asking anybody."""

    @property
    def key(self) -> tuple[str, int, int, str, str, Place]:
        """The stable order of findings: by path, line, column and rule, then by message."""
        place = self.place
        return (place.path, place.line, place.column, self.rule, self.message, place)


class Sink:
    """Collects findings. The same finding at the same place is kept once."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, int, int, str, str, Place], Diagnostic] = {}

    def add(self, diagnostic: Diagnostic) -> None:
        """Keeps a finding."""
        self._found.setdefault(diagnostic.key, diagnostic)

    def error(
        self,
        rule: str,
        place: Place,
        message: str,
        tip: str = "",
        labels: Iterable[Label] = (),
        path: Iterable[Label] = (),
        fix: Edit | None = None,
    ) -> None:
        """Keeps a finding that stops the project."""
        self.add(Diagnostic(rule, Severity.ERROR, message, place, tuple(labels), tip, tuple(path), fix))

    def warning(
        self,
        rule: str,
        place: Place,
        message: str,
        tip: str = "",
        labels: Iterable[Label] = (),
        path: Iterable[Label] = (),
        fix: Edit | None = None,
    ) -> None:
        """Keeps a finding that stops the project only under `--strict`."""
        self.add(Diagnostic(rule, Severity.WARNING, message, place, tuple(labels), tip, tuple(path), fix))

    def ordered(self) -> tuple[Diagnostic, ...]:
        """All findings in their stable order."""
        return tuple(sorted(self._found.values(), key=lambda found: found.key))

    def __len__(self) -> int:
        return len(self._found)


def of_flows(found: Iterable[Diagnostic], chosen: Collection[str] | None) -> tuple[Diagnostic, ...]:
    """Without those in other flows, where single ones were asked for: `chosen` are their paths, None means all."""
    return tuple(
        one for one in found if chosen is None or one.place.path in chosen or not one.place.path.startswith("flows/")
    )
