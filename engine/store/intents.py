"""Intents: one row for each intended write. Proposed, held, begun, settled; never begun twice."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Literal

import sqlalchemy as sa

from engine.store import limits as limiting
from engine.store import place, schema, sending
from engine.store.beginning import Call, begin
from engine.store.database import Database
from engine.store.leaving import revoke_yeses
from engine.store.outcomes import Again, Began, LastCheck, Limit, Proposed, Stopped, Used
from engine.store.rows import IntentRow, TicketRow
from engine.store.transaction import Transaction, mint
from engine.store.values import put_value

SETTLED = ("done", "not_done", "unknown", "reconciled")
UNSENT = ("reserved", "withdrawn", "refused")


class Intents:
    """The ledger of writes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def propose(
        self,
        ticket_id: str,
        epoch: int,
        node: str,
        iteration: str,
        *,
        tool: str,
        contract_digest: str,
        arguments: Any,
        digest: str,
        facts: Any = None,
        author_id: str | None = None,
        vendor_key: str | None = None,
    ) -> Proposed:
        """Mint the intent of this place, or meet the one that is there (`Proposed` says how).

        A digest is compared, never part of a key. On a ticket that is not open in this epoch the row is minted
        `withdrawn`: no intent is reserved for a step that its ticket has left. `vendor_key` None: one is minted.
        """
        given = {
            "tool": tool, "contract_digest": contract_digest, "arguments": arguments, "digest": digest,
            "facts": facts, "author_id": author_id,
        }  # fmt: skip
        with self._database.write() as tx:
            ticket = place.locked(tx, ticket_id)
            there = _at(tx, ticket_id, epoch, node, iteration)
            if there is None:
                at = {"ticket_id": ticket_id, "epoch": epoch, "node": node, "iteration": iteration}
                return Proposed(_mint(tx, ticket, at | given, vendor_key), kind="fresh")
            known = digest in (there.digest, there.proposed)  # what a person has edited since is the same wish
            if known and there.contract_digest == contract_digest and there.tool == tool:
                return Proposed(there, kind="settled" if there.state in SETTLED else "same")
            if there.state not in UNSENT:
                return Proposed(there, kind="conflict")
            return Proposed(_supersede(tx, ticket, there, given), kind="superseded")

    def hold(self, intent_id: str) -> str | None:
        """Take an unsent intent, fencing off an earlier holder; its token, or None if it is not `reserved`."""
        with self._database.write() as tx:
            place.locked_of(tx, schema.intents, intent_id)
            return sending.hold(tx, schema.intents, intent_id)

    def begin(
        self,
        intent_id: str,
        token: str,
        *,
        deadline: timedelta,
        tool: str,
        contract_digest: str,
        limits: Sequence[Limit] = (),
        needs: Sequence[int] = (),
        consent: bool = False,
        version: int | None = None,
        check: LastCheck | None = None,
    ) -> Began | Stopped:
        """reserved -> sending: the one moment after which the call may be made. All gates, or nothing changes.

        `needs` are the approval lines that must be approved for this version; they and the consent are used up.
        `check` runs last, within the transaction; what it raises stops the call.
        """
        call = Call(
            token=token, deadline=deadline, limits=limits, needs=needs, consent=consent, tool=tool,
            contract_digest=contract_digest, version=version, check=check,
        )  # fmt: skip
        with self._database.write() as tx:
            return begin(tx, intent_id, call)

    def settle(
        self,
        intent_id: str,
        token: str,
        state: Literal["done", "not_done", "unknown"],
        *,
        because: str | None = None,
        result: Any = None,
    ) -> bool:
        """Write down what the vendor answered, with the result's value row, by the holder of the token.

        A late `done` is accepted on `unknown`. On what a person has reconciled as not done it is kept as an alarm
        and rings the ticket; that, like any call by a former holder, is False. The same answer twice is True.
        """
        with self._database.write() as tx:
            place.locked_of(tx, schema.intents, intent_id)
            row = tx.by_id(IntentRow, schema.intents, intent_id)
            if row.token is None or row.token != token:
                return False
            if row.state == state:
                return True
            if row.state == "sending" or (row.state == "unknown" and state == "done"):
                _settle(tx, row, state, because, result)
                return True
            if row.state == "reconciled" and not row.as_done and state == "done":
                _alarm(tx, row, result)
            return False

    def release(self, intent_id: str, token: str) -> bool:
        """sending -> reserved, by a holder who knows that nothing left; the yeses that it used up are given back.

        False after a resend, when an earlier call may have left: settle it `unknown`, or send the same key again.
        """
        approval, consent = schema.approvals.c, schema.consents.c
        with self._database.write() as tx:
            place.locked_of(tx, schema.intents, intent_id)
            if not sending.release(tx, schema.intents, intent_id, token):
                return False
            version = tx.by_id(IntentRow, schema.intents, intent_id).version
            used = (approval.intent_id == intent_id, approval.version == version, approval.state == "used")
            tx.update(schema.approvals, *used, state="approved")
            yes = (consent.intent_id == intent_id, consent.version == version, consent.state == "used")
            tx.update(schema.consents, *yes, state="given")
            return True

    def again(self, intent_id: str, *, keeps: timedelta | None, has_find: bool) -> Again:
        """What a retry may do that finds the intent `sending`. `keeps`: the vendor's memory of a key."""
        with self._database.read() as tx:
            row = tx.by_id(IntentRow, schema.intents, intent_id)
            return sending.again(row, tx.now(), keeps=keeps, has_find=has_find)

    def retake(self, intent_id: str, seen: str | None = None) -> str | None:
        """Take a `sending` intent from its holder, to send again under the same vendor key or after looking.

        `seen` is the token that `again` showed; without it, whoever holds it now. None: somebody was faster.
        """
        with self._database.write() as tx:
            place.locked_of(tx, schema.intents, intent_id)
            row = tx.by_id(IntentRow, schema.intents, intent_id)
            return sending.retake(tx, schema.intents, row, seen or row.token)

    def mark_unknown(self, intent_id: str) -> bool:
        """sending -> unknown, only past the deadline; rings the ticket."""
        with self._database.write() as tx:
            ticket = place.locked_of(tx, schema.intents, intent_id)
            marked = sending.mark_unknown(tx, schema.intents, intent_id)
            if marked:
                place.ring(tx, ticket.id)
            return marked

    def reconcile(self, intent_id: str, as_done: bool, by: str, why: str | None, result: Any = None) -> bool:
        """unknown -> reconciled: a person, or a look at the vendor, found out."""
        row = schema.intents.c
        with self._database.write() as tx:
            ticket = place.locked_of(tx, schema.intents, intent_id)
            unknown = (row.id == intent_id, row.state == "unknown")
            changed = tx.update(
                schema.intents, *unknown, state="reconciled", as_done=as_done, reconciled_by=by, because=why,
                settled_at=tx.clock,
            )  # fmt: skip
            if not changed:
                return False
            _keep_result(tx, tx.by_id(IntentRow, schema.intents, intent_id), result)
            place.ring(tx, ticket.id)
            return True

    def refuse(self, intent_id: str, because: str) -> bool:
        """reserved -> refused by a gate; its consents and approvals are withdrawn."""
        return self._take_back(intent_id, "refused", because)

    def withdraw(self, intent_id: str, because: str) -> bool:
        """reserved -> withdrawn; its consents and approvals too."""
        return self._take_back(intent_id, "withdrawn", because)

    def renew(self, intent_id: str) -> IntentRow | None:
        """Reserve again what was withdrawn or refused unsent, as a new version that nobody has agreed to yet.

        None: it is not in such a state, or its ticket is not open in its epoch.
        """
        row = schema.intents.c
        with self._database.write() as tx:
            ticket = place.locked_of(tx, schema.intents, intent_id)
            old = tx.by_id(IntentRow, schema.intents, intent_id)
            if old.state not in ("withdrawn", "refused") or _birth(ticket, old.epoch) != "reserved":
                return None
            columns = {"state": "reserved", "version": old.version + 1, "because": None, "token": None}
            tx.update(schema.intents, row.id == intent_id, row.state == old.state, **columns)
            revoke_yeses(tx, intent_id, "superseded")
            return tx.by_id(IntentRow, schema.intents, intent_id)

    def refresh(self, intent_id: str, version: int, facts: Any) -> bool:
        """The facts as they were read last for these arguments, which people are shown; only while it is unsent."""
        row = schema.intents.c
        with self._database.write() as tx:
            place.locked_of(tx, schema.intents, intent_id)
            unsent = (row.id == intent_id, row.state == "reserved", row.version == version)
            return tx.update(schema.intents, *unsent, facts=facts) == 1

    def void(self, ticket_id: str, epoch: int) -> list[str]:
        """Give every reserved intent a next version that nobody has agreed to: all is asked anew. Their ids."""
        row = schema.intents.c
        with self._database.write() as tx:
            place.locked(tx, ticket_id)
            reserved = sa.select(schema.intents).where(
                row.ticket_id == ticket_id, row.epoch == epoch, row.state == "reserved"
            )
            return [new_version(tx, old).id for old in tx.all(IntentRow, reserved.order_by(row.id))]

    def get(self, intent_id: str) -> IntentRow:
        """One intent. Raises Missing."""
        with self._database.read() as tx:
            return tx.by_id(IntentRow, schema.intents, intent_id)

    def of_ticket(self, ticket_id: str) -> list[IntentRow]:
        """All intents of a ticket, oldest first."""
        row = schema.intents.c
        query = sa.select(schema.intents).where(row.ticket_id == ticket_id).order_by(row.created_at, row.id)
        with self._database.read() as tx:
            return tx.all(IntentRow, query)

    def of_tool(self, tool: str, states: Sequence[str] = ("sending",)) -> list[IntentRow]:
        """Intents of a tool in these states: what a revocation lists as already sent."""
        row = schema.intents.c
        query = sa.select(schema.intents).where(row.tool == tool, row.state.in_(list(states)))
        with self._database.read() as tx:
            return tx.all(IntentRow, query.order_by(row.created_at, row.id))

    def overdue_sending(self) -> list[IntentRow]:
        """Intents that are `sending` past their deadline."""
        with self._database.read() as tx:
            return sending.overdue(tx, IntentRow, schema.intents)

    def unknown(self) -> list[IntentRow]:
        """Intents whose outcome a person has to find out, oldest first."""
        row = schema.intents.c
        query = sa.select(schema.intents).where(row.state == "unknown").order_by(row.sending_at, row.id)
        with self._database.read() as tx:
            return tx.all(IntentRow, query)

    def alarms(self) -> list[IntentRow]:
        """Intents that a person reconciled as not done and that were done after all."""
        row = schema.intents.c
        query = sa.select(schema.intents).where(row.alarm.is_not(None)).order_by(row.created_at, row.id)
        with self._database.read() as tx:
            return tx.all(IntentRow, query)

    def limits_used(self, tool: str, subject: str, window: timedelta | None = None) -> Used:
        """How far a subject has used up a tool in the window before now (None: ever)."""
        with self._database.read() as tx:
            since = limiting.window_start(tx.now(), window)
            return limiting.used(tx, tool, subject, since)

    def _take_back(self, intent_id: str, state: Literal["refused", "withdrawn"], because: str) -> bool:
        row = schema.intents.c
        with self._database.write() as tx:
            place.locked_of(tx, schema.intents, intent_id)
            reserved = (row.id == intent_id, row.state == "reserved")
            if not tx.update(schema.intents, *reserved, state=state, because=because, token=None):
                return False
            revoke_yeses(tx, intent_id, "withdrawn")
            return True


