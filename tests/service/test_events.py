"""Events of other systems: who may post them, what they have to hold, and what is on disk after a 2xx."""

from typing import Any

import httpx
import pytest

from tests.golden.case import BASE, checked
from tests.service.conftest import World, a_ticket

FLOW = """
start:
  event:
    name: shipment.delayed
    with: {order: text, days: integer, worth: money EUR, due: date, seen: datetime, lost: yes_no, parcels: list of text}
    opens: desk
steps:
  - reply: "Order {{ event.order }} is late."
  - wait: [{event: parcel.found}, {time: 3d}]
  - close: solved
"""
OWN = """
start: {event: stock.low}
steps:
  - wait: [{event: ticket.solved}, {time: 3d}]
  - close: solved
"""
SETTINGS = (
    (BASE / "engine.yaml").read_text("utf-8")
    + """
channels:
  desk:
    {kind: zendesk, url: "https://shop.example", user: a@shop.example, token: "{{ secret.A }}",
     webhook_secret: "{{ secret.B }}"}
"""
)
WITH = {
    "order": "4821", "days": 3, "worth": "12.50", "due": "2026-12-01", "seen": "2026-11-27T09:00:00+01:00",
    "lost": False, "parcels": ["a", "b"],
}  # fmt: skip
GIVEN = {"id": "e-1", "ticket": "77", "with": WITH}


@pytest.fixture(scope="module")
def plans(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    own = f"flow: stock\ntitle: Stock\nowner: support\nabout: Stock is low.\n{OWN}"
    found = checked(tmp_path_factory.mktemp("events"), FLOW, engine=SETTINGS, flows__stock=own)
    assert found.diagnostics == ()
    return dict(found.plans)


@pytest.fixture
def system(world: World, plans: dict[str, Any]) -> World:
    world.service.plans = lambda: plans
    world.service.events_token = "old-token new-token"
    return world


def post(world: World, body: Any, name: str = "shipment.delayed", token: str | None = "new-token") -> httpx.Response:
    headers = {"authorization": f"Bearer {token}"} if token is not None else {}
    return world.http.post(f"/api/events/{name}", json=body, headers=headers)


def test_an_event_opens_its_ticket_before_the_answer_and_rings(system: World) -> None:
    said = post(system, GIVEN)
    assert said.status_code == 200
    row = system.store.tickets.get(said.json()["ticket"])
    assert said.json() == {"ticket": row.id, "began": True, "outcome": "new"}
    assert (row.channel, row.external_id, row.flow, row.owner, row.state) == ("desk", "77", "case", "support", "open")
    assert system.rung == [row.id]
    assert row.revision is not None
    assert system.store.revisions.plan(row.revision)["flow"] == "case", "what it is pinned to is there"
    started = system.store.starts.of_epoch(row.id, 1)
    assert started is not None
    assert started.content == {
        "order": "4821", "days": 3, "worth": {"$money": ["12.50", "EUR"]}, "due": {"$date": "2026-12-01"},
        "seen": {"$datetime": "2026-11-27T08:00:00+00:00"}, "lost": False, "parcels": ["a", "b"],
    }  # fmt: skip


def test_sent_again_it_is_the_same_and_with_other_contents_a_conflict(system: World) -> None:
    first = post(system, GIVEN, token="old-token").json()
    assert post(system, GIVEN).json() == {**first, "outcome": "repeated"}
    other = post(system, {**GIVEN, "with": {**WITH, "days": 4}})
    assert (other.status_code, other.json()["error"]) == (409, "conflict")
    assert len(system.store.tickets.listing()) == 1


@pytest.mark.parametrize("token", [None, "wrong", "old-token new-token", "new-tokén"])
def test_without_its_token_nothing_is_told(system: World, token: str | None) -> None:
    for name in ("shipment.delayed", "nobody.knows"):
        said = httpx.post(
            f"{system.http.base_url}/api/events/{name}", json=GIVEN, trust_env=False,
            headers=[(b"authorization", f"Bearer {token}".encode())] if token is not None else [],
        )  # fmt: skip
        assert (said.status_code, said.json()["error"]) == (401, "unauthorized")
    assert system.nothing_stored()


def test_where_no_token_is_set_nobody_is_let_in(system: World) -> None:
    system.service.events_token = " "
    for token in (None, "new-token"):
        assert post(system, GIVEN, token=token).status_code == 401


def test_an_event_that_no_flow_knows_is_named(system: World) -> None:
    said = post(system, GIVEN, name="shipment.delaid")
    assert said.status_code == 404
    assert said.json()["expected"] == "one of parcel.found, shipment.delayed, stock.low, ticket.solved"


@pytest.mark.parametrize(
    ("change", "path", "words"),
    [
        ({"days": "three"}, "with.days", "a whole number"),
        ({"days": 3.5}, "with.days", "a whole number"),
        ({"days": None}, "with.days", "a whole number"),
        ({"order": 4821}, "with.order", "a text of at most 10000 characters"),
        ({"worth": "12.50 USD"}, "with.worth", "an amount in EUR such as 12.50"),
        ({"due": "2026-02-30"}, "with.due", "a day such as 2026-11-23"),
        ({"seen": "2026-11-27T09:00:00"}, "with.seen", "a time with its offset such as 2026-11-24T09:00:00+01:00"),
        ({"parcels": ["a", 2]}, "with.parcels[1]", "a text of at most 10000 characters"),
        ({"parcels": "a"}, "with.parcels", "a list of at most 200"),
        ({"colour": "red"}, "with.colour", "no field: the event has days, due, lost, order, parcels, seen, worth"),
    ],
)
def test_a_field_that_is_wrong_is_named_by_its_path(system: World, change: Any, path: str, words: str) -> None:
    said = post(system, {**GIVEN, "with": {**WITH, **change}})
    assert said.status_code == 422
    assert said.json()["fields"] == {path: {"expected": words}}
    assert system.nothing_stored()


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"ticket": "77", "with": WITH}, "id"), ({**GIVEN, "id": 7}, "id"), ({**GIVEN, "id": "x" * 201}, "id"),
        ({**GIVEN, "with": []}, "with"), ({"id": "e-1", "with": WITH}, "ticket"), ({**GIVEN, "ticket": 77}, "ticket"),
        ({**GIVEN, "channel": "other"}, "channel"), ({**GIVEN, "customer": "mia"}, "customer"),
    ],
)  # fmt: skip
def test_the_frame_is_held_to_its_shape_too(system: World, body: Any, path: str) -> None:
    said = post(system, body)
    assert (said.status_code, list(said.json()["fields"])) == (422, [path])
    assert system.nothing_stored()


