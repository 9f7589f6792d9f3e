"""Chains and breakers: who is asked, when, for how long, and what is put on the meter."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from time import monotonic
from typing import Any

import pytest

from engine.models.ask import Ask
from engine.models.base import Answer, Capabilities, Job, Message, Model, Request
from engine.models.breaker import FAILURES, REST, Attempt, Breaker
from engine.models.chain import ATTEMPTS, Chain, Link
from engine.models.errors import (
    BadAnswer,
    BudgetReached,
    LeavesPremises,
    ModelError,
    ModelRejected,
    ModelUnavailable,
)
from engine.models.hosted import HostedModel, Spec
from engine.models.reply import Reply
from engine.testing.model import ScriptedModel

ASK = Request(Job.ANSWER, (Message("customer", "May I?"),))
YES = Answer(text="Yes", confidence=0.9)
DOWN = ModelUnavailable("down")
CLOUD = Capabilities(location="cloud")


@dataclass
class Time:
    """A clock that only sleeping moves."""

    now: float = 0.0
    slept: list[float] = field(default_factory=list)

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def scripted(*outcomes: Answer | Exception, name: str = "a", capabilities: Capabilities | None = None) -> ScriptedModel:
    return ScriptedModel([(Job.ANSWER, list(outcomes))], name=name, capabilities=capabilities)


def chain(time: Time, *models: ScriptedModel, seconds: float = 45.0, **more: Any) -> Chain:
    links = [Link(one, Breaker(time.clock)) for one in models]
    return Chain(links, seconds=seconds, clock=time.clock, sleep=time.sleep, **more)


async def test_the_next_one_answers_with_the_same_conversation() -> None:
    first, second = scripted(DOWN), scripted(YES, name="b")
    answer = await chain(Time(), first, second).answer(ASK)
    assert (answer.text, answer.model) == ("Yes", "b")
    assert first.calls == ATTEMPTS
    assert second.requests == [ASK]


@pytest.mark.parametrize(("error", "calls"), [(ModelRejected(), 1), (BadAnswer(), 2)])
async def test_what_trying_again_does_not_mend_goes_to_the_next_at_once(error: ModelError, calls: int) -> None:
    time, first, second = Time(), scripted(error), scripted(YES)
    assert await chain(time, first, second).answer(ASK)
    assert first.calls == calls
    assert sum(time.slept) == 0


async def test_the_wish_of_the_provider_is_obeyed_while_there_is_time() -> None:
    time = Time()
    model = scripted(ModelUnavailable(retry_after=7.0), YES)
    assert await chain(time, model).answer(ASK)
    assert time.slept == [7.0]
    time = Time()
    model = scripted(ModelUnavailable(retry_after=60.0), YES)
    with pytest.raises(ModelUnavailable) as caught:
        await chain(time, model).answer(ASK)
    assert caught.value.retry_after == 60.0
    assert model.calls == 1
    assert time.slept == [], "nothing is waited for that does not come in time"


async def test_contents_that_stay_pass_by_all_that_are_elsewhere() -> None:
    stays = replace(ASK, stays=True)
    cloud, own = scripted(YES, capabilities=CLOUD), scripted(YES, name="own")
    assert (await chain(Time(), cloud, own).answer(stays)).model == "own"
    assert cloud.calls == 0
    with pytest.raises(LeavesPremises):
        await chain(Time(), cloud).answer(stays)
    with pytest.raises(LeavesPremises):
        assert [piece async for piece in chain(Time(), cloud).stream(stays)] == []
    assert cloud.calls == 0


async def test_one_that_does_not_answer_leaves_time_for_the_next() -> None:
    class Slow(ScriptedModel):
        async def answer(self, request: Request) -> Answer:
            await asyncio.sleep(60)
            return YES

    slow = Slow()
    links = [Link(slow), Link(scripted(YES, name="b"))]
    assert (await Chain(links, seconds=2.2).answer(ASK)).model == "b"


class Meter:
    """Notes what begins and how it ends."""

    def __init__(self, refuse: bool = False) -> None:
        self.begun: list[tuple[str, Decimal | None]] = []
        self.settled: list[tuple[str, str]] = []
        self.refuse = refuse

    async def begin(self, model: Model, worst: Decimal | None) -> str:
        if self.refuse:
            raise BudgetReached(code="budget_day")
        self.begun.append((model.name, worst))
        return str(len(self.begun))

    async def settle(self, call: str, answer: Answer | ModelError) -> None:
        self.settled.append((call, type(answer).__name__))


async def test_every_attempt_is_on_the_meter() -> None:
    meter = Meter()
    await chain(Time(), scripted(ModelRejected()), scripted(YES, name="b"), meter=meter).answer(ASK)
    assert meter.begun == [("a", Decimal(0)), ("b", Decimal(0))]
    assert meter.settled == [("1", "ModelRejected"), ("2", "Answer")]


async def test_a_budget_that_is_reached_asks_nobody() -> None:
    first, second = scripted(YES), scripted(YES)
    with pytest.raises(BudgetReached):
        await chain(Time(), first, second, meter=Meter(refuse=True)).answer(ASK)
    assert first.calls == second.calls == 0


async def test_one_that_is_within_the_budget_stands_in() -> None:
    """An outage that has cost the ticket its budget, and a model that costs nothing."""

    class Spent(Meter):
        async def begin(self, model: Model, worst: Decimal | None) -> str:
            if model.name == "a" and self.begun:
                raise BudgetReached(code="budget_ticket")
            return await super().begin(model, worst)

    for streamed in (False, True):
        meter = Spent()
        asked = chain(Time(), scripted(DOWN), scripted(YES, name="b"), meter=meter)
        answer = [piece async for piece in asked.stream(ASK)][-1] if streamed else await asked.answer(ASK)
        assert answer == replace(YES, model="b")
        assert [name for name, _ in meter.begun] == ["a", "b"]
    refused = chain(Time(), scripted(YES), scripted(ModelRejected(code="no_tools"), name="b"), meter=Spent())
    await refused.answer(ASK)
    with pytest.raises(BudgetReached):
        await refused.answer(ASK)


async def test_a_stream_falls_back_before_its_first_piece() -> None:
    pieces = [piece async for piece in chain(Time(), scripted(DOWN), scripted(YES, name="b")).stream(ASK)]
    assert pieces == ["Yes", replace(YES, model="b")]


class Silent:
    """A provider that begins a stream with `pieces`, `pause` seconds apart, and then says nothing more."""

    def __init__(self, *pieces: str, pause: float = 0.0) -> None:
        self.pieces, self.pause = pieces, pause
        self.asked = 0

    async def complete(self, ask: Ask) -> Reply:
        self.asked += 1
        await asyncio.sleep(60)
        raise AssertionError("nobody waits for so long")

    async def stream(self, ask: Ask) -> AsyncIterator[str | Reply]:
        for piece in self.pieces:
            await asyncio.sleep(self.pause)
            yield piece
        yield await self.complete(ask)

    async def close(self) -> None:
        pass


def silent(name: str, provider: Silent) -> Link:
    spec = Spec(name=name, provider="openai", model="m", capabilities=CLOUD)
    return Link(HostedModel(spec, lambda _: provider))


async def test_the_links_of_a_stream_share_one_time() -> None:
    providers = [Silent(), Silent(), Silent()]
    asked = Chain([silent(str(number), one) for number, one in enumerate(providers)], seconds=0.9)
    begun = monotonic()
    with pytest.raises(ModelUnavailable):
        assert [piece async for piece in asked.stream(ASK)] == []
    assert 0.85 < monotonic() - begun < 1.5
    assert [one.asked for one in providers] == [1, 1, 1]


async def test_a_stream_that_has_begun_has_the_time_of_those_that_can_stand_in_no_more() -> None:
    first = silent("a", Silent('{"answer": "', "Yes, ", "you may", pause=0.2))
    asked = Chain([first, silent("b", Silent())], seconds=1.0)
    begun, pieces = monotonic(), asked.stream(ASK)
    assert [await anext(pieces), await anext(pieces)] == ["Yes, ", "you may"]
    with pytest.raises(ModelUnavailable):
        await anext(pieces)
    assert 0.95 < monotonic() - begun < 1.5


async def test_what_was_begun_before_ends_with_it_and_without_time_nobody_is_asked() -> None:
    time, model, meter = Time(), scripted(YES), Meter()
    asked = chain(time, model, meter=meter)
    end = asked.end()
    time.now = 44.5
    assert not asked.lasts(end)
    time.now = 45.0
    with pytest.raises(ModelUnavailable, match="no time"):
        await asked.answer(ASK, end=end)
    with pytest.raises(ModelUnavailable, match="no time"):
        assert [piece async for piece in asked.stream(ASK, end=end)] == []
    assert (model.calls, meter.begun) == (0, [])


def begun(breaker: Breaker) -> Attempt:
    attempt = breaker.begin()
    assert attempt is not None
    return attempt


def worked(breaker: Breaker, outcomes: Sequence[bool]) -> None:
    for good in outcomes:
        attempt = begun(breaker)
        attempt.worked() if good else attempt.failed()


def test_a_breaker_opens_after_failures_in_a_row_and_tries_one_at_a_time() -> None:
    time = Time()
    breaker = Breaker(time.clock)
    worked(breaker, [False] * (FAILURES - 1) + [True] + [False] * (FAILURES - 1))
    old = begun(breaker)
    begun(breaker).failed()
    assert not breaker.begin()
    time.now += REST - 0.1
    assert not breaker.begin()
    time.now += 0.2
    probe = begun(breaker)
    assert not breaker.begin(), "only one tries it out"
    old.left()
    assert not breaker.begin(), "whatever becomes of others"
    probe.failed()
    assert not breaker.begin()
    time.now += REST + 1
    begun(breaker).left()
    begun(breaker).worked()  # whoever went away keeps nobody out
    assert breaker.begin()
    assert breaker.begin()


def test_a_breaker_rests_as_long_as_the_provider_asks() -> None:
    time = Time()
    breaker = Breaker(time.clock)
    old = begun(breaker)
    begun(breaker).failed(retry_after=20.0)
    assert (breaker.begin(), breaker.rest) == (None, 20.0)
    old.worked()
    assert breaker.rest == 20.0, "an answer to what was sent before says nothing of that"
    time.now = 20.0
    assert breaker.begin()


async def test_what_rests_is_not_asked_and_says_when() -> None:
    time, model = Time(), scripted(YES)
    resting = Breaker(time.clock)
    begun(resting).failed(retry_after=120.0)
    with pytest.raises(ModelUnavailable) as caught:
        await Chain([Link(model, resting)], clock=time.clock, sleep=time.sleep).answer(ASK)
    assert caught.value.retry_after == 120.0
    assert model.calls == 0
