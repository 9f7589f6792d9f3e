"""Names that must exist elsewhere in the project. The rules about them differ in where they look."""

from collections.abc import Iterable, Iterator

from engine.diagnostics import Sink
from engine.project import Project
from engine.project.shape import Reference, misspelt, quoted, shortened
from engine.rules.base import Case

__all__ = ["report", "used"]


def used(project: Project, what: str) -> Iterator[Reference]:
    """Every use of a name of this sort, in engine.yaml, tools and flows."""
    files = (*project.flows.values(), *project.pieces.values())
    for references in (project.references, *(flow.references for flow in files)):
        yield from (reference for reference in references if reference.what == what)


def report(case: Case, sink: Sink, what: str, known: Iterable[str], where: str) -> None:
    """One finding for each use of a name that is not known. `where` says where such names are declared."""
    names = sorted(known)
    for _, text in used(case.project, what):
        if text.value not in names:
            listed = f"{where} has {quoted(names, 'and')}" if names else f"{where} has none"
            message = f"unknown {what} `{shortened(text.value)}`: {listed}"
            tip, fix = misspelt(text, names)
            sink.error(f"unknown-{what}", text.place, message, tip=tip, fix=fix)
