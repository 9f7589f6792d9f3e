"""The stand-in's API, on Zendesk's wire format: what an integration sends, and what it gets back."""

import json
from typing import Any

import httpx
import pytest

from engine.testing.serving import MAX_BODY
from engine.testing.zendesk import ZendeskStandIn
from engine.testing.zendesk.changing import MAX_COMMENT

MAYA = "maya.fischer@example.com"


@pytest.fixture
def ticket(desk: ZendeskStandIn) -> int:
    number: int = desk.open_ticket(MAYA, "Wo ist 4821?", "Guten Tag, wo ist meine Lampe? 💡", name="Maya Fischer")["id"]
    return number


def update(zendesk: httpx.Client, ticket: int, **changes: Any) -> httpx.Response:
    return zendesk.put(f"/tickets/{ticket}.json", json={"ticket": changes})


def test_a_ticket_is_shown_with_and_without_json(zendesk: httpx.Client, ticket: int) -> None:
    shown = zendesk.get(f"/tickets/{ticket}.json").json()
    assert shown == zendesk.get(f"/tickets/{ticket}").json()
    found = shown["ticket"]
    assert (found["id"], found["status"], found["tags"], found["group_id"]) == (ticket, "new", [], None)
    assert found["description"] == "Guten Tag, wo ist meine Lampe? 💡"
    assert (found["subject"], found["via"]["channel"]) == ("Wo ist 4821?", "email")
    requester = zendesk.get(f"/users/{found['requester_id']}.json").json()["user"]
    assert (requester["name"], requester["email"], requester["role"]) == ("Maya Fischer", MAYA, "end-user")


def test_an_update_answers_with_the_ticket_and_its_audit(
    zendesk: httpx.Client, desk: ZendeskStandIn, ticket: int
) -> None:
    billing = desk.group("Billing")["id"]
    answer = update(
        zendesk, ticket, comment={"body": "Schon unterwegs & bald da.", "public": True}, status="pending",
        tags=["Order Status", "engine"], group_id=billing, custom_fields=[{"id": 360001, "value": "order-status"}],
        metadata={"marker": "ob_17"},
    )  # fmt: skip
    assert answer.status_code == 200
    assert set(answer.json()) == {"ticket", "audit"}
    found, audit = answer.json()["ticket"], answer.json()["audit"]
    assert (found["status"], found["group_id"], found["tags"]) == ("pending", billing, ["engine", "order_status"])
    assert found["custom_fields"] == found["fields"] == [{"id": 360001, "value": "order-status"}]
    assert audit["ticket_id"] == ticket
    assert audit["metadata"] == {"system": {}, "custom": {"marker": "ob_17"}}
    me = zendesk.get("/users/me.json").json()["user"]
    comment = audit["events"][0]
    assert (comment["type"], comment["public"], comment["author_id"]) == ("Comment", True, me["id"])
    assert comment["body"] == "Schon unterwegs & bald da."
    assert comment["html_body"] == "<p>Schon unterwegs &amp; bald da.</p>"
    changed = {e["field_name"]: (e["previous_value"], e["value"]) for e in audit["events"] if e["type"] == "Change"}
    assert changed == {
        "status": ("new", "pending"), "group_id": (None, billing), "tags": ([], ["engine", "order_status"]),
        "360001": (None, "order-status"),
    }  # fmt: skip
    assert len({event["id"] for event in audit["events"]}) == 5


def test_a_comment_is_listed_under_the_id_of_its_event(zendesk: httpx.Client, ticket: int) -> None:
    event = update(zendesk, ticket, comment={"body": "Nur für uns", "public": False}).json()["audit"]["events"][0]
    comments = zendesk.get(f"/tickets/{ticket}/comments.json").json()
    assert comments["count"] == 2
    assert comments["next_page"] is None
    first, note = comments["comments"]
    assert (first["public"], first["plain_body"]) == (True, "Guten Tag, wo ist meine Lampe? 💡")
    assert (note["id"], note["public"], note["body"]) == (event["id"], False, "Nur für uns")


