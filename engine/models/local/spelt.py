"""Amounts in words ("twenty euros and fifty cents"), written in figures, so that they are read as those are.

A range, a bound, a rough amount or a refusal is then what it is in figures too.
"""

import re
from collections.abc import Iterator
from typing import Final

from engine.models.local.alone import alone
from engine.models.local.counts import counts
from engine.models.local.currencies import SIGNS, WORDS
from engine.models.local.found import DOUBTED, LOOK_BACK, Found

__all__ = ["in_figures"]

_UNIT: Final = re.compile(
    rf"\s{{1,3}}(?:{SIGNS}|(?:{WORDS}|(?:euro |us )?(?:cents?|centimes?|c[ée]ntimos?|pence))\b)", re.IGNORECASE
)
_COIN: Final = re.compile(r"(?<=\s)cents?\b", re.IGNORECASE)
_DIGIT_BEFORE: Final = re.compile(r"[0-9][\s.,'-]{0,3}$")
_DIGIT_AFTER: Final = re.compile(r"[\s.,'-]{0,3}[0-9]")
_NO_AMOUNT: Final = frozenset("one eins ein eine einen un une uno una hundred thousand million six".split())
"""What may be an article, part of a number that nobody knows exactly ("a couple of hundred"), or with "cents" 600."""
_MANY: Final = re.compile(
    r"\b(?:many|several|some|few|couple|einigen?r?|mehreren?r?|etlichen?r?|vielen?r?|paar|quelques?|plusieurs|vari[oa]s|"
    r"algun[oa]s|much[oa]s|par)(?:\s+(?:of|de))?\s+$",
    re.IGNORECASE,
)


def in_figures(text: str, *, asked: bool) -> str:
    """The text with its numbers in words as figures; what may be none ("one moment", "neuf") only before a currency or,
    where an amount was `asked` for, alone. Two numbers side by side stay as they are."""
    made, end = [], 0
    for one in _read(text, asked=asked):
        beside = _DIGIT_BEFORE.search(text[max(0, one.start - 4) : one.start]) or _DIGIT_AFTER.match(text, one.end)
        if not beside and not _MANY.search(text[max(0, one.start - LOOK_BACK) : one.start]):
            made += [text[end : one.start], str(one.value)]
            end = one.end
    return "".join([*made, text[end:]])


def _read(text: str, *, asked: bool) -> Iterator[Found]:
    whole = list(counts(text, alone=True))
    if asked and alone(text, whole, paying=True):
        yield from whole
        return
    sure = {one.start for one in counts(text, alone=False) if one.confidence > DOUBTED}
    known = {place for one in whole for place in range(one.start, one.end)}
    coins = [
        one for one in counts(_COIN.sub(lambda coin: "¢" * len(coin[0]), text), alone=True) if one.start not in known
    ]
    for one in sorted([*whole, *coins], key=lambda one: one.start):
        if one.start in sure or (_UNIT.match(text, one.end) and text[one.start : one.end].casefold() not in _NO_AMOUNT):
            yield one
