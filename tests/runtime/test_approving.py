"""Approvals as people use them, through real tickets: edited, handed back, passed on, turned down again and again."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from engine.runtime.activities import writing
from engine.runtime.server import TemporalServer
from tests.runtime import made
from tests.runtime.bench import ROOT, Bench

OMAR, MIRA = "omar@northwind.example", "mira@northwind.example"


@pytest.fixture
async def bench(temporal: TemporalServer, tmp_path: Path) -> AsyncIterator[Bench]:
    async with Bench(tmp_path, temporal.address, f"q-{tmp_path.name}") as running:
        yield running


async def waiting(bench: Bench) -> tuple[int, Any]:
    """A refund of 129.00 that waits for a lead; the customer will say yes as often as they are asked."""
    ticket = bench.refund_ticket()
    bench.answers = [("yes or no", "Yes, please")] * 3
    [approval] = await bench.until(bench.open_approvals, "the approval")
    return ticket, approval


async def edit(bench: Bench, approval: Any, **arguments: str) -> httpx.Response:
    return await bench.decide(approval, "edit", arguments=arguments)


def paid(bench: Bench) -> list[int]:
    return [refund["amount"] for refund in bench.shop.refunds("4710")]


async def test_an_edited_amount_is_asked_of_the_customer_and_paid_once(bench: Bench) -> None:
    async with bench.work():
        ticket, approval = await waiting(bench)
        answer = await edit(bench, approval, amount="40")
        assert (answer.status_code, answer.json()["outcome"], answer.json()["edited_version"]) == (200, "edited", 2)
        await bench.until(lambda: bench.closed(ticket), "the close")
    assert paid(bench) == [4000]
    said = bench.said(ticket)
    assert ["129.00" in said[0], "40.00" in said[1], "40.00 are on their way" in said[2], len(said)] == [True] * 3 + [3]
    row = bench.row(ticket)
    [intent] = bench.store.intents.of_ticket(row.id)
    assert (intent.state, intent.version) == ("done", 2)
    assert [a.state for a in bench.store.approvals.of_ticket(row.id)] == ["superseded"], "40 needs nobody's approval"
    assert [c.state for c in bench.store.consents.of_intent(intent.id)] == ["superseded", "used"]
    [note] = bench.store.approvals.decisions_of(row.id)
    assert (note.outcome, note.changes, note.via) == ("edited", {"amount": ["129.00 EUR", "40.00 EUR"]}, "api")
    assert note.shown["told"] == said[0], "the approver saw what the customer was asked"
    assert note.shown["then"].startswith("{{ refund.amount | money }} are on their way back"), "and what comes of a yes"
    assert note.shown["if_rejected"] == "A person takes the ticket over."
    assert note.shown["arguments"]["amount"] == "129.00 EUR"


async def test_an_edit_that_still_needs_a_person_is_decided_anew(bench: Bench) -> None:
    async with bench.work():
        ticket, approval = await waiting(bench)
        assert (await edit(bench, approval, amount="100.00 EUR")).status_code == 200
        stale = await bench.decide(approval)
        assert (stale.status_code, stale.json()["error"]) == (409, "changed")
        [second] = await bench.until(bench.open_approvals, "the next version's approval")
        assert (second.version, second.shown["arguments"]["amount"]) == (2, "100.00 EUR")
        assert second.shown["edited_by"] == "lena@northwind.example"
        bench.token = bench.store.people.mint(OMAR)
        assert (await bench.decide(second)).status_code == 200
        await bench.until(lambda: bench.closed(ticket), "the close")
    assert paid(bench) == [10000]


NO_EDITS: list[tuple[dict[str, str], str, str]] = [
    ({"amount": "500"}, "edit_refused", "0 < amount <= order.total - order.refunded"),
    ({"amount": "0"}, "edit_refused", "0 < amount <= order.total - order.refunded"),
    ({"amount": "129"}, "edit_unchanged", ""),
    ({"amount": "40 USD"}, "invalid", "an amount in EUR"),
    ({"amount": "{{ 40 }}"}, "invalid", "an amount in EUR"),
    ({"amount": "40.001"}, "invalid", "an amount in EUR"),
    ({"order_id": "4821"}, "invalid", "may not be changed"),
]


async def test_what_is_no_edit_changes_nothing(bench: Bench) -> None:
    """One ticket for all of them: each leaves it as it was."""
    async with bench.work():
        _, approval = await waiting(bench)
        for arguments, error, says in NO_EDITS:
            answer = await edit(bench, approval, **arguments)
            assert (answer.status_code, answer.json()["error"]) == (422, error), answer.json()
            assert says in answer.text
        row = bench.store.approvals.get(approval.id)
        assert (row.state, bench.store.intents.get(row.intent_id).version) == ("open", 1)
        assert paid(bench) == []


async def test_handed_back_a_person_has_it_with_the_package(bench: Bench) -> None:
    async with bench.work():
        ticket, approval = await waiting(bench)
        answer = await bench.decide(approval, "hand_back", reason="he called us")
        assert (answer.status_code, answer.json()["outcome"]) == (200, "handed_back")
        assert bench.row(ticket).state == "handed_off", "before any worker has looked"
        await bench.until(lambda: bench.with_people(ticket), "people to have it")
    note = next(c["body"] for c in bench.desk.comments(ticket) if "Handed over" in c["body"])
    assert "lena@northwind.example handed back (version 1): he called us" in note
    [write] = [line for line in note.splitlines() if line.startswith("- payments.refund (")]
    assert "129.00 EUR" in write
    assert write.endswith("): withdrawn (left). It was not sent.")
    assert paid(bench) == []


LINE = "within: 2 business days, otherwise: escalate}"
THEN = "within: 2 business days, otherwise: {by: billing, within: 1 business day, otherwise: escalate}}"


async def test_a_line_that_nobody_decides_passes_to_the_next_team(temporal: TemporalServer, tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    for part in ("flows", "tools", "knowledge"):
        shutil.copytree(ROOT / part, root / part)
    shutil.copy(ROOT / "engine.yaml", root / "engine.yaml")
    flow = (root / "flows" / "refund.yaml").read_text("utf-8")
    assert LINE in flow
    (root / "flows" / "refund.yaml").write_text(flow.replace(LINE, THEN), "utf-8")
    async with Bench(tmp_path, temporal.address, f"q-{tmp_path.name}", root=root) as bench, bench.work():
        ticket, approval = await waiting(bench)
        bench.clock.shift = approval.expires_at - bench.store.now() + timedelta(seconds=1)
        bench.store.tickets.ring(bench.row(ticket).id)
        passed = await bench.until(lambda: bench.store.approvals.listing(team="billing"), "the next team's turn")
        assert [(row.id, row.rank) for row in passed] == [(approval.id, 1)]
        assert bench.store.now() < passed[0].expires_at
        asked = [c["body"] for c in bench.desk.comments(ticket) if "by billing is needed" in c["body"]]
        await bench.until(lambda: bench.row(ticket).awaiting_team == "billing", "the team that is awaited")
        assert len(asked) <= 1
        late = await bench.decide(approval)
        assert late.status_code == 403, "the leads had their time"
        bench.token = bench.store.people.mint(MIRA)
        assert (await bench.decide(approval)).status_code == 200
        await bench.until(lambda: bench.closed(ticket), "the close")
        assert paid(bench) == [12900]


AGAIN = """
tools:
  customers.match: allow
  orders.get: {only_if: [result.customer_id == customer.id]}
  payments.refund:
    only_if: [order.customer_id == customer.id, 0 < amount <= order.total - order.refunded]
    limit: [1 per order_id]
    confirm: no
    approve: [{by: billing-leads, within: 2 business days, otherwise: escalate}]
