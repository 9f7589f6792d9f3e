"""The pages behind links: a GET shows, a POST of its form decides, for one person, approval, version and time."""

import re
from datetime import timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import httpx
import pytest

from engine.expressions.values import Money, encode
from engine.plan import Grant, Node, Plan, ToolContract
from engine.runtime.links import Link, NoLink, sign, unsign
from engine.store import ApprovalRow
from tests.service.conftest import World, a_ticket
from tests.service.test_people import ANA, LENA, OMAR, an_approval

AMOUNT = {"type": "integer", "money": {"currency": "EUR", "minor": True}}
PROPERTIES = {"amount": AMOUNT, "note": {"type": "string"}}
SCHEMA = {"type": "object", "required": ["amount", "note"], "properties": PROPERTIES}
EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


def link_to(world: World, row: ApprovalRow, person: str = LENA, **more: Any) -> str:
    said = {"approval": row.id, "version": row.version, "person": person, "until": row.expires_at, **more}
    return f"/decide/{sign(world.store.meta.link_key(), Link(**said))}"


def form_of(page: httpx.Response) -> dict[str, str]:
    """The hidden fields."""
    found = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text)
    return {name: unescape(value) for name, value in found}


def post(world: World, path: str, decision: str, **more: Any) -> httpx.Response:
    headers = more.pop("headers", {})
    given = {**form_of(world.http.get(path)), "decision": decision, "reason": "looked", **more}
    return world.http.post(path, data=given, headers=headers)


def editable(world: World, note: str = "hello") -> ApprovalRow:
    """An approval whose line lets the amount be changed; 129.00 EUR of at most 200."""
    contract = ToolContract("payments.refund", "irreversible", SCHEMA, {"type": "object"})
    line = {"by": "leads", "if": None, "text": "", "edit": ["amount"], "remind": [], "within": {"seconds": 60}}
    limit = [{"tree": ["cmp", ["name", "amount"], ["<=", ["num", "200"]]], "text": "amount <= 200"}]
    grant = Grant("payments.refund", only_if=tuple(limit), approve=(line,))
    node = Node("end", "close", data={"outcome": "solved"})
    plan = Plan("triage", "end", {"end": node}, "leads", {"payments.refund": grant}, {"payments.refund": contract})
    world.store.revisions.add("triage@1", "triage", "d", plan.to_json())
    row = a_ticket(world)
    world.store.tickets.update(row.id, revision="triage@1")
    arguments = encode({"amount": Money(Decimal("129.00"), "EUR"), "note": note})
    intent = world.store.intents.propose(
        row.id, 1, "refund", "1", tool="payments.refund", contract_digest="c", arguments=arguments, digest="d1",
        facts=encode({}), author_id="5",
    ).intent  # fmt: skip
    shown = {"tool": "payments.refund", "arguments": {"amount": "129.00 EUR", "note": note}, "edit": ["amount"],
             "customer": note, "told": note, "because": "amount > 50", "facts": {note: {"x": note}}}  # fmt: skip
    return world.store.approvals.open(
        intent.id, 1, 1, "leads", node="refund", shown=shown, seen_seq=2,
        expires_at=world.store.now() + timedelta(hours=1),
    )  # fmt: skip


# the link


def test_a_link_says_what_was_signed_and_nothing_else(world: World) -> None:
    key, now = b"k" * 32, world.store.now()
    link = Link(approval="a_1", version=2, person="lena@shop.example", until=now.replace(microsecond=0) + timedelta(1))
    text = sign(key, link)
    assert sign(key, link) == text, "the same mail again is the same mail"
    assert unsign(key, text, now=now) == link
    with pytest.raises(NoLink):
        unsign(b"x" * 32, text, now=now)
    with pytest.raises(NoLink):
        unsign(key, text, now=link.until)


