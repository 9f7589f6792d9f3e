"""`engine tickets`."""

import os
import pty
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from engine.store import Arrival, StepEntry, Store, TicketRow
from tests.cli.conftest import Engine
from tests.store import given


@pytest.fixture
def ticket(store: Store) -> TicketRow:
    """One ticket with a refund that lena approved."""
    row = given.ticket(store)
    intent = given.intent(store, row)
    opened = store.approvals.open(
        intent.id, intent.version, 1, "leads", node="refund", expires_at=store.now() + timedelta(hours=1)
    )
    store.approvals.decide(
        opened.id,
        person="lena@shop.example",
        teams=frozenset({"leads"}),
        approve=True,
        version=1,
        reason="it is broken",
    )
    given.sending(store, intent)
    entry = StepEntry(
        ordinal=1, node="refund", iteration="1", kind="tool", place="flows/refund.yaml:12:5", outcome="done",
        because="no gate held it", at=store.now(), refs={},
    )  # fmt: skip
    store.steps.record(row.id, row.epoch, "run", [entry])
    return store.tickets.get(row.id)


def lines(text: str) -> dict[str, list[list[str]]]:
    """Section -> its rows."""
    sections: dict[str, list[list[str]]] = {}
    for line in text.splitlines():
        if line.endswith(":") and "\t" not in line:
            sections[line[:-1]] = rows = []
        else:
            rows.append(line.split("\t"))
    return sections


def test_the_list(engine: Engine, store: Store, ticket: TicketRow) -> None:
    other = given.ticket(store, "2")
    ran = engine("tickets", "list")
    assert ran.status == 0
    rows = [line.split("\t") for line in ran.out.splitlines()]
    assert {row[0] for row in rows} == {ticket.id, other.id}
    assert all(row[1:5] == ["open", "triage", "desk", number] for row, number in zip(rows, ["2", "1"], strict=True))
    assert len(engine("tickets", "list", "--limit", "1").out.splitlines()) == 1
    assert engine("tickets", "list", "--state", "closed").out == ""
    assert engine("tickets", "list", "--flow", "refund").out == ""


@pytest.mark.parametrize("argv", [["--limit", "0"], ["--limit", "x"], ["--state", "asleep"]])
def test_the_list_refuses(argv: list[str], engine: Engine, project: Path) -> None:
    assert engine("tickets", "list", *argv).status == 2


def test_one_ticket(engine: Engine, store: Store, ticket: TicketRow) -> None:
    ran = engine("tickets", "show", ticket.id)
    assert (ran.status, ran.err) == (0, "")
    shown = lines(ran.out)
    assert list(shown) == [
        "ticket",
        "conversation",
        "steps",
        "intents",
        "approvals",
        "decisions",
        "questions",
        "handoffs",
    ]
    assert ["subject", "Money back"] in shown["ticket"]
    assert shown["conversation"][0][1:] == ["customer", "text of first-1"]
    assert shown["steps"][0][1:] == ["flows/refund.yaml:12:5", "refund", "tool", "done", "no gate held it"]
    (intent,) = shown["intents"]
    assert intent[1:4] == ["payments.refund", "sending", "-"]
    assert intent[5] == '{"amount": "40.00"}'
    (approval,) = shown["approvals"]
    assert approval[1:6] == ["payments.refund", "leads", "1", "approved", "lena@shop.example"]
    assert approval[6].endswith("Z")
    assert approval[7] == "it is broken"


def test_a_write_that_a_person_looked_up(engine: Engine, store: Store, ticket: TicketRow) -> None:
    (intent,) = store.intents.of_ticket(ticket.id)
    store.database.clock.shift = timedelta(minutes=5)
    assert store.intents.mark_unknown(intent.id)
    assert store.intents.reconcile(intent.id, False, "omar", "not in the bank's list")
    shown = lines(engine("tickets", "show", ticket.id).out)
    assert shown["intents"][0][2:4] == ["reconciled as not done by omar", "not in the bank's list"]


def test_a_handoff(engine: Engine, store: Store, ticket: TicketRow) -> None:
    store.handoffs.open(ticket.id, ticket.epoch, "unsure", "support", {}, store.now() + timedelta(minutes=15))
    shown = lines(engine("tickets", "show", ticket.id).out)
    assert shown["handoffs"][0][1:4] == ["support", "unsure", "open"]


