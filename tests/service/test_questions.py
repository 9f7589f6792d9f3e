"""The API for what teams are asked: who may answer, once, and with which values."""

import concurrent.futures
from datetime import timedelta
from typing import Any

import httpx
import pytest

from engine.store import QuestionRow
from tests.service.conftest import World, a_ticket, comment

LENA, OMAR, ANA = "lena@shop.example", "omar@shop.example", "ana@shop.example"
FIELDS: list[dict[str, Any]] = [
    {"name": "covered", "kind": "yes_no", "ask": "Is it covered?"},
    {"name": "worth", "kind": "money", "ask": "", "currency": "EUR", "if": ["name", "covered"]},
    {"name": "why", "kind": "one_of", "ask": "", "optional": True,
     "options": [{"label": "fell down", "value": {"id": 1}}, {"label": "wet", "value": {"id": 2}}]},
]  # fmt: skip


def a_question(
    world: World, *, team: str = "leads", minutes: int = 60, fields: Any = FIELDS, node: str = "ask"
) -> QuestionRow:
    """A question to a team."""
    row = world.store.tickets.listing()[0] if world.store.tickets.listing() else a_ticket(world)
    world.rung.clear()
    return world.store.questions.open(
        row.id, 1, f"damage/{node}", "1", team=team, asked={"fields": fields, "names": {}}, shown="The lamp",
        expires_at=world.store.now() + timedelta(minutes=minutes), seen_seq=row.last_seq,
    )  # fmt: skip


def answer(world: World, asked: QuestionRow, who: dict[str, str], **values: Any) -> httpx.Response:
    """One attempt."""
    return world.http.post(f"/api/questions/{asked.id}/answer", json={"values": values}, headers=who)


# who


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer wrong", "Basic bGVuYTp4", "Bearer \xff"])
@pytest.mark.parametrize("path", ["/api/questions", "/api/questions/q_1"])
def test_nobody_unknown_sees_anything(world: World, header: str | None, path: str) -> None:
    headers = [] if header is None else [(b"authorization", header.encode("latin-1"))]
    answered = world.http.get(path, headers=headers)
    assert (answered.status_code, answered.json()["error"]) == (401, "unauthorized")
    answered = world.http.post("/api/questions/q_1/answer", headers=headers, json={"values": {}})
    assert answered.status_code == 401


def test_a_revoked_token_and_a_person_of_no_team(world: World) -> None:
    asked, who = a_question(world), world.as_(LENA)
    assert answer(world, asked, world.as_("gone@shop.example"), covered=False).json()["error"] == "not_entitled"
    world.store.people.revoke(LENA)
    assert answer(world, asked, who, covered=False).status_code == 401
    assert world.store.questions.get(asked.id).state == "open"


def test_another_team_may_not_and_does_not_see_it(world: World) -> None:
    asked, ana = a_question(world), world.as_(ANA)
    refused = answer(world, asked, ana, nonsense=1)
    assert (refused.status_code, refused.json()) == (403, {"error": "not_entitled"})
    assert world.http.get(f"/api/questions/{asked.id}", headers=ana).status_code == 404
    assert world.http.get("/api/questions?state=any", headers=ana).json() == {"questions": []}


def test_teams_count_as_they_are_at_the_answer(world: World) -> None:
    asked, who = a_question(world), world.as_(LENA)
    world.service.teams_of = lambda person: frozenset({"support"})
    assert answer(world, asked, who, covered=False).status_code == 403
    world.service.teams_of = lambda person: frozenset({"leads"})
    assert answer(world, asked, who, covered=False).status_code == 200


# answering


def test_an_answer_is_kept_typed_and_the_ticket_rung(world: World) -> None:
    asked = a_question(world)
    given = answer(world, asked, world.as_(LENA), covered=True, worth="12.50 eur", why="wet")
    assert (given.status_code, given.json()["outcome"]) == (200, "answered")
    assert given.json()["answer"] == {"covered": True, "worth": "12.50 EUR", "why": "wet"}
    row = world.store.questions.get(asked.id)
    assert row.answer == {"covered": True, "worth": {"$money": ["12.50", "EUR"]}, "why": {"id": 2}}
    assert (row.answered_by, row.via) == (LENA, "api")
    assert world.rung == [asked.ticket_id]
    assert world.store.tickets.get(asked.ticket_id).ring_wanted_at is not None


def test_the_first_of_two_at_once_counts(world: World) -> None:
    asked, people = a_question(world), [world.as_(LENA), world.as_(OMAR)] * 4
    with concurrent.futures.ThreadPoolExecutor(8) as threads:
        given = list(threads.map(lambda at: answer(world, asked, people[at], covered=False), range(8)))
    assert sorted(one.status_code for one in given) == [200] + [409] * 7
    won = next(one.json() for one in given if one.status_code == 200)
    for lost in (one.json() for one in given if one.status_code == 409):
        assert lost["error"] == "already_answered"
        assert lost["question"]["answered_by"] == won["answered_by"]
        assert lost["question"]["answered_at"] == won["answered_at"]
    assert world.rung == [asked.ticket_id]


def test_after_its_deadline(world: World) -> None:
    late = answer(world, a_question(world, minutes=-1), world.as_(LENA), covered=False)
    assert (late.status_code, late.json()["error"]) == (409, "expired")


