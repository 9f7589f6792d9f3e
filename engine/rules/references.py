"""Names that must exist elsewhere in the project. The rules about them differ in where they look."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from engine.diagnostics import Place, Sink, meant
from engine.project.shape import Reference, quoted, shortened
from engine.rules.base import Case

__all__ = ["Use", "missing", "report", "used", "uses"]


class Use(NamedTuple):
    """A name that somebody wrote, without the file that it stands in."""

    word: str
    place: Place
    inner: Place
    """Of its characters alone, without quotes."""


def used(case: Case, what: str) -> Iterator[Reference]:
    """Every use of a name of this sort, in engine.yaml, tools and flows."""
    furniture = case.project.references if case.furniture else ()
    for references in (furniture, *(file.flow.references for file in case.files)):
        yield from (reference for reference in references if reference.what == what)


def uses(case: Case, what: str) -> list[Use]:
    """The same, to be told to other processes."""
    return [Use(text.value, text.place, text.place_of(0, len(text.value))) for _, text in used(case, what)]


def report(case: Case, sink: Sink, what: str, known: Iterable[str], where: str) -> None:
    """One finding for each use of a name that is not known. `where` says where such names are declared."""
    missing(uses(case, what), sink, what, known, where)


def missing(found: Iterable[Use], sink: Sink, what: str, known: Iterable[str], where: str) -> None:
    """The same, of uses that were told."""
    names = sorted(known)
    there = frozenset(names)
    for use in found:
        if use.word not in there:
            listed = f"{where} has {quoted(names, 'and')}" if names else f"{where} has none"
            message = f"unknown {what} `{shortened(use.word)}`: {listed}"
            tip, fix = meant(use.word, names, use.inner)
            sink.error(f"unknown-{what}", use.place, message, tip=tip, fix=fix)
