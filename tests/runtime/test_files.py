"""A flow asks for files: what customers attach, what it really is, and where it stays."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from engine.runtime.ring import workflow_id
from engine.runtime.server import TemporalServer
from engine.store import AttachmentRow
from tests.runtime import made
from tests.runtime.bench import Bench

FLOW = """
steps:
  - ask: details
    fields:
      photos: {files: {types: [image], most: 2, size: 1 MB}, ask: "Could you send us a photo of it?"}
  - if: (details.photos | length) > 1
    then: [{reply: "Thank you for {{ details.photos.name | join(' and ') }}."}]
    else:
      - set: photo
        to: "{{ details.photos | first }}"
      - if: photo is none
        then: [escalate]
      - reply: "Thank you for {{ photo.name }}, of {{ photo.size }} bytes."
  - close: solved
guardrails: [customer-facing]
"""
PNG = b"\x89PNG\r\n\x1a\n" + b"a lamp that is broken"
JPEG = b"\xff\xd8\xff\xe0" + b"the same lamp"


@pytest.fixture
async def bench(temporal: TemporalServer, tmp_path: Path) -> AsyncIterator[Bench]:
    root = made.project(tmp_path, flow=FLOW)
    async with Bench(tmp_path, temporal.address, f"q-{tmp_path.name}", root=root) as running:
        yield running


async def asked(bench: Bench) -> int:
    number = int(bench.desk.open_ticket("jonas.weber@example.com", "Lamp", "My lamp is damaged")["id"])
    await bench.until(lambda: bench.said(number), "the question")
    return number


def rows(bench: Bench, number: int) -> list[AttachmentRow]:
    messages = bench.store.messages.of_ticket(bench.row(number).id)
    return bench.store.attachments.of_messages([message.id for message in messages])


async def test_a_photo_is_a_reference_and_its_contents_stay_on_the_platform(bench: Bench) -> None:
    bench.duplicate = 2
    async with bench.work():
        number = await asked(bench)
        bench.desk.customer_writes(number, "Here it is", files={"lamp.png": PNG})
        await bench.until(lambda: bench.closed(number), "the close")
    assert bench.said(number)[1:] == [f"Thank you for lamp.png, of {len(PNG)} bytes."]
    [row] = rows(bench, number)
    assert (row.state, row.type, row.size) == ("seen", "image/png", len(PNG))
    history = await bench.client.get_workflow_handle(workflow_id(bench.row(number))).fetch_history()
    for secret in ("lamp.png", "a lamp that is broken", "/attachments/token/"):
        assert secret not in history.to_json(), "a history has the reference alone"


async def test_of_too_many_the_first_count_and_what_is_not_asked_for_is_left_out(bench: Bench) -> None:
    files = {
        "run.png": b"MZ\x90\0 no picture",
        "a.jpg": JPEG,
        "big.png": PNG + b"x" * 1_000_000,
        "b.png": PNG,
        "c.png": PNG,
    }
    async with bench.work():
        number = await asked(bench)
        bench.desk.customer_writes(number, "Here they are", files=files)
        await bench.until(lambda: bench.closed(number), "the close")
    assert bench.said(number)[1:] == ["Thank you for a.jpg and b.png."]


async def test_what_is_no_photo_is_asked_for_again_with_what_would_be(bench: Bench) -> None:
    async with bench.work():
        number = await asked(bench)
        bench.desk.customer_writes(number, "Here it is", files={"lamp.png": b"%PDF-1.7 a bill"})
        await bench.until(lambda: len(bench.said(number)) == 2, "the second question")
        bench.desk.customer_writes(number, "Sorry, this one", files={"lamp.png": PNG})
        await bench.until(lambda: bench.closed(number), "the close")
    assert bench.said(number)[1] == (
        "Sorry, that did not work. Could you send us a photo of it?\n\n(up to 2 files, each a picture of at most 1 MB)"
    )


async def test_a_file_that_is_gone_or_somewhere_else_is_none(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = bench.desk.desk.upload("gone.png", PNG)
    real: Any = bench.desk.desk.content
    monkeypatch.setattr(bench.desk.desk, "content", lambda token: real("nobody" if token == gone else token))
    async with bench.work():
        number = await asked(bench)
        author = bench.desk.desk.by_email("jonas.weber@example.com")
        assert author is not None
        bench.desk.desk.update(number, {"comment": {"body": "Here", "uploads": [gone]}}, actor=author, channel="email")
        await bench.until(lambda: len(bench.said(number)) == 2, "the second question")
        bench.desk.url, bench.desk.desk.url = "", "http://127.0.0.1:9"  # an address that is not the account's
        bench.desk.customer_writes(number, "Again", files={"lamp.png": PNG})
        await bench.until(lambda: len(bench.said(number)) == 3, "the third question")
    assert [(row.state, row.because) for row in rows(bench, number)] == [
        ("refused", "not_found"),
        ("refused", "foreign"),
    ]
