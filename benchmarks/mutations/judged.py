"""What is said of a mutant."""

import random
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.mutations.made import MISTAKES, Mutant
from benchmarks.mutations.reasons import Unfound, reason
from benchmarks.mutations.safety import less_safe
from engine.check.part import examined, joined
from engine.compile import Compiled, compile_flow
from engine.diagnostics import Diagnostic, Place, Sink
from engine.diff import Severity, Side, compare
from engine.plan import canonical
from engine.project import load
from engine.rules import Case
from engine.steps import STEPS

__all__ = ["Judged", "Reading", "judged", "read"]


class Judged(NamedTuple):
    """A mutant, and what came of it."""

    mutant: Mutant
    found: bool
    """A finding that the right files do not have."""
    on_line: bool
    """One of these stands where the change is: on its lines, where what it stands in begins, or on a use of the
    name that is gone."""
    named: bool
    """Where nothing is found: `engine diff` tells of a widened right."""
    same: str
    """Why it is the same flow in other words; empty where it is not."""
    less_safe: str
    """Where nothing is found: why a write is let through that was not; empty where nothing shows that."""
    reason: str = ""
    """Where nothing is found of a mistake, or the flow is the same: why (`reasons`); empty where nobody knows."""


class Reading(NamedTuple):
    """A project as it was read."""

    side: Side
    pieces: Mapping[str, Compiled]
    found: tuple[Diagnostic, ...]

    @property
    def plans(self) -> dict[str, bytes]:
        """What runs, flow by flow, and piece by piece."""
        return {name: canonical(flow.plan.body()) for name, flow in self.compiled.items()}

    @property
    def compiled(self) -> dict[str, Compiled]:
        """Flows and pieces by name."""
        return {**self.side.flows, **self.pieces}


def read(root: Path, texts: Mapping[str, str]) -> Reading:
    """Reads and checks a project once, with these texts in place of files."""
    sink = Sink()
    project = load(root, sink, steps=STEPS, texts=texts)
    broken: dict[str, Diagnostic] = {}
    for one in sink.ordered():
        broken.setdefault(one.place.path, one)
    flows = {name: compile_flow(flow, project) for name, flow in sorted(project.flows.items())}
    pieces = {name: compile_flow(piece, project) for name, piece in sorted(project.pieces.items())}
    return Reading(Side(project, flows, broken), pieces, joined([examined(Case(project, flows, pieces), sink)]))


def judged(root: Path, right: Reading, mutant: Mutant) -> Judged:
    """Checks it, and compares it with the right files where nothing is found."""
    wrong = read(root, {mutant.path: mutant.text})
    known = Counter(map(_said, right.found))
    found = [one for one in wrong.found if known.subtract([_said(one)]) is None and known[_said(one)] < 0]
    if found:
        return Judged(mutant, True, _on_line(mutant, found), False, "", "")
    text = (root / mutant.path).read_text(encoding="utf-8")
    unfound = Unfound(mutant, text, right.compiled, wrong.compiled, named=False)
    if mutant.path.startswith("flows/") and right.plans == wrong.plans:
        return Judged(mutant, False, False, False, "the plan is the same", "", reason(unfound))
    differences = compare(right.side, wrong.side)
    named = any(one.severity is Severity.WIDENED for one in differences)
    unsafe = next(filter(None, _unsafe(right.side.flows, wrong.side.flows)), "")
    why = reason(unfound._replace(named=named)) if mutant.kind in MISTAKES else ""
    return Judged(mutant, False, False, named, "", unsafe, why)


def _unsafe(old: Mapping[str, Compiled], new: Mapping[str, Compiled]) -> Iterable[str]:
    chance = random.Random(1)
    for name, flow in new.items():
        if name in old:
            yield less_safe(old[name], flow, chance)


def _said(one: Diagnostic) -> tuple[str, str, str]:
    return one.rule, one.place.path, one.message


def _on_line(mutant: Mutant, found: Sequence[Diagnostic]) -> bool:
    lines = {*mutant.around, *range(mutant.line, mutant.line + max(mutant.lines, mutant.after.count("\n") + 1))}
    if mutant.word:
        use = re.compile(rf"(?<!\w){re.escape(mutant.word)}(?!\w)")
        lines |= {number for number, line in enumerate(mutant.text.split("\n"), 1) if use.search(line)}
    places = (place for one in found for place in _places(one))
    return any(place.path == mutant.path and not lines.isdisjoint(_lines(place)) for place in places)


def _places(one: Diagnostic) -> list[Place]:
    return [one.place, *(label.place for label in (*one.labels, *one.path))]


def _lines(place: Place) -> range:
    return range(place.line, place.line + 1)