def test_html_becomes_text_and_stays_html(zendesk: httpx.Client, ticket: int) -> None:
    rich = "<p>Hello &lt;Maya&gt;,</p><p>it <b>comes</b><br>soon.</p>"
    event = update(zendesk, ticket, comment={"html_body": rich}).json()["audit"]["events"][0]
    assert (event["html_body"], event["body"], event["public"]) == (rich, "Hello <Maya>,\nit comes\nsoon.", True)


def test_an_update_that_changes_nothing_makes_no_audit(zendesk: httpx.Client, ticket: int) -> None:
    # seen with the real one: what comes back is the audit of an older update, so a marker must be compared
    marked = update(zendesk, ticket, status="open", metadata={"marker": "one"}).json()["audit"]
    again = update(zendesk, ticket, status="open", tags=[], metadata={"marker": "two"}).json()["audit"]
    assert again == marked
    audits = zendesk.get(f"/tickets/{ticket}/audits.json").json()["audits"]
    assert [audit["metadata"]["custom"] for audit in audits] == [{}, {"marker": "one"}]


def test_tags_are_replaced_added_and_removed(zendesk: httpx.Client, ticket: int) -> None:
    assert update(zendesk, ticket, tags=["a", "b"]).json()["ticket"]["tags"] == ["a", "b"]
    assert update(zendesk, ticket, tags=["c"]).json()["ticket"]["tags"] == ["c"]
    assert update(zendesk, ticket, additional_tags=["d"]).json()["ticket"]["tags"] == ["c", "d"]
    assert zendesk.put(f"/tickets/{ticket}/tags.json", json={"tags": ["e"]}).json() == {"tags": ["c", "d", "e"]}
    answer = zendesk.request("DELETE", f"/tickets/{ticket}/tags.json", json={"tags": ["c", "x"]})
    assert answer.json() == zendesk.get(f"/tickets/{ticket}/tags").json() == {"tags": ["d", "e"]}


def test_assigning_opens_a_ticket_and_another_group_unassigns_it(
    zendesk: httpx.Client, desk: ZendeskStandIn, ticket: int
) -> None:
    lena = desk.desk.add_user("Lena", "lena@northwind.example", role="agent")["id"]
    found = update(zendesk, ticket, assignee_id=lena, group_id=desk.group("Billing")["id"]).json()["ticket"]
    assert (found["status"], found["assignee_id"]) == ("open", lena)
    found = update(zendesk, ticket, group_id=desk.group("Legal")["id"]).json()["ticket"]
    assert (found["status"], found["assignee_id"]) == ("open", None)


def test_who_solves_a_ticket_that_nobody_has_has_it(zendesk: httpx.Client, ticket: int) -> None:
    found = update(zendesk, ticket, status="solved").json()["ticket"]
    assert found["assignee_id"] == zendesk.get("/users/me.json").json()["user"]["id"]


@pytest.mark.parametrize("status", ["pending", "hold", "solved"])
def test_a_customer_who_writes_again_opens_the_ticket(
    zendesk: httpx.Client, desk: ZendeskStandIn, ticket: int, status: str
) -> None:
    update(zendesk, ticket, status=status)
    comment = desk.customer_writes(ticket, "Noch eine Frage")
    assert desk.ticket(ticket)["status"] == "open"
    assert (comment["public"], comment["body"]) == (True, "Noch eine Frage")


def test_a_closed_ticket_takes_no_update(zendesk: httpx.Client, ticket: int) -> None:
    update(zendesk, ticket, status="closed")
    answer = update(zendesk, ticket, comment={"body": "late"})
    assert answer.status_code == 422
    assert answer.json() == {
        "error": "RecordInvalid",
        "description": "Record validation errors",
        "details": {"status": [{"description": "Status: closed prevents ticket update", "error": "InvalidTransition"}]},
    }
    assert zendesk.get(f"/tickets/{ticket}/comments").json()["count"] == 1


