"""The one entry: CLI, editor, service and worker all check a project here.

Offline, over the whole project. It never raises for what stands in the files; `NoProject` where there is none.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.compile import compile_flow
from engine.diagnostics import Diagnostic, Place, Severity, Sink, meant, nearest, of_flows
from engine.plan import Plan
from engine.project import Project, load
from engine.project.shape import shortened
from engine.root import NoProject, chosen, find_root
from engine.rules import BELOW, RULES, Case, secret_in_file
from engine.steps import LATER, STEPS
from engine.syntax import IGNORE, Ignore, ignores

__all__ = ["Checked", "NoProject", "check"]

_KNOWN = {**RULES, **BELOW}
_UNUSED = "unused-ignore"
_WRITTEN = "write `# engine: ignore[rule] why`"
_LISTED = "`engine explain` lists all rules"


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
    project = load(folder, sink, steps=STEPS, later=LATER, texts=texts)
    flows = {name: compile_flow(flow, project) for name, flow in sorted(project.flows.items())}
    pieces = {name: compile_flow(piece, project) for name, piece in sorted(project.pieces.items())}
    case = Case(project, flows, pieces)
    for rule in RULES.values():
        if rule.check is not None:
            rule.check(case, sink)
    found = _ignored(project, sink)
    if any(one.rule == secret_in_file.RULE.name for one in found):
        found = [*secret_in_file.blotted(found, secret_in_file.hide(project.sources))]
    plans = {name: compiled.plan for name, compiled in flows.items()}
    return Checked(project, plans, of_flows(found, chosen(paths, folder)))


def _ignored(project: Project, sink: Sink) -> list[Diagnostic]:
    """Applies `# engine: ignore[rule] why`. What an ignore itself has wrong is a finding."""
    found = sink.ordered()
    standing: dict[tuple[str, int | None, str], list[Diagnostic]] = {}
    for one in found:
        standing.setdefault((one.place.path, one.place.line, one.rule), []).append(one)
    # What was not read may be what an ignore is about: then it is too early to say that it silences nothing.
    whole = all(_KNOWN[one.rule].ignorable or _KNOWN[one.rule].floor for one in found if one.rule in _KNOWN)
    silenced: set[tuple[object, ...]] = set()
    rest = Sink()
    for path, text in project.sources.items():
        for ignore in ignores(path, text):
            for name, place in _usable(ignore, rest):
                here = standing.get((path, ignore.line, name), ())
                silenced |= {one.key for one in here}
                if not here and whole:
                    line = f"line {ignore.line}" if ignore.line else "the lines below"
                    rest.error(_UNUSED, place, f"no finding of `{name}` stands on {line} to be ignored")
    for one in found:
        if one.key not in silenced:
            rest.add(one)
    return list(rest.ordered())


def _usable(ignore: Ignore, sink: Sink) -> Iterator[tuple[str, Place]]:
    """The rules that it may silence."""
    if ignore.word != IGNORE:
        if nearest(ignore.word, [IGNORE]):
            sink.error(_UNUSED, ignore.place, f"`{shortened(ignore.word)}` means nothing here", tip=_WRITTEN)
        return
    if not ignore.rules:
        sink.error(_UNUSED, ignore.place, "an ignore names the rules that it silences, in brackets", tip=_WRITTEN)
    elif not ignore.why:
        names = ", ".join(name for name, _ in ignore.rules)
        message = f"an ignore needs a reason: `# engine: ignore[{shortened(names)}] why`"
        sink.error(_UNUSED, ignore.place, message)
        return
    for name, place in ignore.rules:
        rule = _KNOWN.get(name)
        if rule is None:
            tip, _ = meant(name, _KNOWN, place)
            sink.error(_UNUSED, place, f"there is no rule `{shortened(name)}`", tip=tip or _LISTED)
        elif rule.floor:
            sink.error(_UNUSED, place, f"`{name}` is a floor, which can't be ignored")
        elif not rule.ignorable:
            message = f"what `{name}` finds is not read or not there at all, so it can't be ignored"
            sink.error(_UNUSED, place, message)
        else:
            yield name, place
