"""What a check came to, as far as it is shown, and as JSON."""

from collections.abc import Mapping
from typing import Any, NamedTuple, Self

from engine.diagnostics.finding import Diagnostic, Edit, Label, Place, Severity

__all__ = ["Outcome"]


class Outcome(NamedTuple):
    """The findings of a whole project, with the numbers of what was read."""

    flows: int
    tools: int
    diagnostics: tuple[Diagnostic, ...]
    looked: tuple[tuple[str, str], ...] = ()
    """Files beyond the project's own that it depends on, with their digests (`engine.project.outer`)."""

    def to_json(self) -> dict[str, Any]:
        """Plain lists: a Diagnostic and what it holds are tuples."""
        return {"flows": self.flows, "tools": self.tools, "diagnostics": self.diagnostics, "looked": self.looked}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The inverse. Raises KeyError, TypeError or ValueError for what is none."""
        found = tuple(_diagnostic(*one) for one in data["diagnostics"])
        looked = tuple((str(path), str(digest)) for path, digest in data["looked"])
        return cls(int(data["flows"]), int(data["tools"]), found, looked)


def _diagnostic(
    rule: str, severity: str, message: str, place: list[Any], labels: list[Any], tip: str, path: list[Any],
    fix: list[Any] | None,
) -> Diagnostic:  # fmt: skip
    change = Edit(Place(*fix[0]), fix[1], fix[2]) if fix is not None else None
    return Diagnostic(rule, Severity(severity), message, Place(*place), _labels(labels), tip, _labels(path), change)


def _labels(found: list[Any]) -> tuple[Label, ...]:
    return tuple(Label(Place(*there), said) for there, said in found)