@pytest.mark.parametrize("text", ["", ".", "a.b", "x" * 5000, "ä.ö", "e30.e30", "%00", "=.=", "W10.", "bnVsbA.AAAA"])
def test_what_is_no_link(world: World, text: str) -> None:
    with pytest.raises(NoLink):
        unsign(b"k" * 32, text, now=world.store.now())
    if "%" not in text and text not in ("", "."):
        assert world.http.get(f"/decide/{text}").status_code == 404


@pytest.mark.parametrize("place", range(0, 60, 7))
def test_a_changed_link_is_none(world: World, place: int) -> None:
    row = an_approval(world)
    text = link_to(world, row).removeprefix("/decide/")
    other = "A" if text[place] != "A" else "B"
    assert world.http.get(f"/decide/{text[:place]}{other}{text[place + 1 :]}").status_code == 404


# a GET


def test_a_mail_scanner_that_follows_every_link_decides_nothing(world: World) -> None:
    row = an_approval(world)
    path = link_to(world, row)
    for _ in range(5):
        page = world.http.get(path)
        assert page.status_code == 200
        assert world.http.head(path).status_code in (200, 405)
        for decision in ("approve", "reject"):
            world.http.get(path, params={"decision": decision, "reason": "x", "version": row.version})
    assert world.store.approvals.get(row.id).state == "open"
    assert world.store.approvals.decisions(row.id) == []


def test_a_page_runs_and_fetches_nothing_and_is_kept_nowhere(world: World) -> None:
    page = world.http.get(link_to(world, an_approval(world)))
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "script-src" not in policy
    assert (page.headers["referrer-policy"], page.headers["cache-control"]) == ("no-referrer", "no-store")
    assert "set-cookie" not in page.headers
    assert "<script" not in page.text
    assert "http://" not in page.text.replace('method="post"', "")


def test_everything_is_escaped(world: World) -> None:
    page = world.http.get(link_to(world, editable(world, note=EVIL)))
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert "<img" not in page.text
    assert unescape(page.text).count(EVIL) >= 3


# deciding


@pytest.mark.parametrize(
    ("decision", "state"), [("approve", "approved"), ("reject", "rejected"), ("hand_back", "handed_back")]
)
def test_a_link_decides_once(world: World, decision: str, state: str) -> None:
    row = an_approval(world, line=1)
    path = link_to(world, row)
    answer = post(world, path, decision)
    assert answer.status_code == 200
    now = world.store.approvals.get(row.id)
    assert (now.state, now.decided_by, now.via) == (state, LENA, "link")
    [note] = world.store.approvals.decisions(row.id)
    assert note.ip == "127.0.0.1"
    again = world.http.get(path)
    assert (again.status_code, "Nothing more can be done" in again.text, "<form" in again.text) == (200, True, False)
    assert world.http.post(path, data={"decision": "reject", "reason": "x"}).status_code == 409
    assert world.store.approvals.get(row.id) == now


def test_an_edit_by_the_page(world: World) -> None:
    row = editable(world)
    path = link_to(world, row)
    page = world.http.get(path)
    assert 'name="edit.amount" value="129.00"' in page.text
    assert "edit.note" not in page.text
    for given, words in (("abc", "takes an amount in EUR"), ("129", "Nothing was changed"), ("201", "amount <= 200")):
        wrong = post(world, path, "edit", **{"edit.amount": given})
        assert (wrong.status_code, words in unescape(wrong.text)) == (422, True), wrong.text
        assert f'value="{given}"' in wrong.text, "what was typed is kept"
    sneaky = post(world, path, "edit", **{"edit.amount": "40", "edit.note": "x"})
    assert (sneaky.status_code, "may not be changed" in sneaky.text) == (422, True)
    assert post(world, path, "edit", **{"edit.amount": "40.50"}).status_code == 200
    intent = world.store.intents.get(row.intent_id)
    assert (intent.version, intent.edits) == (2, [{"person": LENA, "line": 1, "version": 2}])
    assert "It has changed" in world.http.get(path).text, "the link was for the version before"
    assert post(world, path, "approve").status_code == 409


