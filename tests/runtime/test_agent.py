"""The step `agent` through real tickets: a model asks, and everything that it asks for passes the gates of any call."""

from collections.abc import AsyncIterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from engine.models.base import Answer, Call, Job, Request
from engine.models.local import LocalModel
from engine.runtime.server import TemporalServer
from engine.testing.model import ScriptedModel
from tests.runtime import made
from tests.runtime.bench import Bench

EMAIL, POSTCODE = "jonas.weber@example.com", "80331"
FLOW = """
tools:
  customers.match: allow
  orders.get: {only_if: [result.customer_id == customer.id]}
  payments.refund:
    only_if: [order.customer_id == customer.id, 0 < amount <= order.total - order.refunded]
    limit: [1 per order_id]
    confirm: "I will refund {{ amount | money }} for order {{ order_id }}. Shall I?"
    approve: {by: billing-leads, within: 1d, otherwise: escalate}
models: {agent: claude}
steps:
  - verify: [{by: customers.match, with: [email, postcode]}]
  - agent: Do for the customer what can be done.
    tools: [orders.get, payments.refund]
    using: [customer.name]
    gives: {solved: yes_no, why: [broken, late]}
    max: {model_calls: 6, customer_turns: 1, cost: 1 USD}
    as: outcome
  - reply: "{{ outcome.why }}"
  - close: solved
"""
CLAUDE = "models:\n  claude: {use: anthropic, model: claude-sonnet-4-5}\n"
DONE = Answer(calls=(Call("end", "finish", {"solved": True, "why": "broken"}),))


def calls(*asked: tuple[str, dict[str, Any]], cost: str = "0") -> Answer:
    return Answer(calls=tuple(Call(f"{tool}-{at}", tool, given) for at, (tool, given) in enumerate(asked)),
                  cost=Decimal(cost))  # fmt: skip


@pytest.fixture
async def bench(temporal: TemporalServer, tmp_path: Path) -> AsyncIterator[Bench]:
    root = made.project(tmp_path, flow=FLOW)
    settings = root / "engine.yaml"
    settings.write_text(settings.read_text("utf-8").replace("models:\n", CLAUDE, 1), "utf-8")
    async with Bench(tmp_path, temporal.address, f"q-{tmp_path.name}", root=root) as world:
        yield world


class Played:
    """A ticket on which the agent's model answers by a script."""

    def __init__(self, bench: Bench, *script: Answer) -> None:
        self.bench = bench
        self.model = ScriptedModel([(Job.WORK, list(script))])
        local = LocalModel()
        self.worker = bench.work(model=lambda plan, job: self.model if job == "agent" else local)
        made = bench.desk.open_ticket(EMAIL, "Damaged", f"My lamp is damaged. My postcode is {POSTCODE}.")
        self.ticket = int(made["id"])

    async def end(self, answers: Sequence[tuple[str, str]] = ()) -> None:
        self.bench.answers = list(answers)
        async with self.worker:
            for _ in range(2):
                ended = await self.bench.until(self._stands, "an end, or an approval")
                if ended is not True:
                    assert (await self.bench.decide(ended)).status_code == 200

    def _stands(self) -> Any:
        if self.bench.closed(self.ticket) or self.bench.with_people(self.ticket):
            return True
        return next(iter(self.bench.open_approvals()), None)

    @property
    def asked(self) -> list[Request]:
        return self.model.requests

    @property
    def escalated(self) -> str | None:
        return self.bench.row(self.ticket).escalated


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
    root = made.project(
        tmp_path, flow=FLOW.replace("    tools: [orders", "    policy: knowledge/lamps.md\n    tools: [orders")
    )
    settings, policy = root / "engine.yaml", root / "knowledge" / "lamps.md"
    settings.write_text(settings.read_text("utf-8").replace("models:\n", CLAUDE, 1), "utf-8")
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