@pytest.mark.parametrize(("changes", "field"), [
    ({"status": "done"}, "status"), ({"priority": "asap"}, "priority"), ({"group_id": 1}, "group"),
    ({"group_id": "Billing"}, "group"), ({"assignee_id": 1}, "assignee"), ({"assignee_id": True}, "assignee"),
    ({"tags": 3}, "tags"), ({"tags": [3]}, "tags"), ({"additional_tags": {"a": 1}}, "tags"),
    ({"custom_fields": {"1": 2}}, "custom_fields"), ({"custom_fields": [{"id": "x"}]}, "custom_fields"),
    ({"comment": {"body": "   "}}, "comment"), ({"comment": {}}, "comment"), ({"comment": "hi"}, "comment"),
    ({"comment": {"body": 3}}, "comment"), ({"comment": {"body": "x" * (MAX_COMMENT + 1)}}, "comment"),
    ({"comment": {"body": "x", "author_id": 1}}, "author"), ({"comment": {"body": "x", "author_id": 2**70}}, "author"),
    ({"group_id": 2**70}, "group"), ({"subject": 7}, "subject"),
])  # fmt: skip
def test_an_invalid_update_changes_nothing(
    zendesk: httpx.Client, desk: ZendeskStandIn, ticket: int, changes: dict[str, Any], field: str
) -> None:
    before = desk.show(ticket)
    answer = update(zendesk, ticket, **{"type": "question", **changes})
    assert answer.status_code == 422
    assert answer.json()["error"] == "RecordInvalid"
    assert list(answer.json()["details"]) == [field]
    assert desk.show(ticket) == before
    assert len(desk.deliveries()) == 2


def test_a_ticket_does_not_become_new_again(zendesk: httpx.Client, ticket: int) -> None:
    update(zendesk, ticket, status="open")
    assert update(zendesk, ticket, status="new").status_code == 422


def test_a_customer_cannot_be_the_assignee(zendesk: httpx.Client, desk: ZendeskStandIn, ticket: int) -> None:
    assert update(zendesk, ticket, assignee_id=desk.ticket(ticket)["requester_id"]).status_code == 422


def test_a_safe_update_of_a_changed_ticket_is_a_conflict(
    zendesk: httpx.Client, desk: ZendeskStandIn, ticket: int
) -> None:
    stamp = desk.ticket(ticket)["updated_at"]
    stale = update(zendesk, ticket, status="open", safe_update=True, updated_stamp="2020-01-01T00:00:00Z")
    assert (stale.status_code, stale.json()["error"]) == (409, "UpdateConflict")
    assert update(zendesk, ticket, status="open", safe_update=True, updated_stamp=stamp).status_code == 200


@pytest.mark.parametrize("path", [
    "/tickets/1.json", "/tickets/1", "/tickets/1/comments.json", "/tickets/1/audits.json", "/users/1.json",
    "/tickets/999999999999999999.json",
])  # fmt: skip
def test_what_is_not_there_is_not_found(zendesk: httpx.Client, path: str) -> None:
    answer = zendesk.get(path)
    assert answer.status_code == 404
    assert answer.json() == {"error": "RecordNotFound", "description": "Not found"}


def test_an_update_of_no_ticket_is_not_found(zendesk: httpx.Client) -> None:
    assert update(zendesk, 1, status="open").status_code == 404


@pytest.mark.parametrize("path", ["/tickets/x.json", "/tickets/-1", "/tickets/1e3", "/users/٣", "/tickets/" + "9" * 40])
def test_an_id_that_is_no_number_is_a_bad_request(zendesk: httpx.Client, path: str) -> None:
    assert zendesk.get(path).status_code == 400


@pytest.mark.parametrize(
    "body", ["", "{", "[]", "7", '{"status": "solved"}', '{"ticket": []}', '{"ticket": "\\ud800"}']
)
def test_a_body_that_is_no_ticket_is_a_bad_request(zendesk: httpx.Client, desk: ZendeskStandIn, body: str) -> None:
    ticket = desk.open_ticket(MAYA, "s", "b")["id"]
    assert zendesk.put(f"/tickets/{ticket}.json", content=body).status_code == 400
    assert zendesk.post("/tickets.json", content=body).status_code == 400
    assert len(desk.audits(ticket)) == 1


def test_a_body_over_the_cap_is_refused(zendesk: httpx.Client, ticket: int) -> None:
    assert zendesk.put(f"/tickets/{ticket}", content=b" " * (MAX_BODY + 1)).status_code == 413