def test_when_the_ticket_has_left_the_step(world: World) -> None:
    asked = a_question(world)
    world.store.tickets.leave(asked.ticket_id, 1)
    gone = answer(world, asked, world.as_(LENA), covered="not even a value of it")
    assert (gone.status_code, gone.json()["error"]) == (409, "withdrawn")


def test_values_that_do_not_fit_name_each_field(world: World) -> None:
    asked, who = a_question(world), world.as_(LENA)
    wrong = answer(world, asked, who, covered="yes", worth="12.50 USD", why="dry", colour="red")
    assert (wrong.status_code, wrong.json()) == (422, {"error": "invalid", "fields": {
        "worth": {"expected": "an amount in EUR such as 12.50"}, "why": {"expected": "one of: fell down, wet"},
        "colour": {"expected": "no field: one of covered, worth, why"},
    }})  # fmt: skip
    missing = answer(world, asked, who)
    assert set(missing.json()["fields"]) == {"covered", "worth"}
    row = world.store.questions.get(asked.id)
    assert (row.state, row.answer) == ("open", None)
    assert world.rung == []
    assert answer(world, asked, who, covered=False).status_code == 200, "nothing is lost by a wrong answer"


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"{}", b'{"values": 3}', b'{"values": null}', b'{"values": [1]}', b"[" * 100_000]
)
def test_a_body_that_cannot_be_read_answers_nothing(world: World, body: bytes) -> None:
    asked = a_question(world)
    given = world.http.post(f"/api/questions/{asked.id}/answer", content=body, headers=world.as_(LENA))
    assert (given.status_code, given.json()["error"]) == (400, "bad_request")
    assert "values" in given.json()["expected"]
    assert world.store.questions.get(asked.id).state == "open"


def test_one_that_does_not_exist(world: World) -> None:
    who = world.as_(LENA)
    assert world.http.get("/api/questions/q_none", headers=who).status_code == 404
    missing = world.http.post("/api/questions/q_none/answer", json={"values": {}}, headers=who)
    assert missing.status_code == 404


def test_a_get_never_answers(world: World) -> None:
    asked, who = a_question(world), world.as_(LENA)
    assert world.http.get(f"/api/questions/{asked.id}/answer?covered=no", headers=who).status_code == 405
    assert world.store.questions.get(asked.id).state == "open"


# seeing


def test_the_list_has_what_my_teams_are_asked_soonest_first(world: World) -> None:
    later = a_question(world, minutes=90)
    soon = a_question(world, team="finance", minutes=10, node="other")
    a_question(world, team="support", node="third")
    omar = world.as_(OMAR)

    def listed(query: str = "") -> list[str]:
        return [row["id"] for row in world.http.get(f"/api/questions{query}", headers=omar).json()["questions"]]

    assert listed() == [soon.id, later.id]
    assert listed("?team=leads") == [later.id]
    assert answer(world, soon, omar, covered=False).status_code == 200
    assert listed() == [later.id]
    assert listed("?state=answered") == [soon.id]
    assert listed("?state=any&team=finance") == [soon.id]


@pytest.mark.parametrize("path", ["questions", "approvals"])
def test_an_unknown_state_is_told_the_known_ones(world: World, path: str) -> None:
    wrong = world.http.get(f"/api/{path}?state=nonsense", headers=world.as_(LENA))
    assert (wrong.status_code, wrong.json()["error"]) == (400, "bad_request")
    assert wrong.json()["expected"].startswith("state: one of open, ")
    assert wrong.json()["expected"].endswith("withdrawn, any" if path == "questions" else "used, any")


@pytest.mark.parametrize("team", ["support", "no-such-team", ""])
def test_the_list_of_another_team(world: World, team: str) -> None:
    refused = world.http.get(f"/api/questions?team={team}", headers=world.as_(OMAR))
    assert (refused.status_code, refused.json()["error"]) == (403, "not_entitled")
    assert refused.json()["expected"] == "team: one of yours, finance, leads"


def test_one_question_says_what_each_field_takes(world: World) -> None:
    asked, who = a_question(world), world.as_(LENA)
    shown = world.http.get(f"/api/questions/{asked.id}", headers=who).json()
    assert (shown["shown"], shown["written_since"], shown["answer"]) == ("The lamp", False, None)
    assert [(field["name"], field["expected"], field["optional"]) for field in shown["fields"]] == [
        ("covered", "yes or no", False), ("worth", "an amount in EUR such as 12.50", False),
        ("why", "one of: fell down, wet", True),
    ]  # fmt: skip
    assert shown["fields"][2]["options"] == ["fell down", "wet"], "labels alone, nothing of what they stand for"
    world.post(comment("And the cable is broken too", number="502"))
    assert world.http.get(f"/api/questions/{asked.id}", headers=who).json()["written_since"] is True


def test_a_ticket_is_shown_with_its_questions(world: World) -> None:
    asked, who = a_question(world), world.as_(LENA)
    answer(world, asked, who, covered=False)
    [shown] = world.http.get(f"/api/tickets/{asked.ticket_id}", headers=who).json()["questions"]
    assert (shown["id"], shown["state"], shown["answered_by"]) == (asked.id, "answered", LENA)
