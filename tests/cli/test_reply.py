"""`engine tickets reply`, against the real service on loopback."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from engine.channels.web import Web
from engine.runtime.transcripts import StoredTranscript
from engine.service.app import Service
from engine.store import Arrival, Store
from tests.cli.conftest import Engine
from tests.cli.serving import serving
from tests.cli.test_approvals import TEAMS, sign_in


@pytest.fixture(scope="module")
def served(empty_store: Path) -> Iterator[tuple[Service, str]]:
    """One service with a web channel for all tests; each test gives it a store of its own."""
    with serving(empty_store, TEAMS, team="leads") as running:
        service, _ = running
        service.channels = {"site": Web(name="site", secret="s" * 40, transcript=StoredTranscript(service.store))}
        yield running


@pytest.fixture
def ticket(served: tuple[Service, str], store: Store, monkeypatch: pytest.MonkeyPatch) -> str:
    """One that a visitor wants a person for."""
    running, url = served
    running.store = store
    monkeypatch.setenv("ENGINE_SERVICE", url.removeprefix("http://"))
    sign_in(store, monkeypatch, "lena")
    heard = Arrival(content_id="m", author_id="v", text="A person, please", wants_person=True)
    return store.messages.ingest(
        "site", "c", [heard], subject=None, requester={"id": "v"}, sla=timedelta(minutes=1), owner="leads"
    ).ticket_id


def test_a_person_answers_and_solves(engine: Engine, store: Store, ticket: str) -> None:
    ran = engine("tickets", "reply", ticket, "Hello, this is Lena.", "--solve")
    assert (ran.status, ran.out, ran.err) == (0, f"said: {ticket}\n", "")
    heard = store.messages.of_ticket(ticket)[1:]
    assert [(one.text, one.event, one.author_role) for one in heard] == [
        ("Hello, this is Lena.", None, "agent"), (None, "ticket.solved", "agent"),
    ]  # fmt: skip


def test_what_is_refused_is_told(engine: Engine, store: Store, ticket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert engine("tickets", "reply", ticket).status == 2
    assert engine("tickets", "reply", "35436", "Hello").status == 2
    assert engine("tickets", "reply", ticket, "Hello", "--solve", "--hand-back").status == 2
    store.tickets.close(ticket, 1, 1, "solved")
    ran = engine("tickets", "reply", ticket, "Hello")
    assert (ran.status, "closed" in ran.err) == (1, True)
    sign_in(store, monkeypatch, "omar")
    assert "not in the team" in engine("tickets", "reply", ticket, "Hello").err
    assert store.tickets.get(ticket).last_seq == 1
