"""Approvals: decided where their row changes state, on the database's clock. Pages and workflows follow the row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from engine.store import place, schema
from engine.store.beginning import edited_elsewhere, same_person
from engine.store.consents import state_at_opening
from engine.store.database import Database
from engine.store.handoffs import hand_off, open_handoff
from engine.store.intents import new_version
from engine.store.outcomes import DecideOutcome, Decision, Expired
from engine.store.proposing import Note, propose
from engine.store.rows import ApprovalRow, ApprovalState, DecisionRow, IntentRow, TicketRow
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
        chain: Sequence[Mapping[str, Any]] = (),
        note: Note[ApprovalRow] | None = None,
    ) -> ApprovalRow:
        """The approval of this line for this version; asked again, the row as it is. `note`: what people are told of
        it, a row that is there from then on.

        `chain`: who is asked next where nobody decides in time, [{by, within, remind, calendar}]. For arguments that no
        longer hold it is made `superseded`, for an intent that is left `withdrawn`.
        """
        row = schema.approvals.c
        with self._database.write() as tx:
            ticket = place.locked_of(tx, schema.intents, intent_id)
            intent = tx.by_id(IntentRow, schema.intents, intent_id)
            tx.insert_new(
                schema.approvals, id=mint("a"), intent_id=intent_id, ticket_id=ticket.id, epoch=intent.epoch,
                node=node, line=line, team=team, version=version, digest=intent.digest,
                state=state_at_opening(intent, version), expires_at=expires_at, remind_at=tuple(remind_at),
                seen_seq=seen_seq, shown=shown, chain=[dict(link) for link in chain], opened_at=tx.now(),
            )  # fmt: skip
            query = sa.select(schema.approvals).where(
                row.intent_id == intent_id, row.version == version, row.line == line
            )
            opened = tx.all(ApprovalRow, query)[0]
            if note is not None and opened.state == "open":
                content = {"text": note.text(opened)}
                propose(tx, ticket.id, opened.epoch, opened.node, note.iteration, "note", content)
            return opened

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
        ip: str | None = None,
    ) -> Decision:
        """A signed-in person's yes or no to the version that they saw. The first one counts; each attempt is kept.

        `teams` are those of the person now. A yes needs somebody who said yes to no other line of the same version,
        and who edited the arguments at no other line.
        """
        wanted: Literal["approve", "reject"] = "approve" if approve else "reject"
        said = _Said(person, teams, version, wanted, reason, via, ip)
        with self._database.write() as tx:
            row, intent, ticket = _locked(tx, approval_id)
            outcome = _obstacle(row, intent, said)
            if outcome is None and approve:
                outcome = _not_another(tx, row, intent, person)
            if outcome is None:
                state: Literal["approved", "rejected"] = "approved" if approve else "rejected"
                outcome = state if _close(tx, row, state, said) else "expired"
            _note(tx, row, ticket, said, outcome)
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
        changes: Any = None,
        reason: str | None = None,
        via: str | None = None,
        ip: str | None = None,
    ) -> Decision:
        """Replace the arguments by version n+1, which nobody has agreed to: the runtime gates it anew.

        `changes`: {argument: [before, after]}, for the record. The intent remembers who edited at which line: they
        decide no other line of what they have written.
        """
        said = _Said(person, teams, version, "edit", reason, via, ip)
        approval = schema.approvals.c
        with self._database.write() as tx:
            row, intent, ticket = _locked(tx, approval_id)
            outcome = _obstacle(row, intent, said)
            in_time = (approval.id == row.id, approval.state == "open", approval.expires_at > tx.clock)
            if outcome is None and not tx.lock(schema.approvals, *in_time):
                outcome = "expired"
            edited = None
            if outcome is None:
                by = {"person": person, "line": row.line, "version": intent.version + 1}
                edited = new_version(
                    tx, intent, arguments=arguments, digest=digest, proposed=intent.proposed or intent.digest,
                    edits=[*(intent.edits or ()), by],
                )  # fmt: skip
                place.ring(tx, row.ticket_id)
                outcome = "edited"
            _note(tx, row, ticket, said, outcome, changes)
            return Decision(outcome, tx.by_id(ApprovalRow, schema.approvals, approval_id), edited)

    def hand_back(
        self,
        approval_id: str,
        *,
        person: str,
        teams: frozenset[str],
        version: int,
        due_at: datetime,
        reason: str | None = None,
        via: str | None = None,
        ip: str | None = None,
    ) -> Decision:
        """Neither yes nor no: the ticket goes to people, in this transaction, and what it has open is taken back.

        `due_at`: when a person must have it. The workflow fills the package in; without one the watchdog does.
        """
        said = _Said(person, teams, version, "hand_back", reason, via, ip)
        with self._database.write() as tx:
            row, intent, ticket = _locked(tx, approval_id)
            outcome = _obstacle(row, intent, said)
            if outcome is None:
                outcome = "handed_back" if _close(tx, row, "handed_back", said) else "expired"
            _note(tx, row, ticket, said, outcome)
            if outcome == "handed_back":
                given = {"reason": "handed_back", "by": person, "why": reason}
                hand_off(tx, ticket, "handed_back", None, due_at)
                open_handoff(tx, ticket.id, ticket.epoch, "handed_back", ticket.owner, given, due_at)
                place.ring(tx, ticket.id)
            return Decision(outcome, tx.by_id(ApprovalRow, schema.approvals, approval_id))

    def expire(self, approval_id: str) -> Expired:
        """open -> expired, only past its time; otherwise how long it has left. The loser of a race reads the winner.

        A line that has a next team to be asked does not expire: `pass_on`.
        """
        row = schema.approvals.c
        with self._database.write() as tx:
            found, _, _ = _locked(tx, approval_id)
            due = (row.id == approval_id, row.state == "open", row.expires_at <= tx.clock)
            last = found.rank >= len(found.chain or ())
            expired = last and tx.update(schema.approvals, *due, state="expired", decided_at=tx.clock) == 1
            if expired:
                place.ring(tx, found.ticket_id)
            now = tx.by_id(ApprovalRow, schema.approvals, approval_id)
            left = (now.expires_at - tx.now()).total_seconds()
            return Expired(expired=expired, seconds_left=max(0.0, left), row=now)

    def pass_on(
        self, approval_id: str, rank: int, *, expires_at: datetime, remind_at: Sequence[datetime] = ()
    ) -> ApprovalRow:
        """Ask the next team of the line in place of the one that did not decide in time; `rank` is the one seen.

        Only past its time. The row as it stands: the loser of a race reads the winner.
        """
        row = schema.approvals.c
        with self._database.write() as tx:
            found, _, ticket = _locked(tx, approval_id)
            if rank < len(found.chain or ()):
                team = str((found.chain or [])[rank]["by"])
                due = (row.id == approval_id, row.state == "open", row.rank == rank, row.expires_at <= tx.clock)
                passed = {"rank": rank + 1, "team": team, "expires_at": expires_at, "remind_at": tuple(remind_at)}
                if tx.update(schema.approvals, *due, **passed):
                    words = f"{found.team} did not decide in time: {team} is asked"
                    said = _Said("engine", frozenset(), found.version, "pass_on", words, None, None)
                    _note(tx, found, ticket, said, "passed_on")
                    place.ring(tx, found.ticket_id)
            return tx.by_id(ApprovalRow, schema.approvals, approval_id)

    def rejections(self, ticket_id: str, epoch: int, tool: str, *, but: str) -> int:
        """How often people have said no to a call of the tool in this epoch of the ticket, whatever its arguments,
        without intent `but`."""
        row, intent = schema.approvals.c, schema.intents.c
        query = (
            sa.select(sa.func.count())
            .select_from(schema.approvals)
            .join(schema.intents, intent.id == row.intent_id)
            .where(
                row.ticket_id == ticket_id,
                row.epoch == epoch,
                row.state == "rejected",
                intent.tool == tool,
                intent.id != but,
            )
        )
        with self._database.read() as tx:
            return int(tx.connection.execute(query).scalar_one())

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

    def decisions_of(self, ticket_id: str) -> list[DecisionRow]:
        """Every attempt to decide something of a ticket, oldest first."""
        row = schema.decisions.c
        query = sa.select(schema.decisions).where(row.ticket_id == ticket_id).order_by(row.at, row.id)
        with self._database.read() as tx:
            return tx.all(DecisionRow, query)


@dataclass(frozen=True, slots=True)
class _Said:
    """What somebody wants, as which person of which teams, and from where."""

    person: str
    teams: frozenset[str]
    version: int
    wanted: Literal["approve", "reject", "edit", "hand_back", "pass_on"]
    reason: str | None
    via: str | None
    ip: str | None


def _locked(tx: Transaction, approval_id: str) -> tuple[ApprovalRow, IntentRow, TicketRow]:
    ticket = place.locked_of(tx, schema.approvals, approval_id)
    row = tx.by_id(ApprovalRow, schema.approvals, approval_id)
    return row, tx.by_id(IntentRow, schema.intents, row.intent_id), ticket


def _obstacle(row: ApprovalRow, intent: IntentRow, said: _Said) -> DecideOutcome | None:
    """Why nobody, or not this person, can decide this any more. Time is left to the compare-and-set."""
    if row.team not in said.teams:
        return "not_entitled"
    if row.state in ("approved", "rejected", "handed_back", "used"):
        return "already_decided"
    if row.state == "expired":
        return "expired"
    if row.state == "withdrawn":
        return "withdrawn"
    if row.state == "superseded" or row.version != said.version or row.version != intent.version:
        return "changed"
    return "withdrawn" if intent.state != "reserved" else None


def _not_another(tx: Transaction, row: ApprovalRow, intent: IntentRow, person: str) -> DecideOutcome | None:
    """Whether this person has had their say at another line: by a yes, or by writing what is to be decided."""
    if edited_elsewhere(intent, row.line, person):
        return "editor"
    approval = schema.approvals.c
    others = sa.select(approval.decided_by).where(
        approval.intent_id == row.intent_id, approval.version == row.version, approval.line != row.line,
        approval.state.in_(("approved", "used")),
    )  # fmt: skip
    given = {same_person(by) for by in tx.connection.execute(others).scalars() if by}
    return "same_person" if same_person(person) in given else None


def _close(tx: Transaction, row: ApprovalRow, state: str, said: _Said) -> bool:
    approval = schema.approvals.c
    now = tx.clock
    in_time = (
        approval.id == row.id,
        approval.state == "open",
        approval.version == row.version,
        approval.expires_at > now,
    )
    decided = {"decided_by": said.person, "decided_at": now, "reason": said.reason, "via": said.via}
    return tx.update(schema.approvals, *in_time, state=state, **decided) == 1


def _note(tx: Transaction, row: ApprovalRow, ticket: TicketRow, said: _Said, outcome: str, changes: Any = None) -> None:
    """Keep the attempt, with what was shown: a later look must not depend on what the row says by then."""
    tx.insert(
        schema.decisions, id=mint("d"), approval_id=row.id, ticket_id=row.ticket_id, person=said.person,
        wanted=said.wanted, version=said.version, reason=said.reason, via=said.via, outcome=outcome, at=tx.now(),
        ip=said.ip, digest=row.digest, shown=row.shown, seen_seq=ticket.last_seq, changes=changes,
    )  # fmt: skip
