"""The boundary of every activity: what comes in is only an id and references, what goes out never holds a text."""

import asyncio
import logging
import sys
import traceback
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Concatenate, ParamSpec, TypeVar

from temporalio import activity
from temporalio.exceptions import ApplicationError

from engine.errors import EngineError, NotHere
from engine.expressions.values import decode, encode
from engine.models.base import Answer, Passage, Request
from engine.models.errors import LeavesPremises, ModelUnavailable
from engine.models.local.language import LIKELY, UNKNOWN, detect_language
from engine.models.local.words import own_words
from engine.plan import Grant, Node, Plan
from engine.prompts.render import PromptSet
from engine.runtime.activities.drafting import Draft, does
from engine.runtime.activities.masking import masks
from engine.runtime.activities.thinking import asked, asked_aloud
from engine.runtime.album import Album
from engine.runtime.context import Context
from engine.runtime.input import Result, Step, Value, Work
from engine.runtime.languages import language_of, spoken, told
from engine.runtime.names import engine_names
from engine.store import Erased, Missing, StepEntry
from engine.store.rows import TicketRow

__all__ = ["Desk", "Group", "Scope", "always", "guarded", "later"]

log = logging.getLogger("engine.activity")
P = ParamSpec("P")
R = TypeVar("R")
G = TypeVar("G", bound="Group")

_RUNNING = timedelta(minutes=10)
"""A ticket that no activity has touched for so long, while no wait says otherwise, is looked at by the watchdog."""
_SILENT = timedelta(seconds=10)
"""Where the workflow does not say after which silence a worker counts as gone."""
_PERMANENT = frozenset({
    "erased", "missing", "plan", "policy", "revision", "type", "undecidable", "prompt", "missing_key", "unknown_model",
    "wrong_address",
    "leaves_premises", "mask", "model_rejected", "no_vision", "no_tools", "key_refused", "no_quota", "no_such_model",
    "too_long", "unseen", "budget", "budget_ticket", "budget_day", "budget_unpriced",
})  # fmt: skip
"""Codes that trying again does not mend: the ticket goes to a person."""
_BAD_ANSWERS = frozenset({"bad_answer", "bad_arguments", "bad_json", "bad_reply", "bad_schema"})
_ARTICLES = {"knowledge": 8, "index_missing": 8, "embedder_changed": 8, "index_silent": 20}
_ATTEMPTS = {**dict.fromkeys(_BAD_ANSWERS, 3), "model_unavailable": 20, **_ARTICLES}
"""Codes that trying again may mend, and after how many attempts a person goes on nevertheless. Twenty take about ten
minutes, in which a provider's outage mostly ends."""


class Scope:
    """One activity's view: the ticket's row, its pinned plan, the node, and the values that it was given."""

    def __init__(self, work: Work, ticket: TicketRow, plan: Plan, names: dict[str, Any]) -> None:
        self.work = work
        self.ticket = ticket
        self.plan = plan
        self.names = names

    @property
    def node(self) -> Node:
        """The node of the plan in the store, not of the plan in the history."""
        return self.plan.nodes[self.work.node]

    @property
    def place(self) -> str:
        """The place in the ledger: a node of a flow."""
        return f"{self.plan.flow}/{self.work.node}"

    @property
    def stays(self) -> bool:
        """Whether contents stay on the premises, as the pinned plan says it."""
        return bool(self.plan.settings.get("data", {}).get("location") == "on_premises")

    @property
    def currency(self) -> str:
        """The project's currency."""
        return str(self.plan.settings.get("currency", "EUR"))

    @property
    def timezone(self) -> str:
        """IANA name of the project's timezone."""
        return str(self.plan.settings.get("timezone", "UTC"))

    @property
    def told_language(self) -> str | None:
        """What the customer's own words are in; None while they do not tell it."""
        return told(self.ticket)

    @property
    def language(self) -> str | None:
        """The same, or else what the channel claims: what a model writes to the customer in."""
        return language_of(self.ticket)

    @property
    def spoken_language(self) -> str:
        """What fixed texts, amounts and days are written in."""
        return spoken(self.ticket, self.plan.settings)


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
        await self.store.run(self.store.tickets.update, ticket.id, next_due=due)
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

    async def ask(self, scope: Scope, job: str, request: Request) -> Answer:
        """Asks the plan's model for a job (`answer`, `ask`, `route`, `agent`), on the ticket's account. Raises
        ModelError."""
        return await asked(self, scope, job, request)

    async def ask_aloud(self, scope: Scope, job: str, request: Request, draft: Draft) -> Answer:
        """As `ask`; the draft hears what is written."""
        return await asked_aloud(self, scope, job, request, draft)

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


