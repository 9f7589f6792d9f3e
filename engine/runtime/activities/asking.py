"""Obtaining typed fields: from the conversation first, then one question at a time."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from temporalio import activity

from engine.errors import EngineError
from engine.expressions.evaluate import EvaluationError, condition, evaluate
from engine.expressions.values import Money, decode
from engine.models.base import Field, Job, Option, Request
from engine.models.base import Money as Said
from engine.runtime.activities.attaching import Attacher, accepted, reference
from engine.runtime.activities.base import Group, guarded
from engine.runtime.activities.desk import Desk
from engine.runtime.activities.known import Known
from engine.runtime.activities.scope import Scope
from engine.runtime.activities.seeing import Viewer
from engine.runtime.activities.speaking import Speaker, rendered
from engine.runtime.activities.thinking import think
from engine.runtime.deadlines import after, calendar_of, instants
from engine.runtime.input import Result
from engine.store.rows import MessageRow

__all__ = ["Asker", "Fresh", "labelled"]

_SURE = 0.5
"""A field that the model is less sure of is asked for."""
_CLAIMS = frozenset({"email", "name", "phone"})
"""Fields that the channel's own account of the requester may fill. A claim proves nothing: `verify` does."""


class Fresh(NamedTuple):
    """Fields that messages say, beyond those known so far."""

    values: dict[str, Any]
    at: Mapping[str, int] | None
    """The place among the messages of the one with which each was said; None where the model does not tell."""


