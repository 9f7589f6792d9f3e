"""Approvals: decided where their row changes state, on the database's clock. Pages and workflows follow the row."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from engine.store import place, schema
from engine.store.consents import state_at_opening
from engine.store.database import Database
from engine.store.intents import new_version
from engine.store.outcomes import DecideOutcome, Decision, Expired
from engine.store.rows import ApprovalRow, ApprovalState, DecisionRow, IntentRow
from engine.store.transaction import Transaction, mint


class Approvals:
    """Questions to teams."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(
        self,
        intent_id: str,
        version: int,
        line: int,
        team: str,
        *,
        node: str,
        expires_at: datetime,
        remind_at: Sequence[datetime] = (),
        shown: Any = None,
        seen_seq: int = 0,
    ) -> ApprovalRow:
        """The approval of this line for this version; asked again, the row as it is.

        For arguments that no longer hold it is made `superseded`, for an intent that is left `withdrawn`.
        """
        row = schema.approvals.c
        with self._database.write() as tx:
            ticket = place.locked_of(tx, schema.intents, intent_id)
            intent = tx.by_id(IntentRow, schema.intents, intent_id)
            tx.insert_new(
                schema.approvals, id=mint("a"), intent_id=intent_id, ticket_id=ticket.id, epoch=intent.epoch,
                node=node, line=line, team=team, version=version, digest=intent.digest,
                state=state_at_opening(intent, version), expires_at=expires_at, remind_at=tuple(remind_at),
                seen_seq=seen_seq, shown=shown, opened_at=tx.now(),
            )  # fmt: skip
            query = sa.select(schema.approvals).where(
                row.intent_id == intent_id, row.version == version, row.line == line
            )
            return tx.all(ApprovalRow, query)[0]

    def decide(
        self,
        approval_id: str,
        *,
        person: str,
        teams: frozenset[str],
        approve: bool,
        version: int,
        reason: str | None = None,
        via: str | None = None,
    ) -> Decision:
        """A signed-in person's yes or no to the version that they saw. The first one counts; each attempt is kept.

        `teams` are those of the person now. A yes needs somebody who said yes to no other line of the same version.
        """
        wanted: Literal["approve", "reject"] = "approve" if approve else "reject"
        with self._database.write() as tx:
            row, intent = _locked(tx, approval_id)
            outcome = _obstacle(row, intent, teams, version)
            if outcome is None and approve and _approved_another(tx, row, person):
                outcome = "same_person"
            if outcome is None:
                state: Literal["approved", "rejected"] = "approved" if approve else "rejected"
                outcome = state if _close(tx, row, state, person, reason, via) else "expired"
            _note(tx, row, person, wanted, version, reason, via, outcome)
            if outcome in ("approved", "rejected"):
                place.ring(tx, row.ticket_id)
            return Decision(outcome, tx.by_id(ApprovalRow, schema.approvals, approval_id))

    def edit(
        self,
        approval_id: str,
        *,
        person: str,
        teams: frozenset[str],
        version: int,
        arguments: Any,
        digest: str,
        reason: str | None = None,
        via: str | None = None,
    ) -> Decision:
        """Replace the arguments by version n+1, which nobody has agreed to: the runtime gates it anew."""
        approval = schema.approvals.c
        with self._database.write() as tx:
            row, intent = _locked(tx, approval_id)
            outcome = _obstacle(row, intent, teams, version)
            in_time = (approval.id == row.id, approval.state == "open", approval.expires_at > tx.clock)
            if outcome is None and not tx.lock(schema.approvals, *in_time):
                outcome = "expired"
            edited = None
            if outcome is None:
                edited = new_version(tx, intent, arguments=arguments, digest=digest)
                place.ring(tx, row.ticket_id)
                outcome = "edited"
            _note(tx, row, person, "edit", version, reason, via, outcome)
            return Decision(outcome, tx.by_id(ApprovalRow, schema.approvals, approval_id), edited)

    def expire(self, approval_id: str) -> Expired:
        """open -> expired, only past its time; otherwise how long it has left. The loser of a race reads the winner."""
        row = schema.approvals.c
        with self._database.write() as tx:
            _locked(tx, approval_id)
            due = (row.id == approval_id, row.state == "open", row.expires_at <= tx.clock)
            expired = tx.update(schema.approvals, *due, state="expired", decided_at=tx.clock) == 1
            now = tx.by_id(ApprovalRow, schema.approvals, approval_id)
            left = (now.expires_at - tx.now()).total_seconds()
            return Expired(expired=expired, seconds_left=max(0.0, left), row=now)

    def get(self, approval_id: str) -> ApprovalRow:
        """One approval. Raises Missing."""
        with self._database.read() as tx:
            return tx.by_id(ApprovalRow, schema.approvals, approval_id)

    def listing(
        self, *, state: ApprovalState | None = "open", team: str | None = None, limit: int = 200
    ) -> list[ApprovalRow]:
        """Approvals in a state (None: any), soonest to expire first."""
        row = schema.approvals.c
        query = sa.select(schema.approvals)
        if state is not None:
            query = query.where(row.state == state)
        if team is not None:
            query = query.where(row.team == team)
        with self._database.read() as tx:
            return tx.all(ApprovalRow, query.order_by(row.expires_at, row.id).limit(limit))

    def overdue(self) -> list[ApprovalRow]:
        """Approvals that are open past their time."""
        row = schema.approvals.c
        with self._database.read() as tx:
            query = sa.select(schema.approvals).where(row.state == "open", row.expires_at <= tx.now())
            return tx.all(ApprovalRow, query.order_by(row.expires_at, row.id))

    def of_ticket(self, ticket_id: str) -> list[ApprovalRow]:
        """All approvals of a ticket, oldest first."""
        row = schema.approvals.c
        query = sa.select(schema.approvals).where(row.ticket_id == ticket_id)
        with self._database.read() as tx:
            return tx.all(ApprovalRow, query.order_by(row.opened_at, row.line, row.id))

    def of_intent(self, intent_id: str, version: int | None = None) -> list[ApprovalRow]:
        """The approvals of an intent (of one version), by version and line."""
        row = schema.approvals.c
        query = sa.select(schema.approvals).where(row.intent_id == intent_id)
        if version is not None:
            query = query.where(row.version == version)
        with self._database.read() as tx:
            return tx.all(ApprovalRow, query.order_by(row.version, row.line))

    def decisions(self, approval_id: str) -> list[DecisionRow]:
        """Every attempt to decide, oldest first."""
        row = schema.decisions.c
        query = sa.select(schema.decisions).where(row.approval_id == approval_id).order_by(row.at, row.id)
        with self._database.read() as tx:
            return tx.all(DecisionRow, query)


