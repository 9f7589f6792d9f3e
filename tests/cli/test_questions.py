"""`engine questions`, against the real service on loopback."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.service.app import Service
from engine.store import QuestionRow, Store
from tests.cli.conftest import Engine
from tests.cli.serving import serving
from tests.cli.test_approvals import TEAMS, sign_in
from tests.store import given

FIELDS: list[dict[str, Any]] = [
    {"name": "covered", "kind": "yes_no", "ask": "Is it covered?"},
    {"name": "parts", "kind": "some_of", "ask": "Which\x1b[2J parts?", "optional": True,
     "options": [{"label": "lamp shade", "value": "s"}, {"label": "foot", "value": "f"}]},
]  # fmt: skip


@pytest.fixture(scope="module")
def served(empty_store: Path) -> Iterator[tuple[Service, str]]:
    """One service for all tests; each test gives it a store of its own."""
    with serving(empty_store, TEAMS, team="support") as running:
        yield running


@pytest.fixture(autouse=True)
def service(served: tuple[Service, str], store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The service's address, which the command line finds by itself."""
    running, url = served
    running.store = store
    monkeypatch.setenv("ENGINE_SERVICE", url.removeprefix("http://"))
    sign_in(store, monkeypatch, "lena")


def opened(store: Store, team: str = "leads", ticket: str = "1") -> QuestionRow:
    return store.questions.open(
        given.ticket(store, ticket).id, 1, "damage/ask", "1", team=team, asked={"fields": FIELDS, "names": {}},
        shown="A lamp\x1b[2J", expires_at=store.now() + timedelta(hours=1),
    )  # fmt: skip


def test_the_list(engine: Engine, store: Store) -> None:
    row = opened(store)
    opened(store, "legal", ticket="2")  # another team's
    ran = engine("questions", "list")
    assert (ran.status, ran.err) == (0, "")
    (cells,) = [shown.split("\t") for shown in ran.out.splitlines()]
    assert [*cells[:3], *cells[4:]] == [row.id, row.ticket_id, "leads", "covered parts", "A lamp [2J"]
    assert engine("questions", "list", "--team", "billing").out == ""
    other = engine("questions", "list", "--team", "legal")
    assert (other.status, "not in the team" in other.err) == (1, True)


def test_nothing_to_answer(engine: Engine) -> None:
    assert engine("questions", "list") == (0, "", "nobody asks your teams anything\n")


def test_one(engine: Engine, store: Store) -> None:
    row = opened(store)
    ran = engine("questions", "show", row.id)
    assert ran.status == 0
    assert "covered\tIs it covered?\tyes or no\t-" in ran.out
    assert "parts (optional)\tWhich [2J parts?\tsome of: lamp shade, foot\t-" in ran.out


def test_an_answer(engine: Engine, store: Store) -> None:
    row = opened(store)
    ran = engine("questions", "answer", row.id, "covered=yes", "parts=lamp shade", "parts=foot")
    assert ran == (0, f"answered: {row.id}\n", "")
    now = store.questions.get(row.id)
    assert (now.answer, now.answered_by) == ({"covered": True, "parts": ["s", "f"]}, "lena")
    assert "parts\t" not in ran.out
    assert "answered by\tlena" in engine("questions", "show", row.id).out


def test_the_second_to_answer_is_told_of_the_first(engine: Engine, store: Store) -> None:
    row = opened(store)
    assert engine("questions", "answer", row.id, "covered=no").status == 0
    ran = engine("questions", "answer", row.id, "covered=yes")
    assert (ran.status, ran.out) == (1, "")
    assert "it was answered already: answered by lena at 2" in ran.err
    assert "(409)" in ran.err
    assert store.questions.get(row.id).answer == {"covered": False}


def test_values_that_do_not_fit(engine: Engine, store: Store) -> None:
    row = opened(store)
    ran = engine("questions", "answer", row.id, "covered=perhaps", "parts=cable")
    assert ran.status == 1
    assert "covered takes yes or no; parts takes some of: lamp shade, foot (422)" in ran.err
    assert store.questions.get(row.id).state == "open"


def test_too_late_withdrawn_and_another_teams(engine: Engine, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    row = opened(store)
    store.tickets.leave(row.ticket_id, 1)
    assert "it was withdrawn" in engine("questions", "answer", row.id, "covered=no").err
    second = opened(store, ticket="2")
    store.database.clock.shift = timedelta(hours=2)
    assert "its time is over" in engine("questions", "answer", second.id, "covered=no").err
    sign_in(store, monkeypatch, "ana")
    assert "not in the team that is asked (403)" in engine("questions", "answer", second.id, "covered=no").err
    assert "another team's (404)" in engine("questions", "show", second.id).err


@pytest.mark.parametrize("argv", [["q_1"], ["q_1", "covered"], ["q_1", "=yes"], ["a/b", "covered=yes"], ["..", "a=b"]])
def test_wrong_usage(argv: list[str], engine: Engine) -> None:
    assert engine("questions", "answer", *argv).status == 2


def test_no_token(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENGINE_TOKEN", " ")
    assert engine("questions", "list").status == 2
