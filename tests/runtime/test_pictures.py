"""What customers attach, on its whole way: off the platform, through the activity, to a model that sees, to one that
does not, or to nobody; and never into Temporal."""

import base64
import io
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Pillow

from engine.models.images import drawn
from engine.runtime.activities.attaching import LARGEST
from engine.runtime.build import models
from engine.runtime.server import TemporalServer
from engine.store import AttachmentRow
from engine.testing.models import Asked, ModelStandIn, Says
from tests.models.test_images import bomb
from tests.runtime import made
from tests.runtime.bench import Bench
from tests.runtime.test_canary import kept_by_temporal
from tests.runtime.test_hosted import _SAMPLE, EMAIL

READ = """
steps:
  - ask: details
    fields: {order: {order_number: true, ask: "Which order?"}}
  - reply: "It is order {{ details.order }}."
  - close: solved
guardrails: [customer-facing]
"""
JUDGED = """
steps:
  - ask: details
    fields: {photos: {files: {types: [image], most: 1}, ask: "Could you send us a photo of it?"}}
  - judge: Is the shade broken?
    answers: [yes, no]
    using: [details.photos]
    threshold: 0.8
    as: broken
  - reply: {write: Say what is broken., using: [details.photos, broken]}
  - close: solved
guardrails: [customer-facing]
"""
PLACE = b"48.137154, 11.576124"
MANY = "attachments that could not be read"


def photo() -> bytes:
    """A photograph with a place in it, as telephones make them."""
    picture = Pillow.effect_noise((320, 200), 80).convert("RGB")
    exif = Pillow.Exif()
    exif[0x010E] = PLACE.decode()
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 8.0, 13.7), 3: "E", 4: (11.0, 34.0, 34.0)})
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=exif, comment=PLACE)
    return out.getvalue()


PHOTO = photo()
SENT = drawn(PHOTO)


def told(asked: Asked) -> str:
    return asked.said.partition("<conversation>")[2]


def sees(asked: Asked) -> Says:
    """A model that finds an order number on a picture, and a broken shade."""
    fields = (asked.schema or {}).get("properties", {})
    if "choice" in fields:
        sure = 0.95 if asked.images or "damaged" in told(asked) else 0.1
        known = [name for name in fields["choice"]["enum"] if name in ("damage", "yes", "thanks")]
        return Says(data={"choice": known[0] if known else None, "confidence": sure})
    if "answer" in fields:
        return Says(data={"answer": "The shade is broken.", "citations": [], "supported": True, "confidence": 0.9})
    found = {"value": "4710", "quote": "[picture 1]", "confidence": 0.9} if asked.images else None
    return Says(data=dict.fromkeys(fields, found))


@pytest.fixture(scope="module")
def served() -> Iterator[ModelStandIn]:
    with ModelStandIn.start() as standin:
        yield standin


@pytest.fixture
def standin(served: ModelStandIn) -> Iterator[ModelStandIn]:
    served.asked.clear()
    served.says(sees)
    yield served
    assert served.refused == []


@pytest.fixture
async def world(temporal: TemporalServer, tmp_path: Path, standin: ModelStandIn) -> AsyncIterator[Any]:
    """Makes a bench of one flow whose model is hosted, and its workers."""
    async with AsyncExitStack() as stack:

        async def make(flow: str, *, said: str = "vision: yes", more: str = "") -> tuple[Bench, Any]:
            root = made.project(tmp_path, flow=flow, settings=more)
            file, text = root / "engine.yaml", (root / "engine.yaml").read_text("utf-8")
            url = standin.url("openai")
            declared = f'models:\n  main: {{use: openai, model: m-1, base_url: "{url}", {said}}}\n'
            jobs = "".join(f"  {job}: main\n" for job in ("answer", "ask", "route"))
            assert _SAMPLE in text
            file.write_text(text.replace(_SAMPLE, declared + jobs), "utf-8")
            bench = await stack.enter_async_context(Bench(tmp_path, temporal.address, f"q-{tmp_path.name}", root=root))
            chosen = models(bench.settings, bench.project)
            stack.push_async_callback(chosen.close)
            return bench, lambda: bench.work(model=chosen.choose)

        yield make