def test_what_is_no_json_is_refused(system: World) -> None:
    headers = {"authorization": "Bearer new-token"}
    for content in (b"", b"[]", b"{" * 100_000, b'{"id": "e-1", "with": {"days": NaN}}'):
        said = system.http.post("/api/events/shipment.delayed", content=content, headers=headers)
        assert said.status_code in (400, 422)
    assert system.nothing_stored()


def test_an_event_without_a_channel_opens_a_ticket_of_its_own(system: World) -> None:
    said = post(system, {"id": "s-1"}, name="stock.low")
    row = system.store.tickets.get(said.json()["ticket"])
    assert (row.channel, row.flow) == ("_engine", "stock")
    refused = post(system, {"id": "s-2", "ticket": "77"}, name="stock.low")
    assert list(refused.json()["fields"]) == ["ticket"]
    solved = post(system, {"id": "s-3", "ticket": row.id}, name="ticket.solved")
    assert solved.json() == {"ticket": row.id, "began": False, "outcome": "new"}
    assert [message.event for message in system.store.messages.of_ticket(row.id)] == ["ticket.solved"]
    assert system.http.post("/webhooks/_engine", content=b"{}").status_code == 404


def test_an_event_that_a_step_waits_for_is_told_to_its_ticket(system: World) -> None:
    row = a_ticket(system)
    body = {"id": "p-1", "channel": "desk", "ticket": row.external_id, "with": {"order": "4821"}}
    assert post(system, body, name="parcel.found").json()["began"] is False
    assert post(system, body, name="parcel.found").json()["outcome"] == "repeated"
    told = [m for m in system.store.messages.of_ticket(row.id) if m.kind == "event"]
    assert [(one.event, one.data) for one in told] == [("parcel.found", {"order": "4821"})]
    assert post(system, {**body, "ticket": "78"}, name="parcel.found").status_code == 404
    assert post(system, {**body, "ticket": "t_nobody"}, name="parcel.found").status_code == 404
    assert list(post(system, {**body, "channel": "_engine"}, name="parcel.found").json()["fields"]) == ["channel"]
    assert list(post(system, {**body, "with": {"order": ["a"]}}, name="parcel.found").json()["fields"]) == [
        "with.order"
    ]
    forged = post(system, {"id": "x", "ticket": row.id}, name="ticket.solved")
    assert list(forged.json()["fields"]) == ["ticket"], "a ticket of a platform is solved there"