@pytest.mark.parametrize("auth", [
    None, ("assistant@northwind.example/token", "wrong"), ("assistant@northwind.example", "zd-token"),
    ("nobody@northwind.example/token", "zd-token"), (f"{MAYA}/token", "zd-token"),
])  # fmt: skip
def test_only_an_agent_with_the_token_gets_in(desk: ZendeskStandIn, ticket: int, auth: tuple[str, str] | None) -> None:
    with httpx.Client(base_url=f"{desk.url}/api/v2", auth=auth, trust_env=False) as client:
        for answer in (client.get("/users/me.json"), client.get(f"/tickets/{ticket}"), client.get("/groups.json")):
            assert answer.status_code == 401
            assert answer.json() == {"error": "Couldn't authenticate you"}


@pytest.mark.parametrize("header", ["Basic", "Basic !!!", "Basic /w==", "Bearer zd-token", "Basic zd-token"])
def test_a_broken_authorization_is_none(desk: ZendeskStandIn, header: str) -> None:
    answer = httpx.get(f"{desk.url}/api/v2/groups", headers={"Authorization": header}, trust_env=False)
    assert answer.status_code == 401


def test_groups_are_listed(zendesk: httpx.Client) -> None:
    assert [group["name"] for group in zendesk.get("/groups.json").json()["groups"]] == ["Support", "Billing", "Legal"]


def test_a_ticket_is_made_over_the_api(zendesk: httpx.Client, desk: ZendeskStandIn) -> None:
    answer = zendesk.post("/tickets.json", json={"ticket": {
        "subject": "Rückruf", "comment": {"body": "Bitte anrufen"}, "priority": "high", "tags": ["call"],
        "requester": {"name": "Jonas Weber", "email": "Jonas.Weber@example.com"},
    }})  # fmt: skip
    assert answer.status_code == 201
    made = answer.json()["ticket"]
    assert answer.headers["location"] == made["url"] == f"{desk.url}/api/v2/tickets/{made['id']}.json"
    assert (made["priority"], made["tags"], made["status"]) == ("high", ["call"], "new")
    assert desk.show(made["id"])["requester"]["email"] == "jonas.weber@example.com"
    assert zendesk.post("/tickets.json", json={"ticket": {"subject": "s"}}).status_code == 422


@pytest.mark.parametrize("kind", ["comments", "audits"])
def test_cursors_lead_through_everything_once_and_back(zendesk: httpx.Client, ticket: int, kind: str) -> None:
    for place in range(6):
        update(zendesk, ticket, comment={"body": f"note {place}", "public": False})
    everything = [item["id"] for item in zendesk.get(f"/tickets/{ticket}/{kind}.json").json()[kind]]
    assert len(everything) == 7
    answer = zendesk.get(f"/tickets/{ticket}/{kind}.json", params={"page[size]": 3}).json()
    assert answer["links"]["prev"] is None
    pages = [[item["id"] for item in answer[kind]]]
    while answer["meta"]["has_more"]:
        assert answer["links"]["next"].startswith("http://127.0.0.1:")
        answer = zendesk.get(answer["links"]["next"]).json()
        pages.append([item["id"] for item in answer[kind]])
    assert answer["links"]["next"] is None
    assert [len(page) for page in pages] == [3, 3, 1]
    assert [number for page in pages for number in page] == everything
    back = zendesk.get(answer["links"]["prev"]).json()
    assert [item["id"] for item in back[kind]] == pages[1]
    newest = zendesk.get(f"/tickets/{ticket}/{kind}.json", params={"page[size]": 2, "sort": "-created_at"}).json()
    assert [item["id"] for item in newest[kind]] == everything[:-3:-1]
    following = zendesk.get(newest["links"]["next"]).json()
    assert [item["id"] for item in following[kind]] == everything[-3:-5:-1]


def test_a_cursor_holds_while_comments_come_in(zendesk: httpx.Client, desk: ZendeskStandIn, ticket: int) -> None:
    for place in range(3):
        desk.customer_writes(ticket, f"line {place}")
    first = zendesk.get(f"/tickets/{ticket}/comments", params={"page[size]": 2}).json()
    desk.customer_writes(ticket, "one more")
    second = zendesk.get(first["links"]["next"], params=None).json()
    assert [comment["body"] for comment in second["comments"]] == ["line 1", "line 2"]
    assert second["meta"]["has_more"] is True


