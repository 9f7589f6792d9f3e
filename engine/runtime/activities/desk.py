"""What all activities share: the way to the store's truth."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from engine.errors import NotHere
from engine.expressions.values import decode, encode
from engine.models.base import Passage
from engine.models.errors import LeavesPremises
from engine.models.local.language import LIKELY, UNKNOWN, detect_language
from engine.models.local.words import own_words
from engine.plan import Grant, Plan
from engine.prompts.render import PromptSet
from engine.runtime.activities.masking import masks
from engine.runtime.activities.scope import Scope, stays
from engine.runtime.album import Album
from engine.runtime.context import Context
from engine.runtime.input import Step, Value, Work
from engine.runtime.names import engine_names
from engine.store import Erased, Missing, StepEntry
from engine.store.rows import TicketRow

__all__ = ["Desk"]

_RUNNING = timedelta(minutes=10)
"""A ticket that no activity has touched for so long, while no wait says otherwise, is looked at by the watchdog."""


class Desk:
    """What all groups of activities share: the way to the store's truth. One a worker; holds no state of a ticket."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.store = context.store
        self.album = Album()
        self.prompts: dict[str, PromptSet] = {}
        """version -> templates, as the store has them: a set never changes"""

    async def enter(self, work: Work, *, closed: bool = False, lenient: bool = False) -> Scope | None:
        """Loads the ticket and its pinned plan, and writes the account. None: the run that asks is of the past.

        `lenient` does without values that are erased or missing: handing a ticket to people never hangs on them.
        """
        ticket = await self.store.run(self.store.tickets.get, work.ticket_id)
        if ticket.epoch != work.epoch or (ticket.state == "closed" and not closed):
            return None
        plan = await self.plan(work.revision)
        if work.trace:
            entries = [_entry(step) for step in work.trace]
            await self.store.run(self.store.steps.record, ticket.id, work.epoch, work.run, entries)
        due = await self.store.run(self.store.now) + _RUNNING
        columns = {"stays": True} if stays(plan) and not ticket.stays else {}
        await self.store.run(self.store.tickets.update, ticket.id, next_due=due, **columns)
        try:
            names = await self.names(work, ticket, plan)
        except (Missing, Erased):
            if not lenient:
                raise
            work.refs = {name: ref for name, ref in work.refs.items() if await self._there(ref, ticket)}
            names = await self.names(work, ticket, plan)
        node = plan.nodes.get(work.node)
        return Scope(work, ticket, plan, {**dict.fromkeys(node.reads if node else ()), **names})

    async def _there(self, ref: str, ticket: TicketRow) -> bool:
        try:
            await self.store.run(self.store.values.many, (ref,), ticket.id)
        except (Missing, Erased):
            return False
        return True

    async def plan(self, revision: str) -> Plan:
        """A plan as a validated load wrote it to the store; what the history says of it counts for nothing."""
        known = self.context.plans.get(revision)
        if known is None:
            found = await self.store.run(self.store.revisions.plan, revision)
            if found is None:
                raise NotHere(code="plan")
            known = self.context.plans[revision] = Plan.from_json(found)
        return known

    async def names(self, work: Work, ticket: TicketRow, plan: Plan) -> dict[str, Any]:
        """The values behind the references, with the engine's own. A value of another ticket does not exist."""
        contents = await self.store.run(self.store.values.many, tuple(work.refs.values()), ticket.id)
        names = {name: decode(contents[ref]) for name, ref in work.refs.items()}
        return {**names, **await engine_names(self.store, ticket)}

    async def grants(self, plan: Plan, tool: str) -> list[Grant | None]:
        """The pinned grant met with today's: both must let a call pass."""
        active = await self.store.run(self.store.revisions.active, plan.flow)
        today = await self.plan(active) if active else plan
        return [plan.grants.get(tool), today.grants.get(tool)] if today is not plan else [plan.grants.get(tool)]

    async def search(
        self, scope: Scope, query: str, collections: Sequence[str], *, limit: int, contents: bool = True
    ) -> list[Passage]:
        """Passages of the articles, those in the customer's language before others; the embedder is not shown what
        the flow masks. Raises `LeavesPremises` before it is asked, where it is elsewhere and the query is made of
        `contents` that stay, and where the index is elsewhere."""
        there = self.context.projects.premises
        if scope.stays and not there.articles:
            raise LeavesPremises("the index is not on the premises")
        if contents and scope.stays and not there.embedder:
            raise LeavesPremises("the embedder is not on the premises")
        words = masks(scope, self.context.projects).hide(query)
        return await self.context.library.asearch(
            words, collections=tuple(collections), prefer=scope.told_language, limit=limit
        )

    async def learn_language(self, scope: Scope) -> None:
        """Keeps the language of the ticket as soon as all that the customer wrote in it tells one; then it stays."""
        if scope.told_language is not None:
            return
        heard = await self.store.run(self.store.messages.of_ticket, scope.ticket.id)
        own = [own_words(m.text or "") for m in heard if m.kind == "message" and m.author_role == "customer"]
        likely = LIKELY.union(scope.plan.settings.get("languages") or ())
        language = detect_language("\n".join(reversed(own)), likely=likely)  # of much, the newest is read
        if language != UNKNOWN:
            await self.store.run(self.store.tickets.update, scope.ticket.id, language=language)
            scope.ticket = replace(scope.ticket, language=language)
            scope.names["ticket"] = {**scope.names["ticket"], "language": language}

    def leaves(self, scope: Scope, tool: str) -> bool:
        """Whether a call of the tool would take contents from the premises where they stay."""
        return scope.stays and tool not in self.context.projects.premises.tools

    async def keep(self, scope: Scope, name: str, value: Any) -> Value:
        """Writes a value's row; gives its reference with the scalars that the plan's conditions read."""
        ref = await self.store.run(self.store.values.put, scope.ticket.id, scope.work.epoch, name, encode(value))
        return Value(ref, scalars(value, scope.plan.scalars.get(name, ())))

    async def refused(self, scope: Scope, because: str) -> Value:
        """`refused.because`: the failing line, as its author wrote it."""
        return await self.keep(scope, "refused", {"because": because})


def scalars(value: Any, paths: tuple[str, ...]) -> dict[str, Any]:
    """Those scalars of a value that conditions in the workflow read, encoded. Text is never among them."""
    found: dict[str, Any] = {}
    for path in paths:
        at: Any = value
        for key in path.split(".") if path else ():
            at = at.get(key) if isinstance(at, Mapping) else None
        if not isinstance(at, list | dict):
            found[path] = encode(at)
    return found


def _entry(step: Step) -> StepEntry:
    return StepEntry(
        ordinal=step.ordinal, node=step.node, kind=step.kind, at=datetime.fromisoformat(step.at),
        iteration=step.iteration, place=step.place or None, outcome=step.outcome, because=step.because or None,
    )  # fmt: skip
