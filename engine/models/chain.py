"""A model with those that stand in for it: one request goes from link to link until somebody answers.

Each link is asked again as its provider wishes (Retry-After) while time is left; the same request goes to the next one,
conversation and all. Contents that must stay on the premises go to no link elsewhere. Every call is put on the meter.
"""

import asyncio
import random
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final, Protocol

from engine.models.base import Answer, Capabilities, Decided, Model, Prompt, Request
from engine.models.breaker import Attempt, Breaker
from engine.models.errors import BadAnswer, BudgetReached, LeavesPremises, ModelError, ModelRejected, ModelUnavailable
from engine.models.hosted import HostedModel
from engine.models.ocr import fitted

__all__ = ["Chain", "Free", "Link", "Meter"]

ATTEMPTS: Final = 3
"""Of one link."""
_PAUSE: Final = 0.5
"""Seconds before the second attempt where the provider asks for none; twice that before the third."""
_LEAST: Final = 1.0
"""Seconds in which an answer may still come."""
_READING: Final = 1 / 3
"""Of a link's time, for the text in pictures: the model needs the rest."""

_PASSED_ON: Final = (ModelUnavailable, ModelRejected, BadAnswer, BudgetReached)
"""What another model may be better at: one that costs less, or nothing, may still be within a budget."""


class Meter(Protocol):
    """Where calls are counted."""

    async def begin(self, model: Model, worst: Decimal | None) -> str:
        """A call begins that costs `worst` USD at the most (None: unknown). Raises BudgetReached."""
        ...

    async def settle(self, call: str, answer: Answer | ModelError) -> None:
        """What came of it, with its usage and cost. An error that may be `billed` at no known cost keeps its worst."""
        ...


class Free:
    """A meter that counts nothing."""

    async def begin(self, model: Model, worst: Decimal | None) -> str:
        """Always."""
        return ""

    async def settle(self, call: str, answer: Answer | ModelError) -> None:
        """Nothing."""


@dataclass(frozen=True, slots=True)
class Link:
    """A model, and the breaker of its provider, which other models share."""

    model: Model
    breaker: Breaker = field(default_factory=Breaker)

    @property
    def stays(self) -> bool:
        """Whether contents stay on the premises."""
        return self.model.capabilities.location == "on_premises"


