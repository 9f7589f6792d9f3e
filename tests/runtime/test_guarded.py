"""What the engine wants to say and a guardrail holds back: through real tickets, with the real checks."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from engine.runtime.context import Context
from engine.runtime.server import TemporalServer
from engine.runtime.worker import make_worker
from tests.runtime import bench as benches
from tests.runtime import made
from tests.runtime.bench import Bench

HEAD = "guardrails: [customer-facing, {no_commitments: {allow: [refund]}}]\n"
ECHO = (
    HEAD
    + """
steps:
  - reply: "You wrote: {{ ticket.question }}"
  - close: solved
"""
)
TAKEOVER = "A colleague takes over"


def context(bench: Bench, **more: Any) -> Context:
    """Of a worker, with the project's own guardrails; without articles."""
    light = benches.light_context(bench.settings, bench.project, bench.store)
    light.guard = bench.project.guard
    for name, value in more.items():
        setattr(light, name, value)
    return light


def work(bench: Bench, **more: Any) -> Any:
    return make_worker(bench.client, context(bench, **more), task_queue=bench.queue)


@pytest.fixture
async def bench(temporal: TemporalServer, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Bench]:
    root = made.project(tmp_path, flow=request.param)
    async with Bench(tmp_path, temporal.address, f"q-{tmp_path.name}", root=root) as running:
        yield running


def write(bench: Bench, text: str) -> int:
    return int(bench.desk.open_ticket("jonas.weber@example.com", "Lamp", text)["id"])


def everything(bench: Bench, ticket: int) -> str:
    """All that anybody can read on the platform but what the customer wrote."""
    requester = bench.desk.ticket(ticket)["requester_id"]
    return "\n".join(c["body"] for c in bench.desk.comments(ticket) if c["author_id"] != requester)


def note(bench: Bench, ticket: int) -> str:
    [found] = [c["body"] for c in bench.desk.comments(ticket) if not c["public"]]
    return str(found)


async def held_back(bench: Bench, ticket: int, check: str, **more: Any) -> None:
    """The customer reads nothing of it; a person has the ticket, with the reason."""
    async with work(bench, **more):
        await bench.until(lambda: bench.with_people(ticket), "people to have it")
        await bench.until(lambda: bench.said(ticket), "the word to the customer")
    assert [text.split(" takes")[0] for text in bench.said(ticket)] == ["Thank you for writing. A colleague"]
    assert (bench.row(ticket).escalated or "").split(":")[0] == "blocked"
    assert "A guardrail held back what the engine wanted to say" in note(bench, ticket)
    assert check in note(bench, ticket)
    sent = [row for row in bench.store.outbound.of_ticket(bench.row(ticket).id) if row.kind == "reply"]
    assert [TAKEOVER in row.content["text"] for row in sent] == [True], "what was blocked was not even written down"


@pytest.mark.parametrize("bench", [ECHO], indirect=True)
async def test_a_reply_that_is_fine_is_sent(bench: Bench) -> None:
    ticket = write(bench, "My lamp is damaged")
    async with work(bench):
        await bench.until(lambda: bench.closed(ticket), "the close")
    assert bench.said(ticket) == ["You wrote: My lamp is damaged"]


@pytest.mark.parametrize("bench", [ECHO], indirect=True)
async def test_a_card_number_is_not_sent_back(bench: Bench) -> None:
    ticket = write(bench, "My lamp is damaged, I paid with 4111 1111 1111 1111")
    await held_back(bench, ticket, "no_card_numbers")
    assert [row.outcome for row in bench.store.steps.of(bench.row(ticket).id) if row.kind == "reply"] == ["blocked"]


WITHOUT = ECHO.replace(HEAD, "guardrails: [{length: {max: 900}}]\n")