def attached(bench: Bench, number: int) -> list[AttachmentRow]:
    messages = bench.store.messages.of_ticket(bench.row(number).id)
    return bench.store.attachments.of_messages([message.id for message in messages])


async def test_a_photo_alone_finds_its_flow_and_says_the_order_without_its_place(
    world: Any, standin: ModelStandIn
) -> None:
    """Words first; a model that sees gets the picture, drawn anew, byte for byte; Temporal gets none of it."""
    bench, worker = await world(READ)
    number = int(bench.desk.open_ticket(EMAIL, "Hello", "See the picture", files={"a.jpg": PHOTO})["id"])
    await bench.pump()  # the platform tells of a ticket and of its first comment, with what is attached, one by one
    async with worker():
        await bench.until(lambda: bench.closed(number), "the close")
    assert bench.said(number) == ["It is order 4710."]
    pictures = [asked.images for asked in standin.asked]
    assert pictures == [(), ((SENT.media_type, SENT.data),), ((SENT.media_type, SENT.data),)]
    assert "See the picture\n[picture 1]" in told(standin.asked[1])
    assert PLACE in PHOTO
    with Pillow.open(io.BytesIO(pictures[-1][0][1])) as shown:
        assert not shown.getexif()
        assert "comment" not in shown.info
    assert PLACE not in SENT.data
    kept = await kept_by_temporal(bench, number)
    for content in (PHOTO, SENT.data):
        part = content[len(content) // 2 :][:60]
        assert part not in kept
        assert base64.b64encode(part) not in kept
        assert base64.b64encode(base64.b64encode(part)) not in kept
    assert b"a.jpg" not in kept
    assert [row.type for row in attached(bench, number)] == ["image/jpeg"]


async def test_what_nobody_can_be_shown_is_told_of_and_the_flow_asks(
    world: Any, standin: ModelStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench, worker = await world(READ)
    files = {
        "page.png": b"<html><script>alert(1)</script></html>",
        "bomb.png": bomb(60_000),
        "half.jpg": PHOTO[:3_000],
        "bill.pdf": b"%PDF-1.7 a bill",
        "huge.png": b"",
        "cut.jpg": PHOTO,
        "counted.gif": tiny(),
    }
    real: Any = bench.desk.desk.content
    asked_for: list[str] = []

    def content(token: str) -> tuple[bytes, str]:
        name = next(one["shown"]["file_name"] for one in bench.desk.desk.records.all("attachment")
                    if one["token"] == token)  # fmt: skip
        asked_for.append(name)
        if name == "cut.jpg":
            raise OSError("the store of contents is down")
        return (b"\x89PNG\r\n\x1a\n" + bytes(30_000_000), "image/png") if name == "huge.png" else real(token)

    monkeypatch.setattr(bench.desk.desk, "content", content)
    number = int(bench.desk.open_ticket(EMAIL, "Lamp", "My lamp is damaged", files=files)["id"])
    await bench.pump()
    async with worker():
        await bench.until(lambda: bench.said(number) == ["Which order?"], "the question")
        bench.desk.customer_writes(number, "It stands here", files={"label.jpg": PHOTO})
        await bench.until(lambda: bench.closed(number), "the close")
    reads = [asked for asked in standin.asked if "order" in (asked.schema or {}).get("properties", {})]
    assert f"My lamp is damaged\n[6 {MANY}]\n" in told(reads[0])
    assert [asked.images for asked in reads] == [(), ((SENT.media_type, SENT.data),)]
    rows = {row.name: (row.state, row.type or row.because) for row in attached(bench, number)}
    assert rows == {
        "page.png": ("seen", "text/plain"), "bomb.png": ("seen", "image/png"), "half.jpg": ("seen", "image/jpeg"),
        "bill.pdf": ("seen", "application/pdf"), "huge.png": ("refused", "too_large"), "cut.jpg": ("new", None),
        "counted.gif": ("seen", "image/gif"), "label.jpg": ("seen", "image/jpeg"),
    }  # fmt: skip
    assert LARGEST < 30_000_000
    assert asked_for.count("cut.jpg") == 4, "tried again for a while"
    once = [name for name in asked_for if name not in ("cut.jpg",)]
    assert sorted(once) == sorted({*files, "label.jpg"} - {"cut.jpg"}), "each was fetched once"


async def test_a_step_that_names_photos_shows_them_or_brings_a_person(world: Any, standin: ModelStandIn) -> None:
    bench, worker = await world(JUDGED)

    async def sent(content: bytes) -> int:
        number = int(bench.desk.open_ticket(EMAIL, "Lamp", "My lamp is damaged")["id"])
        await bench.until(lambda: bench.said(number), "the question")
        bench.desk.customer_writes(number, "Here it is", files={"lamp.jpg": content})
        return number

    async with worker():
        number = await sent(PHOTO)
        await bench.until(lambda: bench.closed(number), "the close")
        assert bench.said(number)[-1] == "The shade is broken."
        assert [len(asked.images) for asked in standin.asked if "answer" in (asked.schema or {})["properties"]] == [1]
        broken = await sent(PHOTO[:3_000])
        await bench.until(lambda: bench.with_people(broken), "a person")
    assert bench.row(broken).escalated == "failed:unseen"


async def test_tesseract_reads_for_a_model_that_does_not_see(
    world: Any, standin: ModelStandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where it can, the model is given the text; where not, a step that names the photo brings a person. A picture that
    no step names may be one without a text."""
    program = tmp_path / "programs" / "tesseract"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    bench, worker = await world(JUDGED, said="vision: no", more="\nocr: tesseract\n")
    yes = Says(data={"choice": "yes", "confidence": 0.9})
    judged = "shade: cracked", "choice"
    standin.says(lambda asked: yes if all(word in told(asked) + str(asked.schema) for word in judged) else sees(asked))
    async with worker():
        number = int(bench.desk.open_ticket(EMAIL, "Lamp", "My lamp is damaged")["id"])
        await bench.until(lambda: bench.said(number), "the question")
        bench.desk.customer_writes(number, "Here it is", files={"lamp.jpg": PHOTO})
        await bench.until(lambda: bench.with_people(number), "a person: nothing reads it")
        assert bench.row(number).escalated == "failed:no_vision"
        program.write_text(
            '#!/bin/sh\n[ "$1" = --list-langs ] && echo eng && exit\n[ $(wc -c) -lt 2000 ] || echo "shade: cracked"\n'
        )
        number = int(bench.desk.open_ticket(EMAIL, "Lamp", "My lamp is damaged")["id"])
        await bench.until(lambda: bench.said(number), "the question")
        bench.desk.customer_writes(number, "Here it is", files={"lamp.jpg": PHOTO, "logo.png": logo()})
        await bench.until(lambda: bench.closed(number), "the close")
    said = "Here it is\n[picture 1: shade: cracked]\n[an attachment that could not be read]"
    assert [said in told(asked) for asked in standin.asked[-2:]] == [True, True]
    assert all(asked.images == () for asked in standin.asked)


def logo() -> bytes:
    """A picture without a text, as mails are signed with."""
    out = io.BytesIO()
    Pillow.new("RGB", (64, 64), "red").save(out, "PNG")
    return out.getvalue()


def tiny() -> bytes:
    """What mails count their readers with."""
    out = io.BytesIO()
    Pillow.new("P", (1, 1)).save(out, "GIF")
    return out.getvalue()
