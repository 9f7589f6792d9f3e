"""`ask … of: TEAM`. The question is a row, which people answer through the service; what is said here opens and reads
it. No message, no event and no signal is an answer."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from temporalio import activity

from engine.expressions.evaluate import EvaluationError
from engine.expressions.values import decode, encode
from engine.runtime.activities.asking import labelled
from engine.runtime.activities.base import Group, guarded
from engine.runtime.activities.desk import Desk
from engine.runtime.activities.known import names_in
from engine.runtime.activities.scope import Scope
from engine.runtime.activities.speaking import REMINDS, Speaker, rendered
from engine.runtime.asked import expected
from engine.runtime.deadlines import after, calendar_of, instants
from engine.runtime.input import Result
from engine.store.rows import QuestionRow

__all__ = ["Questioner"]


class Questioner(Group):
    """Questions to teams."""

    def __init__(self, desk: Desk, speaker: Speaker) -> None:
        super().__init__(desk)
        self.speaker = speaker

    @activity.defn(name="ask.team")
    @guarded
    async def ask_team(self, scope: Scope) -> Result:
        """Opens the question of this place, or looks at it; expires it when its time has come.

        `answered` with the record, `expired`, `withdrawn`, `invalid` where nothing can be chosen, or `open` with the
        instant at which to look again.
        """
        try:
            row = await self._open(scope)
        except EvaluationError as error:
            return Result("invalid", because=error.code)
        if row is None:
            return Result("invalid", because="no_options")
        now = await self.store.run(self.store.now)
        if row.state == "open" and now >= row.expires_at:
            row = await self.store.run(self.store.questions.expire, row.id)
        if row.state == "open":
            return await self._still_open(scope, row, now)
        await self.store.run(self.store.tickets.update, scope.ticket.id, awaiting_team=None)
        await self.speaker.end_asking(scope)
        if row.state != "answered":
            return Result(row.state)
        return Result("answered", value=await self.desk.keep(scope, scope.node.binds or row.id, decode(row.answer)))

    async def _open(self, scope: Scope) -> QuestionRow | None:
        data = scope.node.data
        asked = _asked(scope)
        if any(field.get("options") == [] and not field.get("optional") for field in asked["fields"]):
            return None
        calendar = calendar_of(scope.plan.settings, data["of"])
        now = await self.store.run(self.store.now)
        expires = after(now, data["deadline"], calendar)
        row: QuestionRow = await self.store.run(
            self.store.questions.open, scope.ticket.id, scope.work.epoch, scope.place, scope.work.iteration,
            team=data["of"], asked=asked, shown=rendered(scope, data["show"]) if data.get("show") else None,
            expires_at=expires, remind_at=instants(now, list(data.get("remind", ())), expires, calendar),
            seen_seq=scope.work.cursor, handed_off=scope.plan.flow == "human",
            note=self.speaker.note(scope, scope.work.iteration, lambda row: _written(row, reminder=0)),
        )  # fmt: skip
        return row

    async def _still_open(self, scope: Scope, row: QuestionRow, now: datetime) -> Result:
        """Tells the team, and reminds it once of each reminder that is due; of several only the last is sent."""
        await self._note(scope, row, 0)
        due = sum(at <= now for at in row.remind_at)
        if due:
            await self._note(scope, row, due)
        await self.store.run(
            self.store.tickets.update, scope.ticket.id, next_due=row.expires_at, awaiting_team=row.team
        )  # fmt: skip
        ahead = [at for at in row.remind_at if at > now]
        return Result("open", data={"next": min([*ahead, row.expires_at]).isoformat(), "question": row.id})

    async def _note(self, scope: Scope, row: QuestionRow, reminder: int) -> None:
        """An internal note on the platform; the service shows the row in any case."""
        suffix = f"{REMINDS}{reminder}" if reminder else ""
        await self.speaker.ask_people(scope, row, _written(row, reminder), f"{scope.work.iteration}{suffix}")


def _asked(scope: Scope) -> dict[str, Any]:
    """The fields as `engine.runtime.asked` reads them, from the plan in the store. Raises EvaluationError."""
    specs: Mapping[str, Any] = scope.node.data["fields"]
    read = {name for spec in specs.values() for name in names_in(spec.get("if"))} - specs.keys()
    return {
        "fields": [_field(scope, name, spec) for name, spec in specs.items()],
        "names": {name: encode(scope.names[name]) for name in sorted(read & scope.names.keys())},
    }


def _field(scope: Scope, name: str, spec: Mapping[str, Any]) -> dict[str, Any]:
    field = {key: spec[key] for key in ("kind", "pattern", "optional", "if") if key in spec}
    field |= {"name": name, "ask": rendered(scope, spec["ask"]) if "ask" in spec else ""}
    if spec["kind"] == "money":
        field["currency"] = spec["type"][1] or scope.currency
    if "options" in spec:
        field["options"] = [
            {"label": label, "value": encode(element)} for label, element in _told_apart(labelled(scope, name, spec))
        ]
    return field


def _told_apart(options: list[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    """In one line each; of elements that read alike, the later ones get a number."""
    seen: set[str] = set()
    for said, element in options:
        line = label = " ".join(said.split())
        number = 1
        while label in seen:
            number += 1
            label = f"{line} ({number})"
        seen.add(label)
        yield label, element


def _written(row: QuestionRow, reminder: int) -> str:
    fields = row.asked["fields"]
    lines = [f"{'Reminder: q' if reminder else 'Q'}uestion {row.id} for {row.team}:"]
    lines += [row.shown] if row.shown else []
    lines += [
        f"- {field['name']}{' (optional)' if field.get('optional') else ''}: {field['ask']} [{expected(field)}]"
        for field in fields
    ]
    example = " ".join(f"{field['name']}=..." for field in fields)
    lines.append(f"Until {row.expires_at.isoformat(timespec='minutes')}.")
    lines.append(f"Answer: engine questions answer {row.id} {example}")
    return "\n".join(lines)