def new_version(tx: Transaction, old: IntentRow, **columns: Any) -> IntentRow:
    """Replace an unsent intent's arguments by a next version that nobody has agreed to; the ticket is locked."""
    row = schema.intents.c
    tx.update(
        schema.intents, row.id == old.id, row.state.in_(UNSENT), row.version == old.version,
        version=old.version + 1, token=None, because=None, **columns,
    )  # fmt: skip
    revoke_yeses(tx, old.id, "superseded")
    return tx.by_id(IntentRow, schema.intents, old.id)


def _birth(ticket: TicketRow, epoch: int) -> Literal["reserved", "withdrawn"]:
    return "reserved" if ticket.state == "open" and ticket.epoch == epoch else "withdrawn"


def _at(tx: Transaction, ticket_id: str, epoch: int, node: str, iteration: str) -> IntentRow | None:
    row = schema.intents.c
    query = sa.select(schema.intents).where(
        row.ticket_id == ticket_id, row.epoch == epoch, row.node == node, row.iteration == iteration
    )
    return tx.first(IntentRow, query)


def _mint(tx: Transaction, ticket: TicketRow, columns: dict[str, Any], vendor_key: str | None) -> IntentRow:
    intent_id = mint("i")
    state = _birth(ticket, columns["epoch"])
    tx.insert(
        schema.intents, id=intent_id, version=1, state=state, because=None if state == "reserved" else "ticket_left",
        vendor_key=vendor_key or mint("k"), attempts=0, resent=0, created_at=tx.now(), **columns,
    )  # fmt: skip
    return tx.by_id(IntentRow, schema.intents, intent_id)


def _supersede(tx: Transaction, ticket: TicketRow, old: IntentRow, given: dict[str, Any]) -> IntentRow:
    return new_version(tx, old, state=_birth(ticket, old.epoch), proposed=None, edits=None, **given)


def _settle(tx: Transaction, row: IntentRow, state: str, because: str | None, result: Any) -> None:
    intent = schema.intents.c
    same = (intent.id == row.id, intent.state == row.state, intent.token == row.token)
    tx.update(schema.intents, *same, state=state, because=because, settled_at=tx.clock)
    _keep_result(tx, row, result)
    if row.state == "unknown":
        place.ring(tx, row.ticket_id)


def _alarm(tx: Transaction, row: IntentRow, result: Any) -> None:
    tx.update(schema.intents, schema.intents.c.id == row.id, alarm="done_after_reconciled_as_not_done")
    _keep_result(tx, row, result)
    place.ring(tx, row.ticket_id)


def _keep_result(tx: Transaction, row: IntentRow, result: Any) -> None:
    if result is None:
        return
    value = put_value(tx, row.ticket_id, row.epoch, row.node, result)
    tx.update(schema.intents, schema.intents.c.id == row.id, result_value=value)