def test_a_rejection_needs_a_reason(world: World) -> None:
    row = an_approval(world)
    answer = post(world, link_to(world, row), "reject", reason=" ")
    assert (answer.status_code, "needs a reason" in answer.text) == (422, True)
    assert world.store.approvals.get(row.id).state == "open"


@pytest.mark.parametrize("missing", ["proof", "version", "decision"])
def test_a_form_that_the_page_did_not_give_out_decides_nothing(world: World, missing: str) -> None:
    row = an_approval(world)
    path = link_to(world, row)
    given = {**form_of(world.http.get(path)), "decision": "approve", "reason": "x"}
    del given[missing]
    assert world.http.post(path, data=given).status_code == 400
    assert world.store.approvals.get(row.id).state == "open"


@pytest.mark.parametrize(
    "headers", [{"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}]
)
def test_another_sites_page_posts_nothing(world: World, headers: dict[str, str]) -> None:
    row = an_approval(world)
    assert post(world, link_to(world, row), "approve", headers=headers).status_code == 400
    assert world.store.approvals.get(row.id).state == "open"


def test_a_link_is_worth_what_its_person_is_today(world: World) -> None:
    row = an_approval(world)
    path = link_to(world, row, person=ANA)
    assert world.http.get(path).status_code == 403
    assert "payments.refund" not in world.http.get(path).text
    assert world.http.post(path, data={"decision": "approve"}).status_code in (400, 403)
    assert world.store.approvals.get(row.id).state == "open"


def test_a_link_ends_with_its_approval_and_with_a_restore(world: World) -> None:
    row = an_approval(world)
    path = link_to(world, row)
    world.store.meta.restored(by="root")
    assert world.http.get(path).status_code == 404
    path = link_to(world, row)
    world.store.database.clock.shift = timedelta(hours=2)
    assert world.http.get(path).status_code == 404
    longer = link_to(world, row, until=world.store.now() + timedelta(days=1))
    assert "Its time is over" in world.http.get(longer).text


def test_a_person_of_two_lines_is_told(world: World) -> None:
    first, second = an_approval(world, line=1), an_approval(world, line=2, team="finance")
    assert post(world, link_to(world, first, person=OMAR), "approve").status_code == 200
    answer = post(world, link_to(world, second, person=OMAR), "approve")
    assert (answer.status_code, "it needs a second person" in answer.text) == (422, True)


# signing in


def test_a_token_opens_the_page_for_a_quarter_of_an_hour(world: World) -> None:
    row = an_approval(world)
    path = f"/approvals/{row.id}"
    assert "token" in world.http.get(path).text
    assert world.http.get("/approvals/a_nothing").text == world.http.get(path).text
    assert world.http.post(path, data={"token": "wrong"}).status_code == 401
    other = world.store.people.mint(ANA)
    assert world.http.post(path, data={"token": other}).status_code == 404
    token = world.store.people.mint(LENA)
    moved = world.http.post(path, data={"token": token}, follow_redirects=False)
    assert moved.status_code == 303
    there = moved.headers["location"]
    assert token not in there
    assert post(world, there, "approve").status_code == 200
    world.store.database.clock.shift = timedelta(minutes=16)
    assert world.http.get(there).status_code == 404


def test_enter_in_a_field_that_changes_something_does_not_approve(world: World) -> None:
    """A browser submits with the first button of the field's own form."""
    page = world.http.get(link_to(world, editable(world))).text
    forms = re.findall(r"<form.*?</form>", page, re.DOTALL)
    [changing] = [form for form in forms if 'name="edit.amount"' in form]
    assert re.findall(r'<button[^>]* value="(\w+)"', changing) == ["edit"]
    [deciding] = [form for form in forms if form is not changing]
    assert re.findall(r'<button[^>]* value="(\w+)"', deciding) == ["approve", "reject", "hand_back"]
