"""`switch`, `each`, `repeat` and `judge` through real tickets."""

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import httpx
import pytest
from temporalio.client import Client

from engine.plan import Node, Plan
from engine.runtime.input import Checkpoint, TicketInput
from engine.runtime.ring import workflow_id
from engine.runtime.run.ticket import Ticket
from engine.runtime.server import TemporalServer
from tests.runtime import made
from tests.runtime.bench import Bench

EMAIL, POSTCODE = "chloe.lefevre@example.com", "52425"
"""A customer with seven orders."""
VERIFY = """
tools:
  customers.match: allow
{tools}
steps:
  - verify: [{by: customers.match, with: [email, postcode]}]
"""
ORDERS = "  orders.get: {only_if: [result.customer_id == customer.id]}"
EACH = """
  - each: one
    in: customer.orders
    most: 50
    do:
      - tool: orders.get
        with: {order_id: "{{ one.id }}"}
        as: seen
        otherwise: {refused: escalate, else: escalate}
      - switch: seen.status
        cases:
          delivered:
            - set: word
              to: "{{ one.id }} is there"
        else:
          - set: word
            to: "{{ one.id }} is not there yet"
    gives: "{{ word }}"
    as: words
  - reply: "Orders: {{ words | join('; ') }}"
  - close: solved
"""
REPEAT = """
  - repeat: 3
    until: said.more == 'stop'
    do:
      - ask: said
        fields: {more: {one_of: [go, stop], ask: "Say go or stop, please."}}
    otherwise: {exhausted: [{reply: "That is enough."}, {close: denied}]}
  - reply: "It has stopped."
  - close: solved
"""
JUDGE = """
  - reply: "What do you need?"
  - wait: [{reply: any}]
  - judge: Is something broken, or is the customer asking for an invoice?
    answers:
      broken: ["It arrived damaged", "The lamp is broken", "The glass is cracked", "It does not work any more"]
      invoice: ["I need an invoice", "Please send me the bill again", "Can I have a receipt?", "Where is my invoice?"]
    threshold: {threshold}
    as: verdict
    otherwise: {unsure: [{reply: "Not sure."}, {close: denied}]}
  - switch: verdict
    cases:
      broken: [{reply: "It is broken."}]
      invoice: [{reply: "Here is your invoice."}]
  - close: solved
"""


@pytest.fixture
async def bench(temporal: TemporalServer, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Bench]:
    tools = ORDERS if "orders.get" in request.param else ""
    root = made.project(tmp_path, flow=VERIFY.replace("{tools}", tools) + request.param)
    async with Bench(tmp_path, temporal.address, f"q-{tmp_path.name}", root=root) as running:
        yield running


def write(bench: Bench, text: str) -> int:
    text = f"{text} My postcode is {POSTCODE}."
    return int(bench.desk.open_ticket(EMAIL, "Lamp", text)["id"])


def said(bench: Bench, ticket: int, count: int) -> bool:
    return len(bench.said(ticket)) == count


def orders_of(bench: Bench) -> list[dict[str, str]]:
    given = {"email": EMAIL, "postcode": POSTCODE}
    headers = {"Authorization": "Bearer shop-token"}
    found = httpx.post(f"{bench.shop.url}/customers/match", json=given, headers=headers).json()["orders"]
    assert len(found) > 2, "a loop that goes round"
    return list(found)


@pytest.mark.parametrize("bench", [EACH], indirect=True)
async def test_each_order_is_looked_at_once_and_what_each_gives_is_kept(bench: Bench) -> None:
    async with bench.work():
        ticket = write(bench, "My lamp is damaged.")
        await bench.until(lambda: bench.closed(ticket) or bench.with_people(ticket), "the close")
    orders = {row["id"]: row["status"] for row in orders_of(bench)}
    [told] = bench.said(ticket)
    assert told == "Orders: " + "; ".join(
        f"{number} is {'there' if status == 'delivered' else 'not there yet'}" for number, status in orders.items()
    )
    asked = [one["path"] for one in bench.shop.requests() if one["path"].startswith("/orders/")]
    assert asked == [f"/orders/{number}" for number in orders]
    assert len({step.iteration for step in bench.store.steps.of(bench.row(ticket).id) if step.kind == "read"}) == len(
        orders
    )


