"""The wishes of one message that holds more than one, told apart clause by clause."""

import re
from typing import Final, NamedTuple

from engine.models.base import Answer, Choice, Message, Model
from engine.models.local.about import LOOSE
from engine.models.local.words import MAX_CHARACTERS, content_words, sentences, words
from engine.routing.flows import read

__all__ = ["Wish", "wishes"]

SECOND: Final = 0.25
"""From this score on a second flow may be wished for in the same message; two wishes share what is likely."""
PERHAPS: Final = 0.15
"""From this score on a clause may wish for another flow than those that are clear, and a person looks at it."""
MAX_WISHES: Final = 4

_NUMBER = re.compile(r"[0-9]{3,}")
_JOINED = re.compile(
    r"[,;]?\s+(?:and(?: i)? also|and|also|plus|besides|und außerdem|und auch|und|außerdem|et aussi|et en plus|et|aussi|"
    r"y también|y además|y|además|también)\s+",
    re.IGNORECASE,
)


_ASKS = re.compile(
    r"[?¿]|\b(?:want|need|would like|'d like|please|give|send|tell|can (?:you|i)|could (?:you|i)|may i|"
    r"möchten?|will|wollen|brauche|bitte|k[oö]nn(?:en|te|ten)|"
    r"veux|voudrais|voulons|souhaite|pouvez|pourriez|puis-je|aimerais|besoin|"
    r"quiero|quisiera|queremos|necesito|puede[ns]?|podría[ns]?|por favor|me gustaría|solicito)\b|-(?:moi|nous)\b|"
    r"^\W*(?:(?:and|but|und|aber|et|mais|y|pero) )?(?:where|how|what|which|why|wo|wann|wie|warum|welche\w*|"
    r"où|quand|comment|combien|pourquoi|quel\w*|d[oó]nde|cu[aá]ndo|c[oó]mo|cu[aá]nt\w+)\b",
    re.IGNORECASE,
)
"""A clause that asks for something. "It has not come. I want my money back." tells why, and asks once."""


class Wish(NamedTuple):
    """One wish of a message: the flow, how sure, and where in the text its words stand."""

    flow: str
    """Empty where it is not clear which: a person takes it, after the clear ones."""
    confidence: float
    start: int
    end: int


async def wishes(model: Model, text: str, whole: Answer, among: tuple[Choice, ...], threshold: float) -> list[Wish]:
    """The wishes of one message, if it holds more than one: each sentence or clause that by itself belongs to another
    flow than those before it, surely enough, or to the same one with numbers of its own; then those that ask for
    something else, and nobody can tell what. Empty where the message is about one thing, which is the usual case, and
    where no wish is clear. A model that costs money is asked about the clauses only if a second flow is likely at
    all."""
    likely = sorted(whole.data.get("scores", {}).values(), reverse=True)
    clauses = [(start, end) for start, end in _clauses(text) if _ASKS.search(text[start:end])]
    if len(clauses) < 2 or (not model.capabilities.free and (len(likely) < 2 or likely[1] < SECOND)):
        return []
    clear: list[Wish] = []
    unclear: list[Wish] = []
    for start, end in clauses[: 2 * MAX_WISHES]:
        answer = await read(model, (Message("customer", text[start:end]),), among)
        scores = answer.data.get("scores", {})
        likeliest = str(answer.data.get("choice") or max(scores, key=scores.__getitem__, default=""))
        wish = Wish(likeliest, answer.confidence, start, end)
        if not answer.data.get("choice") or answer.confidence < threshold:
            unclear.append(wish)
        elif not _known(text, wish, clear):
            clear.append(wish)
    said = {word for wish in clear for word in content_words(text[wish.start : wish.end])}
    rest = [
        wish._replace(flow="")
        for wish in unclear
        if wish.confidence >= PERHAPS
        and not _known(text, wish, clear)
        and not said.issuperset(_matter(text[wish.start : wish.end]))
    ]
    found = [*clear, *rest] if clear else []
    return found[:MAX_WISHES] if len(found) > 1 else []


def _known(text: str, wish: Wish, clear: list[Wish]) -> bool:
    """Whether one of these is of the same flow and wishes for the same thing: they name no two numbers."""
    numbers = set(_NUMBER.findall(text[wish.start : wish.end]))
    others = [set(_NUMBER.findall(text[one.start : one.end])) for one in clear if one.flow == wish.flow]
    return any(not numbers or not other or not numbers.isdisjoint(other) for other in others)


def _matter(text: str) -> list[str]:
    """What a clause is about: "Can you help me, please?" is about nothing."""
    return [word for word in content_words(text) if word not in LOOSE]


def _clauses(text: str) -> list[tuple[int, int]]:
    """Where the sentences stand, and of those that are joined by a word, the joined parts."""
    found: list[tuple[int, int]] = []
    at = 0
    for sentence in sentences(text[:MAX_CHARACTERS]):
        start = text.index(sentence, at)
        at = end = start + len(sentence)
        cuts = [start, *(place for joint in _JOINED.finditer(text, start, end) for place in joint.span()), end]
        parts = list(zip(cuts[::2], cuts[1::2], strict=True))
        whole = all(len(words(text[one:two])) >= 3 for one, two in parts)
        found += parts if whole else [(start, end)]
    return found
