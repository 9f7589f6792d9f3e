"""Tickets through the whole engine, and what tries to break them: duplicates, races, silence, a server set back."""

import asyncio
import contextlib
import shutil
import time
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import ActivityFailureError, Client, WorkflowFailureError
from temporalio.service import RPCError

from engine.runtime.input import Checkpoint, Frame, TicketInput, Value, Work
from engine.runtime.ring import workflow_id
from engine.runtime.server import TemporalServer
from engine.runtime.watchdog import Watchdog
from tests.runtime.bench import Bench, backed_up


@pytest.fixture
async def bench(temporal: TemporalServer, tmp_path: Path) -> AsyncIterator[Bench]:
    async with Bench(tmp_path, temporal.address, f"q-{tmp_path.name}") as made:
        yield made


async def waiting(bench: Bench) -> tuple[int, object]:
    ticket = bench.refund_ticket()
    [approval] = await bench.until(bench.open_approvals, "the approval")
    return ticket, approval


async def test_every_message_is_taken_up_by_one_step_though_each_comes_three_times(bench: Bench) -> None:
    bench.duplicate = 3
    async with bench.work():
        ticket, approval = await waiting(bench)
        await bench.decide(approval)
        await bench.until(lambda: bench.closed(ticket), "the close")
    messages = [m for m in bench.store.messages.of_ticket(bench.row(ticket).id) if m.author_role == "customer"]
    assert [m.seq for m in messages if m.kind == "message"] == [1, 2]
    assert [m.handled_by for m in messages if m.kind == "message"] == [
        "triage/transfer-c38ccd",
        "refund/refund/confirm",
    ]
    assert len(bench.said(ticket)) == len(set(bench.said(ticket))) == 2
    assert [row["amount"] for row in bench.shop.refunds("4710")] == [12900]