def test_by_the_platforms_id(engine: Engine, store: Store, ticket: TicketRow) -> None:
    assert engine("tickets", "show", "1").out == engine("tickets", "show", ticket.id).out
    store.messages.ingest(
        "mail",
        "1",
        [Arrival(content_id="x", author_id="bo", text="?")],
        subject="?",
        requester={},
        owner="support",
        sla=given.SLA,
    )
    ran = engine("tickets", "show", "1")
    assert ran.status == 1
    assert "2 tickets" in ran.err


def test_no_such_ticket(engine: Engine, store: Store) -> None:
    ran = engine("tickets", "show", "t_nope")
    assert (ran.status, ran.out, ran.err) == (1, "", "engine: there is no ticket t_nope\n")


def test_no_store_is_made_by_looking(engine: Engine, project: Path) -> None:
    ran = engine("tickets", "list")
    assert ran.status == 1
    assert "there is no store yet" in ran.err
    assert not (project / ".engine" / "store.db").exists()


@pytest.mark.parametrize("url", ["mysql://host/db", "not a url", "sqlite://"])
def test_what_is_no_store(url: str, engine: Engine, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENGINE_STORE", url)
    ran = engine("tickets", "list")
    assert ran.status in (2, 3)
    assert "Traceback" not in ran.err


def test_a_store_that_is_no_database(engine: Engine, project: Path) -> None:
    (project / ".engine").mkdir(exist_ok=True)
    (project / ".engine" / "store.db").write_bytes(b"not a database" * 1_000)
    ran = engine("tickets", "list")
    assert ran.status == 3
    assert len(ran.err.splitlines()) == 1


def test_what_customers_write_moves_no_cursor(engine: Engine, store: Store) -> None:
    text = "a\tb\nc\x1b[2J\u202eevil \U0001f4a9 [bold]x[/bold]"
    made = given.deliver(store, "7", given.arrival("odd", text=text))
    shown = lines(engine("tickets", "show", made.ticket_id).out)
    assert shown["conversation"][0][2] == "a b c [2J evil \U0001f4a9 [bold]x[/bold]"


def test_tables_on_a_terminal(store: Store, ticket: TicketRow, project: Path) -> None:
    given.deliver(store, "1", given.arrival("second", text="[red]hi[/red] \x1b[2J"))
    ours, theirs = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "COLUMNS": "200", "TERM": "xterm"}
    process = subprocess.Popen(
        [sys.executable, "-m", "engine.cli", "tickets", "show", ticket.id],
        stdout=theirs, stderr=subprocess.DEVNULL, env=environment,
    )  # fmt: skip
    os.close(theirs)
    shown = read_all(ours)
    assert process.wait(timeout=60) == 0
    assert "flows/refund.yaml:12:5" in shown
    assert "[red]hi[/red]" in shown
    assert "\x1b[2J" not in shown
    assert "because" in shown  # a heading


def read_all(terminal: int) -> str:
    parts: list[bytes] = []
    while True:
        try:
            part = os.read(terminal, 100_000)
        except OSError:  # Linux: the other side is closed
            part = b""
        if not part:
            os.close(terminal)
            return b"".join(parts).decode()
        parts.append(part)


def test_the_survey_is_shown_with_the_mark_that_counts(store: Store, engine: Engine, ticket: TicketRow) -> None:
    row = store.outbound.propose(ticket.id, 1, "survey", "csat", "survey", {"text": "How was it?"}, {"passed": True})
    token = store.outbound.hold(row.id)
    assert token is not None
    refused = store.outbound.begin(row.id, token, deadline=timedelta(seconds=30))
    assert not refused.ok, "nobody is asked whose ticket is open"
    last = store.tickets.get(ticket.id).last_seq
    assert store.tickets.close(ticket.id, 1, last, "solved")
    assert store.outbound.begin(row.id, token, deadline=timedelta(seconds=30)).ok
    for number, mark in enumerate((2, 5)):
        arrival = Arrival(content_id=f"c-{number}", author_id="u", text=str(mark), mark=mark, only_mark=True)
        found = store.messages.ingest(
            ticket.channel, ticket.external_id, [arrival], subject=None, requester={}, sla=timedelta(minutes=15),
            owner="support",
        )  # fmt: skip
        assert (found.reopened, found.duplicates, len(found.accepted)) == (False, 0, 1)
    shown = engine("tickets", "show", ticket.id).out
    said = shown.partition("survey:\n")[2].splitlines()[0].split("\t")
    assert (said[1], said[2]) == ("sending", "5")
    assert len(store.outbound.owed_closes([ticket.channel])) == 2
