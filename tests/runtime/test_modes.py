"""How far a flow is let: what a mode does not allow is not sent, whatever the flow says, and people have the ticket."""

import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from engine.runtime.rollout import drawn, mode_of
from engine.runtime.server import TemporalServer
from engine.store import TicketRow
from tests.runtime.bench import ROOT, Bench


@pytest.fixture
async def bench(request: pytest.FixtureRequest, temporal: TemporalServer, tmp_path: Path) -> AsyncIterator[Bench]:
    """The sample shop, with this for its rollout."""
    root = tmp_path / "project"
    shutil.copytree(ROOT / "flows", root / "flows")
    for part in ("tools", "knowledge"):
        shutil.copytree(ROOT / part, root / part)
    defaults = f"\ndefaults: {{rollout: {request.param}}}\n"
    (root / "engine.yaml").write_text((ROOT / "engine.yaml").read_text("utf-8") + defaults, "utf-8")
    async with Bench(tmp_path, temporal.address, f"q-{tmp_path.name}", root=root) as made:
        yield made


def asked_of_shop(bench: Bench) -> set[str]:
    return {asked["path"] for asked in bench.shop.requests()}


def written_on_platform(bench: Bench) -> list[str]:
    return [asked["method"] for asked in bench.desk.requests() if asked["method"] != "GET"]


def notes(bench: Bench, ticket: int) -> list[str]:
    return [comment["body"] for comment in bench.desk.comments(ticket) if not comment["public"]]


@pytest.mark.parametrize("bench", ["{mode: shadow}"], indirect=True)
async def test_a_shadow_reads_and_is_seen_by_nobody(bench: Bench) -> None:
    async with bench.work():
        ticket = bench.refund_ticket()
        await bench.pump()
        await bench.until(lambda: bool(bench.store.handoffs.of_ticket(bench.row(ticket).id)), "the end of its way")
    row = bench.row(ticket)
    assert row.mode == "shadow"
    assert written_on_platform(bench) == []
    assert asked_of_shop(bench) <= {"/customers/match", "/orders/4710"}
    assert {one.state for one in bench.store.outbound.of_ticket(row.id)} <= {"reserved", "withdrawn", "not_sent"}
    assert row.owner
    assert row.next_due is not None


@pytest.mark.parametrize("bench", ["{mode: suggest}", "{mode: live, share: 0%}"], indirect=True)
async def test_a_suggestion_is_for_people_alone(bench: Bench) -> None:
    async with bench.work():
        ticket = bench.refund_ticket()
        await bench.until(lambda: bench.with_people(ticket), "people to have it")
    assert bench.row(ticket).mode == "suggest"
    assert bench.said(ticket) == []
    assert len(notes(bench, ticket)) == 1
    assert "/refunds" not in asked_of_shop(bench)


@pytest.mark.parametrize("bench", ["{mode: read_only}"], indirect=True)
async def test_read_only_answers_and_leaves_the_write_to_people(bench: Bench) -> None:
    async with bench.work():
        ticket = bench.refund_ticket()
        await bench.until(lambda: bench.with_people(ticket), "people to have it")
    row = bench.row(ticket)
    [intent] = bench.store.intents.of_ticket(row.id)
    assert (row.escalated, intent.state) == ("not_live", "withdrawn")
    assert bench.store.approvals.of_ticket(row.id) == [], "nobody decides what will not be done"
    assert not any("yes or no" in text for text in bench.said(ticket)), "nor is the customer asked"
    assert "129.00 EUR" in notes(bench, ticket)[0], "what was meant is in the package"
    assert bench.shop.refunds("4710") == []


@pytest.mark.parametrize("bench", ["{mode: live, share: 100%}"], indirect=True)
async def test_a_share_is_of_customers_and_is_drawn_once_for_each(bench: Bench) -> None:
    ticket = bench.refund_ticket()
    await bench.pump()
    one = bench.row(ticket)
    many = [replace(one, id=f"t_{n}", external_id=str(n), requester={"id": str(n)}) for n in range(2000)]
    within = [row for row in many if _mode(row, 25) == "live"]
    assert 400 < len(within) < 600
    assert {_mode(row, 40) for row in within} == {"live"}, "a larger share has those of the smaller one"
    assert {drawn(replace(row, id="t_x", external_id="9")) == drawn(row) for row in many} == {True}
    assert {_mode(row, 0) for row in many} == {"suggest"}
    assert {_mode(row, 100) for row in many} == {"live"}
    assert mode_of({"mode": "shadow", "share": "0"}, one) == "shadow"


def _mode(row: TicketRow, share: int) -> str:
    return mode_of({"mode": "live", "share": str(share)}, row)