@pytest.mark.parametrize("bench", [EACH.replace("most: 50", "most: 2")], indirect=True)
async def test_a_list_that_is_too_long_is_not_begun(bench: Bench) -> None:
    async with bench.work():
        ticket = write(bench, "My lamp is damaged.")
        await bench.until(lambda: bench.with_people(ticket), "people to have it")
    assert bench.row(ticket).escalated == "too_many"
    assert not [one for one in bench.shop.requests() if one["path"].startswith("/orders/")]


@pytest.mark.parametrize("bench", [REPEAT], indirect=True)
@pytest.mark.parametrize(("words", "last"), [(["go", "stop"], "It has stopped."), (["go"] * 3, "That is enough.")])
async def test_repeat_ends_when_it_holds_or_after_so_many(bench: Bench, words: list[str], last: str) -> None:
    """The worker is another one for each round: where a loop stands outlives it."""
    ticket = write(bench, "My lamp is damaged.")
    for number, word in enumerate(words, 1):
        async with bench.work():
            await bench.until(partial(said, bench, ticket, number), "the question")
        bench.desk.customer_writes(ticket, word)
    async with bench.work():
        await bench.until(lambda: bench.closed(ticket), "the close")
    assert bench.said(ticket)[-1] == last


@pytest.mark.parametrize(
    ("bench", "text", "told"),
    [
        (JUDGE.replace("{threshold}", "0.6"), "The lamp arrived broken, the glass is cracked.", "It is broken."),
        (JUDGE.replace("{threshold}", "0.6"), "Please send me the bill again.", "Here is your invoice."),
        (JUDGE.replace("{threshold}", "1"), "The lamp arrived broken.", "Not sure."),
        (JUDGE.replace("{threshold}", "0.6"), "Do you sell garden chairs?", "Not sure."),
    ],
    indirect=["bench"],
)
async def test_a_judgement_below_its_threshold_is_none(bench: Bench, text: str, told: str, client: Client) -> None:
    async with bench.work():
        ticket = write(bench, "My lamp is damaged.")
        await bench.until(lambda: len(bench.said(ticket)) == 1, "the question")
        bench.desk.customer_writes(ticket, text)
        await bench.until(lambda: bench.closed(ticket), "the close")
    assert bench.said(ticket)[1:] == [told]
    handle = client.get_workflow_handle(workflow_id(bench.row(ticket)))
    history = b"".join([event.SerializeToString() async for event in handle.fetch_history_events()])
    assert POSTCODE.encode() not in history, "contents stay in the store"


def test_who_asks_again_begins_a_loop_anew_that_is_over() -> None:
    plan = Plan("damage", "a", {}, "support").to_json()
    ticket = Ticket(TicketInput("t_1", 1, plan, Checkpoint(loops={"b": {"at": 0}, "b/do/c": {"at": 2}})))
    assert ticket.entrance("a") == "a"
    assert ticket.entrance("b/do/ask") == "b/do/ask"
    assert ticket.entrance("b/do/c/do/ask") == "b/do/c/do/ask"
    assert ticket.entrance("b/do/other/do/ask") == "b/do/other"
    assert ticket.entrance("gone/do/c/do/ask") == "gone"
    nodes = {name: ticket.goes_round(Node(name, "ask")) for name in ("a", "b/do/ask", "b/do/c/do/ask", "x/do/b/do/ask")}
    assert nodes == {"a": False, "b/do/ask": False, "b/do/c/do/ask": True, "x/do/b/do/ask": False}
