"""The step `agent` through real tickets: a model asks, and everything that it asks for passes the gates of any call."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine.models.base import Answer
from engine.runtime.server import TemporalServer
from tests.runtime.agents import DONE, FLOW, Played, calls, project
from tests.runtime.bench import Bench


@pytest.fixture
async def bench(temporal: TemporalServer, tmp_path: Path) -> AsyncIterator[Bench]:
    root = project(tmp_path)
    async with Bench(tmp_path, temporal.address, f"q-{tmp_path.name}", root=root) as world:
        yield world


async def test_it_looks_up_talks_refunds_through_every_gate_and_ends(bench: Bench) -> None:
    played = Played(
        bench,
        calls(("orders.get", {"order_id": "4710"})),
        calls(("write_to_customer", {"text": "Would you like your money back?"})),
        calls(("payments.refund", {"order_id": "4710", "amount": 12900})),
        DONE,
    )
    await played.end([("money back", "Yes, I would"), ("Shall I", "Yes, please")])
    assert bench.closed(played.ticket)
    assert [row["amount"] for row in bench.shop.refunds("4710")] == [12900]
    said = bench.said(played.ticket)
    assert said[0] == "Would you like your money back?"
    assert "129.00" in said[1]
    assert said[2:] == ["broken"]
    first, second, third, last = played.asked
    assert {tool.name for tool in first.tools} == {
        "orders.get", "payments.refund", "write_to_customer", "finish", "hand_over",
    }  # fmt: skip
    assert first.turns == ()
    assert second.turns[0].results["orders.get-0"]["result"]["id"] == "4710"
    assert [one.text for one in third.messages][-1] == "Yes, I would"
    assert "result" in last.turns[2].results["payments.refund-0"]


async def test_an_order_of_somebody_else_is_not_shown_to_it_and_not_refunded(bench: Bench) -> None:
    played = Played(
        bench,
        calls(("orders.get", {"order_id": "4821"}), ("payments.refund", {"order_id": "4821", "amount": 100})),
        DONE,
    )
    await played.end()
    told = played.asked[1].turns[0].results
    assert told["orders.get-0"]["not_done"] == "refused"
    assert told["payments.refund-1"] == {"not_done": "refused", "because": "order.customer_id == customer.id"}
    assert bench.shop.refunds("4821") == []
    assert bench.open_approvals() == []


async def test_what_is_no_call_is_told_and_reaches_no_tool(bench: Bench) -> None:
    played = Played(
        bench,
        calls(("shop.delete", {}), ("orders.get", {"order": "4710"}), ("customers.match", {"email": "a@b.example"})),
        DONE,
    )
    before = len(bench.shop.requests())
    await played.end()
    told = played.asked[1].turns[0].results
    assert [told[name]["not_done"] for name in sorted(told)] == [
        "unknown_tool", "invalid_arguments", "unknown_tool",
    ]  # fmt: skip
    assert [one["path"] for one in bench.shop.requests()[before:]] == ["/customers/match"], "verify alone"


@pytest.mark.parametrize(
    ("script", "because"),
    [
        ([calls(("search", {}))], "exhausted"),
        ([calls(("orders.get", {"order_id": "4710"}))], "exhausted"),
        ([calls(("search", {}), cost="2")], "exhausted"),
        ([calls(("hand_over", {}))], "unsure"),
        ([Answer(finish="refused")], "unsure"),
        ([Answer(text="What is your order?")] * 3, "exhausted"),
    ],
    ids=["calls", "repeats", "cost", "hands_over", "refused", "turns"],
)
async def test_it_ends_with_a_person_where_it_does_not_come_to_an_end(
    bench: Bench, script: list[Answer], because: str
) -> None:
    played = Played(bench, *script)
    await played.end([("What is your order", "4710")])
    assert bench.with_people(played.ticket)
    assert played.escalated == because
    assert len(played.asked) <= 6


async def test_its_words_pass_the_guardrails_of_any_reply(bench: Bench) -> None:
    played = Played(bench, Answer(text="Here is our key: desk-token"), DONE)
    await played.end()
    assert bench.with_people(played.ticket)
    assert not any("desk-token" in text for text in bench.said(played.ticket))


POLICY = "# Broken lamps\n\nA broken lamp is paid back, whatever its age.\n"


async def test_a_policy_is_given_in_full_as_it_was_when_the_ticket_began(
    temporal: TemporalServer, tmp_path: Path
) -> None:
    root = project(tmp_path, FLOW.replace("    tools: [orders", "    policy: knowledge/lamps.md\n    tools: [orders"))
    policy = root / "knowledge" / "lamps.md"
    policy.write_text(POLICY, "utf-8")
    async with Bench(tmp_path, temporal.address, f"q-{tmp_path.name}", root=root) as bench:
        before = bench.store.revisions.active("damage")
        played = Played(
            bench, calls(("orders.get", {"order_id": "4710"})), calls(("write_to_customer", {"text": "Hm?"})), DONE
        )
        changed = False

        async def change() -> None:
            nonlocal changed
            policy.write_text(POLICY + "But not in winter.\n", "utf-8")
            assert bench.project.reload()
            assert [name.partition("@")[0] for name in bench.project.activate(bench.store)] == ["damage"]
            changed = True

        async with played.worker:
            await bench.until(lambda: bench.said(played.ticket), "the question")
            await change()
            bench.answers = [("Hm", "It fell")]
            await bench.until(lambda: bench.closed(played.ticket), "the close")
        assert changed
        assert bench.store.revisions.active("damage") != before
    assert len(played.asked) == 3
    for request in played.asked:
        assert POLICY.strip() in request.instruction
        assert "winter" not in request.instruction
    plan = bench.project.plans["damage"].to_json()
    assert "whatever its age" not in str(plan), "a plan names the text by its digest"
