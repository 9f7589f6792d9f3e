"""The watchdog: sees to it that somebody acts on every open ticket in time, whatever happens to Temporal.

That each has an owner and a next time is the store's own rule from the first message on.

It needs the store and the ticketing platform alone. Every change is a compare-and-set of the store or an outbound row
with a place of its own, so any number of watchdogs may run.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from engine.channels.base import Channel, Outgoing, Unknown, Unsent
from engine.runtime.activities.handoff import state_of, written
from engine.runtime.expiring import expire
from engine.runtime.stuck import Stuck
from engine.runtime.telling import Notified, tell_team
from engine.store import HandoffRow, IntentRow, OutboundRow, QuestionRow, Store, StoreUnavailable, TicketRow

__all__ = ["Bell", "Watchdog", "alarm"]

log = logging.getLogger("engine.watchdog")
_PLATFORM = frozenset({"reply", "note", "update", "survey"})
"""Kinds of texts that a ticketing platform has."""
_PATIENCE = timedelta(seconds=30)
"""How long a ring may take to be answered before the ticket counts as stalled."""
_DOWN = timedelta(seconds=60)
"""After so long without Temporal, people are told of those who asked for a person, without waiting for the SLA."""
_DEADLINE = timedelta(seconds=40)
"""For sending a note; longer than a channel's own time-out."""
_AGAIN = timedelta(minutes=5)
"""Before what the platform refused is tried again, or a text is looked for again."""
_ONCE = timedelta(hours=1)
"""Within it a ticket's run is begun again once. If the next one cannot go on either, people have it."""
_FEW = 5
_COMPLAIN = 6
"""Rounds between two complaints that Temporal is away."""


class Bell(Protocol):
    """What rings a ticket's workflow."""

    @property
    def up(self) -> bool:
        """Whether Temporal answered at the last look."""

    async def ring(self, ticket_id: str) -> bool:
        """Rings one ticket; False if that could not be done."""

    async def stuck(self) -> list[Stuck]:
        """Runs that cannot go on; none while Temporal is away."""

    async def begin_again(self, found: Stuck) -> bool:
        """Ends such a run, and starts the ticket's next one from the store; False if it is over."""


