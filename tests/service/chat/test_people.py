"""People answer visitors: those whose ticket it is."""

from typing import Any

import pytest

from tests.service.chat.conftest import ticket
from tests.service.chatting import Visitor
from tests.service.conftest import World, comment


def test_people_answer_the_visitor(world: World, mia: Visitor) -> None:
    mia.says("I want to talk to a real person")
    row = ticket(world, mia)
    body = {"id": "a-1", "text": "Hello, this is Ana. What can I do for you?"}
    with mia.reads() as events:
        events.state("with_person")
        for duplicate in (False, True):
            answer = world.http.post(f"/api/tickets/{row.id}/reply", json=body, headers=world.as_("ana@shop.example"))
            assert answer.json()["duplicate"] is duplicate
        told = events.message(body["text"])
        assert (told.data["who"], "ana@" in str(told.data)) == ("person", False)
        solved = {"id": "a-2", "text": "Bye", "then": "solve"}
        world.http.post(f"/api/tickets/{row.id}/reply", json=solved, headers=world.as_("ana@shop.example"))
        events.message("Bye")
    heard = world.store.messages.of_ticket(row.id)
    assert [(one.kind, one.event) for one in heard] == [
        ("message", None), ("message", None), ("message", None), ("event", "ticket.solved"),
    ]  # fmt: skip
    assert world.store.tickets.get(row.id).requester["id"] == "v-1"


@pytest.mark.parametrize(
    ("who", "status", "code"), [(None, 401, "unauthorized"), ("eve@shop.example", 403, "not_entitled"),
                                ("lena@shop.example", 403, "not_entitled")],
)  # fmt: skip
def test_only_the_tickets_own_team_answers(world: World, mia: Visitor, who: str | None, status: int, code: str) -> None:
    mia.says("I want to talk to a real person")
    row = ticket(world, mia)
    headers = world.as_(who) if who else {}
    answer = world.http.post(f"/api/tickets/{row.id}/reply", json={"id": "a", "text": "x"}, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (status, code)
    assert world.store.tickets.get(row.id).last_seq == 1


def test_people_answer_only_what_is_theirs(world: World, mia: Visitor) -> None:
    ana = world.as_("ana@shop.example")
    mia.says("hello")
    row = ticket(world, mia)

    def answers(row_id: str, **body: Any) -> tuple[int, str]:
        answer = world.http.post(f"/api/tickets/{row_id}/reply", json={"id": "a", **body}, headers=ana)
        return answer.status_code, answer.json().get("error")

    assert answers(row.id, text="x") == (409, "not_with_people")
    desk = world.post(comment("I want to talk to a real person")).json()["ticket"]
    assert answers(desk, text="x") == (409, "on_platform")
    assert answers("t_none", text="x") == (404, "not_found")
    mia.says("a real person please, I want to talk to a human", "m-2")
    assert world.store.tickets.get(row.id).state == "handed_off"
    bodies: list[dict[str, Any]] = [
        {}, {"text": ""}, {"text": 7}, {"text": "x", "then": "dance"}, {"text": "x", "more": 1}, {"then": []},
    ]  # fmt: skip
    for body in bodies:
        assert answers(row.id, **body) == (400, "bad_request")
    assert answers(row.id, text="x" * 8_001) == (413, "too_long")
    world.store.tickets.close(row.id, 1, 2, "solved")
    assert answers(row.id, text="x") == (409, "closed")
    assert world.store.tickets.get(row.id).last_seq == 2
