"""`engine reconcile`, `engine store` and the new words of `engine approvals`, against the real service on loopback."""

from datetime import timedelta

import pytest

from engine.store import IntentRow, Store
from tests.cli.conftest import Engine
from tests.cli.test_approvals import line, opened, served, service, sign_in
from tests.store import given

__all__ = ["served", "service"]


def unknown(store: Store, owner: str = "leads") -> IntentRow:
    ticket = given.ticket(store)
    store.tickets.update(ticket.id, owner=owner)
    intent = given.intent(store, ticket, arguments={"amount": "40.00", "note": "a\x1b[2Jb"})
    token = given.sending(store, intent)
    store.intents.settle(intent.id, token, "unknown", because="cut")
    return store.intents.get(intent.id)


def test_what_is_unknown_is_listed_with_what_is_needed(engine: Engine, service: str, store: Store) -> None:
    row = unknown(store)
    ran = engine("reconcile")
    assert (ran.status, ran.err) == (1, "")
    (cells,) = [shown.split("\t") for shown in ran.out.splitlines()]
    assert cells[:3] == [row.id, "payments.refund", "amount=40.00 note=a [2Jb"]
    assert cells[4:8] == [row.vendor_key, row.ticket_id, "desk 1", "leads"]


def test_nothing_is_unknown(engine: Engine, service: str) -> None:
    assert engine("reconcile") == (0, "", "nothing is unknown to your teams\n")


@pytest.mark.parametrize(("word", "as_done"), [("--done", True), ("--not-done", False)])
def test_a_word_decides_once(word: str, as_done: bool, engine: Engine, service: str, store: Store) -> None:
    row = unknown(store)
    ran = engine("reconcile", row.id, word, "--reason", "looked in the books")
    assert (ran.status, ran.err) == (0, "")
    now = store.intents.get(row.id)
    assert (now.state, now.as_done, now.reconciled_by, now.because) == (
        "reconciled", as_done, "lena", "looked in the books",
    )  # fmt: skip
    again = engine("reconcile", row.id, "--done", "--reason", "me too")
    assert again.status == 1
    assert "it is known already: reconciled by lena" in again.err
    shown = engine("reconcile", row.id)
    assert "lena" in shown.out
    assert "already_decided" in shown.out
    told = engine("tickets", "show", row.ticket_id)
    assert (
        f"reconcile as {'done' if as_done else 'not done'}\treconciled\tlooked in the books\tapi\t127.0.0.1" in told.out
    )


def test_another_teams(
    engine: Engine, service: str, store: Store, served: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = unknown(store)
    monkeypatch.setattr(served[0], "team", "legal")  # type: ignore[index]
    sign_in(store, monkeypatch, "ana")
    ran = engine("reconcile", row.id, "--done", "--reason", "x")
    assert ran.status == 1
    assert "no such case, or it is another team's (404)" in ran.err
    assert store.intents.get(row.id).state == "unknown"


def test_what_may_still_be_on_its_way(engine: Engine, service: str, store: Store) -> None:
    ticket = given.ticket(store)
    store.tickets.update(ticket.id, owner="leads")
    intent = given.intent(store, ticket)
    given.sending(store, intent)
    ran = engine("reconcile", intent.id, "--not-done", "--reason", "x")
    assert ran.status == 1
    assert "nobody may act before its deadline" in ran.err


@pytest.mark.parametrize("argv", [
    ["--done", "--reason", "x"], ["i_1", "--done"], ["i_1", "--done", "--reason", " "], ["i_1", "--check"], ["--lift"],
    ["i_1", "--lift", "--reason", "x"], ["..", "--done", "--reason", "x"], ["a_1"], ["i_1", "--done", "--not-done"],
])  # fmt: skip
def test_wrong_usage(argv: list[str], engine: Engine, service: str) -> None:
    assert engine("reconcile", *argv).status == 2


def test_a_restore_is_declared_compared_and_lifted(
    engine: Engine, service: str, store: Store, served: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(served[0], "team", "leads")  # type: ignore[index]
    ran = engine("store", "restored")
    assert (ran.status, store.meta.writes_held()) == (0, True)
    assert "engine reconcile --check" in ran.out
    held = engine("reconcile")
    assert held.status == 1
    assert "every write is held" in held.err
    early = engine("reconcile", "--lift", "--reason", "x")
    assert "compare the ledger with the tools first" in early.err
    assert engine("reconcile", "--check").status == 0
    assert engine("reconcile", "--lift", "--reason", "compared").out == "writes may begin again\n"
    assert not store.meta.writes_held()


# approvals


def test_handing_back(engine: Engine, service: str, store: Store) -> None:
    row = opened(store)
    ran = engine("approvals", "handback", row.id, "--reason", "he rang us")
    assert (ran.status, ran.out.splitlines()[-1]) == (0, f"handed_back: {row.id}")
    assert store.tickets.get(row.ticket_id).state == "handed_off"


def test_an_approval_is_shown_with_every_attempt(engine: Engine, service: str, store: Store) -> None:
    row = opened(store)
    other = line(store, row.intent_id, 2, "billing")
    store.approvals.decide(row.id, person="omar", teams=frozenset(), approve=True, version=1, via="api", ip="10.1.2.3")
    assert engine("approvals", "approve", row.id).status == 0
    shown = engine("approvals", "show", row.id).out
    assert "omar\tapprove\tnot_entitled\t1\tapi\t10.1.2.3" in shown
    assert "lena\tapprove\tapproved\t1\tapi\t127.0.0.1" in shown
    assert engine("approvals", "show", other.id).status == 0


@pytest.mark.parametrize("values", [["amount"], ["=4"], ["amount=4", "amount=5"]])
def test_what_is_no_edit(values: list[str], engine: Engine, service: str, store: Store) -> None:
    assert engine("approvals", "edit", opened(store).id, *values).status == 2


def test_a_line_that_lets_nobody_edit(engine: Engine, service: str, store: Store) -> None:
    row = opened(store)
    ran = engine("approvals", "edit", row.id, "amount=4")
    assert ran.status == 1
    assert "nothing can be changed at this line" in ran.err
    assert store.approvals.get(row.id).state == "open"
    store.database.clock.shift = timedelta(hours=2)
    assert engine("approvals", "edit", row.id, "amount=4").status == 1
