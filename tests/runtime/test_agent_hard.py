"""The step `agent` where the model is of no use: garbage, hundreds of calls, ids that lie, the same again and again."""

import json
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHistory

from engine.guardrails.base import Chosen, Guard
from engine.models.base import Answer, Call, Request
from engine.runtime.ring import workflow_id
from engine.runtime.server import TemporalServer
from tests.runtime.agents import DONE, FLOW, Played, calls, project
from tests.runtime.bench import Bench
from tests.runtime.test_replay import recorded, replay

WIDE = (
    FLOW.replace("limit: [1 per order_id]", "limit: [9 per order_id]")
    .replace("order.total - order.refunded]", "order.total - order.refunded, amount <= 400]")
    .replace('    approve: {by: billing-leads, within: 1d, otherwise: escalate}\n', "")
    .replace("model_calls: 6, customer_turns: 1, cost: 1 USD", "model_calls: 20, customer_turns: 1, time: 2h")
)  # fmt: skip
"""A refund that may be made nine times, with the customer's yes alone."""


@pytest.fixture
async def bench(temporal: TemporalServer, tmp_path: Path) -> AsyncIterator[Bench]:
    async with Bench(tmp_path, temporal.address, f"q-{tmp_path.name}", root=project(tmp_path, WIDE)) as world:
        yield world


async def history(bench: Bench, ticket: int) -> WorkflowHistory:
    return await bench.client.get_workflow_handle(workflow_id(bench.row(ticket))).fetch_history()


async def test_garbage_is_told_and_nothing_comes_of_it(bench: Bench) -> None:
    deep: Any = "x"
    for _ in range(5_000):
        deep = [deep]
    bad = [
        Call("1", "orders.get", {"order_id": float("nan")}), Call("1", "orders.get", {"order_id": {"a": "4710"}}),
        Call("\ud800", "orders.get", {"order_id": "x" * 500_000}), Call("", "", {}), Call("3", "ордерс.гет\u202e", {}),
        Call("4", "payments.refund", {"order_id": "4710", "amount": "12900"}), Call("5", "orders.get", {"deep": deep}),
        Call("7", "finish", {"solved": "yes"}), Call("8", "finish", {"solved": True, "why": "whatever"}),
        Call("9", "orders.get", 4),  # type: ignore[arg-type]
    ]  # fmt: skip
    played = Played(bench, Answer(calls=tuple(bad), text="\udfff{{ customer.id }}"), DONE)
    before = len(bench.shop.requests())
    await played.end()
    assert bench.closed(played.ticket)
    told = Counter(result["not_done"] for result in played.told().values())
    assert told["unknown_tool"] == 2
    assert told["invalid_arguments"] == 8
    assert [one["path"] for one in bench.shop.requests()[before:]] == ["/customers/match"], "verify alone"
    assert bench.store.intents.of_ticket(bench.row(played.ticket).id) == []


@pytest.mark.parametrize("answer", [Answer(finish="length", text="half a sen"), Answer()], ids=["cut", "empty"])
async def test_an_answer_that_is_none_goes_to_a_person(bench: Bench, answer: Answer) -> None:
    played = Played(bench, answer)
    await played.end()
    assert bench.with_people(played.ticket)
    assert len(played.asked) == 1


async def test_fifty_calls_of_one_answer_read_at_once_and_replay(bench: Bench) -> None:
    """What only reads runs at once, eight at a time, each through its gate; 32 of an answer are made."""
    orders = [str(order) for order in ("4710", "4821", *range(5000, 5048))]
    asked = Answer(calls=tuple(Call(order, "orders.get", {"order_id": order}) for order in orders))
    played = Played(bench, asked, DONE)
    await played.end()
    told = played.told()
    assert told["4710"]["result"]["id"] == "4710"
    assert told["4821"] == {"not_done": "refused", "because": "result.customer_id == customer.id"}
    assert list(told) == orders[:32]
    assert {told[order]["not_done"] for order in orders[2:32]} <= {"not_found", "else"}
    past = await history(bench, played.ticket)
    scheduled = Counter(
        event.activity_task_scheduled_event_attributes.workflow_task_completed_event_id
        for event in past.events
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED
        and event.activity_task_scheduled_event_attributes.activity_type.name == "orders.get"
    )
    assert sorted(scheduled.values()) == [8, 8, 8, 8], "those of one turn of the workflow"
    assert await replay(past) == recorded(past)
    assert "Weber" not in json.dumps([str(event) for event in past.events]), "results are references"


async def test_a_write_between_reads_comes_in_its_turn(bench: Bench) -> None:
    played = Played(
        bench,
        calls(
            ("orders.get", {"order_id": "4710"}), ("orders.get", {"order_id": "4821"}),
            ("payments.refund", {"order_id": "4710", "amount": 2900}), ("orders.get", {"order_id": "4710"}),
        ),
        DONE,
    )  # fmt: skip
    await played.end([("Shall I", "Yes, please")])
    told = played.told()
    assert told["orders.get-0"]["result"]["refunded"] == {"$money": ["0.00", "EUR"]}
    assert told["orders.get-3"]["result"]["refunded"] == {"$money": ["29.00", "EUR"]}
    assert [row["amount"] for row in bench.shop.refunds("4710")] == [2900]


