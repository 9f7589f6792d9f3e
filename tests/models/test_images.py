"""Pictures: what is taken, what is left of them, and what those that do not see are told."""

import io
import struct
import zlib

import pytest
from PIL import Image as Pillow
from PIL import PngImagePlugin

from engine.models.base import Image, Message
from engine.models.errors import ModelRejected
from engine.models.images import MAX_BYTES, SIDE, ImageRefused, can_read, drawn, for_model, read, sniffed

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
    with Pillow.open(io.BytesIO(drawn(file("PNG", mode="RGBA")).data)) as clear:
        assert clear.mode == "RGBA"


def bomb(side: int) -> bytes:
    """A PNG that says it has so many pixels a side."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 100_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


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


async def test_a_model_that_sees_gets_the_picture_and_no_other_gets_it_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    message = Message("customer", "Look", images=(Image("image/png", file("PNG")),))
    assert await for_model([message], vision=True) == (message,)
    assert await for_model([Message("customer", "Hello")], vision=False) == (Message("customer", "Hello"),)
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(ModelRejected) as caught:
        await for_model([message], vision=False)
    assert caught.value.code == "no_vision"


@pytest.mark.skipif(not can_read(), reason="Tesseract is not installed: apt-get install tesseract-ocr")
async def test_the_text_in_a_picture_is_read_for_those_that_do_not_see() -> None:
    from PIL import ImageDraw, ImageFont

    picture = Pillow.new("RGB", (700, 120), "white")
    ImageDraw.Draw(picture).text((20, 30), "Order 4821 is broken", "black", ImageFont.load_default(48))
    out = io.BytesIO()
    picture.save(out, "PNG")
    image = drawn(out.getvalue())
    assert "4821" in await read(image)
    (told,) = await for_model([Message("customer", "Look", images=(image,))], vision=False)
    assert told.images == ()
    assert told.text.startswith("Look\n[picture 1: ")
    assert "4821" in told.text
