"""Everything that leaves the engine towards the ticketing platform is an outbound row first, sent once.

The same states as a write: `reserved(token) -> sending(token, deadline) -> sent`. A repeat that finds `sending` looks
for the marker on the platform once the deadline has passed; only what is certainly not there is sent again.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from temporalio import activity

from engine.channels.base import Outgoing, Unknown, Unsent
from engine.channels.internal import INTERNAL
from engine.expressions.evaluate import EvaluationError, render
from engine.expressions.values import encode
from engine.guardrails.base import CheckError, Finding, Verdict
from engine.guardrails.secrets import hidden
from engine.models.base import Job, Message, Passage, Request
from engine.models.reply import says_something
from engine.runtime.activities.base import Group, guarded, later
from engine.runtime.activities.desk import Desk
from engine.runtime.activities.drafting import Draft, open_draft, sources, sure
from engine.runtime.activities.known import Known, known
from engine.runtime.activities.passages import is_passage, passage
from engine.runtime.activities.scope import Scope
from engine.runtime.activities.seeing import Viewer, files_in, words_of
from engine.runtime.activities.thinking import think, think_aloud
from engine.runtime.input import Result
from engine.runtime.names import QUESTION
from engine.store.proposing import Note
from engine.store.rows import ApprovalRow, MessageRow, OutboundKind, OutboundRow, QuestionRow

__all__ = ["REMINDS", "Said", "Speaker", "rendered"]

REMINDS: Final = "/remind."
"""In the iteration of a note that reminds."""
_R = TypeVar("_R")


@dataclass(frozen=True, slots=True)
class Said:
    """What became of a text: `done`, `blocked` by a guardrail, `unsent` for good, or `not_live`."""

    outcome: str
    row_id: str = ""
    content: Mapping[str, Any] = field(default_factory=dict)
    because: str = ""


class Speaker(Group):
    """Replies, questions, notes and changes of the platform's ticket."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.viewer = Viewer(desk)

    async def say(
        self,
        scope: Scope,
        kind: OutboundKind,
        text: str,
        *,
        extra: Mapping[str, Any] | None = None,
        iteration: str | None = None,
        place: str | None = None,
        values: Known | None = None,
    ) -> Said:
        """Checks, writes down and sends a text. A place that has its row already keeps that row's text.

        `values`: what a reply may state beside the values at hand.
        """
        if text and scope.stays and not self._is_here(scope):
            return Said("unsent", because="leaves_premises")
        guarded_by = None
        if kind in ("reply", "survey"):
            verdict = await self._checked(scope, text, values)
            if not verdict.passed:
                return Said("blocked", because=",".join(sorted({finding.check for finding in verdict.findings})))
            text = verdict.text
            guarded_by = {"set": scope.plan.settings.get("guardrails", []), "passed": True}
        else:
            text = self._hidden(text)
        row = await self.store.run(
            self.store.outbound.propose, scope.ticket.id, scope.work.epoch, place or scope.place,
            scope.work.iteration if iteration is None else iteration, kind,
            content={"text": text, **(extra or {})}, guarded=guarded_by,
        )  # fmt: skip
        return await self.deliver(scope, row)

    def note(self, scope: Scope, iteration: str, text: Callable[[_R], str]) -> Note[_R] | None:
        """The note that comes with a row which asks people; none where it would leave the premises."""
        if scope.stays and not self._is_here(scope):
            return None
        return Note(iteration, lambda row: self._hidden(text(row)))

    async def ask_people(self, scope: Scope, of: ApprovalRow | QuestionRow, text: str, iteration: str) -> Said:
        """Sends the internal note that asks for a decision or an answer, or a reminder; of what was given by then only
        what was written before."""
        if scope.stays and not self._is_here(scope):
            return Said("unsent", because="leaves_premises")
        content = {"text": self._hidden(text)}
        row = await self.store.run(self.store.outbound.ask, of, iteration, "note", content)
        return await self.deliver(scope, row) if row is not None else Said("unsent", because="decided")

    async def end_asking(self, scope: Scope) -> None:
        """Brings this step's notes to their end, so that the platform shows what was asked; nobody is reminded of what
        was given."""
        for row in await self.store.run(self.store.outbound.of_ticket, scope.ticket.id):
            mine = (row.epoch, row.node, row.kind) == (scope.work.epoch, scope.place, "note")
            if not mine or row.state not in ("reserved", "sending"):
                continue
            if row.state == "reserved" and REMINDS in row.iteration:
                await self.store.run(self.store.outbound.withdraw, row.id, "decided")
            else:
                await self.deliver(scope, row)

    def _hidden(self, text: str) -> str:
        return hidden(text, self.context.projects.secrets(self.context.secrets))

    def _is_here(self, scope: Scope) -> bool:
        """Whether the ticket's channel is on the premises; one without a platform sends nothing anywhere."""
        channel = scope.ticket.channel
        return channel == INTERNAL or channel in self.context.projects.premises.channels

    async def _checked(self, scope: Scope, text: str, values: Known | None) -> Verdict:
        """What the flow's output checks say; a guard that cannot be had has not passed it. Off the event loop, for the
        first check of a worker may load guardrails-ai."""
        secrets = self.context.projects.secrets(self.context.secrets)
        metadata = {"values": known(scope, values), "secrets": secrets}
        try:
            guard = self.context.guard(scope.plan)
        except CheckError as error:
            return Verdict(False, (Finding("guard", None, error.code),), "")
        return await asyncio.to_thread(guard.check, text, position="reply", metadata=metadata)

    async def deliver(self, scope: Scope, row: OutboundRow) -> Said:
        """Moves a row on, from whatever state it is in, to sent; or says why it is not."""
        if row.state in ("sending", "unknown"):
            row = await self.settled(scope, row)
        if row.state == "sent" or (row.state == "reconciled" and row.as_sent):
            return Said("done", row.id, row.content)
        if row.state != "reserved":
            return Said("unsent", row.id, row.content, row.because or row.state)
        token = await self.store.run(self.store.outbound.hold, row.id)
        if token is None:
            raise later("fenced", 1.0)
        until = time.monotonic() + self.context.sending.total_seconds()
        began = await self.store.run(self.store.outbound.begin, row.id, token, deadline=self.context.sending)
        if not began.ok:
            if began.code in ("token", "state"):
                raise later("fenced", 1.0)
            return Said("not_live", row.id, row.content, began.code)
        return await self._send(scope, row, token, until)

    async def _send(self, scope: Scope, row: OutboundRow, token: str, until: float) -> Said:
        channel = self.context.channels[scope.ticket.channel]
        try:
            made = await channel.send(scope.ticket.external_id, outgoing(row, until))
        except Unsent as error:
            if error.retry_after is not None or error.code in ("unreachable", "rate_limited"):
                await self.store.run(self.store.outbound.release, row.id, token)
                raise later(error.code, error.retry_after or 2.0) from None
            await self.store.run(self.store.outbound.settle, row.id, token, "not_sent", because=error.code)
            return Said("unsent", row.id, row.content, error.code)
        except Unknown as error:
            raise later(error.code, self.context.sending.total_seconds()) from None
        await self.store.run(
            self.store.outbound.settle, row.id, token, "sent", external_id=made.id, platform_time=made.at
        )
        return Said("done", row.id, row.content)

    async def settled(self, scope: Scope, row: OutboundRow) -> OutboundRow:
        """What became of a row that was sent but is unanswered: looks, once nobody else can still be sending it."""
        now = await self.store.run(self.store.now)
        if row.deadline and now < row.deadline:
            raise later("in_flight", (row.deadline - now).total_seconds() + 0.5)
        channel = self.context.channels[scope.ticket.channel]
        found = await channel.find(scope.ticket.external_id, row.marker)
        if found is not None:
            await self.store.run(self.store.outbound.found, row.id, found.id, found.at)
        else:
            await self.store.run(self.store.outbound.not_found, row.id)
        return await self.store.run(self.store.outbound.get, row.id)

    @activity.defn(name="reply")
    @guarded
    async def reply(self, scope: Scope) -> Result:
        """A template in the customer's language, or a text that the model writes from the values it may use."""
        data = scope.node.data
        if "write" in data:
            return await self._written(scope, data)
        texts = data["texts"]
        language = scope.language if scope.language in texts else scope.spoken_language
        tree = texts.get(language) or texts.get("") or next(iter(texts.values()))
        try:
            text = rendered(scope, tree, language=language)
        except EvaluationError:
            return Result("unsure", because="missing_value")
        said = await self.say(scope, "reply", text)
        return Result(said.outcome, because=said.because)

    async def _written(self, scope: Scope, data: Mapping[str, Any]) -> Result:
        using = data.get("using", ())
        passages, facts = _sources(scope, using)
        named = files_in(scope, using)
        if using and not (passages or named or any(map(says_something, facts.values()))):
            return Result("unsure", because="no_supported_answer")  # a model could only invent
        heard = await self.store.run(self.store.messages.of_ticket, scope.ticket.id)
        asked = [m for m in heard if m.kind == "message" and m.author_role == "customer"][-QUESTION:]
        async with self._drafting(scope) as draft:
            answer = await self._answer(
                scope, data["write"], passages, facts, asked=asked, named=named, draft=draft
            )  # fmt: skip
            if answer is None:
                return Result("unsure", because="no_supported_answer")
            said = await self.say(scope, "reply", answer)
        return Result(said.outcome, because=said.because)

    @asynccontextmanager
    async def _drafting(self, scope: Scope, values: Known | None = None) -> AsyncIterator[Draft | None]:
        """What a visitor sees of a reply while it is written. Whatever comes of it, nothing but the reply stays."""
        if scope.stays and not self._is_here(scope):
            yield None
            return
        draft = await open_draft(self.desk, scope, lambda text: self._checked(scope, text, values))
        try:
            yield draft
        finally:
            if draft is not None:
                await draft.withdraw()

    async def _answer(
        self, scope: Scope, instruction: str, passages: tuple[Passage, ...], facts: Mapping[str, Any] | None = None, *,
        asked: Sequence[MessageRow] = (), named: Sequence[str] = (), draft: Draft | None = None,
    ) -> str | None:  # fmt: skip
        """A text with its sources named, or None: the model refused, or is less sure than the flow asks for."""
        question = scope.names["ticket"]["question"]
        words = [*words_of(asked), Message("customer", question)]
        shown = await self.viewer.shown(scope, words, [*(row.id for row in asked), None], named=named)
        images = tuple(image for one in shown for image in one.images)
        asks = Message("customer", question, images=images, unread=sum(one.unread for one in shown))
        request = Request(
            Job.ANSWER, (asks,), instruction=instruction, passages=passages,
            facts={path: encode(value) for path, value in (facts or {}).items()}, language=scope.language,
            synonyms=self.desk.context.library.synonyms.of(question),
        )  # fmt: skip
        if draft is None:
            answer = await think(self.desk, scope, "answer", request)
        else:
            draft.passages = passages
            answer = await think_aloud(self.desk, scope, "answer", request, draft)
        if answer.finish != "stop" or not answer.text or not sure(scope, answer.confidence):
            return None
        return answer.text + sources(passages, answer.citations)

    @activity.defn(name="answer")
    @guarded
    async def answer(self, scope: Scope) -> Result:
        """Answers a question that came in while a step waits for something else; a question that no passage supports
        goes to a person."""
        collections = tuple(scope.plan.settings.get("knowledge", ()))
        heard = await self.store.run(self.store.messages.of_ticket, scope.ticket.id)
        asked = [m for m in heard if m.seq == scope.work.data.get("message")]
        latest = (asked[0].text or "") if asked else ""
        passages = await self.desk.search(scope, latest, collections, limit=5)
        if not passages:
            return Result("unsure")
        scope.names["ticket"]["question"] = latest
        values: Known = {"articles": [passage.text for passage in passages]}
        instruction = "Answer the question from the passages alone."
        async with self._drafting(scope, values) as draft:
            answer = await self._answer(scope, instruction, tuple(passages), asked=asked, draft=draft)
            if answer is None:
                return Result("unsure")
            said = await self.say(scope, "reply", answer, values=values)
        return Result(said.outcome, because=said.because)


