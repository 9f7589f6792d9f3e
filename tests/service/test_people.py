"""The API for people: who may decide, once, for what they saw."""

import concurrent.futures
from datetime import timedelta
from typing import Any

import httpx
import pytest

from engine.store import ApprovalRow, StepEntry
from tests.service.conftest import World, a_ticket, an_intent

LENA, OMAR, ANA = "lena@shop.example", "omar@shop.example", "ana@shop.example"


def an_approval(world: World, *, team: str = "leads", line: int = 0, minutes: int = 60, seen: int = 2) -> ApprovalRow:
    """A question to a team, about a refund."""
    row = world.store.tickets.listing()[0] if world.store.tickets.listing() else a_ticket(world)
    world.rung.clear()
    intent = an_intent(world, row)
    return world.store.approvals.open(
        intent.id, intent.version, line, team, node="refund", seen_seq=seen, shown={"tool": "payments.refund"},
        expires_at=world.store.now() + timedelta(minutes=minutes),
    )  # fmt: skip


def decide(world: World, asked: ApprovalRow, who: dict[str, str], what: str = "approve", **body: Any) -> httpx.Response:
    """One attempt."""
    given = {"decision": what, "version": asked.version, "reason": "ok", **body}
    return world.http.post(f"/api/approvals/{asked.id}/decision", json=given, headers=who)


# who


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer  x", "Bearer wrong", "Basic bGVuYTp4", "Token x", "Bearer \xff"]
)
@pytest.mark.parametrize("path", ["/api/approvals", "/api/approvals/a_1", "/api/tickets", "/api/tickets/t_1"])
def test_nobody_unknown_sees_anything(world: World, header: str | None, path: str) -> None:
    headers = [] if header is None else [(b"authorization", header.encode("latin-1"))]
    answer = world.http.get(path, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (401, "unauthorized")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_revoked_token_is_worth_nothing(world: World) -> None:
    who = world.as_(LENA)
    assert world.http.get("/api/approvals", headers=who).status_code == 200
    world.store.people.revoke(LENA)
    assert world.http.get("/api/approvals", headers=who).status_code == 401


def test_a_person_who_left_every_team_sees_nothing(world: World) -> None:
    asked = an_approval(world)
    who = world.as_("gone@shop.example")
    assert world.http.get("/api/tickets", headers=who).status_code == 403
    assert decide(world, asked, who).json()["error"] == "not_entitled"
    assert world.store.approvals.get(asked.id).state == "open"


def test_teams_count_as_they_are_at_the_decision(world: World) -> None:
    asked, who = an_approval(world), world.as_(LENA)
    world.service.teams_of = lambda person: frozenset({"support"})
    assert decide(world, asked, who).status_code == 403
    world.service.teams_of = lambda person: frozenset({"leads"})
    assert decide(world, asked, who).status_code == 200


# deciding


def test_a_yes_is_kept_and_the_ticket_rung(world: World) -> None:
    asked = an_approval(world)
    answer = decide(world, asked, world.as_(LENA))
    assert (answer.status_code, answer.json()["outcome"]) == (200, "approved")
    row = world.store.approvals.get(asked.id)
    assert (row.state, row.decided_by, row.via, row.reason) == ("approved", LENA, "api", "ok")
    assert world.store.tickets.get(row.ticket_id).ring_wanted_at is not None


def test_a_no_needs_a_reason(world: World) -> None:
    asked, who = an_approval(world), world.as_(LENA)
    for reason in ("", "   ", None):
        answer = decide(world, asked, who, "reject", reason=reason)
        assert (answer.status_code, answer.json()["error"]) == (400, "reason_needed")
    assert world.store.approvals.get(asked.id).state == "open"
    answer = decide(world, asked, who, "reject", reason="too late")
    assert (answer.status_code, answer.json()["outcome"]) == (200, "rejected")
    assert world.store.approvals.get(asked.id).reason == "too late"


def test_another_team_may_not_and_does_not_see_it(world: World) -> None:
    asked, who = an_approval(world), world.as_(ANA)
    answer = decide(world, asked, who)
    assert (answer.status_code, answer.json()) == (403, {"error": "not_entitled"})
    assert world.http.get(f"/api/approvals/{asked.id}", headers=who).status_code == 404
    assert world.http.get("/api/approvals", headers=who).json() == {"approvals": []}
    assert world.store.approvals.get(asked.id).state == "open"


def test_the_first_of_two_at_once_counts(world: World) -> None:
    asked = an_approval(world)
    who = [world.as_(LENA), world.as_(OMAR)] * 4
    whats = ["approve", "reject"] * 4
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda one: decide(world, asked, one[0], one[1]), zip(who, whats, strict=True)))
    assert sorted(a.status_code for a in answers) == [200, *[409] * 7]
    [won] = [a.json() for a in answers if a.status_code == 200]
    row = world.store.approvals.get(asked.id)
    assert (row.state, row.decided_by) == (won["outcome"], won["decided_by"])
    lost = [a.json() for a in answers if a.status_code == 409]
    assert {a["error"] for a in lost} == {"already_decided"}
    assert {a["approval"]["decided_by"] for a in lost} == {row.decided_by}
    assert len(world.store.approvals.decisions(asked.id)) == 8, "each attempt is kept"


def test_one_person_does_not_decide_two_lines(world: World) -> None:
    first, second = an_approval(world), an_approval(world, team="finance", line=1)
    who = world.as_(OMAR)
    assert decide(world, first, who).status_code == 200
    answer = decide(world, second, who)
    assert (answer.status_code, answer.json()["error"]) == (403, "same_person")


