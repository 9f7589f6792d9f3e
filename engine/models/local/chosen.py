"""Which of the items that a text names it chooses: not what it keeps, excepts, calls fine, corrects or only asks about.

"All but the lamp", "the lamp I keep", "the lamp is fine, the mug is broken", "the mug, no, sorry, the lamp".
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from enum import Enum
from itertools import pairwise
from typing import Final

from engine.models.local.corrections import corrected
from engine.models.local.found import LOOK_BACK
from engine.models.local.options import Named

__all__ = ["asks_back", "chosen"]

LIST: Final = 20
"""Clauses in which the verb of a list is looked for."""

_THE: Final = (
    r"(?:the|my|our|die|der|das|den|dem|des|meine[rnms]?|la|le|les|ma|mon|mes|el|los|las|mi|mis|un|una|une|a|an|"
    r"eine?[nmr]?)"
)
_ARTICLES: Final = rf"\s*(?:for\s+|von\s+|à\s+)?(?:(?:of|de|du|d')\s*)?(?:{_THE}\s+){{0,2}}(?:l')?"
_EXCEPT: Final = re.compile(
    r"\b(?:(?:all|every(?:thing| ?one)?|anything|alles?|tout|todo)\s+(?:(?:of (?:it|them|this|that)|the rest|"
    r"davon)\s+)?(?:but|bar|save|minus)|not (?:including|counting)|exclud(?:ing|e)|exclusive of|barring|other than|"
    r"save for|apart from|aside from|(?:with )?the exception of|bis auf|mit ausnahme|ausgenommen|ausschließlich|"
    r"abgesehen|au(?:ß|ss)er|à l'exception|hormis|hors|excepté|à part|en dehors|sauf|salvo|(?:a|con) excepción|"
    r"quitando|aparte|excluyendo|exceptuando|excepto|menos|minus|moins|ander\w* als)" + _ARTICLES + "$",
    re.IGNORECASE,
)
_EXCEPTED: Final = re.compile(
    r"\W{1,3}(?:(?:is|are|ist|sind|est|sont|está)\s+)?(?:excepted|excluded|not (?:included|the (?:problem|issue))|"
    r"ausgenommen|nicht (?:dabei|das problem)|except[ée]e?|exclue?|excluid[oa]|no incluid[oa])\b",
    re.IGNORECASE,
)
_BESIDE: Final = re.compile(rf"[\s,]*(?:(?:and|or|nor|und|oder|et|ou|ni|y|o|e|&)\s+)?{_ARTICLES}", re.IGNORECASE)
"""All that stands between two items of one list."""
_KEEPS: Final = re.compile(
    r"\b(?:keep(?:s|ing)?(?!\s+\w+ing\b)|kept|retain(?:ing)?|h(?:o|e)ld(?:ing)? on to|hang(?:ing)? on to|"
    r"stays? (?:here|with (?:me|us))|(?:can|may|should|will) stay|peu(?:t|vent) rester|pueden? quedarse|"
    r"lass\w* ich (?:hier|da)|leave (?:\w+ )?out|forget|skip|ignore|weglass\w*|lass\w*(?: \w+){1,5} weg|(?:soll|kann|"
    r"darf) bleiben|laiss\w+ de côté|oubli(?:e|ez|ons)|de(?:j|g)\w+ fuera|olvid\w+|behalt\w*|behält|(?:bleib(?:t|en)|"
    r"verbleib(?:t|en)) (?:hier|da|bei (?:mir|uns))|gard(?:e|er|ons|erai|erons|é)|conserv(?:e|er|ons|erai|o|ar|amos|"
    r"aré)|(?:me|nos) (?:l[oa]s? )?qued(?:o|amos|aré|é)|qued(?:ar|á)(?:me|nos)(?:l[oa]s?)?)\b",
    re.IGNORECASE,
)
_IS: Final = (
    r"\b(?:is|are|was|were|looks?|seems?|arrived|came|ist|sind|war|waren|kam(?:en)?|est|sont|étai(?:en)?t|va|vont|está|"
    r"están|estaba|son|llegó|llegaron|van)\s+(?:\w+\s+)?"
)
_FINE: Final = re.compile(
    rf"{_IS}(?:fine|ok|okay|good|all ?right|intact|perfect|great|undamaged|in ordnung|gut|heil|ganz|einwandfrei|"
    rf"unbeschädigt|"
    r"perfekt|intakt|bien|intact[eoa]?s?|parfaite?s?|impeccables?|en (?:bon|parfait|buen|perfecto) état|perfect[oa]s?|"
    r"impecables?|en (?:buen|perfecto) estado)\b|\b(?:(?:happy|satisfied|pleased|content) with|zufrieden|(?:content|"
    r"satisfait)e?s? (?:de|avec)|(?:content|satisfech)[oa]s? con|works?|worked|working|(?<!would )(?<!'d )(?:like|"
    r"love)|wanted(?! to)|expected|mag|liebe|gefällt|gefallen|j'aime|j'adore|me (?:gustan?|encantan?)|(?:does|schon|"
    r"sí)\s*$|funktionier(?:t|en)|passt|marchent?|fonctionne(?:nt)?|funcionan?)\b",
    re.IGNORECASE,
)
_LET_BE: Final = re.compile(
    r"\b(?:(?:don't|do not) touch|no (?:complaints?|problems?|issues?)|nothing (?:wrong|to complain)|(?:nichts|"
    r"kein\w*)(?: \w+)? (?:auszusetzen|zu beanstanden|\w*problem\w*|beschwerden?)|rien à (?:dire|redire|reprocher)|"
    r"(?:aucun|pas de) (?:problème|souci)|nada que (?:objetar|decir|reprochar)|ning[uú]n problema)\b",
    re.IGNORECASE,
)
_RETURNS: Final = re.compile(
    r"\b(?:return(?:ing|ed)?|refund(?:ed|ing)?|send(?:ing)? (?:\w+ ){0,3}?back|sent back|goes back|go back|zurück\w*|"
    r"erstatt\w*|retour\w*|ren(?:ds|dre|dons|voie|voyer)|rembours\w*|devolv\w*|devuelv\w*|reembols\w*)\b",
    re.IGNORECASE,
)
_OFFERS: Final = re.compile(
    r"\b(?:would you (?:like|prefer)|choose|instead|replac\w+|möchten|hätten|stattdessen|ersatz|wünschen|souhaitez|"
    r"voulez|préférez|remplac\w+|quiere\w*|prefiere\w*|desea\w*|cambio)\b",
    re.IGNORECASE,
)
"""A question to which "the mug is fine" names the mug, unless it asks what to send back."""
_NOT: Final = re.compile(
    r"\b(?:not|never|no longer|nothing|nicht|keine?\w?|nie|nichts|pas|plus|jamais|rien|nunca|nada|no (?=(?:me|nos|la|"
    r"lo|las|los|quiero|queremos|voy|vamos|deseo|puedo|está|están|es|son|llegó|llegaron|va|van|funcion\w+)\b))\b|"
    r"n't\b|\bne\b|\bn'",
    re.IGNORECASE,
)
_NOT_RETURNED: Final = re.compile(
    r"(?:\bnot|n't|\bnever)\s+(?:(?:want|wish|need|like|going|planning|be|have|am|to)\s+){0,3}(?:return|refund|send)|"
    r"\bnicht\s+(?:\w+\s+)?zurück|\bpas\s+(?:\w+\s+)?(?:ren(?:dre|voyer)|retourner)|\bno\s+(?:\w+\s+){0,2}?(?:devolv|"
    r"devuelv)",
    re.IGNORECASE,
)
_ALSO: Final = re.compile(r"\b(?:so (?:is|are|does|do)|too|as well|also|auch|ebenso|aussi|también|lo mismo)\b", re.I)
_BARE: Final = re.compile(
    rf"[\s,]*(?:(?:{_THE}|please|thanks|bitte|danke|svp|merci|gracias|por favor)\b[\s,]*|l')*", re.I
)
_BORDER: Final = re.compile(
    r"(?P<stop>[.;!?\n]+|\b(?:but|while|whereas|however|aber|sondern|mais|tandis que|pero|sino)\b)|,|\b(?:and|und|et|"
    r"y)\b",
    re.IGNORECASE,
)
_SENTENCE_END: Final = re.compile(r"[.!?\n]")
_ASKS: Final = re.compile(
    r"\W*(?:(?:and|but|und|aber|et|mais|y|pero|hi|hello|hallo|bonjour|hola)\W+)?"
    r"(?:(?:is|are|was|were|does|do|did|has|have|isn't|aren't|doesn't|how|what|which|ist|sind|hat|haben|gibt|wie|was|"
    r"welche\w*|comment|combien|quel\w*|qu'est-ce que|cómo|cuánt[oa]s?|qué|cuál\w*|es|está|están|son|tienen?|hay|"
    r"se puede)\b|(?:can|could|may|should|would|will|kann|könnte|darf|wird|peut|puede)\s+(?:the|this|that|my|die|der|"
    r"das|den|man|one|la|le|el|se)\b|est-ce qu(?:e (?!je|vous|on|nous)|'))",
    re.IGNORECASE,
)
_INVERTED: Final = re.compile(r"-(?:t-)?(?:elles?|ils?)\b", re.IGNORECASE)
_WISHES: Final = re.compile(
    r"\b(?:can|could|may|might|shall|should|do|would) (?:i|we)\b|\b(?:can|could|would|will) you\b|\b(?:kann|darf|"
    r"könnte|soll|muss) ich\b|\b(?:können|würden|könnten) (?:sie|wir)\b|\bpuis-je\b|\bje (?:peux|dois)\b|\b(?:pouvez|"
    r"pourriez)\b|\bpued(?:o|e usted|en)\b|\b(?:podemos|podrían?|debo)\b",
    re.IGNORECASE,
)
_TAKES_BACK: Final = re.compile(rf"[\s,.:-]*(?:(?:only|just|nur|bloß|seulement|solo)\s+)?{_ARTICLES}", re.IGNORECASE)
"""What may stand between a correction and the item that is meant instead."""


class _Said(Enum):
    OUT = "out"
    IN = "in"
    NOT_KEPT = "not kept"
    """In, although a word of denial stands before it: "je ne garde pas la lampe"."""
    BARE = "bare"


def chosen(text: str, found: Sequence[Named], question: str) -> list[Named]:
    """`found` with what the text leaves out denied, and without what it only asks about.

    Whoever is asked what they keep names it: what `question` asks for is not left out.
    """
    named = sorted((one for one in found if not _asked_about(text, one)), key=lambda one: one.start)
    offers = _OFFERS.search(question) is not None and not asks_back(question)
    said = {} if offers or _KEEPS.search(question) else dict(_said(text, named))
    made: list[Named] = []
    for one in named:
        here = said.get(one.start, _Said.IN)
        denied = (one.denied and here is not _Said.NOT_KEPT) or here is _Said.OUT or _excepted(text, one)
        if not denied and made and made[-1].denied:
            gap = text[made[-1].end : one.start]
            denied = _BESIDE.fullmatch(gap) is not None and "," not in gap and gap.strip() != ""
        made.append(replace(one, denied=denied))
    return _corrected(text, made)


def asks_back(question: str) -> bool:
    """Whether our question asks what is to be sent back or refunded."""
    return _RETURNS.search(question) is not None


def _excepted(text: str, one: Named) -> bool:
    before = text[max(0, one.start - LOOK_BACK) : one.start]
    return bool(_EXCEPT.search(before) or _EXCEPTED.match(text, one.end))


def _asked_about(text: str, one: Named) -> bool:
    """Whether it stands in a question that wishes nothing ("Is the lamp returnable?")."""
    end = _SENTENCE_END.search(text, one.end, one.end + LOOK_BACK)
    if end is None or end.group() != "?":
        return False
    window = text[max(0, one.start - LOOK_BACK) : one.start]
    begins = [match.end() for match in _SENTENCE_END.finditer(window)]
    sentence = window[begins[-1] if begins else 0 :] + text[one.start : end.start()]
    asks = _ASKS.match(sentence) or _INVERTED.search(sentence)
    return bool(asks) and not _WISHES.search(sentence)


def _said(text: str, named: Sequence[Named]) -> Iterator[tuple[int, _Said]]:
    """Start of each item, and what its clause, or else that of the list in which it stands, says of it."""
    clauses = list(_clauses(text))
    inside = [[one for one in named if begin <= one.start < end] for begin, end, _ in clauses]
    told = [(_says(text, begin, end, items), stops) for (begin, end, stops), items in zip(clauses, inside, strict=True)]
    for place, items in enumerate(inside):
        here = _inherited(told, place) if items and told[place][0] is _Said.BARE else told[place][0]
        yield from ((one.start, here) for one in items)


def _clauses(text: str) -> Iterator[tuple[int, int, bool]]:
    """Start and end of each clause, and whether what ends it ends the list too."""
    begin = 0
    for match in _BORDER.finditer(text):
        yield begin, match.start(), match["stop"] is not None
        begin = match.end()
    yield begin, len(text), True


def _says(text: str, begin: int, end: int, inside: Sequence[Named]) -> _Said:
    clause = text[begin:end]
    negated = _NOT.search(clause) is not None
    if _NOT_RETURNED.search(clause) or _LET_BE.search(clause):
        return _Said.OUT
    if _RETURNS.search(clause):
        return _Said.IN
    if _KEEPS.search(clause):
        return _Said.NOT_KEPT if negated else _Said.OUT
    if _FINE.search(clause):
        return _Said.IN if negated else _Said.OUT
    if _ALSO.search(clause) or _is_bare(text, begin, end, inside):
        return _Said.BARE
    return _Said.IN


def _is_bare(text: str, begin: int, end: int, inside: Sequence[Named]) -> bool:
    rest, last = "", begin
    for one in inside:
        rest, last = rest + text[last : one.start], max(last, one.end)
    return _BARE.fullmatch(rest + text[last:end]) is not None


def _inherited(told: Sequence[tuple[_Said, bool]], place: int) -> _Said:
    """Of the clause before it in its list, else of the one behind it."""
    for said, stops in reversed(told[max(0, place - LIST) : place]):
        if stops:
            break
        if said is not _Said.BARE:
            return said
    for (_, stops), (said, _) in pairwise(told[place : place + LIST]):
        if stops:
            break
        if said is not _Said.BARE:
            return said
    return _Said.IN


def _corrected(text: str, named: list[Named]) -> list[Named]:
    """What replaces the items before a correction, where it names one at once; none where nobody can tell."""
    parts = corrected(text)
    if parts is None:
        return named
    border = len(text) - len(parts[1])
    old = [one for one in named if one.start < border and not one.denied]
    new = [one for one in named if one.start >= border and not one.denied]
    if not old or not new or _ALSO.search(parts[1]):
        return named
    at_once = _TAKES_BACK.fullmatch(text[border : new[0].start]) is not None
    return [replace(one, denied=True) if one.start < border or not at_once else one for one in named]
