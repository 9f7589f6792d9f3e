"""Consent of the customer and approval by people. Both are rows; what is said here only opens and reads them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from temporalio import activity

from engine.errors import EngineError
from engine.expressions.evaluate import render
from engine.expressions.values import Money, decode
from engine.runtime.activities.asking import Asker
from engine.runtime.activities.base import Desk, Group, Scope, guarded
from engine.runtime.activities.known import Known
from engine.runtime.activities.speaking import Speaker
from engine.runtime.activities.writing import gate_names
from engine.runtime.deadlines import after, calendar_of, instants
from engine.runtime.input import Result
from engine.store.rows import ApprovalRow, IntentRow

__all__ = ["Approver"]


class Approver(Group):
    """The gates `confirm` and `approve`."""

    def __init__(self, desk: Desk, speaker: Speaker, asker: Asker) -> None:
        super().__init__(desk)
        self.speaker = speaker
        self.asker = asker

    async def _intent(self, scope: Scope) -> IntentRow:
        intent = await self.store.run(self.store.intents.get, str(scope.work.data["intent"]))
        if intent.ticket_id != scope.ticket.id:
            raise EngineError(code="intent")
        return intent

    @activity.defn(name="confirm")
    @guarded
    async def confirm(self, scope: Scope) -> Result:
        """Asks for the customer's yes to these arguments. A consent for this version that was given already stands."""
        intent = await self._intent(scope)
        if intent.state != "reserved":
            return Result("given" if intent.state in ("sending", "done", "unknown", "reconciled") else "declined")
        known = await self.store.run(self.store.consents.current, intent.id)
        if known is not None and known.version == intent.version and known.state == "given":
            return Result("given")
        grant = scope.plan.grants[intent.tool]
        names = gate_names(scope, decode(intent.arguments), decode(intent.facts))
        text = render(grant.confirm, names, now=intent.created_at, language=scope.ticket.language or "en")
        scope.work.iteration = f"{scope.work.iteration}/v{intent.version}"
        stated: Known = {"tools": [decode(intent.arguments), decode(intent.facts)]}
        asked = await self.asker.question(scope, text, stated)
        if asked.outcome != "done":
            return asked
        until = datetime.fromisoformat(asked.data["until"])
        consent = await self.store.run(self.store.consents.open, intent.id, intent.version, asked.data["row"], until)
        return Result("done", data={**asked.data, "consent": consent.id})

    @activity.defn(name="confirm.remind")
    @guarded
    async def confirm_remind(self, scope: Scope) -> Result:
        """Reminds once of a question for consent."""
        return Result((await self.speaker.say(scope, "reply", "We still need your yes or no to go on.")).outcome)

    @activity.defn(name="approval")
    @guarded
    async def approval(self, scope: Scope) -> Result:
        """Opens the approval of this line and version, or looks at it; expires it when its time has come."""
        intent = await self._intent(scope)
        if intent.state != "reserved":
            return Result("approved" if intent.state in ("sending", "done", "unknown", "reconciled") else "rejected")
        row = await self._open(scope, intent)
        now = await self.store.run(self.store.now)
        if row.state == "open" and now >= row.expires_at:
            await self.store.run(self.store.approvals.expire, row.id)
            row = await self.store.run(self.store.approvals.get, row.id)
        if row.state != "open":
            await self.store.run(self.store.tickets.update, scope.ticket.id, awaiting_team=None)
            value = await self.desk.refused(scope, row.reason or row.state) if row.state != "approved" else None
            return Result(row.state, value=value)
        return await self._still_open(scope, row, now)

    async def _open(self, scope: Scope, intent: IntentRow) -> ApprovalRow:
        line = int(scope.node.data["line"])
        spec = scope.plan.grants[intent.tool].approve[line - 1]
        calendar = calendar_of(scope.plan.settings, spec["by"])
        now = await self.store.run(self.store.now)
        expires = after(now, spec["within"], calendar)
        row: ApprovalRow = await self.store.run(
            self.store.approvals.open, intent.id, intent.version, line, spec["by"], node=scope.place,
            expires_at=expires, remind_at=instants(now, list(spec.get("remind", ())), expires, calendar),
            shown=self._shown(scope, intent), seen_seq=scope.work.cursor,
        )  # fmt: skip
        await self._ask_team(scope, row, "")
        return row

    def _shown(self, scope: Scope, intent: IntentRow) -> dict[str, Any]:
        """What a person decides on: the exact arguments, and the reasons for which somebody has to."""
        arguments: Mapping[str, Any] = decode(intent.arguments)
        facts: Mapping[str, Any] = decode(intent.facts)
        return {
            "tool": intent.tool,
            "flow": scope.plan.flow,
            "arguments": {name: _shown(value) for name, value in arguments.items()},
            "facts": {name: _shown(value) for name, value in facts.items()},
            "customer": scope.names["customer"].get("name") or "",
        }

    async def _still_open(self, scope: Scope, row: ApprovalRow, now: datetime) -> Result:
        """Sends reminders that are due, once each, and says when to look again."""
        due = [at for at in row.remind_at if at <= now]
        for number in range(int(scope.work.data.get("reminded", 0)), len(due)):
            await self._ask_team(scope, row, f"/remind.{number + 1}")
        ahead = [at for at in row.remind_at if at > now]
        await self.store.run(
            self.store.tickets.update, scope.ticket.id, next_due=row.expires_at, awaiting_team=row.team
        )  # fmt: skip
        return Result(
            "open",
            data={"next": min([*ahead, row.expires_at]).isoformat(), "reminders": len(due), "approval": row.id},
        )

    async def _ask_team(self, scope: Scope, row: ApprovalRow, suffix: str) -> None:
        """An internal note on the platform; the console shows the row in any case."""
        arguments = "\n".join(f"- {name}: {value}" for name, value in row.shown["arguments"].items())
        text = (
            f"{'Reminder: a' if suffix else 'A'}pproval {row.id} by {row.team} is needed for {row.shown['tool']}:\n"
            f"{arguments}\nUntil {row.expires_at.isoformat(timespec='minutes')}. "
            f"Decide: engine approvals approve {row.id}"
        )
        await self.speaker.say(scope, "note", text, iteration=f"{scope.work.iteration}/v{row.version}{suffix}")


def _shown(value: Any) -> Any:
    """A value as people read it; records keep their names."""
    match value:
        case Money(amount, currency):
            return f"{amount} {currency}"
        case dict():
            return {name: _shown(part) for name, part in value.items()}
        case list():
            return [_shown(part) for part in value]
        case None | bool() | str():
            return value
        case _:
            return str(value)
