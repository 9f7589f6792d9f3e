"""Attachments: what a platform states of a file, and what its first bytes say it is.

Signatures: PNG (ISO/IEC 15948, 5.2), JPEG (ISO/IEC 10918-1, SOI and a marker), GIF (87a and 89a), WebP (RIFF
container), PDF (ISO 32000-1, 7.5.2: within the first 1,024 bytes).
"""

from dataclasses import dataclass, field
from typing import Final

__all__ = ["MOST", "Attached", "family", "sniffed"]

MOST: Final = 20
"""Attachments of one message that are taken up."""
_PICTURES: Final = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"GIF87a", "image/gif"),
                    (b"GIF89a", "image/gif"))  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """A file as the platform states it. Nothing of it is believed: not the type, nor the size in bytes."""

    name: str = field(repr=False)
    type: str
    size: int
    url: str = field(repr=False)


def sniffed(content: bytes) -> str:
    """The media type by the content; `application/octet-stream` for what is none of those that flows know."""
    for signature, kind in _PICTURES:
        if content.startswith(signature):
            return kind
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    if b"%PDF-" in content[:1024]:
        return "application/pdf"
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return "application/octet-stream"
    return "text/plain" if content and "\0" not in text else "application/octet-stream"


def family(kind: str) -> str | None:
    """What flows call a media type: `image`, `pdf` or `text`."""
    if kind.startswith("image/"):
        return "image"
    return {"application/pdf": "pdf", "text/plain": "text"}.get(kind)