class Chain:
    """Behaves as its first model. `seconds` is the time for one answer, retries and other links included."""

    def __init__(
        self,
        links: Sequence[Link],
        *,
        seconds: float = 45.0,
        meter: Meter | None = None,
        prompt: Callable[[Request], Prompt] | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        if not links:
            raise ValueError("a chain has at least one model")
        self.links = tuple(links)
        self.seconds = seconds
        self._meter = meter or Free()
        self._prompt = prompt
        self._clock = clock
        self._sleep = sleep

    @property
    def name(self) -> str:
        """That of the first."""
        return self.links[0].model.name

    @property
    def capabilities(self) -> Capabilities:
        """Those of the first."""
        return self.links[0].model.capabilities

    def bound(self, *, meter: Meter, prompt: Callable[[Request], Prompt]) -> "Chain":
        """The same for one ticket: its meter, and the prompts of its plan."""
        return Chain(self.links, seconds=self.seconds, meter=meter, prompt=prompt, clock=self._clock, sleep=self._sleep)

    def end(self) -> float:
        """When the time of an answer that is asked for now is over, on the chain's clock."""
        return self._clock() + self.seconds

    def lasts(self, end: float) -> bool:
        """Whether an answer may still come until `end`."""
        return end - self._clock() >= _LEAST

    async def answer(self, request: Request, *, end: float | None = None) -> Answer:
        """The first answer that can be used. Raises what the links came to: ModelUnavailable where a later attempt may
        help. `end`: that of what was begun before (`end()`)."""
        errors: list[ModelError] = []
        end = self.end() if end is None else end
        links = self._usable(request, errors)
        for number, link in enumerate(links):
            try:
                return await self._link(link, request, self._share(end, len(links) - number))
            except _PASSED_ON as error:
                errors.append(error)
        raise _most_hopeful(errors)

    async def stream(self, request: Request, *, end: float | None = None) -> AsyncGenerator[str | Decided | Answer]:
        """Pieces, then the answer. Another link stands in as long as no piece was given; then a failure is raised.
        Until then a link has its share of the time, and after it all of it."""
        errors: list[ModelError] = []
        end = self.end() if end is None else end
        links = self._usable(request, errors)
        for number, link in enumerate(links):
            begun = False
            try:
                async for piece in self._streamed(link, request, self._share(end, len(links) - number), end):
                    begun = True
                    yield piece
                return
            except _PASSED_ON as error:
                if begun:
                    raise
                errors.append(error)
        raise _most_hopeful(errors)

    def _usable(self, request: Request, errors: list[ModelError]) -> list[Link]:
        """Those that may see the contents."""
        links = [link for link in self.links if link.stays or not request.stays]
        if not links:
            errors.append(LeavesPremises(f"neither {self.name!r} nor what stands in for it is on the premises"))
        return links

    def _share(self, end: float, links: int) -> float:
        """Until when the next of so many links may take."""
        now = self._clock()
        return now + (end - now) / links

    async def _link(self, link: Link, request: Request, until: float) -> Answer:
        """One model, asked until it answers, refuses, or its time is over."""
        asked = await self._rendered(link, request, until)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return await self._once(link, asked, until)
            except ModelUnavailable as error:
                pause = max(link.breaker.rest, error.retry_after or 0.0, _PAUSE * attempt * random.uniform(1, 1.2))  # noqa: S311
                if attempt == ATTEMPTS or self._clock() + pause + _LEAST > until:
                    raise
            except BadAnswer:
                pause = 0.0
                if attempt > 1 or self._clock() + _LEAST > until:
                    raise
            await self._sleep(pause)
        raise AssertionError("the last attempt returns or raises")

    async def _once(self, link: Link, asked: Request, until: float) -> Answer:
        """One call, through the breaker and on the meter."""
        self._in_time(link, until)
        attempt = link.breaker.begin()
        if attempt is None:
            raise ModelUnavailable(f"{link.model.name!r} rests", retry_after=link.breaker.rest)
        call: str | None = None
        came: Answer | ModelError | None = None
        try:
            call = await self._meter.begin(link.model, _worst(link.model, asked))
            try:
                async with asyncio.timeout(max(until - self._clock(), 0.0)):
                    came = await link.model.answer(asked)
            except ModelError as error:
                came = error
            except TimeoutError:
                came = _too_late(link)
        finally:
            _noted(attempt, came)
        await self._meter.settle(call, came)
        if isinstance(came, ModelError):
            raise came
        return came

    async def _streamed(
        self, link: Link, request: Request, until: float, end: float
    ) -> AsyncIterator[str | Decided | Answer]:
        """One model, which has until `until` for its first piece."""
        asked = await self._rendered(link, request, until)
        if not isinstance(link.model, HostedModel):
            answer = await self._once(link, asked, until)
            if answer.text:
                yield answer.text
            yield answer
            return
        self._in_time(link, until)
        attempt = link.breaker.begin()
        if attempt is None:
            raise ModelUnavailable(f"{link.model.name!r} rests", retry_after=link.breaker.rest)
        came: Answer | ModelError | None = None
        call: str | None = None
        try:
            call = await self._meter.begin(link.model, link.model.worst(asked))
            pieces = aiter(link.model.stream(asked))
            while not isinstance(came, Answer):
                piece = await asyncio.wait_for(anext(pieces), max(until - self._clock(), 0.0))
                if isinstance(piece, Answer):
                    came = piece
                else:
                    until = end  # nobody can stand in any more
                    yield piece
        except ModelError as error:
            came = error
        except TimeoutError:
            came = _too_late(link)
        finally:
            _noted(attempt, came if call is not None else None)
        assert came is not None, "a stream ends with an answer, or raises"
        if call is not None:
            await self._meter.settle(call, came)
        if isinstance(came, ModelError):
            raise came
        yield came

    def _in_time(self, link: Link, until: float) -> None:
        """What could only be broken off is not asked: it would cost money all the same."""
        if until <= self._clock():
            raise ModelUnavailable(f"no time is left for {link.model.name!r}")

    async def _rendered(self, link: Link, request: Request, until: float) -> Request:
        """As this link takes it: pictures become text for a model that does not see, and the prompt is rendered."""
        seconds = max(until - self._clock(), 0.0) * _READING
        shown = await fitted(request, vision=link.model.capabilities.vision, seconds=seconds)
        if self._prompt is None or request.prompt is not None or not isinstance(link.model, HostedModel):
            return shown
        return replace(shown, prompt=self._prompt(shown))


def _too_late(link: Link) -> ModelUnavailable:
    return ModelUnavailable(f"{link.model.name!r} did not answer in time", billed=True)


def _worst(model: Model, request: Request) -> Decimal | None:
    return model.worst(request) if isinstance(model, HostedModel) else Decimal(0)


def _noted(attempt: Attempt, came: Answer | ModelError | None) -> None:
    """Only silence counts against a provider: a refusal and a bad answer came from one that is there."""
    if came is None:
        attempt.left()
    elif isinstance(came, ModelUnavailable):
        attempt.failed(came.retry_after)
    elif isinstance(came, Answer | ModelRejected | BadAnswer):
        attempt.worked()


def _most_hopeful(errors: Sequence[ModelError]) -> ModelError:
    """What a later attempt may mend, with the shortest wait; else the first."""
    silent = [error for error in errors if isinstance(error, ModelUnavailable)]
    if not silent:
        return errors[0]
    waits = [error.retry_after for error in silent if error.retry_after is not None]
    return ModelUnavailable(str(silent[0]), retry_after=min(waits, default=None))
