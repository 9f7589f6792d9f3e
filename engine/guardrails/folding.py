"""Text as a reader sees it: compatibility forms folded, invisible characters gone, and the way back to the original."""

import unicodedata
from collections.abc import Sequence

__all__ = ["fold"]


def fold(text: str) -> tuple[str, Sequence[int]]:
    """The folded text (NFKC character by character, without format characters), and for each of its characters the
    index in the original; one more index stands for the end. Letter case stays."""
    if text.isascii():
        return text, range(len(text) + 1)
    folded: list[str] = []
    origin: list[int] = []
    for index, character in enumerate(text):
        if unicodedata.category(character) == "Cf":  # zero-width space, joiner, soft hyphen, direction marks
            continue
        for part in unicodedata.normalize("NFKC", character):
            folded.append(part)
            origin.append(index)
    origin.append(len(text))
    return "".join(folded), origin