def _locked(tx: Transaction, approval_id: str) -> tuple[ApprovalRow, IntentRow]:
    place.locked_of(tx, schema.approvals, approval_id)
    row = tx.by_id(ApprovalRow, schema.approvals, approval_id)
    return row, tx.by_id(IntentRow, schema.intents, row.intent_id)


def _obstacle(row: ApprovalRow, intent: IntentRow, teams: frozenset[str], version: int) -> DecideOutcome | None:
    """Why nobody, or not this person, can decide this any more. Time is left to the compare-and-set."""
    if row.team not in teams:
        return "not_entitled"
    if row.state in ("approved", "rejected", "used"):
        return "already_decided"
    if row.state == "expired":
        return "expired"
    if row.state == "withdrawn":
        return "withdrawn"
    if row.state == "superseded" or row.version != version or row.version != intent.version:
        return "changed"
    return "withdrawn" if intent.state != "reserved" else None


def _approved_another(tx: Transaction, row: ApprovalRow, person: str) -> bool:
    approval = schema.approvals.c
    others = sa.select(approval.decided_by).where(
        approval.intent_id == row.intent_id, approval.version == row.version, approval.line != row.line,
        approval.state.in_(("approved", "used")),
    )  # fmt: skip
    # one person, however their address is written
    return person.strip().casefold() in {by.strip().casefold() for by in tx.connection.execute(others).scalars() if by}


def _close(tx: Transaction, row: ApprovalRow, state: str, person: str, reason: str | None, via: str | None) -> bool:
    approval = schema.approvals.c
    now = tx.clock
    in_time = (
        approval.id == row.id,
        approval.state == "open",
        approval.version == row.version,
        approval.expires_at > now,
    )
    decided = {"decided_by": person, "decided_at": now, "reason": reason, "via": via}
    return tx.update(schema.approvals, *in_time, state=state, **decided) == 1


def _note(
    tx: Transaction,
    row: ApprovalRow,
    person: str,
    wanted: str,
    version: int,
    reason: str | None,
    via: str | None,
    outcome: str,
) -> None:
    tx.insert(
        schema.decisions, id=mint("d"), approval_id=row.id, ticket_id=row.ticket_id, person=person, wanted=wanted,
        version=version, reason=reason, via=via, outcome=outcome, at=tx.now(),
    )  # fmt: skip
