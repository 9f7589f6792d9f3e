"""One file of `flows/` checked with what it refers to, and what that was."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple, TypeVar

from engine.check.part import Part, examined
from engine.compile import compile_flow
from engine.compile.policies import policies_of
from engine.diagnostics import Sink
from engine.project import Project
from engine.project.flow import Flow
from engine.rules import Case

__all__ = ["File", "Unit", "furniture", "unit"]

_Value = TypeVar("_Value")


class File(NamedTuple):
    """A file of `flows/` that was read."""

    path: str
    flow: Flow | None
    """None where nothing could be read."""
    found: Sink
    source: dict[str, str]


class Unit(NamedTuple):
    """What one file comes to. Nothing in it holds on to the file: it is kept, and sent between processes."""

    part: Part
    piece: bool
    seen: tuple[str, ...]
    """Paths of the files that it was checked with, beside engine.yaml and itself. It depends on their contents, on the
    names of all tools and pieces, and on which flows have tests: on nothing else."""


class _Noted(Mapping[str, _Value]):
    """Notes whose values are looked at. Which names there are is known to every file."""

    def __init__(self, values: Mapping[str, _Value]) -> None:
        self._values = values
        self.seen: set[str] = set()

    def __getitem__(self, name: str) -> _Value:
        value = self._values[name]
        self.seen.add(name)
        return value

    def __contains__(self, name: object) -> bool:
        return name in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def unit(project: Project, file: File) -> Unit:
    """Checks a file. `project` has engine.yaml, the tools, and all pieces that it may use."""
    tools, pieces = _Noted(project.tools), _Noted(project.pieces)
    flows = {file.flow.name: file.flow} if file.flow and not file.flow.is_piece else {}
    alone = replace(project, flows=flows, tools=tools, pieces=pieces, sources=file.source)
    compiled = {file.flow.name: compile_flow(file.flow, alone)} if file.flow else {}
    is_piece = bool(compiled and not flows)
    case = Case(alone, {} if is_piece else compiled, compiled if is_piece else {}, furniture=False)
    part = examined(case, file.found)
    policies = {text.value for one in compiled.values() for text in policies_of(one.graph)}
    for one in compiled.values():
        one.graph.forget()
    seen = (
        policies
        | {project.tools[name].entry.path for name in tools.seen}
        | {f"flows/{name}.yaml" for name in pieces.seen}
    )
    return Unit(part, is_piece, tuple(sorted(seen - {file.path})))


def furniture(project: Project, found: Sink) -> Part:
    """Checks engine.yaml and the tools. `found` is what was found while they were read."""
    return examined(Case(replace(project, flows={}, pieces={}), {}, {}), found)
