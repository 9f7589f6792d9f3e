"""What a message says is not wanted, or is settled: no wish, though its words are those of one.

"I do not want to cancel my contract" is to encoders nearly what "I want to cancel my contract" is. Clause by clause it
is looked for that a wish is denied ("please don't send anybody", "Ich brauche keinen Termin mehr"), taken back ("Cancel
it? No!"), or settled ("it has turned up again", "the bill is correct"). What states the problem is none of these: "my
parcel did not arrive", "I can't log in", "I don't want to wait any longer", "I no longer want my subscription".
"""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final

from engine.models.local.denied_words import ASKS, CAME, DENIED, GLAD, NO_WISH, NOT_GLAD, NOT_SETTLED, SETTLED
from engine.models.local.words import MAX_CHARACTERS, sentences

__all__ = ["wished"]

MAX_CLAUSE: Final = 300
"""Characters of a clause that are looked at."""
_CUT: Final = re.compile(
    r"[,;:–—]|\s-\s|\b(?:but|and|because|although|though|however|instead|aber|und|sondern|weil|denn|obwohl|stattdessen|"
    r"mais|et|car|parce|cependant|pero|sino|porque|aunque|y)\b",
    re.IGNORECASE,
)
"""Where a sentence goes on to something else."""
_BUT: Final = re.compile(r"but|aber|mais|pero", re.IGNORECASE)
"""What a clause keeps: "but not my PIN" misses it, ", not a refund" wants something else."""
_GOES_ON: Final = re.compile(r"\W*(?:that|to|dass|daß|ob|zu|que|qu')\b", re.IGNORECASE)
"""How a clause begins that says what the one before it denies: "Ich habe nie gesagt, dass ..."."""
_ASKS: Final = re.compile(r"\W*(?:why|how|warum|wieso|weshalb|pourquoi|comment|por qué|cómo)\b", re.IGNORECASE)
_TAKEN_BACK: Final = re.compile(
    r"[^.!?\n]{1,300}\?\s*(?:no|nein|non|nope|nö|bestimmt nicht|of course not)\b\s*[!.,;:]+", re.IGNORECASE
)


def wished(text: str) -> str:
    """The text with spaces for what it denies or calls settled: what remains stands where it stood."""
    said = text[:MAX_CHARACTERS].replace("’", "'")
    if any(NO_WISH.search(one) for one in sentences(said)):
        return " " * len(text)
    gone = [found.span() for found in _TAKEN_BACK.finditer(said)]
    settled: list[tuple[int, int]] = []
    glad = GLAD.search(said) is not None and NOT_GLAD.search(said) is None
    denied = False
    for start, end, asks in _clauses(said):
        clause = said[start : min(end, start + MAX_CLAUSE)]
        denied = not asks and (DENIED.search(clause) is not None or (denied and _GOES_ON.match(clause) is not None))
        if denied:
            gone.append((start, end))
        elif not asks and _settled(clause, glad):
            settled.append((start, end))
    left = _without(text, [*gone, *settled])
    # beside a question, what is settled tells what it is about: "I found my card. Can I use it again?"
    return _without(text, gone) if settled and ASKS.search(left) else left


def _settled(clause: str, glad: bool) -> bool:
    found = SETTLED.search(clause) is not None and NOT_SETTLED.search(clause) is None
    return found or (glad and CAME.search(clause) is not None)


def _clauses(text: str) -> Iterator[tuple[int, int, bool]]:
    """Where the parts of sentences stand, and whether each asks."""
    at = 0
    for sentence in sentences(text):
        start = text.index(sentence, at)
        at = end = start + len(sentence)
        cuts = [start, *(cut.start() for cut in _CUT.finditer(text, start, end)), end]
        always = _ASKS.match(sentence) is not None
        for one, two in pairwise(cuts):
            joint = _CUT.match(text, one) if one > start else None
            begins = joint.end() if joint and not _BUT.fullmatch(joint[0]) else one
            yield begins, two, always or (two == end and sentence.endswith("?"))


def _without(text: str, gone: Iterable[tuple[int, int]]) -> str:
    for start, end in gone:
        text = f"{text[:start]}{' ' * (end - start)}{text[end:]}"
    return text