async def test_a_close_whose_answer_is_lost_is_told_to_the_platform(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    close = bench.store.tickets.close
    lost: list[tuple[Any, ...]] = []

    def closing(*given: Any, **more: Any) -> bool:
        done = close(*given, **more)
        if done and not lost:
            lost.append(given)
            raise ConnectionError
        return done

    monkeypatch.setattr(bench.store.tickets, "close", closing)
    async with bench.work():
        ticket, approval = await waiting(bench)
        await bench.decide(approval)
        await bench.until(lambda: bench.closed(ticket), "the close")
    assert lost
    assert bench.desk.ticket(ticket)["status"] == "solved"


async def test_two_approvers_at_once_decide_once(bench: Bench) -> None:
    async with bench.work():
        ticket, approval = await waiting(bench)
        answers = await asyncio.gather(*(bench.decide(approval) for _ in range(4)))
        assert sorted(a.status_code for a in answers) == [200, 409, 409, 409]
        await bench.until(lambda: bench.closed(ticket), "the close")
    assert len(bench.shop.refunds("4710")) == 1


async def test_a_decision_after_the_deadline_counts_nothing(bench: Bench) -> None:
    async with bench.work():
        ticket, approval = await waiting(bench)
        bench.clock.shift = timedelta(days=30)
        late = await bench.decide(approval)
        assert (late.status_code, late.json()["error"]) == (409, "expired")
        bench.store.tickets.ring(bench.row(ticket).id)
        await bench.until(lambda: bench.with_people(ticket), "people to have it")
    assert bench.shop.refunds("4710") == []
    assert bench.row(ticket).escalated == "late"


async def test_an_approval_of_another_version_counts_nothing(bench: Bench) -> None:
    async with bench.work():
        _, approval = await waiting(bench)
        other = await bench.decide(approval, version=approval.version + 1)  # type: ignore[attr-defined]
        assert (other.status_code, other.json()["error"]) == (409, "changed")
        assert bench.shop.refunds("4710") == []


async def test_a_rejection_goes_to_people_and_pays_nothing(bench: Bench) -> None:
    async with bench.work():
        ticket, approval = await waiting(bench)
        assert (await bench.decide(approval, "reject")).status_code == 200
        await bench.until(lambda: bench.with_people(ticket), "people to have it")
    assert bench.shop.refunds("4710") == []
    assert bench.row(ticket).escalated == "rejected"


async def test_a_wish_for_a_person_takes_back_what_is_open(bench: Bench) -> None:
    async with bench.work():
        ticket, approval = await waiting(bench)
        bench.desk.customer_writes(ticket, "Please let me talk to a human")
        await bench.until(lambda: bench.with_people(ticket), "people to have it")
        decided = await bench.decide(approval)
    row = bench.row(ticket)
    assert decided.status_code == 409
    assert {a.state for a in bench.store.approvals.of_ticket(row.id)} == {"withdrawn"}
    assert {i.state for i in bench.store.intents.of_ticket(row.id)} == {"withdrawn"}
    assert (row.state, row.owner, row.next_due is not None) == ("handed_off", "billing", True)
    assert bench.shop.refunds("4710") == []


async def test_a_person_is_reached_with_no_worker_at_all(bench: Bench) -> None:
    ticket = int(bench.desk.open_ticket("b@example.com", "Help", "Can I talk to a human?")["id"])
    await bench.pump()
    row = bench.row(ticket)
    [handoff] = bench.store.handoffs.of_ticket(row.id)
    assert (row.state, handoff.reason, handoff.state) == ("handed_off", "customer_wish", "open")
    assert row.next_due is not None


async def test_an_order_of_somebody_else_is_not_told_and_not_refunded(bench: Bench) -> None:
    bench.answers = [("number", "4821"), ("number", "4821"), ("number", "4821")]
    async with bench.work():
        ticket = int(bench.desk.open_ticket(
            "jonas.weber@example.com", "Refund", "I want a refund for order 4821, it is damaged. Postcode 80331"
        )["id"])  # fmt: skip
        await bench.until(lambda: bench.with_people(ticket) or bench.closed(ticket), "an end")
    assert bench.shop.refunds("4821") == []
    assert not any("DHL" in text for text in bench.said(ticket))


@pytest.mark.parametrize(
    ("writes", "escalated"),
    [([("mara@elsewhere.example", "Yes")], "not_the_author"),
     ([(None, "Well, my neighbour says it depends")] * 2, "unclear_answer")],
)  # fmt: skip
async def test_what_is_no_yes_of_the_customer_goes_to_a_person(
    bench: Bench, writes: list[tuple[str | None, str]], escalated: str
) -> None:
    async with bench.work():
        ticket = bench.refund_ticket()
        bench.answers = []
        for number, (email, text) in enumerate(writes, 1):
            await bench.until(lambda n=number: len(bench.said(ticket)) == n, "the question")  # type: ignore[misc]
            await asyncio.sleep(1.1)
            bench.desk.customer_writes(ticket, text, email=email)
        await bench.until(lambda: bench.with_people(ticket), "people to have it")
    row = bench.row(ticket)
    assert row.escalated == escalated
    assert {intent.state for intent in bench.store.intents.of_ticket(row.id)} == {"withdrawn"}
    assert bench.shop.refunds("4710") == []


@pytest.fixture
async def own(tmp_path: Path) -> AsyncIterator[TemporalServer]:
    async with TemporalServer(tmp_path / "own.db", ui=False) as server:
        yield server


def put_back(folder: Path) -> None:
    for old in folder.glob("own.db*"):
        old.unlink()
    for kept in (folder.parent / f"{folder.name}-copy").glob("own.db*"):
        shutil.copy(kept, folder / kept.name)


@pytest.mark.timeout(150)
@pytest.mark.parametrize("lost_at", ["the refund", "the close"])
async def test_temporal_set_back_pays_once_and_says_nothing_twice(
    own: TemporalServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost_at: str
) -> None:
    """The copy is from before the approval; the refund is paid after it; then the server gets the old copy back. A run
    that finds its ticket closed ends, so the watchdog tells the platform what the first one did not come to."""
    folder = tmp_path / "world"
    folder.mkdir()
    async with Bench(folder, own.address, "set-back") as bench:
        async with bench.work():
            ticket, approval = await waiting(bench)
        own.stop()
        shutil.copytree(tmp_path, tmp_path.parent / f"{tmp_path.name}-copy", ignore=shutil.ignore_patterns("world"))
        await own.start()
        async with bench.work():
            close = bench.store.tickets.close

            def closing(*given: Any, **more: Any) -> bool:
                done = close(*given, **more)
                own.kill()
                return done

            if lost_at == "the close":
                monkeypatch.setattr(bench.store.tickets, "close", closing)
            await bench.decide(approval)
            reached = {
                "the refund": lambda: bool(bench.shop.refunds("4710")),
                "the close": lambda: bench.row(ticket).state == "closed",
            }
            await bench.until(reached[lost_at], lost_at)
            own.kill()
        monkeypatch.undo()
        put_back(tmp_path)
        await own.start()
        await bench.ringer.ring_all()
        assert not bench.closed(ticket)
        bench.clock.shift = timedelta(minutes=3)
        dog = Watchdog(bench.store, bench.service.channels, sla=timedelta(minutes=15), team="support")
        async with bench.work():
            looking = asyncio.create_task(dog.run(0.5))
            await bench.until(lambda: bench.closed(ticket), "the close after the set-back", patience=90)
            looking.cancel()
        assert [row["amount"] for row in bench.shop.refunds("4710")] == [12900]
        assert len(bench.said(ticket)) == len(set(bench.said(ticket))) == 2


@pytest.mark.timeout(150)
async def test_temporal_set_back_under_a_living_worker_goes_on(
    own: TemporalServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the worker remembers of the run is ahead of its history then, and must not come into it."""
    folder, kept = tmp_path / "world", tmp_path.parent / f"{tmp_path.name}-copy"
    folder.mkdir()
    kept.mkdir()
    async with Bench(folder, own.address, "living") as bench, bench.work():
        ticket, approval = await waiting(bench)
        backed_up(own.db, kept / "own.db")
        settle = bench.store.intents.settle

        def settling(*given: Any, **more: Any) -> bool:
            done = settle(*given, **more)
            own.kill()
            return done

        with monkeypatch.context() as patched:
            patched.setattr(bench.store.intents, "settle", settling)
            await bench.decide(approval)
            await bench.until(lambda: own.pid is None, "the end of the server")
        put_back(tmp_path)
        await own.start()
        assert await bench.ringer.ring_all() == 1
        await bench.until(lambda: bench.closed(ticket), "the close after the set-back", patience=60)
        assert [row["amount"] for row in bench.shop.refunds("4710")] == [12900]
        assert len(bench.said(ticket)) == len(set(bench.said(ticket))) == 2


async def test_a_run_that_was_set_back_to_before_its_flow_asks_nothing_anew(bench: Bench, client: Client) -> None:
    """The move to the flow was made: making it again takes neither the yes back nor what waits for the lead."""
    async with bench.work():
        ticket, approval = await waiting(bench)
    row = bench.row(ticket)
    await client.get_workflow_handle(workflow_id(row)).terminate()
    begun = TicketInput(row.id, row.epoch, bench.project.plans["triage"].to_json())
    await client.start_workflow("triage", begun, id=workflow_id(row), task_queue=bench.queue)
    async with bench.work():
        await bench.until(lambda: len(bench.store.steps.of(row.id)) > 8, "the way to the approval once more")
        assert [one.id for one in bench.open_approvals()] == [approval.id]  # type: ignore[attr-defined]
        await bench.decide(approval)
        await bench.until(lambda: bench.closed(ticket), "the close")
    assert [one["amount"] for one in bench.shop.refunds("4710")] == [12900]
    assert len(bench.said(ticket)) == len(set(bench.said(ticket))) == 2
    assert [one.state for one in bench.store.approvals.of_ticket(row.id)] == ["used"]


async def test_a_client_with_temporal_alone_causes_no_write(bench: Bench, client: Client) -> None:
    """Codec off: a forged plan without gates, a forged position at the call, and the activity by itself."""
    async with bench.work():
        ticket, _ = await waiting(bench)
        row = bench.row(ticket)
        [intent] = bench.store.intents.of_ticket(row.id)
        plan = bench.project.plans["refund"].to_json()
        forged = {**plan, "grants": {"payments.refund": {"tool": "payments.refund"}}}
        at_call = Checkpoint(frames=[Frame("refund/call", "1")], values={"customer": Value("v_none")})
        for number, given in enumerate((forged, plan)):
            handle = await client.start_workflow(
                "refund", TicketInput(row.id, row.epoch, given, at_call), id=f"forged-{number}", task_queue=bench.queue
            )
            with contextlib.suppress(WorkflowFailureError, TimeoutError, RPCError):
                await asyncio.wait_for(handle.result(), 4)
                await handle.terminate()
        work = Work(row.id, row.epoch, row.revision or "", node="refund/call", data={"intent": intent.id})
        with contextlib.suppress(ActivityFailureError, TimeoutError):
            await asyncio.wait_for(
                client.execute_activity(
                    "payments.refund", work, id="alone", task_queue=bench.queue,
                    start_to_close_timeout=timedelta(seconds=5), schedule_to_close_timeout=timedelta(seconds=6),
                ), 8,
            )  # fmt: skip
        asked = [name for name in bench.shop.requests() if name["path"] == "/refunds" and name["method"] == "POST"]
    assert asked == []
    assert bench.shop.refunds("4710") == []
    assert bench.store.intents.get(intent.id).state in ("reserved", "withdrawn")


async def filters(bench: Bench, ticket: int, until: Callable[[dict[str, object]], bool]) -> dict[str, object]:
    """The search attributes of a ticket's newest run, once they are so: a workflow sets them after the store has it."""
    deadline = time.monotonic() + 20
    while True:
        described = await bench.client.get_workflow_handle(workflow_id(bench.row(ticket))).describe()
        found: dict[str, object] = {pair.key.name: pair.value for pair in described.typed_search_attributes}
        if until(found) or time.monotonic() > deadline:
            return found
        await asyncio.sleep(0.1)


async def test_the_temporal_ui_filters_by_whose_turn_it_is(bench: Bench) -> None:
    async with bench.work():
        ticket, approval = await waiting(bench)
        found = await filters(bench, ticket, lambda found: "AwaitingTeam" in found)
        assert (found["TicketState"], found["Category"], found["Team"]) == ("open", "refund", "billing")
        assert found["AwaitingTeam"] == "billing-leads"
        assert isinstance(found["SlaDue"], datetime)
        await bench.decide(approval)
        await bench.until(lambda: bench.closed(ticket), "the close")
        found = await filters(bench, ticket, lambda found: "Outcome" in found)
    assert (found["TicketState"], found["Outcome"]) == ("closed", "solved")
    assert "AwaitingTeam" not in found
    assert bench.row(ticket).awaiting_team is None


async def test_the_temporal_ui_shows_what_people_have(bench: Bench) -> None:
    async with bench.work():
        ticket, _ = await waiting(bench)
        bench.desk.customer_writes(ticket, "Please let me talk to a human")
        await bench.until(lambda: bench.with_people(ticket), "people to have it")
        found = await filters(bench, ticket, lambda found: "Escalated" in found)
    team = bench.row(ticket).owner
    assert (found["TicketState"], found["Escalated"], found["Team"]) == ("handed_off", True, team)
    assert (found["AwaitingTeam"], found["SlaDue"]) == (team, bench.row(ticket).sla_due)
