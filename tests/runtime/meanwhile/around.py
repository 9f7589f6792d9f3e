"""A flow that refunds after a yes and an approval, and its tickets at each of these points."""

import asyncio
from typing import Any

from engine.knowledge.base import Passage
from engine.runtime.worker import make_worker
from tests.runtime import bench as benches
from tests.runtime.bench import Bench, NoArticles

ARTICLE = Passage(
    id="p1", text="A refund takes 5 to 7 business days until you see it on your account.", title="Refunds",
    heading="How long does a refund take?", source="refunds.md", collection="policies", language="en", score=0.9,
)  # fmt: skip
TOOLS = """
tools:
  customers.match: allow
  orders.get: {only_if: [result.customer_id == customer.id]}
  payments.refund:
    only_if: [order.customer_id == customer.id, 0 < amount <= order.total - order.refunded]
    limit: [1 per order_id]
    confirm: "I will refund {{ amount | money }} for order {{ order_id }}. Shall I? Please answer yes or no."
    approve: [{by: billing-leads, within: 2d, otherwise: escalate}]
"""
STEPS = """
steps:
  - verify: [{by: customers.match, with: [email, postcode]}]
    otherwise: escalate
  - ask: details
    fields: {order: {one_of: customer.orders, show: "{{ order.number }}", ask: "Which order is this about?"}}
  - tool: orders.get
    with: {order_id: "{{ details.order.id }}"}
    as: order
    otherwise: escalate
  - tool: payments.refund
    with: {order_id: "{{ order.id }}", amount: "{{ order.total - order.refunded }}"}
    as: refund
    otherwise: {declined: [{close: withdrawn}], else: escalate}
  - reply: "{{ refund.amount | money }} are on their way."
AFTER
  - close: solved
knowledge: [policies]
guardrails: [customer-facing]
"""
FLOW = TOOLS + STEPS.replace("AFTER\n", "")
LATER = TOOLS + STEPS.replace("AFTER", "  - wait: [{event: parcel.delivered}, {time: 3d}]")
FIRST = "My lamp is damaged, I want a refund for order 4655 please. My postcode is 28013."


class Library(NoArticles):
    """Knows one article."""

    async def asearch(self, query: str, **how: Any) -> list[Passage]:
        return [ARTICLE]


def work(bench: Bench) -> Any:
    context = benches.light_context(bench.settings, bench.project, bench.store)
    context.library = Library()
    return make_worker(bench.client, context, task_queue=bench.queue)


def write(bench: Bench, text: str = FIRST) -> int:
    return int(bench.desk.open_ticket("ines.garcia@example.com", "Lamp", text)["id"])


async def confirming(bench: Bench, text: str = FIRST) -> int:
    """A ticket whose customer was asked for a yes."""
    ticket = write(bench, text)
    await bench.until(lambda: any("Shall I" in said for said in bench.said(ticket)), "the question for a yes")
    await asyncio.sleep(1.1)  # the platform's clock has seconds, and a yes comes after its question
    return ticket


async def approving(bench: Bench) -> tuple[int, Any]:
    """A ticket that waits for a lead."""
    ticket = await confirming(bench)
    bench.desk.customer_writes(ticket, "Yes, please")
    [approval] = await bench.until(bench.open_approvals, "the approval")
    return ticket, approval


def heard(bench: Bench, ticket: int) -> list[tuple[str | None, str | None]]:
    """Which step took each message of the customer's, and as what: a message that two took would be in neither."""
    rows = bench.store.messages.of_ticket(bench.row(ticket).id)
    return [(m.handled_by, m.meaning) for m in rows if m.kind == "message" and m.author_role == "customer"]


def refunds(bench: Bench) -> list[str]:
    return [number for number in ("4655", "4512") for _ in bench.shop.refunds(number)]


def approvals(bench: Bench, ticket: int) -> list[str]:
    return [row.state for row in bench.store.approvals.of_ticket(bench.row(ticket).id)]


def meanings(bench: Bench, ticket: int) -> list[str | None]:
    return [meaning for _, meaning in heard(bench, ticket)]


async def until_heard(bench: Bench, ticket: int, count: int) -> None:
    await bench.until(
        lambda: len(heard(bench, ticket)) == count and all(by for by, _ in heard(bench, ticket)), "all to be heard"
    )


async def silently(bench: Bench, ticket: int, *texts: str) -> None:
    """The customer's messages, in the store and unheard."""
    for text in texts:
        bench.desk.customer_writes(ticket, text)
        await asyncio.sleep(0)
    await take_in(bench)


async def take_in(bench: Bench) -> None:
    for one in bench.desk.deliveries(bench.seen):
        bench.seen = max(bench.seen, one.seq)
        assert (await bench.post(one.headers, one.body)).status_code == 200
