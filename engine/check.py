"""The one entry: CLI, editor, service and worker all check a project here.

Offline, over the whole project. It never raises for what stands in the files; `NoProject` where there is none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.compile import compile_flow
from engine.diagnostics import Diagnostic, Place, Severity, Sink, of_flows
from engine.plan import Plan
from engine.project import NoProject, Project, find_root, load
from engine.root import chosen
from engine.rules import RULES, Case
from engine.steps import LATER, STEPS
from engine.syntax import ignores

__all__ = ["Checked", "NoProject", "check"]


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


def check(paths: Sequence[Path], *, root: Path | None = None) -> Checked:
    """Checks the project that `paths` lie in.

    The whole project is read and checked, since flows depend on each other. Where every path is a file of `flows/`,
    only what concerns these flows, engine.yaml and the tools is reported. Raises NoProject.
    """
    folder = find_root(root or (paths[0] if paths else Path()))
    sink = Sink()
    project = load(folder, sink, steps=STEPS, later=LATER)
    flows = {name: compile_flow(flow, project) for name, flow in sorted(project.flows.items())}
    case = Case(project, flows)
    for rule in RULES.values():
        if rule.check is not None:
            rule.check(case, sink)
    found = _ignored(project, sink)
    plans = {name: compiled.plan for name, compiled in flows.items()}
    return Checked(project, plans, of_flows(found, chosen(paths, folder)))


def _ignored(project: Project, sink: Sink) -> list[Diagnostic]:
    """Applies `# engine: ignore[rule] why`. An ignore that silences nothing is a finding; floors can't be ignored."""
    found = sink.ordered()
    silenced: set[int] = set()
    rest = Sink()
    for path, text in project.sources.items():
        for ignore in ignores(text):
            place = Place(path, ignore.line, 1, ignore.line, 2)
            matching = [
                number
                for number, one in enumerate(found)
                if one.rule == ignore.rule and one.place.path == path and one.place.line == ignore.line
            ]
            rule = RULES.get(ignore.rule)
            if rule is not None and rule.floor:
                rest.error("unused-ignore", place, f"`{ignore.rule}` is a floor, which can't be ignored")
            elif not ignore.why:
                rest.error("unused-ignore", place, f"an ignore needs a reason: `# engine: ignore[{ignore.rule}] why`")
            elif not matching:
                rest.error("unused-ignore", place, f"no finding of `{ignore.rule}` stands here to be ignored")
            else:
                silenced |= set(matching)
    for number, one in enumerate(found):
        if number not in silenced:
            rest.add(one)
    return list(rest.ordered())