class Asker(Group):
    """`ask` and the questions of `verify`."""

    def __init__(self, desk: Desk, speaker: Speaker) -> None:
        super().__init__(desk)
        self.speaker = speaker
        self.attacher = Attacher(desk)
        self.viewer = Viewer(desk)

    @activity.defn(name="ask.read")
    @guarded
    async def ask_read(self, scope: Scope) -> Result:
        """What was taken up of the conversation already says: `done` with the record, or `missing` with the next field
        to ask for. `pending`: the customer has written since, which is heard first."""
        heard = await self.store.run(self.store.messages.of_ticket, scope.ticket.id)
        said = [m for m in heard if m.kind == "message"]
        old = [m for m in said if m.seq <= scope.work.cursor]
        claims = self._claims(scope)
        found = await self.progress(scope, {**claims, **(await self._fresh(scope, old, claims)).values})
        if any(m.author_role == "customer" for m in said if m.seq > scope.work.cursor):
            return Result("pending", value=found.value)
        return found

    async def fresh(self, scope: Scope, said: Sequence[MessageRow]) -> Fresh:
        """The fields, beyond those known so far, that messages say."""
        return await self._fresh(scope, said, await self._so_far(scope))

    async def _fresh(self, scope: Scope, said: Sequence[MessageRow], known: Mapping[str, Any]) -> Fresh:
        if scope.node.data.get("of"):  # no workflow asks for this: a team's answer is never read from a conversation
            raise EngineError(code="plan")
        specs = scope.node.data["fields"]
        lacking = [field for field in self._fields(scope, known) if field.name not in known]
        wanted = [field for field in lacking if specs[field.name]["kind"] != "files"]
        files = await self._files(scope, [field.name for field in lacking if field not in wanted], said)
        if not wanted:
            return Fresh(*files)
        words = await self.viewer.messages(scope, said)
        asked = scope.work.data.get("field")
        now = await self.store.run(self.store.now)
        request = Request(
            Job.EXTRACT, words, fields=tuple(wanted), asked=asked, now=now, timezone=scope.timezone,
            language=scope.told_language, currency=scope.currency,
        )  # fmt: skip
        answer = await think(self.desk, scope, "ask", request)
        sure = {n: v for n, v in answer.data.items() if v is not None and answer.per_field.get(n, 0.0) >= _SURE}
        found = {field.name: self._typed(scope, field, sure[field.name]) for field in wanted if field.name in sure}
        at = {name: answer.said_at[name] for name in found if name in answer.said_at}
        return Fresh({**found, **files[0]}, {**at, **files[1]} if len(at) == len(found) else None)

    async def _files(
        self, scope: Scope, names: Sequence[str], said: Sequence[MessageRow]
    ) -> tuple[dict[str, Any], dict[str, int]]:
        """The files by field, and the message that completes each. No model takes part in what is attached."""
        specs, places = scope.node.data["fields"], {message.id: at for at, message in enumerate(said)}
        found = {name: await self.attacher.files(scope, specs[name]["files"], said) for name in names}
        full = {name: rows for name, rows in found.items() if rows}
        return (
            {name: [reference(row) for row in rows] for name, rows in full.items()},
            {name: max(places[row.message_id] for row in rows) for name, rows in full.items()},
        )

    async def attached_in_vain(self, scope: Scope, said: Sequence[MessageRow]) -> bool:
        """Whether files were asked for, and what came is none of those that are taken."""
        asked = scope.node.data.get("fields", {}).get(str(scope.work.data.get("field") or ""), {})
        return asked.get("kind") == "files" and bool(await self.attacher.of(said))

    async def progress(self, scope: Scope, fresh: Mapping[str, Any]) -> Result:
        """Keeps these fields with those known so far: `done`, or `missing` with the next field to ask for."""
        known = {**await self._so_far(scope), **fresh}
        name = scope.node.binds or scope.node.id
        missing = self._missing(scope, known)
        value = await self.desk.keep(scope, name, known)
        if missing:
            return Result("missing", value=value, data={"missing": missing[0]})
        return Result("done", value=value)

    def _missing(self, scope: Scope, known: Mapping[str, Any]) -> list[str]:
        """What is still to be asked for: of the ways of a `verify` that of the one whose turn it is, as long as none of
        them has all that it needs."""
        if "way" not in scope.work.data:
            return [f.name for f in self._fields(scope, known) if f.name not in known and not f.optional]
        ways = [way["with"] for way in scope.node.data["ways"] if way["with"]]
        lacking = [[name for name in way if name not in known] for way in ways]
        return lacking[scope.work.data["way"]] if all(lacking) else []

    async def _so_far(self, scope: Scope) -> dict[str, Any]:
        ref = scope.work.data.get("so_far")
        if not ref:
            return {}
        found = decode((await self.store.run(self.store.values.many, (ref,), scope.ticket.id))[ref])
        return dict(found) if isinstance(found, Mapping) else {}

    def _claims(self, scope: Scope) -> dict[str, Any]:
        claims = scope.ticket.requester or {}
        wanted = scope.node.data["fields"]
        return {name: claims[name] for name in _CLAIMS & set(wanted) if claims.get(name)}

    def _fields(self, scope: Scope, known: Mapping[str, Any] | None = None) -> list[Field]:
        """The node's fields whose `if` holds, in the order of the file."""
        names = {**scope.names, **(known or {})}
        fields = []
        for name, spec in scope.node.data["fields"].items():
            if "if" in spec:
                try:
                    if not condition(spec["if"], names, now=scope.ticket.updated_at):
                        continue
                except EvaluationError:
                    pass  # cannot be told yet: the field is asked for
            fields.append(self._field(scope, name, spec))
        return fields

    def _field(self, scope: Scope, name: str, spec: Mapping[str, Any]) -> Field:
        ask = spec.get("ask")
        return Field(
            name=name,
            kind=spec["kind"] if spec["kind"] != "files" else "text",
            options=self._options(scope, name, spec),
            pattern=spec.get("pattern"),
            ask=rendered(scope, ask) if ask else "",
            optional=bool(spec.get("optional")),
        )

    def _options(self, scope: Scope, name: str, spec: Mapping[str, Any]) -> tuple[Option, ...]:
        """The choices: words, or the elements of a list. The value is the position: no model writes an id."""
        options = []
        for position, (label, element) in enumerate(labelled(scope, name, spec)):
            synonyms = (
                tuple(str(element[k]) for k in ("id", "number") if element.get(k)) if isinstance(element, dict) else ()
            )
            options.append(Option(label, position, synonyms))
        return tuple(options)

    def _typed(self, scope: Scope, field: Field, value: Any) -> Any:
        """The model's word as a value of the field's type: positions become elements, amounts get a currency."""
        spec = scope.node.data["fields"][field.name]
        if field.kind == "one_of":
            return _elements(scope, spec)[int(value)]
        if field.kind == "some_of":
            elements = _elements(scope, spec)
            return [elements[int(position)] for position in value]
        if isinstance(value, Said):
            return Money(value.amount, value.currency or scope.currency)
        return value

    @activity.defn(name="ask.question")
    @guarded
    async def ask_question(self, scope: Scope) -> Result:
        """Sends one question; gives the instants of its reminders and of its end, which stand in the question's row."""
        field = next(f for f in self._fields(scope) if f.name == scope.work.data["field"])
        text = field.ask or f"Could you give me this, please: {field.name.replace('_', ' ')}?"
        if int(scope.work.data.get("attempt", 1)) > 1:
            text = f"Sorry, that did not work. {text}"
            if "files" in scope.node.data["fields"][field.name]:
                text += f"\n\n{accepted(scope.node.data['fields'][field.name]['files'])}"
            if field.options and len(field.options) <= 12:
                text += "\n\n" + "\n".join(f"- {option.label}" for option in field.options)
        return await self.question(scope, text)

    async def question(self, scope: Scope, text: str, values: Known | None = None) -> Result:
        """Says a text that waits for an answer; `remind` and `until` are absolute and outlive a set-back. `values`:
        what it may state beside the values at hand."""
        silence: Mapping[str, Any] = scope.node.data.get("silence") or scope.plan.settings.get("silence") or _SILENCE
        calendar = calendar_of(scope.plan.settings)
        now = await self.store.run(self.store.now)
        until = after(now, silence["within"], calendar)
        waits = {
            "until": until.isoformat(),
            "remind": [at.isoformat() for at in instants(now, list(silence.get("remind", ())), until, calendar)],
        }
        said = await self.speaker.say(scope, "reply", text, extra=waits, values=values)
        if said.outcome != "done":
            return Result(said.outcome, because=said.because)
        await self._due(scope, said.content["until"])
        return Result(
            "done", data={"until": said.content["until"], "remind": said.content["remind"], "row": said.row_id}
        )

    async def _due(self, scope: Scope, until: str) -> None:
        await self.store.run(self.store.tickets.update, scope.ticket.id, next_due=datetime.fromisoformat(until))

    @activity.defn(name="ask.remind")
    @guarded
    async def ask_remind(self, scope: Scope) -> Result:
        """Sends a reminder once: its place in the ledger is the reminder's own."""
        field = next(f for f in self._fields(scope) if f.name == scope.work.data["field"])
        said = await self.speaker.say(scope, "reply", f"We still need an answer to go on: {field.ask or field.name}")
        return Result(said.outcome)


def labelled(scope: Scope, name: str, spec: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """The choices of a field: how each reads, and what it stands for. Raises EvaluationError."""
    show = spec.get("show")
    return [
        (str(element) if show is None else rendered(scope, show, {name: element}), element)
        for element in _elements(scope, spec)
    ]


def _elements(scope: Scope, spec: Mapping[str, Any]) -> list[Any]:
    tree = spec.get("options")
    return list(evaluate(tree, scope.names, now=scope.ticket.updated_at) or []) if tree else []


_SILENCE: dict[str, Any] = {"within": {"seconds": 5 * 86400}, "remind": [], "otherwise": "close"}