def test_pages_by_number(zendesk: httpx.Client, desk: ZendeskStandIn, ticket: int) -> None:
    for place in range(4):
        desk.customer_writes(ticket, f"line {place}")
    first = zendesk.get(f"/tickets/{ticket}/comments.json", params={"per_page": 2}).json()
    assert (len(first["comments"]), first["count"], first["previous_page"]) == (2, 5, None)
    third = zendesk.get(zendesk.get(first["next_page"]).json()["next_page"]).json()
    assert ([comment["body"] for comment in third["comments"]], third["next_page"]) == (["line 3"], None)


@pytest.mark.parametrize("query", [
    "page[size]=0", "page[size]=101", "page[size]=x", "page[size]=2&page[after]=zzz", "page=0", "per_page=-1",
    "page[size]=2&page[after]=aWQ6MQ==", "page[size]=²",
])  # fmt: skip
def test_a_page_that_is_none_is_a_bad_request(zendesk: httpx.Client, ticket: int, query: str) -> None:
    answer = zendesk.get(f"/tickets/{ticket}/comments.json?{query}")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "InvalidPaginationParameter"


def test_the_rate_limit_says_when_to_come_back(zendesk: httpx.Client, desk: ZendeskStandIn, ticket: int) -> None:
    desk.limit_rate(retry_after=7, times=2)
    answers = [update(zendesk, ticket, comment={"body": f"try {place}"}) for place in range(3)]
    assert [(answer.status_code, answer.headers.get("retry-after")) for answer in answers] == [
        (429, "7"), (429, "7"), (200, None),
    ]  # fmt: skip
    assert [comment["body"] for comment in desk.comments(ticket)[1:]] == ["try 2"]


@pytest.mark.parametrize(("kind", "comments"), [("drop", 1), ("drop_after_work", 2), ("status_after_work", 2)])
def test_a_fault_leaves_the_comment_there_or_not(
    zendesk: httpx.Client, desk: ZendeskStandIn, ticket: int, kind: str, comments: int
) -> None:
    desk.fault(f"/api/v2/tickets/{ticket}*", method="PUT", kind=kind)
    try:
        assert update(zendesk, ticket, comment={"body": "hello"}, metadata={"marker": "m"}).status_code == 500
    except httpx.RemoteProtocolError:
        assert kind.startswith("drop")
    assert len(desk.comments(ticket)) == comments
    markers = [audit["metadata"]["custom"].get("marker") for audit in desk.audits(ticket)]
    assert markers == [None, "m"][:comments]


def test_the_testing_side_does_over_http_what_python_does(desk_admin: httpx.Client, desk: ZendeskStandIn) -> None:
    opened = desk_admin.post(
        "/tickets", json={"email": MAYA, "name": "Maya", "subject": "s", "body": "b", "tags": ["x"]}
    )
    assert opened.status_code == 201
    number = opened.json()["id"]
    assert desk_admin.post(f"/tickets/{number}/comments", json={"body": "more"}).json()["body"] == "more"
    copied = desk_admin.post(f"/tickets/{number}/comments", json={"body": "me too", "email": "cc@example.com"}).json()
    assert copied["author_id"] != opened.json()["requester_id"]
    agent = {"email": "lena@northwind.example", "ticket": {"status": "solved", "comment": {"body": "done"}}}
    assert desk_admin.put(f"/tickets/{number}", json=agent).json()["status"] == "solved"
    shown = desk_admin.get(f"/tickets/{number}").json()
    assert shown == json.loads(json.dumps(desk.show(number)))
    assert shown["assignee"]["email"] == "lena@northwind.example"
    assert [ticket["id"] for ticket in desk_admin.get("/tickets").json()["tickets"]] == [number]
    assert desk_admin.post("/groups", json={"name": "Press"}).json()["name"] == "Press"
    assert desk_admin.post("/users", json={"name": "O", "email": "o@x.example", "role": "boss"}).status_code == 422
    assert desk_admin.post("/tickets", json={"email": MAYA}).status_code == 400
    assert desk_admin.get("/tickets/1").status_code == 404
    assert desk_admin.get("/deliveries?after=x").status_code == 400
    assert httpx.get(f"{desk.url}/admin/tickets", trust_env=False).status_code == 401
    assert desk.requests() == []  # the testing side is not in the log
