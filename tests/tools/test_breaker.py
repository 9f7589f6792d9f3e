"""The circuit breaker, by a clock of the test's, and around real exchanges."""

import asyncio
from typing import Any

import pytest

from engine.network import Network
from engine.plan import ToolContract
from engine.tools.base import CallError, Failed, Surroundings, ToolDefinition
from engine.tools.breaker import FAILURES, LONGEST, PAUSE, Breakers
from engine.tools.registry import tool
from tests.tools.server import Wire, answer


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def once(breakers: Breakers, good: bool | None, host: str = "a:443") -> bool:
    """Whether a call passed."""
    try:
        with breakers.passing(host) as outcome:
            outcome.good = good
    except Failed as error:
        return (error.code, error.again) != ("circuit_open", True)
    return True


def test_it_opens_after_failures_in_a_row_and_for_that_host_alone() -> None:
    breakers = Breakers(Clock())
    for _ in range(FAILURES - 1):
        assert once(breakers, False)
    assert once(breakers, None)  # says nothing of the host
    assert once(breakers, True)  # begins anew
    for _ in range(FAILURES):
        assert once(breakers, False)
    assert not once(breakers, True)
    assert once(breakers, True, "b:443")


def test_half_open_lets_one_probe_pass_which_decides() -> None:
    clock = Clock()
    breakers = Breakers(clock)
    for _ in range(FAILURES):
        once(breakers, False)
    clock.now += PAUSE - 0.1
    assert not once(breakers, True)
    clock.now += 0.2
    with breakers.passing("a:443") as probe:
        assert not once(breakers, True), "a second one beside the probe"
        probe.good = False
    clock.now += PAUSE + 1
    assert not once(breakers, True), "twice as long after a probe that failed"
    clock.now += PAUSE
    assert once(breakers, True)
    assert once(breakers, False)
    assert once(breakers, True), "closed: a single failure does not open it"


def test_a_probe_that_is_given_up_makes_room_for_another() -> None:
    clock = Clock()
    breakers = Breakers(clock)
    for _ in range(FAILURES):
        once(breakers, False)
    clock.now += PAUSE + 1
    with pytest.raises(asyncio.CancelledError), breakers.passing("a:443"):
        raise asyncio.CancelledError
    assert once(breakers, True)


def test_the_pause_has_an_end() -> None:
    clock = Clock()
    breakers = Breakers(clock)
    for _ in range(40):
        once(breakers, False)
        clock.now += LONGEST + 1
    assert once(breakers, True)


def made(url: str, effect: str, breakers: Breakers) -> Any:
    contract = ToolContract("shop.look", effect, {"type": "object"}, {"type": "object"}, timeout=5)
    binding = {"method": "POST", "url": ["lit", f"{url}/x"], "retry": {"attempts": 1}}
    around = Surroundings(network=Network(["127.0.0.1"]), breakers=breakers)
    return tool(ToolDefinition(contract, "http", binding), around), contract


async def outcome(url: str, effect: str, breakers: Breakers) -> str:
    called, contract = made(url, effect, breakers)
    try:
        await called.call(contract, {}, secrets={}, key=None)
    except CallError as error:
        return f"{type(error).__name__} {error.code}"
    return "done"


async def test_a_write_that_it_refuses_is_certainly_not_sent() -> None:
    clock = Clock()
    breakers = Breakers(clock)
    async with Wire([answer(status=503)]) as wire:
        for _ in range(FAILURES):
            assert await outcome(wire.url, "write", breakers) == "Unknown status_503"
        assert await outcome(wire.url, "write", breakers) == "Failed circuit_open"
        assert await outcome(wire.url, "read", breakers) == "Failed circuit_open"
        assert len(wire.requests) == FAILURES
        clock.now += PAUSE + 1
        wire.answers = [answer()]
        assert await outcome(wire.url, "write", breakers) == "done"
        assert await outcome(wire.url, "read", breakers) == "done"


async def test_refusals_of_the_far_side_are_no_failures() -> None:
    breakers = Breakers(Clock())
    async with Wire([answer(status=422)]) as wire:
        for _ in range(2 * FAILURES):
            assert await outcome(wire.url, "read", breakers) == "Failed status_422"
        assert len(wire.requests) == 2 * FAILURES
    for _ in range(FAILURES):  # nobody listens there any more
        assert await outcome(wire.url, "read", breakers) == "Failed unreachable"
    assert await outcome(wire.url, "read", breakers) == "Failed circuit_open"
