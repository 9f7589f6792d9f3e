"""`engine approvals`, against the real service on loopback."""

import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from engine.service.app import Service
from engine.store import ApprovalRow, Store
from tests.cli.conftest import Engine
from tests.cli.serving import Served, serving
from tests.store import given

TEAMS = {"lena": frozenset({"leads", "billing"}), "ana": frozenset({"support"})}


@pytest.fixture(scope="module")
def served(empty_store: Path) -> Iterator[tuple[Service, str]]:
    """One service for all tests, because it takes a while to stop; each test gives it a store of its own."""
    with serving(empty_store, TEAMS, team="support") as running:
        yield running


@pytest.fixture
def service(served: tuple[Service, str], store: Store, monkeypatch: pytest.MonkeyPatch) -> str:
    """The service's address, which the command line finds by itself."""
    running, url = served
    running.store = store
    monkeypatch.setenv("ENGINE_SERVICE", url.removeprefix("http://"))
    sign_in(store, monkeypatch, "lena")
    return url


def sign_in(store: Store, monkeypatch: pytest.MonkeyPatch, person: str) -> None:
    monkeypatch.setenv("ENGINE_TOKEN", store.people.mint(person))


def opened(store: Store, team: str = "leads", **more: Any) -> ApprovalRow:
    """An approval that waits."""
    intent = given.intent(store, given.ticket(store, more.pop("ticket", "1")))
    asked = {"tool": "payments.refund", "arguments": {"amount": "40.00 EUR", "note": "a\x1b[2Jb"}}
    return line(store, intent.id, 1, team, shown=asked, **more)


def line(store: Store, intent_id: str, number: int, team: str, **more: Any) -> ApprovalRow:
    expires = store.now() + timedelta(hours=1)
    return store.approvals.open(intent_id, 1, number, team, node="refund", expires_at=expires, **more)


def test_the_list(engine: Engine, service: str, store: Store) -> None:
    row = opened(store)
    opened(store, "legal", ticket="2")  # another team's
    ran = engine("approvals", "list")
    assert (ran.status, ran.err) == (0, "")
    (cells,) = [shown.split("\t") for shown in ran.out.splitlines()]
    assert cells[:4] == [row.id, row.ticket_id, "leads", "1"]
    assert cells[5] == "payments.refund amount=40.00 EUR note=a [2Jb"


def test_nothing_to_decide(engine: Engine, service: str) -> None:
    assert engine("approvals", "list") == (0, "", "nothing waits for your teams\n")


@pytest.mark.parametrize(("word", "state"), [("approve", "approved"), ("reject", "rejected")])
def test_a_decision(word: str, state: str, engine: Engine, service: str, store: Store) -> None:
    row = opened(store)
    ran = engine("approvals", word, row.id, "--reason", "the lamp is broken")
    assert ran.status == 0, ran.err
    assert "40.00 EUR" in ran.out
    assert ran.out.endswith(f"{state}: {row.id}\n")
    now = store.approvals.get(row.id)
    assert (now.state, now.decided_by, now.reason) == (state, "lena", "the lamp is broken")


def test_the_second_to_decide_is_told_of_the_first(engine: Engine, service: str, store: Store) -> None:
    row = opened(store)
    assert engine("approvals", "approve", row.id).status == 0
    ran = engine("approvals", "reject", row.id, "--reason", "no")
    assert ran.status == 1
    assert "it was decided already: approved by lena at 2" in ran.err
    assert "(409)" in ran.err
    assert store.approvals.get(row.id).state == "approved"


def test_another_version_than_the_one_seen(engine: Engine, service: str, store: Store) -> None:
    row = opened(store)
    ran = engine("approvals", "approve", row.id, "--version", "2")
    assert ran.status == 1
    assert "changed since" in ran.err
    assert store.approvals.get(row.id).state == "open"


def test_too_late(engine: Engine, service: str, store: Store) -> None:
    row = opened(store)
    store.database.clock.shift = timedelta(hours=2)
    ran = engine("approvals", "approve", row.id)
    assert ran.status == 1
    assert "its time is over" in ran.err


