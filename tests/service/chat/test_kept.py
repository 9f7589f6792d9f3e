"""What a visitor writes is kept once, rung once, and proved by what it came with."""

from typing import Any

import pytest

from engine.channels.web import Web
from engine.service.chat import conversation_id
from engine.store import StoreUnavailable
from tests.service.chat.conftest import ticket
from tests.service.chatting import Visitor
from tests.service.conftest import World


def test_a_message_is_kept_and_rung_once(world: World, mia: Visitor) -> None:
    first, again = mia.says("My lamp broke 👋"), mia.says("My lamp broke 👋")
    assert (first.json(), again.json()) == (
        {"id": "m-1", "seq": 1, "duplicate": False}, {"id": "m-1", "seq": 1, "duplicate": True},
    )  # fmt: skip
    other = mia.says("Something else")
    assert (other.status_code, other.json()["error"]) == (409, "other_text")
    row = ticket(world, mia)
    [said] = world.store.messages.of_ticket(row.id)
    assert (said.text, said.author_id, said.author_role) == ("My lamp broke 👋", "v-1", "customer")
    assert row.requester == {"id": "v-1", "email": "mia@customer.example", "name": "Mia", "language": None}
    assert (row.flow, row.state, row.verified) == ("triage", "open", None)
    assert world.rung == [row.id]


def test_posts_at_once_are_one_message(world: World, mia: Visitor) -> None:
    import concurrent.futures

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: mia.says("hello").json(), range(8)))
    assert [answer["duplicate"] for answer in answers].count(False) == 1
    assert {answer["seq"] for answer in answers} == {1}


def test_a_wish_for_a_person_is_a_handoff_before_any_model(world: World, mia: Visitor) -> None:
    mia.says("I want to talk to a real person")
    assert ticket(world, mia).state == "handed_off"
    with mia.reads() as events:
        assert events.state("with_person").data["doing"] is None


def test_a_store_that_does_not_answer_is_told(world: World, mia: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any) -> None:
        raise StoreUnavailable("away")

    monkeypatch.setattr(world.store.chats, "message", away)
    assert mia.says("hello").json() == {"error": "store_unavailable"}


@pytest.mark.parametrize("case", ["signed in", "anonymous", "once anonymous", "other author", "nobody"])
async def test_the_proof_is_what_every_message_came_with(world: World, site: Web, mia: Visitor, case: str) -> None:
    nobody = Visitor(world.http, claims={"anonymous": True, "email": "mia@customer.example"})
    for number, who in enumerate({
        "signed in": [mia, mia], "anonymous": [nobody], "once anonymous": [nobody, mia], "other author": [mia],
    }.get(case, [])):  # fmt: skip
        who.says("hello", f"m-{number}")
    author = "v-2" if case == "other author" else "v-1"
    proof = await site.proof(conversation_id("v-1", "main"), author)
    assert proof == ({"external_id": "v-1", "email": "mia@customer.example"} if case == "signed in" else {})
