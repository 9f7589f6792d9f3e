"""Forks the processes that the tests race and kill: each says `ready`, waits for a line, then acts.

python racer.py SOCKET     a connection brings {"url", "what", "pieces"} in a line, and hears one JSON result a line
"""

import json
import os
import select
import signal
import socket
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from typing import Any, TextIO

from engine.store import Arrival, Limit, Stopped, Store, schema


def begin(store: Store, work: dict[str, Any]) -> str:
    """Begin one call under a limit on `customer:1`; how that went."""
    money = work.get("amount")
    limit = Limit(
        line=1, subject="customer:1", count=work.get("count"), currency="EUR" if money else None,
        total=Decimal("100") if money else None, amount=Decimal(money) if money else None,
    )  # fmt: skip
    outcome = store.intents.begin(
        work["intent"], work["token"], deadline=timedelta(minutes=1), tool="payments.refund", contract_digest="c1",
        limits=[limit],
    )  # fmt: skip
    return outcome.code if isinstance(outcome, Stopped) else "began"


def hold_and_begin(store: Store, work: dict[str, Any]) -> str:
    """Take the intent and begin its call, as every worker that is given it would."""
    token = store.intents.hold(work["intent"])
    if token is None:
        return "state"
    time.sleep(work["pause"])
    return begin(store, {"intent": work["intent"], "token": token, "count": 1000})


def ingest(store: Store, work: dict[str, Any]) -> list[Any]:
    """Deliver one message."""
    arrival = Arrival(content_id=work["content"], author_id="ana", text="hello")
    made = store.messages.ingest(
        "desk",
        work["external_id"],
        [arrival],
        subject=None,
        requester={"id": "ana"},
        owner="support",
        sla=timedelta(minutes=15),
    )
    return [made.ticket_id, made.opened, list(made.accepted), made.duplicates]


def decide(store: Store, work: dict[str, Any]) -> str:
    """Approve or reject."""
    return store.approvals.decide(
        work["approval"], person=work["person"], teams=frozenset({"leads"}), approve=work["approve"], version=1
    ).outcome


def settle(store: Store, work: dict[str, Any]) -> str:
    """One of the ways in which people, or time, end or move an approval."""
    who: dict[str, Any] = {"person": work["person"], "teams": frozenset({"leads"}), "version": 1}
    match work["way"]:
        case "approve" | "reject" as way:
            return store.approvals.decide(work["approval"], approve=way == "approve", **who).outcome
        case "edit":
            given = {"arguments": {"amount": work["person"]}, "digest": work["person"]}
            return store.approvals.edit(work["approval"], **given, **who).outcome
        case "hand_back":
            return store.approvals.hand_back(work["approval"], due_at=store.now(), **who).outcome
    row = store.approvals.pass_on(work["approval"], 0, expires_at=store.now() + timedelta(hours=1))
    return f"{row.state} rank {row.rank}"


def reconcile(store: Store, work: dict[str, Any]) -> str:
    """Say what became of a call."""
    return store.reconciling.decide(work["call"], work["as_done"], person=work["person"], reason="looked").outcome


def lift(store: Store, work: dict[str, Any]) -> str:
    """Let go of the hold on writes, or restore the store once more."""
    return store.meta.lift(by="ana", reason="compared") if work["lift"] else store.meta.restored()[:0] + "restored"


def tell(store: Store, work: dict[str, Any]) -> bool:
    """Note that people know of an alarm."""
    return store.reconciling.told(work["call"])


def answer(store: Store, work: dict[str, Any]) -> str:
    """Answer a question."""
    return store.questions.answer(
        work["question"], person=work["person"], teams=frozenset({"leads"}), answer={"fine": work["fine"]}
    ).outcome


def leave(store: Store, work: dict[str, Any]) -> int:
    """Take back what a ticket has open; how many questions there were."""
    return len(store.tickets.leave(work["ticket"], 1).questions)


def close(store: Store, work: dict[str, Any]) -> bool:
    """Close a ticket of which one message is known."""
    return store.tickets.close(work["ticket"], 1, 1, "solved")


def stuck(store: Store, work: dict[str, Any]) -> None:
    """Change half of what belongs together, and wait in the middle to be killed."""
    ticket = schema.tickets.c
    with store.database.write() as tx:
        tx.update(schema.tickets, ticket.id == work["ticket"], last_seq=99, state="closed")
        tx.update(schema.intents, schema.intents.c.ticket_id == work["ticket"], state="sending")
        work["say"]("middle")
        time.sleep(60)


def opening(store: Store, work: dict[str, Any]) -> str:
    """Nothing more than what `main` has done: several processes open an empty database at once."""
    return store.meta.generation()


def act(line: TextIO) -> None:
    """Do each piece of work in a thread of its own."""

    def say(word: str) -> None:
        line.write(f"{word}\n")
        line.flush()

    def ready() -> None:
        say(str(os.getpid()))
        line.readline()

    given = json.loads(line.readline())
    what, pieces = given["what"], given["pieces"]
    if what == "opening":
        ready()
    with Store.open(given["url"]) as store, ThreadPoolExecutor(len(pieces)) as threads:
        if what != "opening":
            ready()
        if what == "stuck":
            pieces = [piece | {"say": say} for piece in pieces]
        for result in threads.map(lambda piece: globals()[what](store, piece), pieces):
            say(json.dumps(result))


def main() -> None:
    """One process a connection, until nobody holds its input any more. It has no threads and no store of its own."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(sys.argv[1])
        listener.listen(64)
        print("ready", flush=True)
        while sys.stdin not in select.select([listener, sys.stdin], [], [])[0]:
            connection, _ = listener.accept()
            with connection:
                if os.fork() == 0:
                    listener.close()
                    try:
                        act(connection.makefile("rw"))
                    finally:
                        os._exit(0)


if __name__ == "__main__":
    main()