class Watchdog:
    """Looks at the store every few seconds. `grace` is how far a ticket may be past its next time, `sla` how soon a
    person must have it, `team` who takes over where no flow said it, `group` the platform's group of a team, `notified`
    whom of a team mail and chat tell."""

    def __init__(
        self,
        store: Store,
        channels: Mapping[str, Channel],
        bell: Bell | None = None,
        *,
        sla: timedelta,
        team: str,
        grace: timedelta = timedelta(minutes=2),
        patience: timedelta = _PATIENCE,
        group: Callable[[str], str | None] = lambda team: None,
        notified: Notified = lambda team: (),
    ) -> None:
        self.store = store
        self.channels = channels
        self.bell = bell
        self.sla = sla
        self.team = team
        self.grace = grace
        self.patience = patience
        self.group = group
        self.notified = notified
        self._rung: dict[str, tuple[datetime, datetime]] = {}
        """ticket -> the next time that it was rung for, and when"""
        self._not_before: dict[str, datetime] = {}
        """handoff or text -> when it may be tried, or looked for, again"""
        self._begun_again: dict[str, datetime] = {}
        """ticket -> when"""
        self._down_since: datetime | None = None
        self._rounds = 0

    async def run(self, every: float) -> None:
        """Looks again and again, `every` seconds, until it is cancelled."""
        while True:
            try:
                await self.look()
            except StoreUnavailable:
                log.warning("the store does not answer")
            await asyncio.sleep(every)

    async def look(self) -> None:
        """One round. What fails for one ticket does not keep the others from being seen to."""
        now = await self.store.run(self.store.now)
        self._note_temporal(now)
        self._rounds += 1
        self._not_before = {key: until for key, until in self._not_before.items() if until > now}
        await self._each(await self.store.run(self.store.approvals.overdue), self._expire)
        await self._each(await self.store.run(self.store.questions.overdue), self._unanswered)
        await self._each(await self._late_writes(now), self._unknown)
        await self._each(await self._late_texts(now), self._late_text)
        await self._each(await self.store.run(self.store.reconciling.untold), self._alarm)
        overdue = await self.store.run(self.store.tickets.overdue, self.grace)
        self._forget(overdue)
        await self._each(await self._stuck(now), lambda found: self._begin_again(found, now))
        await self._each(overdue, lambda ticket: self._overdue(ticket, now))
        await self._each(await self._undelivered(now), self.deliver)
        await self._each(await self._owed(), self._tell_close)

    async def _each(self, rows: Iterable[Any], see_to: Callable[[Any], Awaitable[object]]) -> None:
        for row in rows:
            try:
                await see_to(row)
            except StoreUnavailable:
                raise
            except Exception as error:  # its text may quote what customers wrote
                log.error("%s could not be seen to: %s", row.id, type(error).__name__)

    # Temporal

    def _note_temporal(self, now: datetime) -> None:
        if self.bell is None or self.bell.up:
            if self._down_since is not None:
                log.info("Temporal answers again")
            self._down_since = None
        elif self._down_since is None:
            self._down_since = now
        elif self._down(now) and self._rounds % _COMPLAIN == 0:
            log.error("Temporal has not answered for %d s", (now - self._down_since).total_seconds())

    def _down(self, now: datetime) -> bool:
        return self._down_since is not None and now - self._down_since > _DOWN

    async def _ring(self, ticket_id: str) -> None:
        """In the store, for the sweep of any service, and at once where that can be done."""
        await self.store.run(self.store.tickets.ring, ticket_id)
        if self.bell is not None:
            await self.bell.ring(ticket_id)

    async def _stuck(self, now: datetime) -> list[Stuck]:
        self._begun_again = {ticket: at for ticket, at in self._begun_again.items() if now - at < _ONCE}
        return await self.bell.stuck() if self.bell is not None and self.bell.up else []

    async def _begin_again(self, found: Stuck, now: datetime) -> None:
        """Once. Then something else is wrong than a history."""
        assert self.bell is not None, "it found it"
        if found.id not in self._begun_again:
            self._begun_again[found.id] = now
            await self.bell.begin_again(found)
            return
        ticket = await self.store.run(self.store.tickets.get, found.id)
        if ticket.state == "open":
            log.error("ticket %s cannot go on: handed to people", ticket.id)
            await self._hand_off(ticket, "stalled")

    # decisions and writes that nobody saw to

    async def _expire(self, approval: Any) -> None:
        """The same compare-and-set as the workflow's; whoever loses reads the winner."""
        moved = await expire(self.store, approval)
        if (moved.state, moved.rank) != (approval.state, approval.rank):
            await self._ring(approval.ticket_id)

    async def _unanswered(self, question: QuestionRow) -> None:
        """As with approvals."""
        if (await self.store.run(self.store.questions.expire, question.id)).state == "expired":
            await self._ring(question.ticket_id)

    async def _late_writes(self, now: datetime) -> list[IntentRow]:
        """Past their deadline by the grace: until then the workflow may still look, or send the same key again."""
        late = await self.store.run(self.store.intents.overdue_sending)
        return [intent for intent in late if intent.deadline is not None and intent.deadline + self.grace <= now]

    async def _unknown(self, intent: IntentRow) -> None:
        if await self.store.run(self.store.intents.mark_unknown, intent.id):
            ticket = await self.store.run(self.store.tickets.get, intent.ticket_id)
            log.error("nobody knows what became of %s of ticket %s", intent.tool, ticket.id)
            await self._hand_off(ticket, "write_unknown")

    async def _late_texts(self, now: datetime) -> list[OutboundRow]:
        """As with writes; those whose ticket has gone on to people have nobody else who looks. A few at a time, and
        each not soon again: a platform that does not answer must not keep the rest of a round waiting."""
        late = await self.store.run(self.store.outbound.overdue_sending)
        late = [row for row in late if row.kind in _PLATFORM and row.deadline and row.deadline + self.grace <= now]
        return [row for row in late if row.id not in self._not_before][:_FEW]

    async def _late_text(self, row: OutboundRow) -> None:
        """Looked for on the platform. What is not there is not sent from here: its step may have been left."""
        await self._later(row.id)
        ticket = await self.store.run(self.store.tickets.get, row.ticket_id)
        channel = self.channels.get(ticket.channel)
        if channel is not None:
            await self._settled(channel, ticket, row)

    async def _alarm(self, intent: IntentRow) -> None:
        """A person said that it was not done, and perhaps did it again; then its answer came. Somebody must look now:
        a note of its own, for the handoff may have been told already."""
        ticket = await self.store.run(self.store.tickets.get, intent.ticket_id)
        log.error("%s of ticket %s was done after all", intent.tool, ticket.id)
        now = await self.store.run(self.store.now)
        given = await bare_package(self.store, ticket, "done_after_all")
        await self.store.run(
            self.store.handoffs.open, ticket.id, intent.epoch, "done_after_all", ticket.awaiting_team or ticket.owner,
            given, now + self.sla,
        )  # fmt: skip
        row = await self.store.run(
            self.store.outbound.propose, ticket.id, intent.epoch, f"alarm/{intent.id}", "note", "note",
            {"text": alarm(intent), "tags": ["engine_alarm"]},
        )  # fmt: skip
        if await self._send(ticket, row):
            await self.store.run(self.store.reconciling.told, intent.id)

    # tickets past their next time

    def _forget(self, overdue: list[TicketRow]) -> None:
        still = {ticket.id for ticket in overdue}
        self._rung = {ticket_id: rung for ticket_id, rung in self._rung.items() if ticket_id in still}

    async def _overdue(self, ticket: TicketRow, now: datetime) -> None:
        """Rings once more. If that moves nothing, people take over."""
        assert ticket.next_due is not None, "found by it"
        due, rung_at = self._rung.get(ticket.id, (None, now))
        if due != ticket.next_due:
            self._rung[ticket.id] = (ticket.next_due, now)
            await self._ring(ticket.id)
        elif now - rung_at >= self.patience:
            log.error("ticket %s stands still: handed to people", ticket.id)
            await self._hand_off(ticket, "stalled")

    async def _hand_off(self, ticket: TicketRow, reason: str) -> None:
        """The row first: it holds even if the platform is down. A ticket that people have already gets a next time."""
        now = await self.store.run(self.store.now)
        team = ticket.awaiting_team or ticket.owner
        given = await bare_package(self.store, ticket, reason)
        row = await self.store.run(
            self.store.handoffs.open, ticket.id, ticket.epoch, reason, team, given, now + self.sla
        )  # fmt: skip
        await self.store.run(
            self.store.tickets.update, ticket.id, epoch=ticket.epoch, owner=team, awaiting_team=team,
            next_due=now + self.sla,
        )  # fmt: skip
        if row.state == "open":
            await self.deliver(row)

    # notes on the platform

    async def _undelivered(self, now: datetime) -> list[HandoffRow]:
        """What the workflow has not delivered by its time; sooner where Temporal is known to be away."""
        rows = await self.store.run(self.store.handoffs.listing, ("open",))
        down = self._down(now)
        due = [row for row in rows if row.due_at <= now or row.reason == "stalled" or down]
        return [row for row in due if row.id not in self._not_before]

    async def deliver(self, handoff: HandoffRow) -> bool:
        """The handoff as an internal note; True once the platform has it. The same place as the workflow's own note:
        whoever comes first writes it, and it is sent once."""
        ticket = await self.store.run(self.store.tickets.get, handoff.ticket_id)
        if not handoff.package.get("summary"):
            given = await bare_package(self.store, ticket, handoff.reason)
            handoff = await self.store.run(
                self.store.handoffs.open, ticket.id, handoff.epoch, handoff.reason, handoff.team or self.team, given,
                handoff.due_at, take_over=False,
            )  # fmt: skip
        row = await self.store.run(
            self.store.outbound.propose, ticket.id, handoff.epoch, f"handoff/{handoff.id}", "note", "note",
            {"text": written(handoff), **self._extra(handoff)},
        )  # fmt: skip
        if not await self._send(ticket, row):
            await self._later(handoff.id)
            return False
        await tell_team(self.store, self.notified, handoff, self.channels.get(ticket.channel))
        return await self.store.run(self.store.handoffs.deliver, handoff.id)

    async def _owed(self) -> list[OutboundRow]:
        owed = await self.store.run(self.store.outbound.owed_closes, list(self.channels), self.grace)
        return [row for row in owed if row.id not in self._not_before][:_FEW]

    async def _tell_close(self, row: OutboundRow) -> None:
        """The ticket is closed, and the platform has not heard of it: its run ended in between. Or a survey was
        answered, and the platform took that for a customer who waits."""
        if not await self._send(await self.store.run(self.store.tickets.get, row.ticket_id), row):
            await self._later(row.id)

    async def _later(self, key: str) -> None:
        self._not_before[key] = await self.store.run(self.store.now) + _AGAIN

    def _extra(self, handoff: HandoffRow) -> dict[str, Any]:
        tags = ["engine_handoff", f"engine_{handoff.reason.split(':')[0]}"]
        return {"tags": tags, "group": self.group(handoff.team or self.team)}

    async def _send(self, ticket: TicketRow, row: OutboundRow) -> bool:
        """Moves a row on as far as can be done now; whether the platform has it."""
        channel = self.channels.get(ticket.channel)
        if channel is None:
            log.error("ticket %s came by the channel %s, which is gone", ticket.id, ticket.channel)
            return False
        row = await self._settled(channel, ticket, row)
        if row.was_sent:
            return True
        if row.state == "not_sent":
            await self.store.run(self.store.outbound.requeue, row.id)
        token = await self.store.run(self.store.outbound.hold, row.id)
        if token is None:
            return False
        until = time.monotonic() + _DEADLINE.total_seconds()
        began = await self.store.run(self.store.outbound.begin, row.id, token, deadline=_DEADLINE)
        return began.ok and await self._call(channel, ticket, row, token, until)

    async def _settled(self, channel: Channel, ticket: TicketRow, row: OutboundRow) -> OutboundRow:
        """A note that is on its way is looked for, once nobody else can still be sending it."""
        now = await self.store.run(self.store.now)
        if row.state not in ("sending", "unknown") or (row.deadline and now < row.deadline):
            return row
        try:
            found = await channel.find(ticket.external_id, row.marker)
        except (Unsent, Unknown) as error:
            log.warning("a note of ticket %s cannot be looked for: %s", ticket.id, error.code)
            return row
        if found is not None:
            await self.store.run(self.store.outbound.found, row.id, found.id, found.at)
        else:
            await self.store.run(self.store.outbound.not_found, row.id)
        return await self.store.run(self.store.outbound.get, row.id)

    async def _call(self, channel: Channel, ticket: TicketRow, row: OutboundRow, token: str, until: float) -> bool:
        content = row.content
        note = Outgoing(
            kind=row.kind, text=content["text"], marker=row.marker, tags=tuple(content.get("tags", ())),
            group=content.get("group"), status=content.get("status"), until=until,
        )  # fmt: skip
        outbound = self.store.outbound
        try:
            made = await channel.send(ticket.external_id, note)
        except Unsent as error:
            log.error("a %s of ticket %s was not taken: %s", row.kind, ticket.id, error.code)
            lasts = row.kind == "update" and error.retry_after is None  # of a note it is never: people must have it
            if lasts or not await self.store.run(outbound.release, row.id, token):
                await self.store.run(outbound.settle, row.id, token, "not_sent", because=error.code)
            return False
        except Unknown as error:
            # stays `sending`: the next round looks for it, past the deadline
            log.error("a %s of ticket %s may not have arrived: %s", row.kind, ticket.id, error.code)
            return False
        await self.store.run(outbound.settle, row.id, token, "sent", external_id=made.id, platform_time=made.at)
        return True