def rendered(
    scope: Scope, tree: Any, more: Mapping[str, Any] | None = None, *, language: str | None = None
) -> str:  # fmt: skip
    """Renders a template here, where contents may be. Raises EvaluationError for a value that is missing. `language`:
    of the template; None: that of fixed texts."""
    names = {**scope.names, **(more or {})}
    return render(tree, names, now=scope.ticket.updated_at, language=language or scope.spoken_language)


def outgoing(row: OutboundRow, until: float) -> Outgoing:
    """The row as the channel takes it."""
    content = row.content
    return Outgoing(
        kind="reply" if row.kind == "survey" else row.kind, text=content.get("text", ""), marker=row.marker,
        status=content.get("status"), tags=tuple(content.get("tags", ())), group=content.get("group"),
        fields=content.get("fields", {}), until=until,
    )  # fmt: skip


def _sources(scope: Scope, using: Any) -> tuple[tuple[Passage, ...], dict[str, Any]]:
    """What a text may be written from: passages, and other values by their path."""
    passages: list[Passage] = []
    facts: dict[str, Any] = {}
    for path in using:
        value: Any = scope.names
        for key in str(path).split("."):
            value = value.get(key) if isinstance(value, Mapping) else None
        if isinstance(value, list) and value and all(map(is_passage, value)):
            passages += map(passage, value)
        elif value is not None:
            facts[str(path)] = value
    return tuple(passages), facts