@pytest.mark.parametrize("bench", [ECHO, WITHOUT, ECHO.replace(HEAD, "")], indirect=True)
@pytest.mark.parametrize("token", ["shop-token", "c2hvcC10b2tlbg", "hook-secret"])
async def test_a_secret_of_a_tool_never_leaves(bench: Bench, token: str) -> None:
    """Whatever the flow has chosen: a reply is held back, and the note for people has it blotted out."""
    ticket = write(bench, f"My lamp is damaged, and I found {token} in your page")
    await held_back(bench, ticket, "secrets")
    assert token not in everything(bench, ticket)
    assert "I found [secret]" in note(bench, ticket)
    assert "127.0.0.1" not in bench.project.secrets(bench.settings.secrets).values(), "an address is none"


REPLY = (
    HEAD
    + """
steps:
  - ask: details
    fields: {claim: {money: EUR, ask: "How much was it?"}}
  - set: twice
    to: "{{ details.claim * 2 }}"
  - reply: "%s"
  - close: solved
"""
)


@pytest.mark.parametrize(
    "bench", [REPLY % "We will refund {{ details.claim | money }}.", REPLY % "That makes {{ twice | money }}."],
    indirect=True,
)  # fmt: skip
async def test_an_amount_that_only_the_customer_named_is_not_confirmed(bench: Bench) -> None:
    await held_back(bench, write(bench, "My lamp is damaged, it was 129 EUR"), "no_commitments")


@pytest.mark.parametrize("bench", [REPLY % "Shipping costs 4.90 EUR."], indirect=True)
async def test_an_amount_that_the_flows_author_wrote_is_said(bench: Bench) -> None:
    ticket = write(bench, "My lamp is damaged, it was 129 EUR")
    async with work(bench):
        await bench.until(lambda: bench.closed(ticket), "the close")
    assert bench.said(ticket) == ["Shipping costs 4.90 EUR."]


TOOL = (
    HEAD
    + """
tools:
  customers.match: allow
  orders.get: {only_if: [result.customer_id == customer.id]}
steps:
  - verify: [{by: customers.match, with: [email, postcode]}]
    otherwise: escalate
  - ask: details
    fields: {order: {one_of: customer.orders, show: "{{ order.number }}", ask: "Which order is this about?"}}
  - tool: orders.get
    with: {order_id: "{{ details.order.id }}"}
    as: order
    otherwise: escalate
  - reply: "You paid {{ order.total | money }} for order {{ details.order.number }}."
  - close: solved
"""
)


@pytest.mark.parametrize("bench", [TOOL], indirect=True)
async def test_an_amount_of_a_tool_is_said(bench: Bench) -> None:
    ticket = write(bench, "My lamp of order 4710 is damaged. My postcode is 80331.")
    async with work(bench):
        await bench.until(lambda: bench.closed(ticket), "the close")
    assert bench.said(ticket) == ["You paid €129.00 for order 4710."]


QUESTION = (
    "guardrails: [{topics: {words: [lamp]}}]\n"
    + """
steps:
  - ask: details
    fields: {colour: {text: true, ask: "Which colour has the lamp?"}}
  - close: solved
"""
)


@pytest.mark.parametrize("bench", [QUESTION], indirect=True)
async def test_a_question_that_is_held_back_goes_to_a_person_too(bench: Bench) -> None:
    await held_back(bench, write(bench, "It is damaged, the glass has a crack"), "topics")
    [row] = bench.store.tickets.listing()
    assert row.escalated == "blocked:topics"


@pytest.mark.parametrize("bench", [ECHO], indirect=True)
async def test_a_guard_that_cannot_be_had_holds_everything_back(bench: Bench) -> None:
    from engine.guardrails.registry import guard

    ticket = write(bench, "My lamp is damaged")
    async with work(bench, guard=lambda plan: guard(["no_such_check"])):
        await bench.until(lambda: bench.with_people(ticket), "people to have it")
    assert "You wrote" not in everything(bench, ticket)
    assert bench.row(ticket).escalated == "blocked"