def test_an_expired_one_is_told_so(world: World) -> None:
    asked = an_approval(world, minutes=1)
    world.store.database.clock.shift += timedelta(minutes=1)
    answer = decide(world, asked, world.as_(LENA))
    assert (answer.status_code, answer.json()["error"]) == (409, "expired")


def test_what_changed_since_it_was_seen_is_not_approved(world: World) -> None:
    asked = an_approval(world)
    an_intent(world, world.store.tickets.get(asked.ticket_id), arguments={"amount": "9999.00"}, digest="d2")
    answer = decide(world, asked, world.as_(LENA))
    assert (answer.status_code, answer.json()["error"]) == (409, "changed")
    other = decide(world, asked, world.as_(LENA), version=2)
    assert other.json()["error"] == "changed"


def test_what_was_withdrawn_is_not_approved(world: World) -> None:
    asked = an_approval(world)
    world.store.tickets.leave(asked.ticket_id, 1)
    answer = decide(world, asked, world.as_(LENA))
    assert (answer.status_code, answer.json()["error"]) == (409, "withdrawn")


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"not json", b"[" * 50_000, b'{"decision": "yes", "version": 1}', b'{"decision": "approve"}',
     b'{"decision": "approve", "version": "1"}', b'{"decision": "approve", "version": true}',
     b'{"decision": "approve", "version": 1.0}', b'{"decision": "approve", "version": 1, "reason": ["x"]}',
     b'{"decision": "approve", "version": 1, "reason": "' + b"x" * 2001 + b'"}'],
)  # fmt: skip
def test_a_decision_that_cannot_be_read_decides_nothing(world: World, body: bytes) -> None:
    asked = an_approval(world)
    answer = world.http.post(f"/api/approvals/{asked.id}/decision", content=body, headers=world.as_(LENA))
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_request")
    assert world.store.approvals.get(asked.id).state == "open"
    assert world.store.approvals.decisions(asked.id) == []


def test_one_that_does_not_exist(world: World) -> None:
    body = {"decision": "approve", "version": 1}
    answer = world.http.post("/api/approvals/a_nothing/decision", json=body, headers=world.as_(LENA))
    assert (answer.status_code, answer.json()) == (404, {"error": "not_found"})


def test_a_get_never_decides(world: World) -> None:
    """Mail scanners follow links."""
    asked = an_approval(world)
    assert world.http.get(f"/api/approvals/{asked.id}/decision", headers=world.as_(LENA)).status_code == 405
    assert world.store.approvals.get(asked.id).state == "open"


# seeing


def test_the_list_has_what_waits_for_my_teams_soonest_first(world: World) -> None:
    late, soon = an_approval(world, minutes=60), an_approval(world, team="finance", line=1, minutes=5)
    listed = world.http.get("/api/approvals?state=open", headers=world.as_(OMAR)).json()["approvals"]
    assert [row["id"] for row in listed] == [soon.id, late.id]
    assert listed[0]["shown"] == {"tool": "payments.refund"}
    mine = world.http.get("/api/approvals", headers=world.as_(LENA)).json()["approvals"]
    assert [row["id"] for row in mine] == [late.id]
    decide(world, late, world.as_(LENA))
    assert world.http.get("/api/approvals", headers=world.as_(LENA)).json() == {"approvals": []}
    done = world.http.get("/api/approvals?state=approved", headers=world.as_(LENA)).json()["approvals"]
    assert [row["id"] for row in done] == [late.id]
    wrong = world.http.get("/api/approvals?state=new", headers=world.as_(LENA))
    assert (wrong.status_code, wrong.json()["error"]) == (400, "bad_request")


def test_it_says_when_the_customer_has_written_since(world: World) -> None:
    asked, who = an_approval(world, seen=1), world.as_(LENA)
    assert world.http.get(f"/api/approvals/{asked.id}", headers=who).json()["written_since"] is True
    current = an_approval(world, line=1, seen=2)
    assert world.http.get(f"/api/approvals/{current.id}", headers=who).json()["written_since"] is False


def test_a_ticket_is_shown_with_the_lines_that_its_steps_came_from(world: World) -> None:
    asked, who = an_approval(world), world.as_(ANA)
    entry = StepEntry(
        ordinal=1, node="refund", kind="tool", at=world.store.now(), place="flows/refund.yaml:31", outcome="rejected",
        because="approve:1",
    )  # fmt: skip
    world.store.steps.record(asked.ticket_id, 1, "run-1", [entry])
    shown = world.http.get(f"/api/tickets/{asked.ticket_id}", headers=who).json()
    [step] = shown["steps"]
    assert (step["place"], step["outcome"], step["because"]) == ("flows/refund.yaml:31", "rejected", "approve:1")
    assert [said["text"] for said in shown["conversation"]] == ["Hello", "I want my money back"]
    assert [write["arguments"] for write in shown["writes"]] == [{"amount": "129.00"}]
    assert [row["id"] for row in shown["approvals"]] == [asked.id]
    assert world.http.get("/api/tickets/t_nothing", headers=who).status_code == 404


def test_tickets_are_listed_by_state(world: World) -> None:
    row, who = a_ticket(world), world.as_(ANA)

    def listed(query: str) -> list[str]:
        return [one["id"] for one in world.http.get(f"/api/tickets{query}", headers=who).json()["tickets"]]

    assert (listed(""), listed("?state=open"), listed("?state=closed")) == ([row.id], [row.id], [])
    assert (listed("?flow=triage"), listed("?flow=refund"), listed("?offset=1")) == ([row.id], [], [])
    for query in ("?state=x", "?offset=-1", "?offset=x"):
        assert world.http.get(f"/api/tickets{query}", headers=who).status_code == 400
