"""One person's decision of an approval: the same for the API, the command line and the page behind a link."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, get_args

from engine.runtime.editing import NotEdited, edit
from engine.service.context import Service
from engine.store import ApprovalRow, Decision

__all__ = ["REASON", "WANTED", "Decided", "Wanted", "decide", "wanted_of"]

Wanted = Literal["approve", "edit", "reject", "hand_back"]
WANTED: Final[tuple[Wanted, ...]] = get_args(Wanted)
REASON: Final = 2000
"""Characters of a reason."""
_OVER: Final = {"expired": "expired", "withdrawn": "withdrawn", "superseded": "changed"}
_TAKEN: Final = ("approved", "rejected", "edited", "handed_back")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What came of it. `code` is an outcome of the store, or why nothing was tried: `reason_needed`, and of an edit
    `closed`, `invalid` (with `fields`), `unchanged`, `refused` (with `because`)."""

    code: str
    row: ApprovalRow
    fields: Mapping[str, str] = field(default_factory=dict)
    because: str | None = None
    version: int | None = None
    """The version that an edit made."""

    @property
    def taken(self) -> bool:
        """Whether it changed anything."""
        return self.code in _TAKEN


async def decide(
    service: Service,
    approval_id: str,
    person: str,
    wanted: Wanted,
    *,
    version: int,
    reason: str,
    arguments: Mapping[str, Any] | None = None,
    via: str,
    ip: str | None,
) -> Decided:
    """One compare-and-set on the row, for the version that the person saw. Raises Missing."""
    store = service.store
    row = await store.run(store.approvals.get, approval_id)
    teams = service.teams_of(person)
    if row.team not in teams:  # says nothing of the row: it is not theirs to see; the store keeps the attempt
        await store.run(
            store.approvals.decide, row.id, person=person, teams=frozenset(), approve=False, version=version, via=via,
            ip=ip,
        )  # fmt: skip
        return Decided(code="not_entitled", row=row)
    if wanted == "reject" and not reason:
        return Decided(code="reason_needed", row=row)
    from_where: dict[str, Any] = {
        "person": person, "teams": teams, "version": version, "reason": reason or None, "via": via, "ip": ip,
    }  # fmt: skip
    match wanted:
        case "approve" | "reject":
            made = await store.run(store.approvals.decide, row.id, approve=wanted == "approve", **from_where)
        case "hand_back":
            due = await store.run(store.now) + service.sla
            made = await store.run(store.approvals.hand_back, row.id, due_at=due, **from_where)
        case "edit":
            try:
                found = await edit(store, row, arguments or {})
            except NotEdited as error:
                code = error.code if row.state == "open" else _OVER.get(row.state, "already_decided")
                return Decided(code=code, row=row, fields=error.fields, because=error.because)
            made = await store.run(
                store.approvals.edit, row.id, arguments=found.arguments, digest=found.digest, changes=found.changes,
                **from_where,
            )  # fmt: skip
    return _decided(service, made)


def _decided(service: Service, made: Decision) -> Decided:
    if made.outcome in _TAKEN:
        service.ring_later(made.row.ticket_id)
    return Decided(code=made.outcome, row=made.row, version=made.intent.version if made.intent else None)


def wanted_of(word: object) -> Wanted | None:
    """The choice that a word names."""
    return next((one for one in WANTED if one == word), None)
