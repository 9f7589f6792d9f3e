"""What goes wrong with a provider, by the stand-in of each: faults, silence, too little time, nothing shown."""

import logging
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from engine.models.base import Capabilities, Job, Price, Request, Usage
from engine.models.errors import BadAnswer, LeavesPremises, ModelError, ModelRejected, ModelUnavailable
from engine.models.hosted import HostedModel
from engine.models.registry import PROVIDERS
from engine.testing.models import Fails, ModelStandIn, Says
from tests.models.given import ANSWER, CANARY, CLASSIFY, EXTRACT, GOOD, JOBS, KEY, WORK, chain_of, hosted

FAULTS: dict[str, tuple[Fails, type[ModelError], dict[str, Any]]] = {
    "429": (Fails(status=429, retry_after=7), ModelUnavailable, {"retry_after": 7.0, "billed": False}),
    "500": (Fails(status=500), ModelUnavailable, {"retry_after": None, "billed": False}),
    "529": (Fails(status=529), ModelUnavailable, {"billed": False}),
    "400": (Fails(status=400), ModelRejected, {"code": "model_rejected"}),
    "429 in parts of a second": (Fails(status=429, retry_after=1.5), ModelUnavailable, {"retry_after": 1.5}),
    "429 in milliseconds": (
        Fails(status=429, retry_after=7, headers={"retry-after-ms": "2500"}),
        ModelUnavailable,
        {"retry_after": 2.5},
    ),
    "302": (Fails(status=302), ModelRejected, {"billed": False}),
    "401": (Fails(status=401), ModelRejected, {"code": "key_refused"}),
    "404": (Fails(status=404), ModelRejected, {"code": "no_such_model"}),
    "cut": (Fails(kind="cut"), ModelUnavailable, {"billed": True}),
    "garbage": (Fails(kind="garbage"), ModelError, {"billed": True}),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_fault_is_an_error_of_the_engine_that_says_nothing_of_contents(
    model: HostedModel, standin: ModelStandIn, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    fails, kind, more = FAULTS[fault]
    standin.says([fails])
    for request in (ANSWER, WORK):
        with pytest.raises(kind) as whole:
            await model.answer(request)
        with pytest.raises(kind) as streamed:
            assert [piece async for piece in model.stream(request)] == []
        for caught in (whole, streamed):
            assert {name: getattr(caught.value, name) for name in more} == more
            for one in chain_of(caught.value):
                assert isinstance(one, ModelError), "the SDK's error holds the request"
                assert CANARY not in repr(one) + str(one)
    assert len(standin.asked) == 4, "the SDK's own attempts are turned off"
    assert CANARY not in caplog.text
    assert KEY not in caplog.text


async def test_a_quota_that_is_used_up_is_not_waited_for(standin: ModelStandIn) -> None:
    model = hosted("openai", standin.url("openai"))
    standin.says([Fails(status=429, retry_after=7, code="insufficient_quota")])
    with pytest.raises(ModelRejected, match="no quota") as caught:
        await model.answer(ANSWER)
    assert caught.value.code == "no_quota"
    await model.close()


@pytest.mark.parametrize("kind", ["hangs", "stalls"])
async def test_one_that_does_not_answer_in_time_is_given_up(standin: ModelStandIn, kind: Any) -> None:
    """Before its first byte, and in the middle of an answer or of a stream."""
    for provider in PROVIDERS:
        model = hosted(provider, standin.url(provider), seconds=0.5)
        standin.says([Fails(kind=kind)])
        with pytest.raises(ModelUnavailable) as whole:
            await model.answer(ANSWER)
        with pytest.raises(ModelUnavailable) as streamed:
            assert [piece async for piece in model.stream(ANSWER)] == []
        assert whole.value.billed
        assert streamed.value.billed
        await model.close()


async def test_one_that_is_not_there_is_unavailable() -> None:
    for provider in PROVIDERS:
        model = hosted(provider, "http://127.0.0.1:9")
        with pytest.raises(ModelUnavailable):
            await model.answer(CLASSIFY)
        await model.close()


BAD: list[tuple[Request, Says]] = [
    (CLASSIFY, Says(data={"choice": "other", "confidence": 0.9})),
    (CLASSIFY, Says(data={"choice": "refund"})),
    (CLASSIFY, Says(data={"choice": "refund", "confidence": "high"})),
    (ANSWER, Says(data={"answer": "Yes"})),
    (EXTRACT, Says(data={"order": {"value": 4821, "quote": "4821", "confidence": 1}, "which": None})),
    (WORK, Says(text="")),
]


@pytest.mark.parametrize(("request_", "says"), BAD)
async def test_an_answer_that_breaks_its_schema_is_none_and_has_its_price(
    model: HostedModel, standin: ModelStandIn, request_: Request, says: Says
) -> None:
    standin.says([says])
    price = Price(input=Decimal(1), cached=Decimal(1), output=Decimal(1), written=Decimal(1), since=PRICED)
    model.capabilities = replace(model.capabilities, price=price)
    with pytest.raises(BadAnswer) as caught:
        await model.answer(request_)
    assert caught.value.cost == Decimal("0.00012")
    assert caught.value.usage == Usage(100, 0, 20)


PRICED = date(2026, 11, 27)


async def test_what_may_not_leave_or_would_be_of_no_use_is_not_sent(model: HostedModel, standin: ModelStandIn) -> None:
    with pytest.raises(LeavesPremises):
        await model.answer(replace(CLASSIFY, stays=True))
    model.capabilities = Capabilities(schema=True)
    with pytest.raises(ModelRejected, match="images"):
        await model.answer(ANSWER)
    with pytest.raises(ModelRejected, match="tools"):
        await model.answer(WORK)
    assert standin.asked == []


async def test_nothing_of_a_request_or_a_key_is_shown(model: HostedModel, standin: ModelStandIn) -> None:
    standin.says([Says(data={**GOOD[Job.ANSWER], "answer": CANARY})])
    answer = await model.answer(ANSWER)
    shown = repr([answer, *JOBS.values(), model, model.spec, model.ask(ANSWER), standin.asked[-1]])
    assert answer.text == CANARY
    assert CANARY not in shown
    assert KEY not in shown


async def test_a_redirect_is_not_followed(model: HostedModel, standin: ModelStandIn) -> None:
    """It could lead contents off the premises."""
    standin.says([Fails(status=307)])
    with pytest.raises(ModelError):
        await model.answer(CLASSIFY)
    assert len(standin.asked) == 1
