"""Which of some options a text names: by id, by label, by synonym, by place in a list that we sent, by likeness."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from engine.models.base import Option
from engine.models.local.found import LOOK_BACK, Found, denied
from engine.models.local.lateness import somebody_late
from engine.models.local.thesaurus import SAME
from engine.models.local.words import content_words, stem, words

ID_KEYS: Final = ("id", "number", "code", "sku", "order_id", "order_number", "reference")
LIKE: Final = 0.45
"""Least cosine between a text and the best option's words, asked for and nothing else found; 0.12 ahead of the next."""
LEAD: Final = 0.12

_HAS_DIGIT = re.compile(r"(?=\w*[0-9])[\w-]{3,}")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_ORDINALS: Final = (
    ("first", "1st", "erste", "ersten", "erster", "première", "premier", "primera", "primero"),
    ("second", "2nd", "zweite", "zweiten", "zweiter", "deuxième", "segunda", "segundo"),
    ("third", "3rd", "dritte", "dritten", "dritter", "troisième", "tercera", "tercero"),
    ("fourth", "4th", "vierte", "vierten", "quatrième", "cuarta", "cuarto"),
    ("fifth", "5th", "fünfte", "fünften", "cinquième", "quinta", "quinto"),
)
_NOTHING: Final = re.compile(
    r"\b(?:(?:nothing|none|nobody)(?: of (?:it|them|this))? (?:is|was|are|were|looks?|seems?|came|arrived)|"
    r"nichts(?: davon)?(?: ist| war| kam)?|rien n'(?:est|était)|rien de|nada (?:est[áa]|es|era|llegó|ha llegado))\s+$",
    re.IGNORECASE,
)
"""Before what nothing is: "nothing is broken"."""
_NOT_THOUGHT: Final = re.compile(
    r"(?:(?:n't|\bnot|\bnever)\s+(?:think|believe|say|said|claim|mean)\w*|"
    r"\b(?:glaube|denke|meine|sage|behaupte|sagte) nicht,?\s+dass|\b(?:pense|crois|dis|dit) pas\s+qu['e]|"
    r"\bno (?:creo|pienso|digo|dije)\s+que)[^.;!?,\n]{0,30}$",
    re.IGNORECASE,
)
"""Before what one does not think or say: "I don't think it is broken"."""
_NO_AFTER: Final = re.compile(
    r"\s*\?+\s*(?:no|nope|not (?:at all|really)|nein|nö|nee|(?:überhaupt|gar) nicht|non|pas du tout|para nada)\b", re.I
)
"""After what one asks oneself and denies: "broken? no"."""
_COPULA: Final = (
    r"(?:is|was|were|are|be|been|came|arrived|gets?|got|turns? out|looks?|seems?|ist|war|wäre|kommt|"
    r"est|était|soit|arrive|es|está|era|fuera|estuviera|llega|(?:it|that|this|he|she)'s)"
)
_IF: Final = r"\b(?:(?:if|whether|unless|in case|falls|wenn|ob|sofern|si)\s+|s')"
_IF_IT_IS: Final = re.compile(rf"{_IF}(?:\w+\s+){{0,3}}?(?:\w')?{_COPULA}\s+(?:\w+\s+)?$", re.IGNORECASE)
_IF_IT: Final = re.compile(rf"{_IF}(?:\w+\s+){{1,3}}$", re.IGNORECASE)
_IS_AFTER: Final = re.compile(rf"\s+(?:\w+\s+)?{_COPULA}\b", re.IGNORECASE)
"""A condition: "if it was broken", in German "wenn sie kaputt wäre"."""
_OURS: Final = re.compile(
    r"\b(?:web ?(?:site|page|shop)|home ?page|page|app|link|form|button|log-?in|chat(?: ?bot)?|bot|server|check-?out|"
    r"newsletter|web(?:seite|shop)|seite|formular|knopf|site(?: web)?|lien|formulaire|bouton|página|sitio(?: web)?|"
    r"enlace|formulario|botón|aplicación)\b",
    re.IGNORECASE,
)
"""What a shop shows and does not sell: that it is broken, or late, says nothing of an order."""
_CLAUSE_END: Final = re.compile(
    r"[.;:!?,\n]|\b(?:and|but|that (?=(?:it|the|my|they)\b)|und|aber|dass|et|mais|"
    r"que (?=(?:el|la|mi|il|elle|mon|ma)\b)|y|pero)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Named:
    """An option by its place among the options, found at some words of a text, or denied there."""

    place: int
    confidence: float
    denied: bool
    aside: bool = False
    """Named, and neither said nor denied: on a condition, or of something that is ours."""
    start: int = 0
    end: int = 0
    """Where in the text."""


def named(text: str, options: Sequence[Option]) -> list[Named]:
    """Every option that the text names by id or by words; ids first, and alone where there are any."""
    by_id = _named_by_ids(text, options)
    return by_id or _named_by_words(text, options)


def _named_by_ids(text: str, options: Sequence[Option]) -> list[Named]:
    ids = [_ids(option) for option in options]
    found = []
    for match in _HAS_DIGIT.finditer(text):
        token = match.group().casefold()
        places = [place for place, own in enumerate(ids) if token in own]
        if len(places) == 1:
            start, end = match.span()
            found.append(Named(places[0], 0.97, denied(text, start, end), start=start, end=end))
    return found


def _ids(option: Option) -> set[str]:
    texts = [option.label, *option.synonyms]
    sure: set[str] = set()
    if isinstance(option.value, Mapping):
        sure = {str(option.value[key]).casefold() for key in ID_KEYS if key in option.value}
    elif isinstance(option.value, str | int) and not isinstance(option.value, bool):
        sure = {str(option.value).casefold()}
    loose = {token.casefold() for text in texts for token in _HAS_DIGIT.findall(text)}
    # a year in a label ("4821 of 3 May 2026") is no id, unless the option says so itself
    return sure | {token for token in loose if not _YEAR.fullmatch(token)}


def _named_by_words(text: str, options: Sequence[Option]) -> list[Named]:
    found: list[Named] = []
    for place, option in enumerate(options):
        for confidence, phrases in _phrases(option):
            for phrase in phrases:
                found += [_at(text, one, place, confidence) for one in occurrences(text, phrase)]
    # "charged twice" inside "not charged twice for": a longer phrase around a shorter one replaces it
    return [one for one in found if not any(_covers(other, one) for other in found)]


def _at(text: str, one: Found, place: int, confidence: float) -> Named:
    return Named(place, confidence, _denied(text, one), _aside(text, one), one.start, one.end)


def _denied(text: str, one: Found) -> bool:
    before = text[max(0, one.start - LOOK_BACK) : one.start]
    around = _NOTHING.search(before) or _NOT_THOUGHT.search(before) or _NO_AFTER.match(text, one.end)
    return denied(text, one.start, one.end) or around is not None


def _aside(text: str, one: Found) -> bool:
    before = text[max(0, one.start - LOOK_BACK) : one.start]
    if _IF_IT_IS.search(before) or (_IF_IT.search(before) and _IS_AFTER.match(text, one.end)):
        return True
    return bool(_OURS.search(_CLAUSE_END.split(before)[-1])) or somebody_late(text, one.start, one.end)


def _covers(other: Named, one: Named) -> bool:
    wider = other.end - other.start > one.end - one.start
    return wider and other.place != one.place and other.start <= one.start and one.end <= other.end


@lru_cache(maxsize=1_024)
def _same_words(label: str) -> tuple[str, ...]:
    stems = _stems(label)
    return tuple(word for row in SAME if any(_stems(word) == stems for word in row) for word in row)


def _phrases(option: Option) -> tuple[tuple[float, tuple[str, ...]], ...]:
    label = _spoken(option.label)
    own = (label, _spoken(option.value)) if isinstance(option.value, str) else (label,)
    return (0.95, own), (0.9, option.synonyms), (0.85, _same_words(label))


def _spoken(label: str) -> str:
    return label.replace("_", " ").replace("-", " ")


def _stems(phrase: str) -> tuple[str, ...]:
    return tuple(stem(word) for word in words(phrase))


def occurrences(text: str, phrase: str) -> list[Found]:
    """Where the words of `phrase` stand together in `text`, whatever their endings; up to one word in between."""
    wanted = _stems(phrase)
    if not wanted:
        return []
    tokens = [
        (stem(match.group().casefold()), match.start(), match.end()) for match in re.finditer(r"\w+(?:'\w+)?", text)
    ]
    found = []
    for start, token in enumerate(tokens):
        if token[0] == wanted[0] and (end := _follow(tokens, start, wanted)) is not None:
            found.append(Found(phrase, token[1], tokens[end][2], 1.0))
    return found


def _follow(tokens: list[tuple[str, int, int]], start: int, wanted: tuple[str, ...]) -> int | None:
    place = start
    for one in wanted[1:]:
        for step in (1, 2):
            if place + step < len(tokens) and tokens[place + step][0] == one:
                place += step
                break
        else:
            return None
    return place


def by_place(text: str, options: Sequence[Option], sent: str) -> int | None:
    """The option meant by "the second one" or "2", if our message `sent` listed all of them in their order."""
    if not _listed(sent, options):
        return None
    said = [
        word
        for word in words(text)
        if word not in {"the", "one", "number", "option", "der", "die", "das", "le", "la", "el", "please"}
    ]
    if len(said) != 1:
        return None
    for place, ordinals in enumerate(_ORDINALS[: len(options)]):
        if said[0] in ordinals or said[0] == str(place + 1):
            return place
    return None


def _listed(sent: str, options: Sequence[Option]) -> bool:
    position = -1
    for option in options:
        position = sent.find(option.label, position + 1)
        if position < 0:
            return False
    return True


def most_alike(text: str, options: Sequence[Option]) -> tuple[int, float] | None:
    """The option whose words mean most nearly what the text says, and how sure; None where it is not clear."""
    if len(options) < 2 or not content_words(text) or len(text) > 600 or somebody_late(text, 0, len(text)):
        return None
    from engine.models.local.embedding import encode

    phrases = [
        (place, one) for place, option in enumerate(options) for one in (_spoken(option.label), *option.synonyms)
    ]
    vectors = encode([text, *(phrase for _, phrase in phrases)])
    best = [0.0] * len(options)
    for (place, _), value in zip(phrases, vectors[1:] @ vectors[0], strict=True):
        best[place] = max(best[place], float(value))
    first, second = sorted(best, reverse=True)[:2]
    if first < LIKE or first - second < LEAD:
        return None
    return best.index(first), min(0.8, first)
