"""Pictures that customers send, made safe to hand on: told by their first bytes, capped, and drawn anew.

What comes out has no metadata (places, cameras, thumbnails), one frame, and at most `SIDE` pixels a side. Nothing of
the file's own bytes is left in it. For models without vision, Tesseract reads the text in it, where it is installed.
Drawing and reading take whole pictures into memory: callers bound how many at once.

ImageRefused: not an image that the engine takes. Messages hold no contents.
"""

import asyncio
import io
import shutil
import warnings
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from engine.errors import EngineError
from engine.models.base import Image, ImageType, Message, Request
from engine.models.errors import ModelRejected

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

__all__ = ["MAX_BYTES", "SIDE", "ImageRefused", "can_read", "drawn", "fitted", "read", "sniffed"]

MAX_BYTES: Final = 10_000_000
"""Of a file as it came."""
MAX_PIXELS: Final = 50_000_000
"""Of a picture as it says itself, before anything of it is unpacked."""
SIDE: Final = 1_568
"""Pixels of the longer side of what models are given: above it, providers scale down themselves and charge for more."""
TINY: Final = 32
"""A picture with no side longer than this shows nothing: mails are full of such, to see who opens them."""
DRAWN_BYTES: Final = 3_500_000
"""Of what models are given: in Base64 less than 5 MB, the least that any provider takes of one picture."""
_AT_ONCE: Final = 2
_READ_SECONDS: Final = 20.0
_READ_CHARACTERS: Final = 5_000
_LANGUAGES: Final = ("eng", "deu", "fra", "spa")

_MAGIC: Final[tuple[tuple[bytes, ImageType], ...]] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
_FORMATS: Final[dict[ImageType, str]] = {
    "image/png": "PNG", "image/jpeg": "JPEG", "image/gif": "GIF", "image/webp": "WEBP",
}  # fmt: skip


class ImageRefused(EngineError):
    """`type`: none of the kinds that are taken; `size`: too large; `broken`: cannot be drawn; `tiny`: shows nothing."""

    code = "image"


