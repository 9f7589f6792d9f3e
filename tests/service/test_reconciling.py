"""Unknown outcomes through the API and the command line: what is shown, who decides, and the hold after a restore."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from engine.expressions.values import Money, encode
from engine.plan import Grant, Node, Plan, ToolContract
from engine.store import IntentRow
from engine.tools.base import Failed, Result
from tests.service.conftest import World, a_ticket
from tests.service.test_people import ANA, LENA

ARGUMENTS = {"order_id": "4710", "amount": Money(Decimal("3.85"), "EUR")}
AMOUNTS = ["dot", ["dot", ["name", "result"], "refunds"], "amount"]
FIND = {"tool": "refunds.list", "arguments": {"order_id": ["name", "order_id"]},
        "where": ["cmp", ["name", "amount"], ["in", AMOUNTS]]}  # fmt: skip
FACTS = {"order": {"tool": "orders.get", "arguments": {"order_id": ["name", "order_id"]}}}


class Reads:
    """A read tool whose answer a test sets."""

    effect = "read"

    def __init__(self, value: Any) -> None:
        self.value = value
        self.asked: list[Any] = []

    async def call(self, contract: Any, arguments: Any, *, secrets: Any, key: Any) -> Result:
        assert key is None
        self.asked.append(dict(arguments))
        if self.value is None:
            raise Failed("unreachable")
        return Result(self.value, 200)


def unknown(world: World, *, settle: str = "unknown", team: str = "leads") -> IntentRow:
    """A refund of which nobody knows, of a flow whose tool has facts and a read-back."""
    anything = {"type": "object"}
    tools = {
        "payments.refund": ToolContract("payments.refund", "irreversible", anything, anything, facts=FACTS, find=FIND),
        "refunds.list": ToolContract("refunds.list", "read", anything, anything),
        "orders.get": ToolContract("orders.get", "read", anything, anything),
    }
    plan = Plan("refund", "end", {"end": Node("end", "close")}, team, {"payments.refund": Grant("x")}, tools)
    store = world.store
    store.revisions.add("refund@1", "refund", "d", plan.to_json())
    store.revisions.activate("refund", "refund@1", 0)
    row = a_ticket(world)
    store.tickets.update(row.id, revision="refund@1", owner=team)
    intent = store.intents.propose(
        row.id, 1, "refund", "1", tool="payments.refund", contract_digest="c", arguments=encode(ARGUMENTS),
        digest="d1", facts=encode({"order": {"refunded": Money(Decimal("0"), "EUR")}}), author_id="5",
    ).intent  # fmt: skip
    token = store.intents.hold(intent.id) or ""
    begun = store.intents.begin(
        intent.id, token, deadline=timedelta(minutes=1), tool="payments.refund", contract_digest="c"
    )  # fmt: skip
    assert begun.ok
    store.intents.settle(intent.id, token, settle, because="cut")  # type: ignore[arg-type]
    return store.intents.get(intent.id)


def looking(world: World, refunds: Any, order: Any = None) -> Reads:
    found = Reads(refunds)
    world.service.tools = lambda: {"refunds.list": found, "orders.get": Reads(order)}  # type: ignore[dict-item]
    return found


def decide(world: World, row: IntentRow, person: str, *, done: Any = True, reason: Any = "looked") -> httpx.Response:
    body = {"as_done": done, "reason": reason}
    return world.http.post(f"/api/reconcile/{row.id}/decision", json=body, headers=world.as_(person))


EUR = [Money(Decimal("3.85"), "EUR")]


def test_everything_that_is_needed_to_decide_is_shown(world: World) -> None:
    row = unknown(world)
    found = looking(world, {"refunds": [{"amount": EUR[0]}]}, {"refunded": EUR[0]})
    [listed] = world.http.get("/api/reconcile", headers=world.as_(LENA)).json()["unknown"]
    assert listed["arguments"] == {"order_id": "4710", "amount": "3.85 EUR"}
    assert (listed["vendor_key"], listed["external_id"], listed["state"]) == (row.vendor_key, "77", "unknown")
    assert listed["sent_at"] is not None
    shown = world.http.get(f"/api/reconcile/{row.id}", headers=world.as_(LENA)).json()
    assert (shown["facts_then"], shown["facts_now"]) == (
        {"order": {"refunded": "0 EUR"}}, {"order": {"refunded": "3.85 EUR"}},
    )  # fmt: skip
    assert shown["find"] == "there"
    assert found.asked == [{"order_id": "4710"}]


@pytest.mark.parametrize(("refunds", "says"), [
    ({"refunds": []}, "not there"), ({"refunds": [{"amount": Money(Decimal("4"), "EUR")}]}, "not there"),
    (None, "cannot be read"), ({}, "cannot be read"),
])  # fmt: skip
def test_what_the_read_back_does_not_say_is_not_made_up(world: World, refunds: Any, says: str) -> None:
    row = unknown(world)
    looking(world, refunds)
    shown = world.http.get(f"/api/reconcile/{row.id}", headers=world.as_(LENA)).json()
    assert shown["find"] == says
    assert shown["facts_now"]["order"] == "cannot be read: unreachable"


def test_the_first_word_counts(world: World) -> None:
    row = unknown(world)
    answer = decide(world, row, LENA, done=False, reason="not in the books")
    assert (answer.status_code, answer.json()["outcome"], answer.json()["as_done"]) == (200, "reconciled", False)
    second = decide(world, row, "omar@shop.example")
    assert (second.status_code, second.json()["error"]) == (409, "already_decided")
    assert second.json()["case"]["reconciled_by"] == LENA
    assert world.store.intents.get(row.id).as_done is False
    tried = world.store.reconciling.attempts(row.id)
    assert [(one.person, one.outcome, one.ip) for one in tried] == [
        (LENA, "reconciled", "127.0.0.1"), ("omar@shop.example", "already_decided", "127.0.0.1"),
    ]  # fmt: skip


def test_another_team_neither_sees_nor_decides(world: World) -> None:
    row = unknown(world, team="leads")
    world.service.team = "leads"
    assert world.http.get("/api/reconcile", headers=world.as_(ANA)).json()["unknown"] == []
    assert world.http.get(f"/api/reconcile/{row.id}", headers=world.as_(ANA)).status_code == 404
    assert decide(world, row, ANA).status_code == 404
    assert world.store.reconciling.attempts(row.id) == []


@pytest.mark.parametrize(("done", "reason"), [("yes", "x"), (1, "x"), (True, ""), (True, " "), (True, None), (True, 5)])
def test_a_word_without_a_reason_is_none(world: World, done: Any, reason: Any) -> None:
    row = unknown(world)
    assert decide(world, row, LENA, done=done, reason=reason).status_code == 400
    assert world.store.intents.get(row.id).state == "unknown"


@pytest.mark.parametrize("call", ["i_nothing", "o_nothing", "x", "a_1"])
def test_what_does_not_exist(world: World, call: str) -> None:
    assert world.http.get(f"/api/reconcile/{call}", headers=world.as_(LENA)).status_code == 404


# after a restore


def test_writes_are_lifted_by_a_person_after_the_comparison(world: World) -> None:
    unknown(world, settle="done")
    looking(world, {"refunds": [{"amount": EUR[0]}]})
    world.service.team = "leads"
    world.store.meta.restored(by="root")

    def post(path: str, person: str = LENA, **body: Any) -> httpx.Response:
        return world.http.post(f"/api/reconcile/{path}", json=body, headers=world.as_(person))

    assert world.http.get("/api/reconcile", headers=world.as_(LENA)).json()["writes_held"] is True
    early = post("lift", reason="I know")
    assert (early.status_code, early.json()["error"]) == (409, "not_checked")
    assert post("check", person=ANA).status_code == 403
    checked = post("check").json()
    assert (checked["compared"], checked["differ"], checked["without_find"]) == (1, [], [])
    assert post("lift", person=ANA, reason="x").status_code == 403
    assert post("lift", reason="").status_code == 400
    assert post("lift", reason="all there").json() == {"outcome": "lifted"}
    assert not world.store.meta.writes_held()
    assert post("lift", reason="x").json()["error"] == "not_held"


def test_a_write_that_the_restored_ledger_has_forgotten_is_found(world: World) -> None:
    """The backup is from before the call: the ledger says reserved, the tool has it."""
    row = unknown(world, settle="done")
    world.service.team = "leads"
    looking(world, {"refunds": [{"amount": EUR[0]}]})
    from engine.store import schema

    with world.store.database.write() as tx:
        tx.update(schema.intents, schema.intents.c.id == row.id, state="reserved", sending_at=None, token=None)
    [differs] = world.http.post("/api/reconcile/check", json={}, headers=world.as_(LENA)).json()["differ"]
    assert (differs["id"], differs["state"], differs["find"]) == (row.id, "reserved", "there")
    looking(world, None)
    [differs] = world.http.post("/api/reconcile/check", json={}, headers=world.as_(LENA)).json()["differ"]
    assert differs["find"] == "cannot be read", "what cannot be compared is not taken to agree"
