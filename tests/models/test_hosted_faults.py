"""What goes wrong with a provider, by the stand-in of each: faults, silence, too little time, nothing shown."""

import asyncio
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from engine.models.base import Answer, Capabilities, Job, Location, Price, Request, Usage
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


async def test_an_answer_without_an_end_is_broken_off(standin: ModelStandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """Long before it fills the memory."""
    monkeypatch.setattr("engine.models.hosted.LARGEST", 1_000_000)
    standin.says([Fails(kind="endless")])
    for provider in PROVIDERS:
        model = hosted(provider, standin.url(provider))
        for asked in (model.answer(ANSWER), anext(aiter(model.stream(ANSWER)))):
            with pytest.raises((ModelUnavailable, BadAnswer)) as caught:
                await asyncio.wait_for(asked, 10)
            assert caught.value.billed
        await model.close()


async def test_an_answer_that_comes_packed_is_not_unpacked(standin: ModelStandIn) -> None:
    """Of a thousandth of the size, it would fill the memory before anybody has counted."""
    for provider in PROVIDERS:
        model = hosted(provider, standin.url(provider))
        standin.says([Fails(kind="packed"), Fails(kind="packed")])
        for asked in (model.answer(ANSWER), anext(aiter(model.stream(ANSWER)))):
            with pytest.raises(ModelUnavailable) as caught:
                await asked
            assert caught.value.billed
            assert standin.asked[-1].headers["accept-encoding"] == "identity"
        await model.close()


async def test_one_that_is_not_there_is_unavailable() -> None:
    """And costs nothing: an outage would eat up the budgets otherwise."""
    for provider in PROVIDERS:
        model = hosted(provider, "http://127.0.0.1:9")
        for asked in (model.answer(CLASSIFY), anext(aiter(model.stream(ANSWER)))):
            with pytest.raises(ModelUnavailable) as caught:
                await asked
            assert not caught.value.billed
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


NO_COUNT: dict[str, Callable[[dict[str, Any]], Any]] = {
    "none": lambda usage: None,
    "below nothing": lambda usage: _each(usage, lambda count: -count - 1),
    "more than there are": lambda usage: _each(usage, lambda count: 1e30),
    "words": lambda usage: _each(usage, lambda count: "many"),
}


def _each(usage: dict[str, Any], changed: Callable[[int], Any]) -> dict[str, Any]:
    return {name: changed(count) if isinstance(count, int) else count for name, count in usage.items()}


async def _both(model: HostedModel) -> list[Answer | BadAnswer]:
    """What comes of it whole, and as a stream."""
    found: list[Answer | BadAnswer] = []
    try:
        found.append(await model.answer(CLASSIFY))
    except BadAnswer as error:
        found.append(error)
    try:
        found += [piece async for piece in model.stream(CLASSIFY) if isinstance(piece, Answer)]
    except BadAnswer as error:
        found.append(error)
    return found


@pytest.mark.parametrize("kind", NO_COUNT)
async def test_what_is_not_counted_has_cost_the_most(model: HostedModel, standin: ModelStandIn, kind: str) -> None:
    """A provider, or what stands between, that says nothing or nonsense of its tokens opens no budget."""
    price = Price(input=Decimal(1), cached=Decimal(1), output=Decimal(1), written=Decimal(1), since=PRICED)
    model.capabilities = replace(model.capabilities, price=price)
    standin.says([Says(data=GOOD[Job.CLASSIFY], counted=NO_COUNT[kind])] * 2)
    found = await _both(model)
    assert len(found) == 2
    for one in found:
        if isinstance(one, Answer):
            assert one.data["choice"] == "refund"
            assert (one.usage, one.cost) == (None, model.worst(CLASSIFY))
        else:  # some SDKs hold a reply to its form: what was set aside stays
            assert (one.billed, one.usage, one.cost) == (True, None, None)
    if kind in ("none", "below nothing"):
        assert any(isinstance(one, Answer) for one in found), "a good answer is not lost by that"


@pytest.mark.parametrize("word", ["abort", "pause_turn", "an error"])
async def test_an_answer_with_a_strange_end_is_none(model: HostedModel, standin: ModelStandIn, word: str) -> None:
    """Nobody can tell whether it is whole. Google has many words, and each but one is a refusal."""
    standin.says([Says(data=GOOD[Job.CLASSIFY], ends=word)] * 2)
    found = await _both(model)
    assert len(found) == 2
    for one in found:
        assert one.billed if isinstance(one, BadAnswer) else one.finish == "refused"


@contextmanager
def proxy() -> Iterator[tuple[str, list[str]]]:
    """The address of a proxy, and where requests that came to it were to go."""
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            seen.append(self.path)
            self.rfile.read(int(self.headers["content-length"]))
            self.send_error(502)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", seen
        server.shutdown()


@pytest.mark.parametrize(("location", "asked"), [("on_premises", 0), ("cloud", 1)])
@pytest.mark.parametrize("provider", PROVIDERS)
async def test_what_is_on_the_premises_is_asked_without_a_proxy(
    provider: str, location: Location, asked: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The environment's would see all contents of what it passes on."""
    with proxy() as (address, seen):
        monkeypatch.setenv("HTTP_PROXY", address)
        monkeypatch.delenv("NO_PROXY", raising=False)
        url = "http://model.invalid" + ("/v1" if provider == "openai" else "")
        model = hosted(provider, url, capabilities=Capabilities(location=location), seconds=5)
        with pytest.raises(ModelUnavailable):
            await model.answer(replace(CLASSIFY, stays=location == "on_premises"))
        await model.close()
    assert len(seen) == asked
