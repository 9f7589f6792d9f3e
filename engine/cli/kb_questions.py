"""What customers asked, for `engine kb lint` and `gaps`: a file's questions, else those of the store's tickets.

A ticket's question is treated as its flow treats what customers write. What the flow masks is masked before the
embedder sees it, and where its contents stay and the embedder may be elsewhere, it is searched for by its words alone.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from engine.cli.place import open_store
from engine.cli.shown import clean
from engine.cli.status import Stop
from engine.guardrails.masking import MASKS, Masks
from engine.knowledge.questions import Question, read_questions
from engine.project import Project
from engine.settings import Settings

if TYPE_CHECKING:
    from engine.store import Store
    from engine.store.rows import MessageRow, StepRow, TicketRow

__all__ = ["asked"]

TICKETS: Final = 10_000
_FLOW: Final = re.compile(r"^flows/([^/]+)\.yaml:")
"""Where a step stands that a ticket took."""


class _Care(NamedTuple):
    """What a flow says of its contents."""

    stays: bool
    masks: frozenset[str]


_FREE: Final = _Care(False, frozenset())
_UNKNOWN: Final = _Care(True, frozenset(MASKS))
"""Of a flow that is gone, or cannot be read: the strictest."""


def asked(settings: Settings, project: Project, file: Path | None) -> list[Question]:
    """Of a file, as they stand there; else what the customer of each ticket wrote first, the newest tickets; none where
    there is no store."""
    if file is not None:
        return read_questions(file)
    try:
        store = open_store(settings, make=False)
    except Stop:
        return []
    with store:
        return list(_of_tickets(store, project))


def _of_tickets(store: "Store", project: Project) -> Iterator[Question]:
    from engine.project.premises import embedder_of, embedder_stays

    elsewhere = not embedder_stays(embedder_of(project.settings.knowledge if project.settings else None))
    cares = _Cares(store, project)
    for row in store.tickets.listing(limit=TICKETS):
        heard = store.messages.of_ticket(row.id)
        first = next((one for one in heard if _by_customer(one)), None)
        if first is None:
            continue
        text = clean(first.text or "", keep="\n")
        care = cares.of(row, heard, store.steps.of(row.id))
        yield Question(text, masked=Masks(care.masks).hide(text), stays=care.stays and elsewhere)


def _by_customer(one: "MessageRow") -> bool:
    return one.kind == "message" and one.author_role == "customer" and bool((one.text or "").strip())


class _Cares:
    """How the flows of a project treat contents, today and in the revisions that tickets go by."""

    def __init__(self, store: "Store", project: Project) -> None:
        self._store = store
        self._today = _today(project)
        self._pieces = project.pieces.keys()
        self._revisions: dict[str, _Care] = {}

    def of(self, row: "TicketRow", heard: Iterable["MessageRow"], steps: Iterable["StepRow"]) -> _Care:
        """The strictest of the flows that a ticket has been in; of every flow, where it has been in none yet that says
        what it is about."""
        from engine.routing import BUILT_IN

        names = {row.flow, row.category or row.flow}
        names |= {one.handled_by.partition("/")[0] for one in heard if one.handled_by and "/" in one.handled_by}
        names |= {match[1] for step in steps if (match := _FLOW.match(step.place or ""))}
        if names <= BUILT_IN:
            names |= self._today.keys()
        cares = [self._today.get(name, _UNKNOWN) for name in names - self._pieces]
        pinned = self._pinned(row.revision) if row.revision else _FREE
        # a ticket that is from before this was kept with it says it by its steps alone
        return _strictest([*cares, pinned, _Care(row.stays, frozenset())])

    def _pinned(self, revision: str) -> _Care:
        from engine.store import Missing

        if revision not in self._revisions:
            try:
                said = self._store.revisions.plan(revision).get("settings", {}).get("data", {})
                self._revisions[revision] = _care(said)
            except Missing:
                self._revisions[revision] = _UNKNOWN
        return self._revisions[revision]


def _today(project: Project) -> dict[str, _Care]:
    from engine.compile.settings import data_of
    from engine.routing import BUILT_IN

    settings = project.settings
    known = settings is not None and "defaults" not in settings.broken
    files = (file.stem for file in (project.root / "flows").glob("*.yaml"))
    found = {**dict.fromkeys(BUILT_IN, _FREE), **{name: _UNKNOWN for name in files if "." not in name}}
    for name, flow in project.flows.items():
        readable = known and "data" not in flow.broken
        found[name] = _care(data_of(flow, settings.defaults if settings else None)) if readable else _UNKNOWN
    return found


def _care(said: Mapping[str, object]) -> _Care:
    named = said.get("mask", ())
    masks = frozenset(named) if isinstance(named, list | tuple) else frozenset()
    return _Care(said.get("location") == "on_premises", masks if masks <= MASKS.keys() else frozenset(MASKS))


def _strictest(cares: Sequence[_Care]) -> _Care:
    return _Care(any(one.stays for one in cares), frozenset().union(*(one.masks for one in cares)))
