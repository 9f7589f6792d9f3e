"""At the same moment as an event, or as a team's answer."""

from datetime import timedelta

import pytest

from engine.store import Arrival
from tests.runtime.bench import Bench
from tests.runtime.meanwhile.around import meanings, silently, until_heard, work, write

EVENTS = """
steps:
  - wait:
      - event: parcel.delivered
        where: {order: "4655"}
        then: [{reply: "It is there."}]
      - time: 3d
  - close: solved
guardrails: [customer-facing]
"""


def delivered(bench: Bench, ticket: int, name: str, *texts: str, order: str = "4655", first: bool = True) -> None:
    """The event and the customer's words, in one delivery."""
    row = bench.row(ticket)
    event = Arrival(
        content_id=name, kind="event", event="parcel.delivered", author_role="system", data={"order": order}
    )
    said = [Arrival(content_id=f"{name}-{n}", author_id=row.requester["id"], text=text) for n, text in enumerate(texts)]
    bench.store.messages.ingest(
        "zendesk", str(ticket), [event, *said] if first else [*said, event], subject=None, requester=row.requester,
        owner="support", sla=timedelta(minutes=15),
    )  # fmt: skip
    bench.store.tickets.ring(row.id)


async def waiting(bench: Bench) -> int:
    ticket = write(bench, "My lamp is damaged")
    await bench.until(bench.store.tickets.listing, "the ticket")
    [node] = [node.id for node in bench.project.plans["damage"].nodes.values() if node.kind == "wait"]
    place, row = f"wait:damage/{node}", bench.row(ticket)
    await bench.until(lambda: bench.store.values.named(row.id, 1, place) is not None, "the wait")
    return ticket


@pytest.mark.parametrize("bench", [EVENTS], indirect=True)
@pytest.mark.parametrize(("first", "said", "outcome"), [
    (True, ["It is there."], "withdrawn"), (False, [], "withdrawn"),
])  # fmt: skip
async def test_an_event_and_a_withdrawal_at_once(bench: Bench, first: bool, said: list[str], outcome: str) -> None:
    """In the order in which they came, and neither is lost."""
    async with work(bench):
        ticket = await waiting(bench)
    delivered(bench, ticket, "e-1", "Never mind, forget it", first=first)
    async with work(bench):
        await bench.until(lambda: bench.closed(ticket), "the close")
    assert (bench.said(ticket), bench.row(ticket).outcome) == (said, outcome)
    assert meanings(bench, ticket)[-1] == "withdraws"


@pytest.mark.parametrize("bench", [EVENTS], indirect=True)
async def test_an_event_of_another_order_is_not_waited_for(bench: Bench) -> None:
    async with work(bench):
        ticket = await waiting(bench)
        delivered(bench, ticket, "e-1", "Thank you very much", order="4512")
        await until_heard(bench, ticket, 2)
        assert bench.said(ticket) == []
        delivered(bench, ticket, "e-2")
        await bench.until(lambda: bench.closed(ticket), "the close")
    assert bench.said(ticket) == ["It is there."]


TEAM = """
steps:
  - ask: verdict
    of: billing-leads
    within: 1d
    fields: {fine: {yes_no: true}}
  - reply: "The team has looked at it."
  - close: solved
guardrails: [customer-facing]
"""


@pytest.mark.parametrize("bench", [TEAM], indirect=True)
async def test_a_teams_answer_and_a_withdrawal_at_once(bench: Bench) -> None:
    async with work(bench):
        ticket = write(bench, "My lamp is damaged")
        [row] = await bench.until(bench.store.questions.listing, "the question")
        await bench.until(lambda: bench.row(ticket).awaiting_team, "the wait")
    headers = {"Authorization": f"Bearer {bench.token}"}
    body = {"values": {"fine": True}}
    assert (await bench.http.post(f"/api/questions/{row.id}/answer", json=body, headers=headers)).status_code == 200
    await silently(bench, ticket, "Never mind, forget it")
    async with work(bench):
        await bench.until(lambda: bench.closed(ticket), "the close")
    assert (bench.row(ticket).outcome, bench.said(ticket)) == ("withdrawn", [])
    assert meanings(bench, ticket)[-1] == "withdraws"
    assert bench.store.questions.get(row.id).state == "answered"
