"""`engine token` and `engine revoke`."""

from pathlib import Path

import pytest

from engine.store import Stopped, Store
from tests.cli.conftest import Engine
from tests.store import given


def test_a_token_signs_its_person_in(engine: Engine, store: Store) -> None:
    ran = engine("token", "lena@shop.example")
    assert ran.status == 0
    assert store.people.who(ran.out.strip()) == "lena@shop.example"
    assert ran.out.strip() not in ran.err
    assert "warning" not in ran.err
    assert engine("token", "lena@shop.example").out != ran.out


def test_the_first_token_makes_the_store(engine: Engine, project: Path) -> None:
    token = engine("token", "lena@shop.example").out.strip()
    with Store.open(f"sqlite:///{project}/.engine/store.db") as store:
        assert store.people.who(token) == "lena@shop.example"


def test_a_person_of_no_team(engine: Engine, store: Store) -> None:
    ran = engine("token", "lena@shop.exampel")
    assert ran.status == 0
    assert "in no team" in ran.err
    assert "did you mean lena@shop.example?" in ran.err


@pytest.mark.parametrize("content", ["", "teams: 3", "[", "teams: {a: , b: {people: }}"])
def test_a_broken_project_still_mints(content: str, engine: Engine, project: Path) -> None:
    (project / "engine.yaml").write_text(content)
    ran = engine("token", "lena@shop.example")
    assert ran.status == 0
    assert "in no team" in ran.err


@pytest.mark.parametrize("person", ["", " ", "a\nb", "\x1b[2J"])
def test_who_is_nobody(person: str, engine: Engine, project: Path) -> None:
    assert engine("token", person)[:2] == (2, "")


def test_tokens_are_taken_back(engine: Engine, store: Store) -> None:
    token = engine("token", "lena@shop.example").out.strip()
    ran = engine("token", "lena@shop.example", "--revoke")
    assert (ran.status, ran.out, ran.err) == (0, "", "1 token of lena@shop.example revoked\n")
    assert store.people.who(token) is None
    assert engine("token", "lena@shop.example", "--revoke").status == 1


def test_a_revoked_tool_is_not_called(engine: Engine, store: Store) -> None:
    intent = given.intent(store, given.ticket(store))
    ran = engine("revoke", given.TOOL, "--why", "wrong amounts")
    assert (ran.status, ran.err) == (0, "")
    assert "is revoked" in ran.out
    stopped = given.begin(store, intent)
    assert isinstance(stopped, Stopped)
    (row,) = store.revocations.listing()
    assert (row.tool, row.why, bool(row.by)) == (given.TOOL, "wrong amounts", True)
    assert engine("revoke").out.split("\t")[0] == given.TOOL


def test_what_was_sent_is_listed(engine: Engine, store: Store) -> None:
    intent = given.intent(store, given.ticket(store))
    given.sending(store, intent)
    ran = engine("revoke", given.TOOL)
    assert ran.status == 0
    assert "1 call was sent before" in ran.err
    assert f"{intent.id}\t{intent.ticket_id}\t20" in ran.out


def test_revoked_twice_and_lifted(engine: Engine, store: Store) -> None:
    assert engine("revoke", given.TOOL).status == 0
    assert engine("revoke", given.TOOL).status == 0
    assert engine("revoke", given.TOOL, "--lift").status == 0
    assert not store.revocations.is_revoked(given.TOOL)
    assert engine("revoke", given.TOOL, "--lift").status == 1
    assert engine("revoke").err == "no tool is revoked\n"


def test_a_slip_of_the_pen_is_no_success(engine: Engine, store: Store) -> None:
    ran = engine("revoke", "payment.refund")
    assert ran.status == 2
    assert "nothing was revoked" in ran.err
    assert "did you mean `payments.refund`?" in ran.err
    assert store.revocations.listing() == []
    assert engine("revoke", "old.tool").status == 2
    assert engine("revoke", "old.tool", "--unknown").status == 0
    assert store.revocations.is_revoked("old.tool")


def test_files_that_cannot_be_read_hold_up_nothing(engine: Engine, store: Store, project: Path) -> None:
    (project / "tools" / "shop.yaml").write_bytes(b"[[[")
    assert engine("revoke", given.TOOL).status == 0
    assert store.revocations.is_revoked(given.TOOL)


@pytest.mark.parametrize("argv", [["--lift"], ["--why", "because"]])
def test_without_a_tool(argv: list[str], engine: Engine, project: Path) -> None:
    assert engine("revoke", *argv).status == 2
