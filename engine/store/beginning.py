"""The last gate of a write: what must still hold when a call begins, checked under the locks that keep it so."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from engine.store import limits, place, schema
from engine.store.columns import MICROSECOND
from engine.store.outcomes import Began, LastCheck, Limit, Stopped
from engine.store.rows import ApprovalRow, IntentRow, TicketRow
from engine.store.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What the holder of an intent says about the call that it wants to make."""

    token: str
    deadline: timedelta
    limits: Sequence[Limit]
    needs: Sequence[int]
    consent: bool
    tool: str
    contract_digest: str
    version: int | None
    check: LastCheck | None


def begin(tx: Transaction, intent_id: str, call: Call) -> Began | Stopped:
    """reserved -> sending, if every gate is open. Locks: the ticket, the hold on writes, the tool, the counters."""
    ticket = place.locked_of(tx, schema.intents, intent_id)
    intent = tx.by_id(IntentRow, schema.intents, intent_id)
    tx.lock(schema.meta, schema.meta.c.key == "writes_held", shared=True)
    limits.lock_tool(tx, intent.tool, shared=True)
    limits.lock_counters(tx, intent.tool, call.limits)
    approvals = _approvals(tx, intent)
    stopped = (
        _not_ours(intent, call)
        or _not_now(tx, intent, ticket)
        or _not_decided(tx, intent, call, approvals)
        or limits.exceeded(tx, intent, call.limits)
        or _last_check(call.check, intent, ticket, approvals)
    )
    return stopped or _send(tx, intent, call)


def _not_ours(intent: IntentRow, call: Call) -> Stopped | None:
    if intent.state != "reserved":
        return Stopped("state", f"intent is {intent.state}")
    if call.version is not None and call.version != intent.version:
        return Stopped("superseded", f"version is {intent.version}")
    if intent.token is None or intent.token != call.token:
        return Stopped("token", "another holder has it")
    if (intent.tool, intent.contract_digest) != (call.tool, call.contract_digest):
        return Stopped("contract", "the tool is not the one that was proposed")
    return None


def _not_now(tx: Transaction, intent: IntentRow, ticket: TicketRow) -> Stopped | None:
    if ticket.state != "open" or ticket.epoch != intent.epoch:
        return Stopped("state", f"ticket is {ticket.state} in epoch {ticket.epoch}")
    revoked = sa.select(schema.revocations.c.tool).where(schema.revocations.c.tool == intent.tool)
    if tx.connection.execute(revoked).first():
        return Stopped("revoked", intent.tool)
    held = sa.select(schema.meta.c.value).where(schema.meta.c.key == "writes_held")
    if tx.connection.execute(held).scalar() is not False:  # no row: not a store that this release made
        return Stopped("held", "writes are held")
    if ticket.mode != "live":
        return Stopped("mode", ticket.mode)
    return None if _same_person(intent, ticket, tx.now()) else Stopped("identity", "not verified any more")


def _same_person(intent: IntentRow, ticket: TicketRow, now: datetime) -> bool:
    if intent.author_id is None:
        return True  # nobody's identity was needed; a grant that needs one says so in `only_if`
    verified = ticket.verified
    return (
        verified is not None
        and verified.author == intent.author_id
        and (verified.until is None or verified.until > now)
    )


def _approvals(tx: Transaction, intent: IntentRow) -> tuple[ApprovalRow, ...]:
    """The approvals that were given for exactly these arguments."""
    row = schema.approvals.c
    query = sa.select(schema.approvals).where(
        row.intent_id == intent.id, row.version == intent.version, row.digest == intent.digest, row.state == "approved"
    )
    return tuple(tx.all(ApprovalRow, query.order_by(row.line)))


def _not_decided(tx: Transaction, intent: IntentRow, call: Call, approvals: Sequence[ApprovalRow]) -> Stopped | None:
    given = {row.line: row.decided_by for row in approvals if row.line in call.needs}
    if missing := sorted(set(call.needs) - given.keys()):
        return Stopped("approval", f"line {missing[0]} is not approved")
    if len({same_person(by or "") for by in given.values()}) < len(given):
        return Stopped("approval", "one person approved two lines")
    if any(edited_elsewhere(intent, line, by or "") for line, by in given.items()):
        return Stopped("approval", "whoever edited approved another line")
    if not call.consent:
        return None
    row = schema.consents.c
    query = sa.select(row.id).where(row.intent_id == intent.id, row.version == intent.version, row.state == "given")
    return None if tx.connection.execute(query).first() else Stopped("consent", "the customer has not said yes")


def same_person(name: str) -> str:
    """One person, however their address is written."""
    return name.strip().casefold()


def edited_elsewhere(intent: IntentRow, line: int, person: str) -> bool:
    """Whether the person wrote these arguments while deciding another line."""
    return any(
        edit["line"] != line and same_person(edit["person"]) == same_person(person) for edit in intent.edits or ()
    )


def _last_check(
    check: LastCheck | None, intent: IntentRow, ticket: TicketRow, approvals: tuple[ApprovalRow, ...]
) -> Stopped | None:
    if check is None:
        return None
    try:
        return check(intent, ticket, approvals)
    except Exception as error:  # an exception in a check closes the gate
        return Stopped("check", type(error).__name__)


def _send(tx: Transaction, intent: IntentRow, call: Call) -> Began | Stopped:
    approval, consent, row = schema.approvals.c, schema.consents.c, schema.intents.c
    now = tx.now()
    deadline = now + call.deadline
    began = tx.update(
        schema.intents, row.id == intent.id, row.state == "reserved", row.token == call.token,
        state="sending", sending_at=now, deadline=deadline, lease_us=call.deadline // MICROSECOND, resent=0,
        attempts=intent.attempts + 1,
    )  # fmt: skip
    if not began:
        return Stopped("token", "another holder has it")
    mine = (approval.intent_id == intent.id, approval.version == intent.version)
    tx.update(schema.approvals, *mine, approval.line.in_(list(call.needs)), approval.state == "approved", state="used")
    yes = (consent.intent_id == intent.id, consent.version == intent.version, consent.state == "given")
    tx.update(schema.consents, *yes, state="used")
    limits.record(tx, intent, call.limits)
    return Began(deadline)
