"""A project checked as a whole, with the plans that it comes to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.check.part import examined, joined
from engine.compile import compile_flow
from engine.diagnostics import Diagnostic, Severity, Sink, of_flows
from engine.plan import Plan
from engine.project import Project, load
from engine.root import chosen, find_root
from engine.rules import Case, secret_in_file
from engine.steps import STEPS

__all__ = ["Checked", "check"]


@dataclass(frozen=True, slots=True)
class Checked:
    """What a project came to. `plans` has every flow that could be read, sound or not: look at `ok` first."""

    project: Project
    plans: Mapping[str, Plan]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing stands in the way of running it. Warnings do not."""
        return not any(found.severity is Severity.ERROR for found in self.diagnostics)


def check(
    paths: Sequence[Path], *, root: Path | None = None, texts: Mapping[str, str] | None = None
) -> Checked:  # fmt: skip
    """Checks the project that `paths` lie in.

    The whole project is read and checked, since flows depend on each other. Where every path is a file of `flows/`,
    only what concerns these flows, engine.yaml and the tools is reported. `texts` stand in place of files, by their
    path relative to the root: what an editor has not saved yet. Raises NoProject.
    """
    folder = find_root(root or (paths[0] if paths else Path()))
    sink = Sink()
    project = load(folder, sink, steps=STEPS, texts=texts)
    flows = {name: compile_flow(flow, project) for name, flow in sorted(project.flows.items())}
    pieces = {name: compile_flow(piece, project) for name, piece in sorted(project.pieces.items())}
    found = joined([examined(Case(project, flows, pieces), sink)])
    if secret_in_file.among(found):
        secret_in_file.hide(project.sources)
    plans = {name: compiled.plan for name, compiled in flows.items()}
    return Checked(project, plans, of_flows(found, chosen(paths, folder)))
