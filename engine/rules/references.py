"""Names that must exist elsewhere in the project. The rules about them differ in where they look."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from engine.diagnostics import Place, Sink, meant
from engine.project.shape import Reference, RightReference, quoted, shortened
from engine.rules.base import Case

__all__ = ["Use", "missing", "report", "use_of", "used", "uses"]


class Use(NamedTuple):
    """A name that somebody wrote, without the file that it stands in."""

    word: str
    place: Place
    inner: Place
    """Of its characters alone, without quotes."""
    right: bool = False
    """Whether a right hangs on it: then `--fix` leaves it."""


def used(case: Case, what: str) -> list[Reference]:
    """Every use of a name of this sort, in engine.yaml, tools and flows."""
    return case.once(_references).get(what, [])


def _references(case: Case) -> dict[str, list[Reference]]:
    found: dict[str, list[Reference]] = {}
    for reference in case.project.references if case.furniture else ():
        found.setdefault(reference.what, []).append(reference)
    for file in case.files:
        for reference in file.flow.references:
            found.setdefault(reference.what, []).append(reference)
    return found


def uses(case: Case, what: str) -> list[Use]:
    """The same, to be told to other processes."""
    return [use_of(reference) for reference in used(case, what)]


def use_of(reference: Reference) -> Use:
    """What stands in a file, without the file."""
    text = reference.text
    return Use(text.value, text.place, text.place_of(0, len(text.value)), isinstance(reference, RightReference))


def report(case: Case, sink: Sink, what: str, known: Collection[str], where: str) -> None:
    """One finding for each use of a name that is not known. `where` says where such names are declared."""
    missing((use_of(one) for one in used(case, what) if one.text.value not in known), sink, what, known, where)


def missing(found: Iterable[Use], sink: Sink, what: str, known: Collection[str], where: str) -> None:
    """The same, of uses that were told."""
    names: list[str] = []
    for use in found:
        if use.word not in known:
            names = names or sorted(known)
            listed = f"{where} has {quoted(names, 'and')}" if names else f"{where} has none"
            message = f"unknown {what} `{shortened(use.word)}`: {listed}"
            tip, fix = meant(use.word, names, use.inner)
            sink.error(f"unknown-{what}", use.place, message, tip=tip, fix=None if use.right else fix)
