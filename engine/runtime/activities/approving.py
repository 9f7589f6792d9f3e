"""Consent of the customer and approval by people. Both are rows; what is said here only opens and reads them."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from temporalio import activity

from engine.errors import EngineError
from engine.expressions.evaluate import render
from engine.expressions.values import Money, decode
from engine.runtime.activities.ahead import said_next
from engine.runtime.activities.asking import Asker
from engine.runtime.activities.base import Group, guarded
from engine.runtime.activities.desk import Desk
from engine.runtime.activities.known import Known
from engine.runtime.activities.scope import Scope
from engine.runtime.activities.speaking import REMINDS, Speaker
from engine.runtime.activities.writing import DECIDED_AGAINST
from engine.runtime.deadlines import after, calendar_of, instants
from engine.runtime.expiring import expire
from engine.runtime.gates import gate_names
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
            passed = intent.state in ("sending", "done", "unknown", "reconciled") or intent.because in DECIDED_AGAINST
            return Result("given" if passed else "declined")
        known = await self.store.run(self.store.consents.current, intent.id)
        if known is not None and known.version == intent.version and known.state == "given":
            return Result("given")
        grant = scope.plan.grants[intent.tool]
        names = gate_names(scope.names, decode(intent.arguments), decode(intent.facts))
        text = render(grant.confirm, names, now=intent.created_at, language=scope.spoken_language)
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
        """Opens the approval of this line and version, or looks at it; moves it on when its time has come.

        `changed` where a person has edited the arguments since the gates were judged: they are judged anew.
        """
        intent = await self._intent(scope)
        if intent.state in ("sending", "done", "unknown", "reconciled"):
            return Result("approved")
        judged = scope.work.data.get("version")
        if intent.state == "reserved" and judged is not None and judged != intent.version:
            return Result("changed")
        row = await expire(self.store, await self._open(scope, intent))
        if row.state == "open":
            return await self._still_open(scope, row)
        await self.store.run(self.store.tickets.update, scope.ticket.id, awaiting_team=None)
        await self.speaker.end_asking(scope)
        against = {"rejected": "rejected", "expired": "late"}.get(row.state)
        if against is not None:  # the step is left: nothing stays reserved for it
            await self.store.run(self.store.intents.withdraw, intent.id, against)
        value = await self.desk.refused(scope, row.reason or row.state) if row.state != "approved" else None
        return Result(row.state, value=value)

    async def _open(self, scope: Scope, intent: IntentRow) -> ApprovalRow:
        line = int(scope.node.data["line"])
        spec = scope.plan.grants[intent.tool].approve[line - 1]
        calendar = calendar_of(scope.plan.settings, spec["by"])
        now = await self.store.run(self.store.now)
        expires = after(now, spec["within"], calendar)
        row: ApprovalRow = await self.store.run(
            self.store.approvals.open, intent.id, intent.version, line, spec["by"], node=scope.place,
            expires_at=expires, remind_at=instants(now, list(spec.get("remind", ())), expires, calendar),
            shown=await self._shown(scope, intent, spec), seen_seq=scope.work.cursor,
            chain=[
                {**link, "calendar": dict(calendar_of(scope.plan.settings, link["by"]))}
                for link in spec.get("fallback", ())
            ],
            note=self.speaker.note(
                scope, f"{scope.work.iteration}/v{intent.version}", lambda row: written(row, reminder=0)
            ),
        )  # fmt: skip
        return row

    async def _shown(self, scope: Scope, intent: IntentRow, spec: Mapping[str, Any]) -> dict[str, Any]:
        """What a person decides on: the exact arguments, why somebody has to, what the customer was told of it, and
        what the customer is told next either way."""
        arguments: Mapping[str, Any] = decode(intent.arguments)
        facts: Mapping[str, Any] = decode(intent.facts)
        language = scope.spoken_language
        shown = {
            "tool": intent.tool,
            "flow": scope.plan.flow,
            "arguments": {name: _shown(value) for name, value in arguments.items()},
            "facts": {name: _shown(value) for name, value in facts.items()},
            "customer": scope.names["customer"].get("name") or "",
        }
        more = {
            "because": spec.get("text") or "every call is approved",
            "edit": list(spec.get("edit", ())),
            "told": await self._told(intent),
            "edited_by": (intent.edits or [{}])[-1].get("person"),
            "then": said_next(scope.plan, scope.node.on.get("pass"), language),
            "if_rejected": said_next(scope.plan, scope.node.on.get("rejected"), language),
        }
        return {**shown, **{name: value for name, value in more.items() if value}}

    async def _told(self, intent: IntentRow) -> str:
        """The customer's own text of it: the question that they said yes to."""
        consent = await self.store.run(self.store.consents.current, intent.id)
        if consent is None or consent.version != intent.version or consent.question_outbound is None:
            return ""
        asked = await self.store.run(self.store.outbound.get, consent.question_outbound)
        return str((asked.content or {}).get("text", ""))

    async def _still_open(self, scope: Scope, row: ApprovalRow) -> Result:
        """Tells the team that is asked now, and reminds it of what is due, each once; of several only the last."""
        now = await self.store.run(self.store.now)
        due = sum(at <= now for at in row.remind_at)
        await self._ask_team(scope, row, 0)
        if due:
            await self._ask_team(scope, row, due)
        await self.store.run(
            self.store.tickets.update, scope.ticket.id, next_due=row.expires_at, awaiting_team=row.team
        )  # fmt: skip
        ahead = [at for at in row.remind_at if at > now]
        passed_on = {"team": row.team} if row.rank else {}
        return Result(
            "open",
            data={
                "next": min([*ahead, row.expires_at]).isoformat(), "reminders": due, "approval": row.id, **passed_on,
            },
        )  # fmt: skip

    async def _ask_team(self, scope: Scope, row: ApprovalRow, reminder: int) -> None:
        """A mail to each and a line in the team's chat as rows, which the service sends; then an internal note on the
        platform. The service shows the approval in any case."""
        place = f"{scope.work.iteration}/v{row.version}{f'/then.{row.rank}' if row.rank else ''}"
        suffix = f"{REMINDS}{reminder}" if reminder else ""
        about = {"approval": row.id, "version": row.version, "rank": row.rank, "reminder": reminder}
        for kind, to in self.context.projects.notified(row.team):
            name = hashlib.sha256(to.encode()).hexdigest()[:16]
            await self.store.run(self.store.outbound.ask, row, f"{place}{suffix}/{name}", kind, {**about, "to": to})
        await self.speaker.ask_people(scope, row, written(row, reminder), f"{place}{suffix}")


def written(row: ApprovalRow, reminder: int) -> str:
    """The internal note."""
    shown = row.shown
    lines = [f"{'Reminder: a' if reminder else 'A'}pproval {row.id} by {row.team} is needed for {shown['tool']}:"]
    lines += [f"- {name}: {value}" for name, value in shown["arguments"].items()]
    if shown.get("edited_by"):
        lines.append(f"Changed by {shown['edited_by']}; the customer was asked anew.")
    lines.append(f"Until {row.expires_at.isoformat(timespec='minutes')}. Decide: engine approvals approve {row.id}")
    if shown.get("edit"):
        lines.append(f"To change {' or '.join(shown['edit'])}: engine approvals edit {row.id} {shown['edit'][0]}=...")
    return "\n".join(lines)


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
