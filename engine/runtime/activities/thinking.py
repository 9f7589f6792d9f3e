"""Asking a model on a ticket's account: the prompts that its plan names, its budget, and the place its contents stay.

Every call of a model that costs something is a row of the store before it is made, and settled with what it cost.
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace
from decimal import Decimal
from typing import Any

from engine.guardrails.masking import Masks
from engine.models.ask import parts
from engine.models.base import Answer, Decided, Model, Passage, Prompt, Request
from engine.models.chain import Chain
from engine.models.errors import (
    BadAnswer,
    BudgetReached,
    LeavesPremises,
    ModelError,
    ModelRejected,
    ModelUnavailable,
)
from engine.models.hosted import HostedModel
from engine.models.ocr import fitted
from engine.prompts.render import PromptSet
from engine.runtime.activities.desk import Desk
from engine.runtime.activities.drafting import Draft
from engine.runtime.activities.masking import ids, masked, masks, unmasked
from engine.runtime.activities.scope import Scope

__all__ = ["OnAccount", "think", "think_aloud"]


async def think(desk: Desk, scope: Scope, job: str, request: Request, *, end: float | None = None) -> Answer:
    """The answer of the plan's model for the job. Raises ModelError; `LeavesPremises` before anything is sent. What the
    flow masks, the model is not shown. `end`: of the time that a chain has (`Chain.end`), where it has begun."""
    own = masks(scope, desk.context.projects)
    if not own:
        return await _answer(desk, scope, job, request, end)
    hiding = masked(request, own)
    return unmasked(await _answer(desk, scope, job, hiding, end), hiding, own, request.passages)


async def think_aloud(desk: Desk, scope: Scope, job: str, request: Request, draft: Draft) -> Answer:
    """As `think`; the draft hears what is written as it is written. A stream that breaks off leaves nothing on the page
    and is asked for anew, as a whole and with all that `think` does to get an answer, in what is left of the time.
    Raises as `think`."""
    model = desk.context.model(scope.plan, job)
    end: float | None = None
    if isinstance(model, Chain):
        end = model.end()
        own = masks(scope, desk.context.projects)
        hiding = masked(request, own) if own else request
        prompts = await _prompts(desk, scope)
        chain = model.bound(meter=_Meter(desk, scope, job, prompts), prompt=_Rendering(prompts))
        pieces = chain.stream(replace(hiding, stays=scope.stays, upfront=True), end=end)
        try:
            answer = await _heard(pieces, draft, request.passages, own)
            return unmasked(answer, hiding, own, request.passages) if own else answer
        except (ModelUnavailable, ModelRejected, BadAnswer):
            if not chain.lasts(end):
                await draft.withdraw()
                raise
    await draft.withdraw()
    return await think(desk, scope, job, request, end=end)


async def _heard(
    pieces: AsyncGenerator[str | Decided | Answer], draft: Draft, passages: Sequence[Passage], own: Masks
) -> Answer:
    decided: Decided | None = None
    text = ""
    async with aclosing(pieces):
        async for piece in pieces:
            match piece:
                case Answer():
                    return piece
                case Decided():
                    decided = replace(piece, citations=ids(piece.citations, passages)) if own else piece
                case str() if decided is not None:
                    text += piece
                    await draft.hear(decided, own.undo(text))
    raise AssertionError("a stream ends with an answer, or raises")


async def _answer(desk: Desk, scope: Scope, job: str, request: Request, end: float | None) -> Answer:
    request = replace(request, stays=scope.stays)
    model = desk.context.model(scope.plan, job)
    if isinstance(model, Chain):
        prompts = await _prompts(desk, scope)
        chain = model.bound(meter=_Meter(desk, scope, job, prompts), prompt=_Rendering(prompts))
        return await chain.answer(request, end=end)
    if scope.stays and model.capabilities.location != "on_premises":
        raise LeavesPremises(f"the model {model.name!r} is not on the premises")
    return await model.answer(await fitted(request, vision=model.capabilities.vision))


class OnAccount:
    """A plan's model for one job as what asks any model takes it: each answer goes through `think`."""

    def __init__(self, desk: Desk, scope: Scope, job: str) -> None:
        self._desk, self._scope, self._job = desk, scope, job
        model = desk.context.model(scope.plan, job)
        self.name, self.capabilities = model.name, model.capabilities

    async def answer(self, request: Request) -> Answer:
        """See `Model`."""
        return await think(self._desk, self._scope, self._job, request)


class _Rendering:
    """Renders with the templates of one version."""

    def __init__(self, prompts: PromptSet) -> None:
        self.prompts = prompts

    def __call__(self, request: Request) -> Prompt:
        system, data = self.prompts.render(request.job.value, *parts(request))
        return Prompt(system, data, self.prompts.version)


class _Meter:
    """The ticket's account in the store. What runs in the worker itself costs nothing and is not counted."""

    def __init__(self, desk: Desk, scope: Scope, job: str, prompts: PromptSet) -> None:
        self.store = desk.store
        self.scope = scope
        self.job = job
        self.prompts = prompts
        self.ticket_budget, self.day_budget = desk.context.budget

    async def begin(self, model: Model, worst: Decimal | None) -> str:
        """Sets the worst aside."""
        if not isinstance(model, HostedModel):
            return ""
        scope, spec = self.scope, model.spec
        begun = await self.store.run(
            self.store.spending.begin, scope.ticket.id, scope.work.epoch, scope.place, job=self.job, name=spec.name,
            model=f"{spec.provider}/{spec.model}", worst=worst, prompts=self.prompts.version,
            ticket_budget=self.ticket_budget, day_budget=self.day_budget,
        )  # fmt: skip
        if begun.refused:
            raise BudgetReached(f"no budget for {spec.name!r}", code=f"budget_{begun.refused}")
        return begun.id

    async def settle(self, call: str, answer: Answer | ModelError) -> None:
        """Writes down what it cost."""
        if not call:
            return
        free = isinstance(answer, ModelError) and answer.cost is None and not answer.billed
        used = answer.usage
        tokens = (used.input_tokens, used.cached_tokens, used.output_tokens) if used else None
        await self.store.run(
            self.store.spending.settle, call, cost=answer.cost, tokens=tokens,
            because=answer.code if isinstance(answer, ModelError) else None,
            nothing=free,
        )  # fmt: skip


async def _prompts(desk: Desk, scope: Scope) -> PromptSet:
    """Those that the plan names. A plan that is older than prompts in plans takes today's."""
    version: Any = scope.plan.settings.get("prompts")
    today = desk.context.projects.prompts
    if version is None or version == today.version:
        return today
    if version not in desk.prompts:
        texts = await desk.store.run(desk.store.revisions.prompts, str(version))
        if texts is None:
            raise ModelError(f"the prompts {version} are not in the store", code="prompt")
        desk.prompts[version] = PromptSet(texts)
    return desk.prompts[version]