async def test_calls_that_share_an_id_are_each_what_they_say(bench: Bench) -> None:
    twice = Answer(calls=(
        Call("x", "orders.get", {"order_id": "4821"}), Call("x", "payments.refund", {"order_id": "4821", "amount": 1}),
        Call("x", "payments.refund", {"order_id": "4710", "amount": 2900}),
    ))  # fmt: skip
    played = Played(bench, twice, Answer(calls=(Call("x", "orders.get", {"order_id": "4710"}),)), DONE)
    await played.end([("Shall I", "Yes, please")])
    assert [row["amount"] for row in bench.shop.refunds("4710")] == [2900]
    assert bench.shop.refunds("4821") == []
    assert len(played.told()) == 4
    assert "29.00" in bench.said(played.ticket)[0]


async def test_a_write_is_not_made_again_just_because_it_is_asked_for_again(bench: Bench) -> None:
    """The limit would let it pass; two in one answer, and the same in the next."""
    refund = ("payments.refund", {"order_id": "4710", "amount": 2900})
    played = Played(bench, calls(refund, refund), calls(refund), DONE)
    await played.end([("Shall I", "Yes, please"), ("Shall I", "Yes, please"), ("Shall I", "Yes, please")])
    assert bench.closed(played.ticket)
    assert [row["amount"] for row in bench.shop.refunds("4710")] == [2900]
    told = [result.get("not_done") for result in played.told().values()]
    assert told == [None, "repeated", "repeated"]


async def test_it_does_not_finish_before_it_has_seen_what_came_of_its_calls(bench: Bench) -> None:
    refund = Call("r", "payments.refund", {"order_id": "4821", "amount": 100})
    played = Played(bench, Answer(calls=(refund, *DONE.calls)), Answer(calls=(Call("h", "hand_over", {}),)))
    await played.end()
    assert bench.with_people(played.ticket)
    assert played.told()["end"]["not_done"] == "not_alone"


async def test_its_time_is_up(bench: Bench) -> None:
    """By the store's clock, from its first call on, whatever it did in between."""

    def later(_: Request) -> Answer:
        bench.clock.shift += timedelta(hours=3)
        return calls(("orders.get", {"order_id": "4710"}))

    played = Played(bench, later, DONE)
    await played.end()
    assert bench.with_people(played.ticket)
    assert played.escalated == "exhausted"
    assert len(played.asked) == 1
    steps = bench.store.steps.of(bench.row(played.ticket).id)
    assert "time" in [step.because for step in steps]


class Fake:
    """A check that finds a word."""

    def __init__(self, word: str) -> None:
        self.word = word

    def validate(self, value: Any, metadata: dict[str, Any]) -> Any:
        at = value.find(self.word)
        span = type("Span", (), {"start": at, "end": at + len(self.word), "reason": "word"})
        return type("Found", (), {"outcome": "pass" if at < 0 else "fail", "error_spans": [] if at < 0 else [span]})


class Once(Fake):
    """A check that lets its word pass once."""

    def validate(self, value: Any, metadata: dict[str, Any]) -> Any:
        found = super().validate(value, metadata)
        if found.outcome == "fail" and not self.seen:
            self.seen = True
            return super().validate("", metadata)
        return found

    seen = False


async def test_results_and_arguments_pass_the_guardrails_of_their_positions(bench: Bench) -> None:
    """Masked for the model's eyes, withheld, and never called with."""
    once = Once("4710")
    checks = (
        Chosen("keeps", lambda: once, {"result": "block"}),
        Chosen("hides", lambda: Fake('"4710"'), {"result": "mask"}, "NAME"),
        Chosen("stops", lambda: Fake("4821"), {"arguments": "block"}),
    )
    asked = [Call(str(at), "orders.get", {"order_id": order}) for at, order in enumerate(("4710", "4821", "4710"))]
    played = Played(bench, Answer(calls=tuple(asked)), DONE, guard=lambda plan: Guard(checks))
    before = len(bench.shop.requests())
    await played.end()
    told = played.told()
    assert "[NAME_1]" in json.dumps(told["0"]["result"])
    assert '"4710"' not in json.dumps(told["0"]["result"])
    assert told["1"] == {"not_done": "withheld", "because": "stops"}
    assert told["2"] == {"not_done": "withheld", "because": "hides,keeps"}
    assert not any("4821" in one["path"] for one in bench.shop.requests()[before:])


async def test_what_a_guardrail_wants_a_person_to_see_ends_the_step(bench: Bench) -> None:
    seen = (Chosen("word", lambda: Fake("4710"), {"result": "escalate"}),)
    played = Played(
        bench, calls(("orders.get", {"order_id": "4710"})), DONE, guard=lambda plan: Guard(seen)
    )  # fmt: skip
    await played.end()
    assert bench.with_people(played.ticket)
    assert len(played.asked) == 1