def sniffed(data: bytes) -> ImageType | None:
    """The kind of a picture by its first bytes; what its sender calls it counts for nothing."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for magic, kind in _MAGIC if data.startswith(magic)), None)


def drawn(data: bytes) -> Image:
    """The picture drawn anew, as PNG where it came as PNG or GIF or is transparent, else as JPEG. Blocking. Raises
    ImageRefused."""
    if len(data) > MAX_BYTES:
        raise ImageRefused("the file is too large", code="size")
    kind = sniffed(data)
    if kind is None:
        raise ImageRefused("not a PNG, JPEG, GIF or WebP", code="type")
    from PIL import Image as Pillow
    from PIL import ImageOps

    failed = ImageRefused("the picture cannot be drawn", code="broken")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Pillow.DecompressionBombWarning)
            with Pillow.open(io.BytesIO(data), formats=[_FORMATS[kind]]) as found:
                if found.width * found.height > MAX_PIXELS:
                    raise ImageRefused("the picture has too many pixels", code="size")
                if max(found.size) <= TINY:
                    raise ImageRefused("the picture is too small to show anything", code="tiny")
                found.draft("RGB", (SIDE, SIDE))
                upright = ImageOps.exif_transpose(_reduced(_eight_bit(found)))
                clear = upright.has_transparency_data
                plain = upright.convert("RGBA" if clear else "RGB")
                plain.thumbnail((SIDE, SIDE))
                flat = Pillow.new(plain.mode, plain.size)
                flat.paste(plain)
                return _written(flat, png=clear or kind in ("image/png", "image/gif"))
    except ImageRefused:
        raise
    except Exception:  # whatever a hostile file makes of a decoder; its message may hold contents
        raise failed from None


def _eight_bit(picture: "Picture") -> "Picture":
    """Grey of 16 bits, as scanners write it, in 8: else, Pillow makes white of what is over 255."""
    if picture.mode != "I;16":
        return picture
    from PIL import Image as Pillow

    small = Pillow.frombytes("L", picture.size, picture.tobytes("raw", "I;16")[1::2])  # the upper byte is the second
    small.info = {name: said for name, said in picture.info.items() if name != "transparency"}  # of 16 bits as well
    return small


def _reduced(picture: "Picture") -> "Picture":
    """Smaller by a whole number, where it is much too large: every further step would take as much memory again."""
    factor = max(picture.size) // SIDE
    if factor < 2 or picture.mode not in ("RGB", "RGBA", "L", "LA"):
        return picture
    small = picture.reduce(factor)
    small.info = picture.info  # how it is turned stands there
    return small


def _written(picture: "Picture", *, png: bool) -> Image:
    from PIL import Image as Pillow

    out = io.BytesIO()
    if png:
        picture.save(out, "PNG", optimize=False)
        if out.tell() <= DRAWN_BYTES:
            return Image("image/png", out.getvalue())
        out = io.BytesIO()  # a photograph, or noise: nothing that is read off single pixels
        white = Pillow.new("RGB", picture.size, "white")
        white.paste(picture, mask=picture.getchannel("A") if picture.mode == "RGBA" else None)
        picture = white
    picture.save(out, "JPEG", quality=85)
    return Image("image/jpeg", out.getvalue())


def can_read() -> bool:
    """Whether Tesseract is installed."""
    return shutil.which("tesseract") is not None


async def read(image: Image) -> str:
    """The text in a picture, by Tesseract in a process of its own; empty where there is none. Raises ImageRefused where
    it cannot be read in time, or Tesseract is not there."""
    program = shutil.which("tesseract")
    if program is None:
        raise ImageRefused("Tesseract is not installed", code="no_ocr")
    process = await asyncio.create_subprocess_exec(
        program, "stdin", "stdout", "-l", await _languages(program), stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        said, _ = await asyncio.wait_for(process.communicate(image.data), _READ_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()
        raise ImageRefused("the picture was not read in time", code="broken") from None
    if process.returncode != 0:
        raise ImageRefused("the picture cannot be read", code="broken")
    return said.decode("utf-8", "replace").strip()[:_READ_CHARACTERS]


async def _languages(program: str) -> str:
    process = await asyncio.create_subprocess_exec(
        program, "--list-langs", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    said, _ = await process.communicate()
    there = set(said.decode("utf-8", "replace").split())
    return "+".join(one for one in _LANGUAGES if one in there) or "eng"


async def fitted(request: Request, *, vision: bool) -> Request:
    """The request as a model takes it: with its pictures where it sees, else with the text that Tesseract finds in
    them. What neither shows counts as unread.

    Raises ModelRejected (`no_vision`) where the step names pictures: nobody answers for a picture that nobody has
    looked at.
    """
    if vision or not any(message.images for message in request.messages):
        return request
    reading = asyncio.Semaphore(_AT_ONCE)
    told = await asyncio.gather(*(_told(message, reading) for message in request.messages))
    lost = sum(message.unread for message in told) - sum(message.unread for message in request.messages)
    if request.needs_images and lost:
        raise ModelRejected("the model sees no images, and the text in them could not be read", code="no_vision")
    return replace(request, messages=tuple(told))


async def _told(message: Message, reading: asyncio.Semaphore) -> Message:
    """With the text in its pictures."""
    if not message.images:
        return message
    said = await asyncio.gather(*(_text_in(image, reading) for image in message.images))
    lines = [f"[picture {number}: {text}]" for number, text in enumerate(said, 1) if text]
    text = "\n".join([message.text, *lines]).strip()
    return replace(message, text=text, images=(), unread=message.unread + len(said) - len(lines))


async def _text_in(image: Image, reading: asyncio.Semaphore) -> str:
    async with reading:
        try:
            return await read(image) if can_read() else ""
        except ImageRefused:
            return ""