async def bare_package(store: Store, ticket: TicketRow, reason: str) -> dict[str, Any]:
    """What the store alone can say of a ticket: the customer's last words, the steps, and the writes with their
    states, so that nobody repeats one."""
    heard = await store.run(store.messages.of_ticket, ticket.id)
    said = [row.text for row in heard if row.kind == "message" and row.author_role == "customer" and row.text]
    steps = await store.run(store.steps.of, ticket.id)
    intents = await store.run(store.intents.of_ticket, ticket.id)
    return {
        "reason": reason,
        "summary": said[-1][:600] if said else ticket.subject or "",
        "flow": ticket.flow,
        "revision": ticket.revision or "",
        "place": steps[-1].place or "" if steps else "",
        "steps": [f"{step.node}: {step.outcome}" for step in steps][-30:],
        "writes": [f"{intent.tool}: {state_of(intent)}".strip() for intent in intents],
        "next": "Read the conversation and answer: the engine got no further.",
    }


def alarm(intent: IntentRow) -> str:
    """What people are told of a write that was done after all."""
    return (
        f"ALARM: {intent.tool} ({intent.id}) was reconciled as not done by {intent.reconciled_by}, and its answer has "
        "come since: it WAS done. If it was repeated, it was done twice: look in the tool and take one of them back."
    )
