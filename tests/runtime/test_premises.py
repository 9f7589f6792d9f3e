"""Contents that stay on the premises, held by the activities: a worker whose engine.yaml has changed since the ticket's
plan was pinned reaches neither an embedder, nor an index, nor a tool, nor a channel elsewhere."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from engine.knowledge.base import Passage
from engine.runtime.server import TemporalServer
from tests.runtime.bench import Bench, NoArticles
from tests.runtime.test_hosted import EMAIL, on_premises


class Asked(NoArticles):
    """A knowledge that keeps what it was asked."""

    def __init__(self) -> None:
        self.queries: list[str] = []

    async def asearch(self, query: str, **how: Any) -> list[Passage]:
        self.queries.append(query)
        return []


def handed_over(bench: Bench, number: int) -> bool:
    """In the store: there is no platform here that may be told."""
    row = bench.store.tickets.find("zendesk", str(number))
    return row is not None and bool(bench.store.handoffs.of_ticket(row.id))


@pytest.fixture
async def bench(temporal: TemporalServer, tmp_path: Path) -> AsyncIterator[Bench]:
    queue = f"q-{tmp_path.name}"
    async with Bench(tmp_path, temporal.address, queue, root=on_premises(tmp_path)) as running:
        yield running


async def test_nothing_that_is_elsewhere_today_is_reached(bench: Bench) -> None:
    knowledge, there = Asked(), bench.project.premises
    assert there.embedder
    assert there.articles
    assert "zendesk" in there.channels
    assert {"customers.match", "orders.get", "payments.refund"} <= there.tools
    async with bench.work(library=knowledge):
        bench.project.premises = there._replace(embedder=False)
        asks = bench.desk.open_ticket(EMAIL, "Shipping", "Hello, do you ship to Austria?")["id"]
        await bench.until(lambda: bench.with_people(asks), "a person in place of the embedder")
        assert bench.row(asks).escalated == "failed:leaves_premises"
        assert knowledge.queries == []

        bench.project.premises = there._replace(articles=False)
        kept = bench.desk.open_ticket(EMAIL, "Shipping", "Hello, do you ship to Norway?")["id"]
        await bench.until(lambda: bench.with_people(kept), "a person in place of the articles")
        assert bench.row(kept).escalated == "failed:leaves_premises"
        assert knowledge.queries == []

        bench.project.premises = there._replace(tools=there.tools - {"payments.refund"})
        refund = bench.refund_ticket()
        await bench.until(lambda: bench.with_people(refund), "a person in place of the write")
        [intent] = bench.store.intents.of_ticket(bench.row(refund).id)
        assert (intent.state, intent.because) == ("refused", "leaves the premises: payments.refund")
        assert bench.shop.refunds("4710") == []
        assert bench.open_approvals() == []

        bench.project.premises = there._replace(tools=there.tools - {"customers.match"})
        matched = bench.refund_ticket()
        await bench.until(lambda: bench.with_people(matched), "a person in place of the read")
        assert bench.row(matched).escalated == "failed:leaves_premises"

        bench.project.premises = there._replace(channels=frozenset())
        heard = bench.desk.open_ticket(EMAIL, "Where is it", "Where is the parcel of order 4710?")["id"]
        await bench.until(lambda: handed_over(bench, heard), "a person in place of a reply")
        assert bench.said(heard) == []
        assert len(bench.desk.comments(heard)) == 1, "nor is there a note"
