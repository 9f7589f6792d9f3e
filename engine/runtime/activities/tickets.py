"""The ticket itself: its way between flows, to people, and to its close."""

from datetime import datetime, timedelta
from typing import Any

from temporalio import activity

from engine.expressions.values import decode
from engine.models.lexical import wishes_person
from engine.models.local import sentiment
from engine.routing import BUILT_IN
from engine.runtime.activities.base import Group, always, guarded
from engine.runtime.activities.desk import Desk
from engine.runtime.activities.handoff import package, written
from engine.runtime.activities.hearing import Hearer
from engine.runtime.activities.scope import Scope
from engine.runtime.activities.sorting import Sorter
from engine.runtime.activities.speaking import Speaker
from engine.runtime.deadlines import after
from engine.runtime.input import Result
from engine.runtime.rollout import mode_of
from engine.runtime.telling import tell_team
from engine.store.closing import CLOSE, TOLD
from engine.store.rows import MessageRow
from engine.store.surveys import PLACE

__all__ = ["Clerk"]


class Clerk(Group):
    """Routing, handing off, closing."""

    def __init__(self, desk: Desk, speaker: Speaker, hearer: Hearer) -> None:
        super().__init__(desk)
        self.speaker = speaker
        self.hearer = hearer
        self.sorter = Sorter(desk)

    @activity.defn(name="record")
    @always
    async def record(self, scope: Scope) -> Result:
        """Writes the account; everything happened on the way in."""
        return Result("done")

    @activity.defn(name="route")
    @guarded
    async def route(self, scope: Scope) -> Result:
        """The flow that is named, or the one whose `start` fits best. A wish for a person comes before any model."""
        data = scope.node.data
        heard = await self.store.run(self.store.messages.pull, scope.ticket.id, 0)
        said = [m for m in heard if m.kind == "message" and m.author_role == "customer"]
        cursor = heard[-1].seq if heard else scope.work.cursor
        await self._learn(scope)
        if scope.work.data.get("wish"):  # what came in since is the next flow's to hear
            target = await self.sorter.of_wish(scope, said, float(str(self._threshold(scope))))
            return await self._move(scope, target, scope.work.cursor) if target else Result("unsure")
        new = [m for m in said if m.seq > scope.work.cursor]
        stopped = await self._stopped_by(scope, new or said[-1:])
        if stopped is not None:
            stopped.cursor = cursor
            return stopped
        await self.store.run(
            self.store.messages.take, scope.ticket.id, [m.seq for m in heard if m.seq > scope.work.cursor], scope.place
        )  # fmt: skip
        target = data.get("to") or await self.sorter.best(scope, said, float(str(self._threshold(scope))))
        if target is None:
            return Result("unsure", cursor=cursor)
        return await self._move(scope, str(target), cursor)

    def _threshold(self, scope: Scope) -> Any:
        return scope.work.data.get("threshold") or scope.node.data.get("threshold") or "0.6"

    @activity.defn(name="start")
    @guarded
    async def start(self, scope: Scope) -> Result:
        """What came with the event that began this epoch in this flow, and who the platform says asks. `missing` where
        something else led here."""
        begun = await self.store.run(self.store.starts.of_epoch, scope.ticket.id, scope.work.epoch)
        if begun is None or begun.flow != scope.plan.flow:
            return Result("missing", because="not_started_so")
        heard = await self.store.run(self.store.messages.pull, scope.ticket.id, 0)
        before = [row.seq for row in heard if row.epoch < scope.work.epoch]
        await self._learn(scope)
        mode = mode_of(
            scope.plan.settings.get("rollout", {}), await self.store.run(self.store.tickets.get, scope.ticket.id)
        )  # fmt: skip
        await self.store.run(self.store.tickets.lower_mode, scope.ticket.id, mode)
        value = decode(begun.content) if begun.content is not None else {}
        kept = await self.desk.keep(scope, scope.node.binds, value) if scope.node.binds else None
        return Result("done", value=kept, cursor=max(before, default=0))

    async def _learn(self, scope: Scope) -> None:
        """Language and the platform's claims of who wrote, once a ticket."""
        await self.desk.learn_language(scope)
        ticket = scope.ticket
        if not (ticket.requester or {}).get("email"):
            claims = await self.context.channels[ticket.channel].requester(ticket.external_id)
            merged = {**(ticket.requester or {}), **claims}
            await self.store.run(self.store.tickets.update, ticket.id, requester=merged)

    async def _stopped_by(self, scope: Scope, said: list[MessageRow]) -> Result | None:
        if any(m.wants_person or wishes_person(m.text or "") for m in said) and scope.plan.flow != "human":
            return Result("person")
        when = scope.plan.settings.get("escalate", {}).get("when", {})
        reason = await self.hearer.threshold(scope, said, when)
        return Result("escalate", because=reason) if reason and scope.plan.flow != "human" else None

    async def _move(self, scope: Scope, flow: str, cursor: int) -> Result:
        """Pins the newest revision of the target to the ticket. The mode only ever falls. A move that was made before,
        in a run that was set back since, is to the same revision, and takes nothing back of what is open there."""
        again = scope.ticket.flow == flow != scope.plan.flow
        active = scope.ticket.revision if again else await self.store.run(self.store.revisions.active, flow)
        if active is None:
            return Result("unsure", cursor=cursor)
        plan = await self.desk.plan(active)
        if not again:
            await self.store.run(self.store.tickets.leave, scope.ticket.id, scope.work.epoch)
        state: dict[str, Any] = {"flow": flow, "revision": active}
        if plan.owner:
            state["owner"] = plan.owner
        if flow not in BUILT_IN:
            state["category"] = flow
            if scope.ticket.state == "handed_off":
                await self.store.run(self.store.tickets.hand_back, scope.ticket.id, scope.work.epoch)
        await self.store.run(self.store.tickets.update, scope.ticket.id, **state)
        mode = mode_of(plan.settings.get("rollout", {}), await self.store.run(self.store.tickets.get, scope.ticket.id))
        await self.store.run(self.store.tickets.lower_mode, scope.ticket.id, mode)
        return Result("routed", cursor=cursor, data={"flow": flow, "plan": plan.to_json()})

    @activity.defn(name="wait")
    @guarded
    async def wait(self, scope: Scope) -> Result:
        """The instant at which a wait ends, and the branch that the time belongs to. It stands with the ticket, so
        that looking again moves nothing."""
        kept = await self.store.run(self.store.values.named, scope.ticket.id, scope.work.epoch, f"wait:{scope.place}")
        if kept is not None and kept.get("iteration") == scope.work.iteration:
            return Result("done", data={"until": kept["until"], "time": kept["time"]})
        now = await self.store.run(self.store.now)
        calendar = scope.plan.settings.get("calendar", {})
        times = [
            (after(now, branch["time"], calendar), number)
            for number, branch in enumerate(scope.node.data["branches"], 1)
            if "time" in branch
        ]
        until, number = min(times) if times else (now + timedelta(days=30), None)
        content = {"iteration": scope.work.iteration, "until": until.isoformat(), "time": number}
        await self.store.run(self.store.values.put, scope.ticket.id, scope.work.epoch, f"wait:{scope.place}", content)
        await self._set_due(scope, until)
        return Result("done", data={"until": content["until"], "time": number})

    async def _set_due(self, scope: Scope, until: datetime) -> None:
        await self.store.run(self.store.tickets.update, scope.ticket.id, next_due=until)

    @activity.defn(name="stop")
    @guarded
    async def stop(self, scope: Scope) -> Result:
        """The customer takes the request back: nothing open remains; after a write, people see to it."""
        left = await self.store.run(self.store.tickets.leave, scope.ticket.id, scope.work.epoch)
        written_ = await self._written_already(scope)
        return Result("person" if written_ or left.sending else "done")

    @activity.defn(name="void")
    @guarded
    async def void(self, scope: Scope) -> Result:
        """Voids pending consent and approval; with `keep` the intents stay, to be asked for anew."""
        if await self._written_already(scope):
            return Result("done" if scope.work.data.get("keep") else "person")
        if not scope.work.data.get("keep"):
            await self.store.run(self.store.tickets.leave, scope.ticket.id, scope.work.epoch)
            return Result("done", data={"voided": True})
        voided = await self.store.run(self.store.intents.void, scope.ticket.id, scope.work.epoch)
        return Result("done", data={"voided": bool(voided)})

    async def _written_already(self, scope: Scope) -> bool:
        intents = await self.store.run(self.store.intents.of_ticket, scope.ticket.id)
        return any(
            i.epoch == scope.work.epoch and i.state in ("sending", "done", "unknown", "reconciled") for i in intents
        )

    async def _close(self, scope: Scope) -> Result:
        """One compare-and-set on the epoch and the last message; `heard_more` if something came in, `wish` if one
        waits in the queue. A repeat, whose first answer was lost, finds it closed: then the platform is still to be
        told."""
        if scope.ticket.state == "closed":
            return Result("closed" if scope.ticket.outcome == scope.work.data["outcome"] else "gone")
        taker = f"{scope.place}/{scope.work.iteration}"
        wish = await self.store.run(self.store.wishes.take_next, scope.ticket.id, scope.work.epoch, taker)
        if wish is not None:
            place = {"at": [wish.begins, wish.ends]} if wish.begins or wish.ends else {}
            return Result("wish", data={"wish": wish.message_seq, **place})
        outcome = scope.work.data["outcome"]
        tell = None if scope.plan.flow == "human" else [f"engine_{outcome}"]
        closed = await self.store.run(
            self.store.tickets.close, scope.ticket.id, scope.work.epoch, scope.work.cursor, outcome, tell=tell
        )  # fmt: skip
        return Result("closed" if closed else "heard_more")

    close = activity.defn(name="close")(guarded(_close, closed=True))

    async def _closed(self, scope: Scope) -> Result:
        """Tells the platform. Nothing hangs on it: the ticket is closed in the store, with the row of what is told,
        which the watchdog sends if this never comes to it."""
        if scope.ticket.state != "closed":
            return Result("done")
        for row in await self.store.run(self.store.outbound.of_ticket, scope.ticket.id):
            if (row.epoch, row.node, row.iteration) == (scope.work.epoch, CLOSE, TOLD):
                await self.speaker.deliver(scope, row)
        asks = scope.plan.flow != "human" and "survey" in scope.plan.settings
        if asks and scope.work.data["outcome"] == "solved":
            await self._ask_how_it_was(scope)
        return Result("done")

    async def _ask_how_it_was(self, scope: Scope) -> None:
        """Once a ticket, in a place of its own. Whatever becomes of it, the ticket stays closed."""
        known = await self.store.run(self.store.surveys.of_ticket, scope.ticket.id)
        if known is None or known.asked.epoch == scope.work.epoch:
            text = _SURVEY.get(scope.language or scope.spoken_language, _SURVEY["en"])
            await self.speaker.say(scope, "survey", text, place=PLACE, iteration="csat")

    closed = activity.defn(name="closed")(guarded(_closed, closed=True, always=True))

    @activity.defn(name="escalate")
    @always
    async def escalate(self, scope: Scope) -> Result:
        """The handoff is a row before anything else happens: it exists even if the platform is down."""
        reason = str(scope.work.data["reason"])
        team = scope.work.data.get("team") or scope.plan.settings.get("escalate", {}).get("to")
        team = str(team or self.context.projects.handoff_team)
        await self.store.run(self.store.tickets.leave, scope.ticket.id, scope.work.epoch)
        now = await self.store.run(self.store.now)
        due = now + timedelta(seconds=self.context.projects.sla)
        await self.store.run(
            self.store.handoffs.open, scope.ticket.id, scope.work.epoch, reason, team, {"reason": reason}, due
        )
        filled = await package(self.store, scope, reason, sentiment)
        row = await self.store.run(
            self.store.handoffs.open, scope.ticket.id, scope.work.epoch, reason, team, filled, due
        )
        moved = await self._move(scope, "human", scope.work.cursor)
        await self.store.run(
            self.store.tickets.update, scope.ticket.id, owner=team, escalated=reason, next_due=due,
            sla_due=due, awaiting_team=team,
        )  # fmt: skip
        told = {"team": team, "due": due.isoformat()}
        return Result("done", data={"handoff": row.id, "plan": moved.data["plan"], **told})

    @activity.defn(name="handoff.deliver")
    @always
    async def deliver_handoff(self, scope: Scope) -> Result:
        """The package as an internal note with assignment and tags, then a word to the customer."""
        row = await self.store.run(self.store.handoffs.get, scope.work.data["handoff"])
        place = f"handoff/{row.id}"
        reason = row.reason.split(":")[0]
        extra = {"tags": ["engine_handoff", f"engine_{reason}"], "group": self.context.projects.group(row.team or "")}
        noted = await self.speaker.say(scope, "note", written(row), extra=extra, place=place, iteration="note")
        if noted.outcome == "done":
            await self.store.run(self.store.handoffs.deliver, row.id)
        channel = self.context.channels.get(scope.ticket.channel)
        await tell_team(self.store, self.context.projects.notified, row, channel)
        await self.speaker.say(scope, "reply", _TAKEOVER, place=place, iteration="reply")
        return Result("done")


_SURVEY = {
    "en": "How content are you with our help, from 1 (not at all) to 5 (very much)? Just answer with a number.",
    "de": "Wie zufrieden sind Sie mit unserer Hilfe, von 1 (gar nicht) bis 5 (sehr)? Eine Zahl genügt.",
    "fr": "Êtes-vous satisfait de notre aide, de 1 (pas du tout) à 5 (tout à fait) ? Un chiffre suffit.",
    "es": "¿Está satisfecho con nuestra ayuda, de 1 (nada) a 5 (mucho)? Basta un número.",
}
_TAKEOVER = (
    "Thank you for writing. A colleague takes over from here, with everything you have told us so far, and will get "
    "back to you."
)
