"""All differences between two readings of a project."""

from collections.abc import Collection, Iterator
from itertools import chain

from engine.compile import Compiled
from engine.diagnostics import Diagnostic
from engine.diff import (
    agents,
    floors,
    grants,
    instructions,
    people,
    premises,
    proofs,
    settings,
    tools,
    transfers,
    ways,
)
from engine.diff.difference import Difference, Loosening, Severity
from engine.diff.side import Side
from engine.diff.whole import whole_flow, whole_project

__all__ = ["compare"]

_CONCERNS = (grants, tools, proofs, agents, instructions, ways, transfers, people)
_CHANGES = (grants, tools, instructions)
_PROJECT = (floors, premises)


def compare(old: Side, new: Side, flows: Collection[str] | None = None) -> tuple[Difference, ...]:
    """In a stable order; `flows` names those that are looked at, None means all. What concerns the whole project is
    always told. A flow of which a part could not be read on either side counts as widened."""
    names = sorted({*old.flows, *new.flows, *_unread(old), *_unread(new)})
    found = {one.key: one for one in _project(old, new)}
    for name in names:
        if flows is None or name in flows:
            found |= {one.key: one for one in _flow(name, old, new)}
    return tuple(found[key] for key in sorted(found))


def _unread(side: Side) -> set[str]:
    """Flows, or pieces, of which nothing at all could be read."""
    stems = {path.removeprefix("flows/").removesuffix(".yaml") for path in side.broken if path.startswith("flows/")}
    return stems - side.project.pieces.keys()


def _project(old: Side, new: Side) -> Iterator[Difference]:
    yield from instructions.templates(old.project, new.project)
    if not {"engine.yaml"} & {*old.broken, *new.broken}:
        was, now = whole_project(old.project), whole_project(new.project)
        yield from _told(
            "",
            chain(*(one.looser(old.project, new.project) for one in _PROJECT), settings.looser(was, now)),
            chain(*(one.looser(new.project, old.project) for one in _PROJECT), settings.looser(now, was)),
            chain(premises.changed(old.project, new.project), settings.changed(was, now)),
        )


def _flow(name: str, old: Side, new: Side) -> Iterator[Difference]:
    unread, before = new.unreadable(name), old.unreadable(name)
    if unread is not None or before is not None:
        yield _incomparable(name, unread, before)
    elif name not in old.flows:
        yield from _appeared(name, new.flows[name])
    elif name not in new.flows:
        place = old.flows[name].flow.spot("flow")
        message = "there is no such flow any more"
        yield Difference(Severity.NARROWED, name, "", "flow", message, name, "", place, place, gone=True)
    else:
        yield from _both(name, old.flows[name], new.flows[name])


def _both(name: str, old: Compiled, new: Compiled) -> Iterator[Difference]:
    was, now = whole_flow(old), whole_flow(new)
    yield from _told(
        name,
        chain(*(concern.looser(old, new) for concern in _CONCERNS), settings.looser(was, now)),
        chain(*(concern.looser(new, old) for concern in _CONCERNS), settings.looser(now, was)),
        chain(*(concern.changed(old, new) for concern in _CHANGES), settings.changed(was, now)),
    )


def _told(
    flow: str, looser: Iterator[Loosening], tighter: Iterator[Loosening], changed: Iterator[Loosening]
) -> Iterator[Difference]:  # fmt: skip
    """A gate that is told to be wider or narrower is not told to have changed too."""
    known = set()
    for one in looser:
        known.add((one.tool, one.part))
        yield _difference(Severity.WIDENED, flow, one)
    for one in tighter:
        if one.mirrored:
            known.add((one.tool, one.part))
            back = one._replace(strict=one.loose, loose=one.strict, said=one.mirrored)
            yield _difference(Severity.NARROWED, flow, back)
    for one in changed:
        if (one.tool, one.part) not in known:
            yield _difference(Severity.CHANGED, flow, one)


def _difference(severity: Severity, flow: str, one: Loosening) -> Difference:
    """From what stood at `strict` to what stands at `loose`."""
    return Difference(
        severity, flow, one.tool, one.part, one.said, one.strict.text, one.loose.text, one.loose.place, one.strict.place
    )  # fmt: skip


def _incomparable(name: str, unread: Diagnostic | None, before: Diagnostic | None) -> Difference:
    found = unread or before
    assert found is not None, "one of the two could not be read"
    when = "now" if unread is not None else "as it was"
    message = f"cannot be compared: {found.place.path} {when} is broken ({found.message})"
    return Difference(
        Severity.WIDENED, name, "", "file", message, "", "", found.place, None, gone=unread is None
    )  # fmt: skip


def _appeared(name: str, new: Compiled) -> Iterator[Difference]:
    """All that a new flow is granted is new; one that is granted nothing talks alone."""
    place = new.flow.spot("flow")
    yield Difference(Severity.CHANGED, name, "", "flow", "this flow is new", "", name, place, None)
    for one in people.of(new):  # where there was none, the built-in one waited
        yield Difference(Severity.WIDENED, name, "", one.part, one.said, "", one.loose.text, one.loose.place, None)
    for tool, (text, _) in new.flow.grants().items():
        if tool in new.project.tools:
            message = "may be called now, by a flow that is new"
            yield Difference(Severity.WIDENED, name, tool, "tools", message, "", tool, text.place, None)