steps:
  - verify: [{by: customers.match, with: [email, postcode]}]
    otherwise: escalate
  - tool: orders.get
    with: {order_id: "4710"}
    as: order
  - repeat: 5
    until: ticket.question == 'never'
    do:
      - tool: payments.refund
        with: {order_id: "4710", amount: "{{ order.total }}"}
        as: paid
        otherwise: {rejected: next, else: escalate}
    otherwise: {exhausted: escalate}
  - close: denied
"""


async def test_the_same_write_after_two_noes_goes_to_a_person(temporal: TemporalServer, tmp_path: Path) -> None:
    steps = AGAIN
    async with Bench(
        tmp_path, temporal.address, f"q-{tmp_path.name}", root=made.project(tmp_path, flow=steps)
    ) as bench:
        async with bench.work():
            ticket = int(bench.desk.open_ticket(
                "jonas.weber@example.com", "Lamp", "My lamp is damaged. My postcode is 80331."
            )["id"])  # fmt: skip
            for _ in range(2):
                [approval] = await bench.until(bench.open_approvals, "an approval")
                assert (await bench.decide(approval, "reject")).status_code == 200
            await bench.until(lambda: bench.with_people(ticket), "people to have it")
        row = bench.row(ticket)
        assert row.escalated == "rejected_again"
        assert [a.state for a in bench.store.approvals.of_ticket(row.id)] == ["rejected", "rejected"]
        assert {i.state for i in bench.store.intents.of_ticket(row.id)} == {"withdrawn"}


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "_HELD", 0.5)


async def test_held_writes_wait_and_go_on_when_a_person_lifts_it(bench: Bench, soon: None) -> None:
    async with bench.work():
        ticket, approval = await waiting(bench)
        bench.store.meta.restored(by="root")
        assert (await bench.decide(approval)).status_code == 200
        await asyncio.sleep(2)
        assert (paid(bench), bench.row(ticket).state) == ([], "open"), "nobody is refused for that"
        bench.store.meta.checked(by="ana", compared=0, differ=0)
        assert bench.store.meta.lift(by="ana", reason="compared") == "lifted"
        await bench.until(lambda: bench.closed(ticket), "the close")
    assert paid(bench) == [12900]


async def test_a_lowered_mode_leaves_the_write_to_people(bench: Bench) -> None:
    """Nobody is refused either: the customer is told of no refusal that no gate of the flow made."""
    async with bench.work():
        ticket, approval = await waiting(bench)
        bench.store.tickets.lower_mode(bench.row(ticket).id, "read_only")
        assert (await bench.decide(approval)).status_code == 200
        await bench.until(lambda: bench.with_people(ticket), "people to have it")
    assert bench.row(ticket).escalated == "not_live"
    assert paid(bench) == []
    assert not any("refund you" in text for text in bench.said(ticket)[1:])


async def test_a_revoked_tool_asks_nobody(bench: Bench) -> None:
    """Neither the customer nor a lead decides what may not be done; reads are revoked too."""
    bench.store.revocations.revoke("payments.refund", "root", "audit")
    async with bench.work():
        ticket = bench.refund_ticket()
        await bench.until(lambda: bench.with_people(ticket) or bench.closed(ticket), "an end")
    assert bench.store.approvals.of_ticket(bench.row(ticket).id) == []
    assert not any("yes or no" in text for text in bench.said(ticket))
    assert paid(bench) == []


async def test_a_revoked_read_is_not_called(bench: Bench) -> None:
    bench.store.revocations.revoke("orders.get", "root", "leak")
    async with bench.work():
        ticket = bench.refund_ticket()
        await bench.until(lambda: bench.with_people(ticket) or bench.closed(ticket), "an end")
    assert not [one for one in bench.shop.requests() if one["path"].startswith("/orders/")]
