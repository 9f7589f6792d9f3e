"""Pictures that customers send, made safe to hand on: told by their first bytes, capped, and drawn anew.

What comes out has no metadata (places, cameras, thumbnails), one frame, and at most `SIDE` pixels a side. Nothing of
the file's own bytes is left in it. Drawing takes whole pictures into memory: callers bound how many at once.

ImageRefused: not an image that the engine takes. Messages hold no contents.
"""

import io
import warnings
from typing import TYPE_CHECKING, Final

from engine.errors import EngineError
from engine.models.base import Image, ImageType

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

__all__ = ["MAX_BYTES", "SIDE", "ImageRefused", "drawn", "sniffed"]

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
