"""Pictures: what is taken, what is left of them, and what those that do not see are told."""

import io
import os
import random
import struct
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image as Pillow
from PIL import PngImagePlugin

from engine.models.base import Choice, Image, Job, Message, Passage, Request
from engine.models.errors import ModelRejected
from engine.models.images import (
    DRAWN_BYTES,
    MAX_BYTES,
    SIDE,
    ImageRefused,
    can_read,
    drawn,
    fitted,
    read,
    sniffed,
)
from engine.models.local import LocalModel

SECRET = b"GPS 48.137, 11.575"


def file(kind: str, size: tuple[int, int] = (40, 30), mode: str = "RGB", **more: object) -> bytes:
    out = io.BytesIO()
    Pillow.new(mode, size, 3 if mode == "P" else None).save(out, kind, **more)
    return out.getvalue()


def test_the_first_bytes_tell_the_kind() -> None:
    for kind in ("PNG", "JPEG", "GIF", "WEBP"):
        assert sniffed(file(kind)) == f"image/{kind.lower()}"
    for data in (
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7",
        b"RIFF1234WAVE",
        file("BMP"),
        file("TIFF"),
    ):
        assert sniffed(data) is None
        with pytest.raises(ImageRefused) as caught:
            drawn(data)
        assert caught.value.code == "type"


def test_nothing_but_the_picture_is_left() -> None:
    exif = Pillow.Exif()
    exif[0x010E] = SECRET.decode()
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", SECRET.decode())
    for data in (
        file("JPEG", exif=exif) + SECRET, file("PNG", pnginfo=text) + SECRET, file("WEBP", exif=exif),
        file("GIF", mode="P", comment=SECRET),
    ):  # fmt: skip
        assert SECRET in data
        made = drawn(data)
        assert SECRET not in made.data
        assert sniffed(made.data) == made.media_type
        with Pillow.open(io.BytesIO(made.data)) as again:
            assert again.size == (40, 30)
            assert not again.getexif()


