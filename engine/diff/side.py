"""One of the two readings: a project with its flows compiled, and what of it could not be read."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.compile import Compiled, compile_flow
from engine.compile.policies import policies_of
from engine.diagnostics import Diagnostic, Severity, Sink
from engine.project import Project, load
from engine.steps import STEPS

__all__ = ["Side", "read_side"]


@dataclass(frozen=True, slots=True)
class Side:
    """A project as its files stand in a folder."""

    project: Project
    flows: Mapping[str, Compiled]
    broken: Mapping[str, Diagnostic]
    """Path -> the first thing in it that could not be read."""

    def unreadable(self, flow: str) -> Diagnostic | None:
        """What keeps a flow from being compared: its own file, or one that it may hang on."""
        for path, found in self.broken.items():
            own = Path(path).stem if path.startswith("flows/") else None
            if own is None or own == flow or own not in self.flows:
                return found
        return None


def read_side(root: Path) -> Side:
    """Reads and compiles, with the documents that agents are given in full. Never raises for what stands in files."""
    sink = Sink()
    project = load(root, sink, steps=STEPS)
    flows = {name: compile_flow(flow, project) for name, flow in sorted(project.flows.items())}
    for text in (text for flow in flows.values() for text in policies_of(flow.graph)):
        content = project.document(text.value)
        if content is not None:
            project.sources[text.value] = content.decode("utf-8", errors="replace")
    broken: dict[str, Diagnostic] = {}
    for found in sink.ordered():
        if found.severity is Severity.ERROR:
            broken.setdefault(found.place.path, found)
    return Side(project, flows, broken)
