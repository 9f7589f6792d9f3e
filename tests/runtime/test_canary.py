"""Nothing personal and no secret where it does not belong, whatever goes wrong: what a customer wrote, what the shop
knows of them and the tokens of the shop and the platform are looked for in all that Temporal keeps, in every log, and
the tokens in the store's file too. All faults: ENGINE_PROVE=1; else some, others on another day."""

import base64
import logging
import urllib.parse
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from engine.runtime.ring import workflow_id
from engine.runtime.server import TemporalServer
from tests.runtime.bench import Bench
from tests.runtime.played import ALL, TURN

TOKEN = "c4n4ry-t0ken/of+the=shop"
NAMES = ("jonas", "weber", "80331", "floor lamp", "canary")
"""Of the customer: name, e-mail and postcode, as the shop knows them and as they are written; and their words."""
WORDS = "The floor lamp from order 4710 arrived damaged, I want a refund please. My postcode is 80331. Canary Weber"
FAULTS = ("garbage", "bad_schema", "status_after_work", "drop_after_work", "echo")
CASES = [(None, ""), *((fault, path) for fault in FAULTS for path in ("/orders/*", "/refunds"))]
if not ALL:
    CASES = [(None, ""), CASES[1 + TURN % len(CASES[1:])], ("echo", "/refunds")]


@pytest.fixture
async def bench(temporal: TemporalServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bench]:
    monkeypatch.setattr("tests.runtime.bench.SHOP_TOKEN", TOKEN)
    async with Bench(tmp_path, temporal.address, f"q-{tmp_path.name}") as made:
        yield made


@pytest.fixture
def logged() -> Any:
    """Everything that any logger says, at its most talkative, with what exceptions say."""
    said: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(f"{self.format(record)} {vars(record)}")

    handler, root = Kept(), logging.getLogger()
    levels = {name: logging.getLogger(name).level for name in ("", "engine", "temporalio")}
    root.addHandler(handler)
    for name in levels:
        logging.getLogger(name).setLevel(logging.DEBUG)
    yield said
    root.removeHandler(handler)
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


async def kept_by_temporal(bench: Bench, ticket: int) -> bytes:
    """All runs of the ticket: their histories with all payloads, and what lists and pages show of them."""
    parts: list[bytes] = []
    name = workflow_id(bench.row(ticket))
    async for run in bench.client.list_workflows(f"WorkflowId = '{name}'"):
        handle = bench.client.get_workflow_handle(name, run_id=run.run_id)
        parts += [event.SerializeToString() async for event in handle.fetch_history_events()]
        parts += [run.raw_info.SerializeToString(), (await handle.describe()).raw_description.SerializeToString()]
    assert len(parts) > 30
    return b"".join(parts)


def forms(secret: str) -> list[bytes]:
    """A secret as it is, quoted, and in base64."""
    raw = secret.encode()
    return [raw, urllib.parse.quote(secret, safe="").encode(), base64.b64encode(raw), base64.urlsafe_b64encode(raw)]


@pytest.mark.parametrize(("fault", "path"), CASES)
async def test_names_and_secrets_stay_where_they_belong(
    bench: Bench, logged: list[str], fault: str | None, path: str
) -> None:
    if fault is not None:
        bench.shop.fault(path, kind=fault, times=None if path == "/orders/*" else 1)
    async with bench.work():
        ticket = bench.refund_ticket(WORDS)
        while not (bench.closed(ticket) or bench.with_people(ticket)):
            for approval in bench.open_approvals():
                await bench.decide(approval)
            await bench.until(
                lambda: bench.open_approvals() or bench.closed(ticket) or bench.with_people(ticket), "the end"
            )
        kept = await kept_by_temporal(bench, ticket)
    seen = [asked["fault"] for asked in bench.shop.requests()]
    assert fault is None or fault in seen
    low, said = kept.lower(), "\n".join(logged).lower()
    assert "activity" in said, "else nothing was logged at all"
    for name in NAMES:
        assert name.encode() not in low, f"Temporal keeps {name}"
        assert name not in said, f"a log says {name}"
    bench.store.close()
    files = b"".join(file.read_bytes() for file in bench.folder.glob("store.db*"))
    assert b"Canary Weber" in files, "the store is where it belongs"
    for secret in (TOKEN, "desk-token", "hook-secret"):
        for form in forms(secret):
            assert form not in kept, "Temporal keeps a secret"
            assert form not in files, "the store keeps a secret"
            assert form.decode() not in "\n".join(logged), "a log says a secret"
