"""The stand-ins as processes of their own: two of them at one file, and state that outlives a kill."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx

from engine.testing.shop import ledger

ROOT = Path(__file__).parents[2]


@contextmanager
def process(part: str, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A running stand-in and its address; killed at the end."""
    command = [sys.executable, "-W", "error", "-m", f"engine.testing.{part}", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    started = subprocess.Popen(command, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE)
    assert started.stdout is not None
    try:
        line = started.stdout.readline()
        assert " listening on http://127.0.0.1:" in line
        yield started, line.split()[-1]
    finally:
        started.kill()
        started.wait()
        started.stdout.close()


def test_two_shops_at_one_file_never_refund_more_than_was_paid(tmp_path: Path) -> None:
    db = tmp_path / "shop.db"
    arguments = ("--db", str(db), "--token", "T")
    with process("shop", *arguments) as (_, first), process("shop", *arguments) as (_, second):

        def refund(place: int) -> int:
            with httpx.Client(base_url=(first, second)[place % 2], trust_env=False, timeout=30) as client:
                key = f"key-{place // 2 if place < 8 else place}"
                wish = {"order_id": "4710", "amount": 2000, "currency": "EUR"}
                headers = {"Authorization": "Bearer T", "Idempotency-Key": key}
                return client.post("/refunds", json=wish, headers=headers).status_code

        with ThreadPoolExecutor(12) as pool:
            statuses = list(pool.map(refund, range(24)))
    # 129.00 EUR hold six refunds of 20.00; each of the first keys was used at both shops, and paid once
    made = ledger.refunds(db, "4710")
    assert sum(row["amount"] for row in made) == 12000
    keys = [row["idempotency_key"] for row in ledger.ledger(db)["refunds"] if row["order_id"] == "4710"]
    assert len(keys) == len(set(keys)) == 6
    assert set(statuses) <= {201, 409, 422}


def test_a_shop_that_was_killed_keeps_its_books_and_its_keys(tmp_path: Path) -> None:
    arguments = ("--db", str(tmp_path / "shop.db"), "--token", "T")
    wish = {"json": {"order_id": "4655", "amount": 3850, "currency": "EUR"}}
    headers = {"Authorization": "Bearer T", "Idempotency-Key": "k"}
    with process("shop", *arguments) as (running, url):
        first = httpx.post(f"{url}/refunds", headers=headers, trust_env=False, **wish)  # type: ignore[arg-type]
        running.send_signal(signal.SIGKILL)
        running.wait()
    with process("shop", *arguments) as (_, url):
        again = httpx.post(f"{url}/refunds", headers=headers, trust_env=False, **wish)  # type: ignore[arg-type]
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert len(ledger.refunds(tmp_path / "shop.db", "4655")) == 1


def test_a_help_desk_that_was_killed_keeps_its_tickets_and_webhooks(tmp_path: Path) -> None:
    arguments = ("--db", str(tmp_path / "desk" / "desk.db"), "--token", "T", "--secret", "S")
    admin = {"Authorization": "Bearer zendesk-admin"}
    with process("zendesk", *arguments) as (running, url):
        wish = {"email": "ines.garcia@example.com", "name": "Inés García", "subject": "Reembolso", "body": "Hola ☀"}
        ticket = httpx.post(f"{url}/admin/tickets", json=wish, headers=admin, trust_env=False).json()
        assert ticket["url"] == f"{url}/api/v2/tickets/{ticket['id']}.json"
        running.send_signal(signal.SIGKILL)
        running.wait()
    with process("zendesk", *arguments) as (running, url):
        shown = httpx.get(f"{url}/admin/tickets/{ticket['id']}", headers=admin, trust_env=False).json()
        queued = httpx.get(f"{url}/admin/deliveries", headers=admin, trust_env=False).json()["deliveries"]
        running.send_signal(signal.SIGTERM)
        assert running.wait(10) in (0, -signal.SIGTERM)
    assert shown["ticket"] == ticket
    assert shown["requester"]["name"] == "Inés García"
    assert [one["type"].rpartition(":")[2] for one in queued] == ["ticket.created", "ticket.comment_added"]