def test_a_turned_picture_stands_upright_and_a_large_one_is_made_smaller() -> None:
    exif = Pillow.Exif()
    exif[0x0112] = 6
    with Pillow.open(io.BytesIO(drawn(file("JPEG", (40, 30), exif=exif)).data)) as turned:
        assert turned.size == (30, 40)
    with Pillow.open(io.BytesIO(drawn(file("PNG", (4000, 1000))).data)) as small:
        assert small.size == (SIDE, SIDE // 4)
    for mode in ("RGB", "RGBA", "L", "P", "I;16"):
        with Pillow.open(io.BytesIO(drawn(file("PNG", (4000, 1000), mode, exif=exif)).data)) as both:
            assert both.size == (SIDE // 4, SIDE), mode
    with Pillow.open(io.BytesIO(drawn(file("PNG", mode="RGBA")).data)) as clear:
        assert clear.mode == "RGBA"


def bomb(side: int) -> bytes:
    """A PNG that says it has so many pixels a side."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 100_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def test_grey_of_sixteen_bits_keeps_its_shades() -> None:
    shades = (0, 0x1234, 0x8080, 0xFFFF)
    rows = b"".join(shade.to_bytes(2, "little") * 400 for shade in shades)
    picture = Pillow.frombytes("I;16", (40, 40), rows)
    exif = Pillow.Exif()
    exif[0x0112] = 3  # upside down
    for turned, order in ((None, shades), (exif, shades[::-1])):
        out = io.BytesIO()
        picture.save(out, "PNG", **({"exif": turned} if turned else {}))
        with Pillow.open(io.BytesIO(drawn(out.getvalue()).data)) as shown:
            assert [shown.convert("L").getpixel((20, row * 10 + 5)) for row in range(4)] == [one >> 8 for one in order]


def test_what_is_too_large_or_broken_is_refused() -> None:
    for data, code in (
        (file("PNG") + b"\0" * MAX_BYTES, "size"),
        (bomb(8_000), "size"),
        (bomb(60_000), "broken"),
        (file("JPEG")[:200], "broken"),
        (b"\x89PNG\r\n\x1a\n" + b"\xff" * 100, "broken"),
        (b"\xff\xd8\xff" + SECRET, "broken"),
    ):
        with pytest.raises(ImageRefused) as caught:
            drawn(data)
        assert caught.value.code == code
        assert SECRET.decode() not in str(caught.value)


def test_what_shows_nothing_and_what_would_be_too_much_to_send() -> None:
    """Counting pixels of mails are no pictures; noise, which PNG cannot pack, is drawn as JPEG."""
    with pytest.raises(ImageRefused) as caught:
        drawn(file("GIF", (1, 32), mode="P"))
    assert caught.value.code == "tiny"
    for mode, channels in (("RGB", 3), ("RGBA", 4)):
        out = io.BytesIO()
        Pillow.frombytes(mode, (1500, 1500), random.Random(4).randbytes(1500 * 1500 * channels)).save(out, "PNG")
        made = drawn(out.getvalue())
        assert made.media_type == "image/jpeg"
        assert len(made.data) <= DRAWN_BYTES < len(out.getvalue())


SEEN = Image("image/png", file("PNG"))
LOOK = Message("customer", "Look", images=(SEEN, SEEN), unread=1)


async def test_a_model_that_sees_gets_the_picture_and_any_other_is_told_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    request = Request(Job.WORK, (Message("customer", "Hello"), LOOK))
    assert await fitted(request, vision=True) is request
    bare = Request(Job.WORK, (Message("customer", "Hello"),))
    assert await fitted(bare, vision=False) is bare
    monkeypatch.setattr("shutil.which", lambda name: None)
    told = await fitted(request, vision=False)
    assert told.messages == (Message("customer", "Hello"), Message("customer", "Look", unread=3))


async def test_nobody_answers_for_a_picture_that_nobody_has_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(ModelRejected) as caught:
        await fitted(Request(Job.WORK, (LOOK,), needs_images=True), vision=False)
    assert caught.value.code == "no_vision"
    passages = (Passage(id="p", text="We ship to Austria.", title="Shipping"),)
    asks = Request(Job.ANSWER, (Message("customer", "Do you ship to Austria?"),), passages=passages)
    judged = Request(
        Job.CLASSIFY, (Message("customer", "My lamp is broken"),), choices=(Choice("yes", "", ("My lamp is broken",)),),
    )  # fmt: skip
    for request in (asks, judged, replace(judged, instruction="Is it broken?")):
        unread = replace(request, messages=(replace(request.messages[0], unread=1),))
        seen, blind = await LocalModel().answer(request), await LocalModel().answer(unread)
        assert seen.text or seen.data["choice"] == "yes"
        refused = not blind.text and not blind.data.get("choice")
        assert refused is (request is not judged), "which flow it is, the words may say alone"


async def test_the_text_that_tesseract_finds_stands_in_for_a_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that is called as Tesseract is: here for one that finds text in large pictures alone."""
    program = tmp_path / "tesseract"
    program.write_text(
        '#!/bin/sh\nif [ "$1" = --list-langs ]; then printf "eng\\nfra\\nosd\\n"; exit; fi\n'
        '[ "$*" = "stdin stdout -l eng+fra" ] || exit 3\n[ $(wc -c) -gt 400 ] && echo "  Order 4821  " || true\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    large = drawn(file("JPEG", (300, 300)))
    message = Message("customer", "Look", images=(large, SEEN))
    told = await fitted(Request(Job.WORK, (message,)), vision=False)
    assert told.messages == (Message("customer", "Look\n[picture 1: Order 4821]", unread=1),)
    with pytest.raises(ModelRejected):
        await fitted(Request(Job.WORK, (message,), needs_images=True), vision=False)
    await fitted(Request(Job.WORK, (replace(message, images=(large,)),), needs_images=True), vision=False)


@pytest.mark.skipif(not can_read(), reason="Tesseract is not installed: apt-get install tesseract-ocr")
async def test_the_text_in_a_picture_is_read_for_those_that_do_not_see() -> None:
    from PIL import ImageDraw, ImageFont

    picture = Pillow.new("RGB", (700, 120), "white")
    ImageDraw.Draw(picture).text((20, 30), "Order 4821 is broken", "black", ImageFont.load_default(48))
    out = io.BytesIO()
    picture.save(out, "PNG")
    image = drawn(out.getvalue())
    assert "4821" in await read(image)
    (told,) = (await fitted(Request(Job.WORK, (Message("customer", "Look", images=(image,)),)), vision=False)).messages
    assert told.images == ()
    assert told.text.startswith("Look\n[picture 1: ")
    assert "4821" in told.text
