"""The shop and the platform fail around a refund: money is paid once or not at all, nothing is said twice, and what
nobody can know a person decides."""

import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from engine.runtime.ring import workflow_id
from engine.runtime.server import TemporalServer
from tests.runtime.bench import ROOT, Bench


@pytest.fixture
async def bench(temporal: TemporalServer, tmp_path: Path) -> AsyncIterator[Bench]:
    async with Bench(tmp_path, temporal.address, f"q-{tmp_path.name}") as made:
        yield made


@pytest.fixture
async def keyless(temporal: TemporalServer, tmp_path: Path) -> AsyncIterator[Bench]:
    """A shop that keeps no idempotency keys, as far as the tool's file knows."""
    root = tmp_path / "project"
    root.mkdir()
    for part in ("flows", "tools", "knowledge"):
        shutil.copytree(ROOT / part, root / part)
    shutil.copy(ROOT / "engine.yaml", root)
    file = root / "tools/payments.yaml"
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if "idempotency:" not in line]
    assert len(kept) == len(lines) - 1
    file.write_text("".join(kept), encoding="utf-8")
    async with Bench(tmp_path, temporal.address, f"q-{tmp_path.name}", root=root) as made:
        yield made


async def refunded(bench: Bench, **fault: object) -> int:
    """A refund that is approved while the shop has a fault in store for the call."""
    ticket = bench.refund_ticket()
    [approval] = await bench.until(bench.open_approvals, "the approval")
    bench.shop.fault("/refunds", **fault)
    assert (await bench.decide(approval)).status_code == 200
    await bench.until(lambda: bench.closed(ticket) or bench.with_people(ticket), "the end")
    return ticket


def paid(bench: Bench) -> list[int]:
    return [row["amount"] for row in bench.shop.refunds("4710")]


def notes(bench: Bench, ticket: int) -> list[str]:
    return [comment["body"] for comment in bench.desk.comments(ticket) if not comment["public"]]


@pytest.mark.parametrize("kind", ["status", "drop", "drop_after_work", "status_after_work"])
async def test_an_answer_that_is_lost_is_asked_for_under_the_same_key(bench: Bench, kind: str) -> None:
    async with bench.work():
        ticket = await refunded(bench, kind=kind)
    assert bench.closed(ticket)
    assert paid(bench) == [12900]
    assert len({asked["idempotency_key"] for asked in bench.shop.requests() if asked["path"] == "/refunds"}) == 1
    assert len(bench.said(ticket)) == 2


@pytest.mark.parametrize("kind", ["garbage", "bad_schema"])
async def test_an_answer_that_cannot_be_read_goes_to_a_person(bench: Bench, kind: str) -> None:
    async with bench.work():
        ticket = await refunded(bench, kind=kind)
    assert bench.with_people(ticket)
    assert paid(bench) == [12900]
    assert any("payments.refund" in note for note in notes(bench, ticket))
    assert "A colleague takes over" in bench.said(ticket)[-1]


@pytest.mark.parametrize(("kind", "happened"), [("drop_after_work", True), ("drop", False)])
async def test_without_a_key_nobody_tries_twice(keyless: Bench, kind: str, happened: bool) -> None:
    async with keyless.work():
        ticket = await refunded(keyless, kind=kind)
    assert keyless.with_people(ticket)
    assert paid(keyless) == [12900] * happened
    assert (
        len([asked for asked in keyless.shop.requests() if (asked["method"], asked["path"]) == ("POST", "/refunds")])
        == 1
    )
    [intent] = keyless.store.intents.of_ticket(keyless.row(ticket).id)
    assert (intent.state, intent.counts_as_done) == ("reconciled" if happened else "unknown", happened), (
        "by its read-back"
    )
    assert keyless.row(ticket).escalated == ("write_unreadable" if happened else "write_unknown")
    assert "A colleague takes over" in keyless.said(ticket)[-1]
    assert any("payments.refund" in note for note in notes(keyless, ticket))


async def test_a_write_under_way_comes_to_its_end_before_people_are_told_of_a_conflict(bench: Bench) -> None:
    """Its answer was lost, Temporal is set back, and the order has another amount by then."""
    async with bench.work():
        ticket = bench.refund_ticket()
        [approval] = await bench.until(bench.open_approvals, "the approval")
        bench.shop.fault("/refunds", kind="drop_after_work")
        bench.shop.fault("/refunds", kind="drop", times=100)
        assert (await bench.decide(approval)).status_code == 200
        await bench.until(lambda: paid(bench), "the payment, of which nobody is told")
    bench.shop.clear_faults()
    row = bench.row(ticket)
    [intent] = bench.store.intents.of_ticket(row.id)
    assert intent.state == "sending"
    await bench.client.get_workflow_handle(workflow_id(row)).terminate()
    await bench.ringer.ring_all()
    async with bench.work():
        await bench.until(lambda: bench.with_people(ticket), "people to have it", patience=90)
    assert bench.row(ticket).escalated == "intent_conflict"
    assert bench.store.intents.get(intent.id).state == "done"
    assert paid(bench) == [12900]
    assert "(amount: 129.00 EUR, order_id: 4710): done. DO NOT REPEAT." in notes(bench, ticket)[-1]


async def test_a_shop_that_is_down_is_a_matter_for_people(bench: Bench) -> None:
    bench.shop.fault("/orders/*", kind="status", status=503, times=None)
    bench.shop.fault("/orders", kind="status", status=503, times=None)
    async with bench.work():
        ticket = bench.refund_ticket()
        await bench.until(lambda: bench.with_people(ticket), "a person")
    assert paid(bench) == []
    assert bench.open_approvals() == []


async def test_a_platform_that_is_down_hears_each_text_once_when_it_is_back(bench: Bench) -> None:
    bench.desk.limit_rate("/api/v2/tickets/*", times=2)
    async with bench.work(sending=timedelta(seconds=5)):
        ticket = bench.refund_ticket()
        for kind in ("status", "drop_after_work"):
            bench.desk.fault("/api/v2/tickets/*", method="PUT", kind=kind, status=503)
        [approval] = await bench.until(bench.open_approvals, "the approval")
        for kind in ("drop", "status_after_work"):
            bench.desk.fault("/api/v2/tickets/*", method="PUT", kind=kind)
        await bench.decide(approval)
        await bench.until(lambda: bench.closed(ticket), "the close")
    said = bench.said(ticket)
    assert len(said) == len(set(said)) == 2
    assert paid(bench) == [12900]
    struck = {seen["fault"] for seen in bench.desk.requests()}
    assert struck >= {"status", "drop", "drop_after_work", "status_after_work"}


async def test_a_text_that_the_platform_refuses_for_good_is_a_persons(bench: Bench) -> None:
    """The customer has not read it: the flow does not go on as if they had."""
    async with bench.work():
        ticket = bench.refund_ticket()
        [approval] = await bench.until(bench.open_approvals, "the approval")
        await bench.until(lambda: notes(bench, ticket), "the note to the team")
        bench.desk.fault("/api/v2/tickets/*", method="PUT", kind="status", status=422)
        await bench.decide(approval)
        await bench.until(lambda: bench.with_people(ticket) or bench.closed(ticket), "the end")
    assert bench.with_people(ticket)
    row = bench.row(ticket)
    assert (row.outcome, row.escalated) == (None, "unsent")
    assert paid(bench) == [12900]
    assert any("payments.refund" in note and "DO NOT REPEAT" in note for note in notes(bench, ticket))
