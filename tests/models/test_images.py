"""Pictures: what is taken, and what is left of them."""

import io
import random
import struct
import zlib

import pytest
from PIL import Image as Pillow
from PIL import PngImagePlugin

from engine.models.images import DRAWN_BYTES, MAX_BYTES, SIDE, ImageRefused, drawn, sniffed

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