class Group:
    """Activities that belong together, such as all that speak."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.context = desk.context
        self.store = desk.store


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


def guarded(
    method: Callable[Concatenate[G, Scope, P], Awaitable[Result]], *, closed: bool = False, always: bool = False
) -> Callable[[G, Work], Awaitable[Result]]:
    """The boundary: loads the scope, and turns every exception into a code. Its text stays on this worker's log.

    A ticket that was handed off in the store (the customer's wish at the webhook, the watchdog) is nothing that a flow
    works on any more: only the activities that hand it over, and a write's own settling, run `always`.
    """

    async def run(self: G, work: Work) -> Result:
        beat = asyncio.create_task(_beat())
        try:
            scope = await self.desk.enter(work, closed=closed, lenient=always)
            if scope is None:
                return Result("gone")
            if not always and scope.ticket.state == "handed_off" and scope.plan.flow != "human":
                return Result("handed_off", because=scope.ticket.escalated or "customer_wish")
            await does(self.desk, scope.ticket, activity.info().activity_type, reads=bool(work.data.get("read")))
            return await method(self, scope)  # type: ignore[call-arg]
        except ApplicationError:
            raise
        except EngineError as error:
            spent = activity.info().attempt >= _ATTEMPTS.get(error.code, sys.maxsize)
            if isinstance(error, ModelUnavailable) and error.retry_after and not spent:
                raise later(error.code, error.retry_after) from None
            raise _failure(error.code, permanent=spent or error.code in _PERMANENT) from None
        except Exception as error:
            frames = "".join(traceback.format_tb(error.__traceback__))  # without the message, which may hold contents
            log.error("activity %s failed: %s\n%s", activity.info().activity_type, type(error).__name__, frames)
            raise _failure(type(error).__name__, permanent=activity.info().attempt >= 8) from None
        finally:
            beat.cancel()

    # not functools.wraps: Temporal reads the argument's type from the signature, which must be that of `run`
    run.__annotations__ = {"work": Work, "return": Result}
    run.__name__, run.__qualname__, run.__doc__ = method.__name__, method.__qualname__, method.__doc__
    return run


async def _beat() -> None:
    """Tells Temporal that this worker lives: what it has begun is repeated elsewhere only if it does not."""
    pause = (activity.info().heartbeat_timeout or _SILENT) / 5
    while True:
        activity.heartbeat()
        await asyncio.sleep(pause.total_seconds())


def always(method: Callable[[G, Scope], Awaitable[Result]]) -> Callable[[G, Work], Awaitable[Result]]:
    """`guarded`, also for a ticket that people have."""
    return guarded(method, always=True)


def _entry(step: Step) -> StepEntry:
    return StepEntry(
        ordinal=step.ordinal, node=step.node, kind=step.kind, at=datetime.fromisoformat(step.at),
        iteration=step.iteration, place=step.place or None, outcome=step.outcome, because=step.because or None,
    )  # fmt: skip


def later(code: str, seconds: float) -> ApplicationError:
    """A failure that Temporal retries after `seconds`: somebody else holds the row, or the far side asked to wait."""
    return ApplicationError(code, type=code, next_retry_delay=timedelta(seconds=seconds))


def _failure(code: str, *, permanent: bool) -> ApplicationError:
    return ApplicationError(code, type=code, non_retryable=permanent)
