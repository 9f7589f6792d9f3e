"""A value found in a text, and whether the text denies it ("not order 4821")."""

import re
from dataclasses import dataclass
from typing import Any, Final

LOOK_BACK: Final = 80
"""Characters before a value in which its negation may stand."""
DOUBTED: Final = 0.3
"""Confidence of what the text names and may not mean: it stands against another value and is not given itself."""

_CLAUSE_END = re.compile(r"[.;:!?,\n]|\b(?:but|sondern|aber|mais|sino|pero)\b")
_TOKEN = re.compile(r"[\w']+|#")
_FILLER: Final = frozenset(
    "a an the my our order orders number no nr id item about for from is it be that this of with was to on in # "
    "really actually "
    "parcel package one product either any "
    "der die das den dem des mein meine meinen meiner bestellung bestellnummer nummer um es ist von vom am für mit ein "
    "eine einen "
    "le la les l mon ma commande numéro numero de du d une un est c' c'est "
    "el los las mi pedido número es del por para una al".split()
)
_DENIALS: Final = frozenset(
    "not isn't isnt wasn't wasnt aren't neither never without except n't don't doesn't "
    "nicht kein keine keinen keinem keiner statt anstatt ohne ausser weder "
    "pas ni sans sauf non jamais "
    "sin excepto menos tampoco".split()
)
_DENYING_PHRASES = re.compile(
    r"\b(?:instead of|rather than|other than|different from|apart from|anstelle von|au lieu de|plutôt que|en vez "
    r"de|en lugar de|"
    r"no (?:es|era|son|fue|est[áa]n?|el|la|por|para)|not)$"
)
_MORE_OR_LESS = re.compile(r"\b(?:más o menos|plus ou moins)\b")
_NO_BUT = re.compile(r"\bno$"), re.compile(r"\W{0,3}(?:\w+\W{1,3}){0,3}?sino\b")
"""Spanish "no 20, sino 25"; elsewhere "no 20" is "number 20"."""
_JOINS: Final = frozenset("or nor and oder noch und ou ni et o y".split())
_DENIED_AFTER = re.compile(
    r"\s*\W{0,3}\s*(?:(?:is|was|are|it's|ist|war|est|es|era)\s+)?"
    r"(?:(?:the )?wrong(?: one| order)?|incorrect|a mistake|a typo|not (?:the (?:right |correct )?(?:one|order)|"
    r"mine|my \w+|it|right|correct|that)\b|"
    r"isn't (?:the (?:right |correct )?(?:one|order)|mine|my \w+|it|right|correct)\b|"
    r"falsch|ist nicht (?:die|meine|richtig)\w*|nicht (?:die richtige|meine|richtig)|"
    r"n'est pas (?:la bonne|le bon|ma|mon|la mienne)|faux|fausse|"
    r"no es (?:el|la|mi|correcto|mío)|incorrecto|equivocado)",
)
_BOUND = re.compile(
    r"\b(?:(?:more|less|fewer|other) than|over|under|at (?:least|most)|up to|"
    r"mehr als|weniger als|mindestens|höchstens|maximal|minimal|bis zu|"
    r"plus d[e']|moins d[e']|au (?:moins|plus)|jusqu'à|(?:más|menos) de|(?:al|por lo) menos|"
    r"como (?:mucho|máximo)|hasta)"
    r"\s*(?:the |an? |der |einer? |une? |una? )?$",
    re.IGNORECASE,
)
_AFTER_BOUND = re.compile(r"\s*(?:or (?:more|less)|oder (?:mehr|weniger)|ou (?:plus|moins)|o (?:más|menos))\b", re.I)


@dataclass(frozen=True, slots=True)
class Found:
    """A typed value at `start`..`end` of a text, with how sure it is meant (0..1)."""

    value: Any
    start: int
    end: int
    confidence: float


def bounded(text: str, start: int, end: int) -> bool:
    """Whether the words around `start`..`end` make it a bound ("more than 30", "up to 30"), which is no value."""
    return bool(_BOUND.search(text[max(0, start - LOOK_BACK) : start]) or _AFTER_BOUND.match(text, end))


def denied(text: str, start: int, end: int) -> bool:
    """Whether the words around `start`..`end` say that it is not this one.

    Only a negation right before the noun counts ("it is not about order 4821"), not one of a verb ("I did not
    receive order 4821"), which is about that very order.
    """
    if _DENIED_AFTER.match(text[end : end + 60].casefold()):
        return True
    before = _MORE_OR_LESS.sub(" ", text[max(0, start - LOOK_BACK) : start].casefold())
    if _NO_BUT[0].search(before.rstrip()) and _NO_BUT[1].match(text[end : end + 60].casefold()):
        return True
    cuts = [match.end() for match in _CLAUSE_END.finditer(before)]
    clause = before[cuts[-1] :] if cuts else before
    return _denies([match.group() for match in _TOKEN.finditer(clause)])


def _denies(words: list[str]) -> bool:
    while words:
        if _DENYING_PHRASES.search(" ".join(words[-3:])):
            return True
        last = words.pop()
        if last in _DENIALS:
            return True
        if last in _JOINS and words:
            words.pop()  # "not late or damaged": the denial stands before the other one
        elif last not in _FILLER:
            return False
    return False