def test_a_second_line_needs_a_second_person(engine: Engine, service: str, store: Store) -> None:
    first = opened(store)
    second = line(store, first.intent_id, 2, "billing")
    assert engine("approvals", "approve", first.id).status == 0
    ran = engine("approvals", "approve", second.id)
    assert ran.status == 1
    assert "it needs a second person" in ran.err
    assert "(403)" in ran.err
    assert store.approvals.get(second.id).state == "open"


def test_another_teams(engine: Engine, service: str, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    row = opened(store)
    sign_in(store, monkeypatch, "ana")
    ran = engine("approvals", "approve", row.id)
    assert (ran.status, ran.out) == (1, "")
    assert "another team's (404)" in ran.err


def test_a_strange_token(engine: Engine, service: str, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    row = opened(store)
    monkeypatch.setenv("ENGINE_TOKEN", "made-up")
    ran = engine("approvals", "approve", row.id)
    assert ran.status == 1
    assert "does not know your token (401)" in ran.err
    assert "made-up" not in ran.out + ran.err


@pytest.mark.parametrize("token", ["", "  ", "a\nb", "gehe\u00edm"])
def test_no_token(token: str, engine: Engine, service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENGINE_TOKEN", token)
    ran = engine("approvals", "list")
    assert ran.status == 2
    assert "ENGINE_TOKEN" in ran.err


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_rejection_needs_a_reason(reason: str, engine: Engine, service: str, store: Store) -> None:
    row = opened(store)
    assert engine("approvals", "reject", row.id).status == 2
    ran = engine("approvals", "reject", row.id, "--reason", reason)
    assert ran.status == 1
    assert "needs a reason" in ran.err
    assert store.approvals.get(row.id).state == "open"


@pytest.mark.parametrize("name", ["..", "a/b", "a?x=1", "", "a" * 101, "ä"])
def test_what_is_no_id(name: str, engine: Engine, service: str) -> None:
    assert engine("approvals", "approve", name).status == 2


def test_at_a_terminal_it_asks(engine: Engine, service: str, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    row = opened(store)
    for stream in ("stdin", "stdout"):
        monkeypatch.setattr(f"sys.{stream}.isatty", lambda: True)
    answers = iter(["", "n", "yes"])
    monkeypatch.setattr("builtins.input", lambda question: next(answers))
    assert engine("approvals", "approve", row.id).status == 1
    assert engine("approvals", "approve", row.id).status == 1
    assert store.approvals.get(row.id).state == "open"
    assert engine("approvals", "approve", row.id).status == 0


@pytest.mark.parametrize("url", ["ftp://x", "localhost:80", "http://", "http://a b", "http://[::1"])
def test_what_is_no_address(url: str, engine: Engine, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENGINE_TOKEN", "x")
    ran = engine("approvals", "list", "--url", url)
    assert ran.status == 2, ran.err


def test_nobody_answers(engine: Engine, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENGINE_TOKEN", "x")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    ran = engine("approvals", "list", "--url", f"http://127.0.0.1:{port}")
    assert ran.status == 3
    assert "does not answer (ConnectError)" in ran.err


def test_a_proxy_of_the_environment_sees_nothing(
    engine: Engine, service: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    assert engine("approvals", "list").status == 0


@pytest.mark.parametrize(
    ("status", "body"), [(502, "<html>"), (200, "<html>"), (200, "[]"), (503, "{}"), (500, "null")]
)
def test_what_is_not_the_service(
    status: int, body: str, engine: Engine, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def answer(request: Request) -> Response:
        del request
        return PlainTextResponse(body, status_code=status)

    served = Served(Starlette(routes=[Route("/{rest:path}", answer)]))
    monkeypatch.setenv("ENGINE_TOKEN", "x")
    try:
        ran = engine("approvals", "list", "--url", f"{served.url}/")
    finally:
        served.stop()
    assert ran.status == 3
    assert f"answered {status}" in ran.err
