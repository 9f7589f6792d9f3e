"""Letters in one way of writing. The same word may come as `ü` or as `u` with a mark behind it, as macOS and some PDFs
have it, and with characters in it that nobody sees: soft hyphens, blanks of no width."""

import unicodedata
from typing import Final

__all__ = ["composed", "plain"]

_UNSEEN: Final = dict.fromkeys([0xAD, 0x200B, 0x2060, 0xFEFF])
"""Soft hyphen, blank and joiners of no width. Not the two that shape letters and emoji (U+200C, U+200D)."""
_BESIDE: Final = {**_UNSEEN, **dict.fromkeys([0x200C, 0x200D]), 0x2122: " ", 0x2120: " "}
"""What is no part of a word, though it may be shown; also the signs of marks, which are letters in NFKC."""


def composed(text: str) -> str:
    """The text as it is shown: NFC, without what is never seen."""
    return text if text.isascii() else unicodedata.normalize("NFC", text.translate(_UNSEEN))


def plain(text: str) -> str:
    """The text as words are taken from it, in articles and questions alike: NFKC, as messages are read."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text.translate(_BESIDE))
