"""Whether a sentence is about what was asked for: what a question names, the sentence or its headings name too.

Sentences that are near to a question speak of its topic, and of what else that topic has: express or standard, lamps or
gift cards, Austria or Switzerland. A word of the question that neither the sentence nor its headings have, in this word
or another of the same matter, is what the sentence is not about.
"""

import re
from collections.abc import Collection, Iterable
from typing import Final

from engine.models.local.matters import MATTERS
from engine.models.local.places import UNION, places
from engine.models.local.words import content_words, stem, words

LOOSE: Final = frozenset(
    stem(word)
    for word in (
        "take takes until something anything someone article item product thing back need want give make know tell let "
        "work possible accept offer allow pay cost costs price much time times day days ask still also after before "
        "during within each per use used using when while first get gets got go goes put say says see find found show "
        "support supports available happen happens mean means different type types kind kinds way ways best order "
        "fast quick quickly soon schnell vite rapide rápido lange dauert dauern kostet kosten nach aus brauche möchte "
        "will etwas artikel ware gibt geben machen noch "
        "mal geht bekomme bekommen zeit tage muss "
        "combien temps coûte coûtent durée article faut faire peut pouvez puis quel quelle quels quelles avez après "
        "cuánto cuánta cuántos cuesta tarda tiempo puedo puede hacer artículo qué cuál después"
    ).split()
)
"""Words that ask, and words that nothing is about."""
_EVERY: Final = re.compile(
    r"\W*(?:[\w']+\W+){0,4}(?:every|all|any|each|jede[rsnm]?|alle[nsm]?|chaque|tou(?:s|tes?|t)|todos?|todas?|cada|"
    r"cualquier|articles|items|products|goods|artikel|waren|produits|artículos|productos)\b",
    re.IGNORECASE,
)
"""What a sentence begins with that speaks of whatever there is: "You can return any item"."""
_OWN: Final = (
    r"\b(?:(?:can|could|may|do|should|must) i|(?:kann|darf|muss|soll|habe) ich|(?:puis|dois|ai)-je|puedo|debo|tengo)\b"
)
_ASKS_OWN: Final = re.compile(
    rf"\b(?:how|when|wie|wann|comment|quand|combien|cómo|cuándo|cuánto)\b[^?]*{_OWN}", re.IGNORECASE
)
"""How, how long or until when the customer does something."""
_SAYS_OWN: Final = re.compile(
    r"\b(?:you|your|yourself|yours|sie|ihnen|ihr|ihre[nmrs]?|vous|votre|vos|usted|su|sus|puede|be|cannot|possible|"
    r"möglich|posible)\b|^\W*(?:to|use|choose|click|enter|go|open|press|print|select|send|sign|write)\b|"
    r"^\W*(?:yes|no|ja|nein|oui|non|sí)\b",
    re.IGNORECASE,
)
_CONDITION: Final = re.compile(
    r"^\W*(?:if|unless|once|when|wenn|falls|sobald|si|lorsque|quand|cuando)\b(?P<of>[^,;:]*)[,;:]", re.IGNORECASE
)
_ONE_OF: Final = 3
"""Of so many words of a question one may be said in a way that is not known."""
_CODE: Final = re.compile(r"(?=\w*[0-9])(?=\w*[^\W\d_])\w+")
"""A word of letters and digits, such as the number of a model."""


def strays(asked: str, sentence: str, headings: str, known: Collection[str]) -> bool:
    """Whether the sentence leaves out what the question is about. `known`: stems that some heading has; of what has an
    article or a section of its own, another one that speaks of "every article" is not about it."""
    held = f"{headings}\n{sentence}"
    if _ASKS_OWN.search(asked) and not _SAYS_OWN.search(sentence):
        return True  # of what others do: "Our warehouse checks returns within 3 days"
    if (condition := _CONDITION.match(sentence)) and not _given(asked, condition["of"]):
        return True
    if not _same_places(asked, held) or not _codes(asked) <= _codes(held):
        return True
    there = set(content_words(held))
    named = {stem(word) for name in places(asked).values() for word in words(name)}
    wanted = [word for word in dict.fromkeys(content_words(asked)) if word not in LOOSE | named]
    left = [word for word in wanted if word not in there and not _by_another(word, there)]
    if len(left) == 1 and _EVERY.match(sentence):
        return left[0] in known
    return len(left) > len(wanted) // _ONE_OF


def _given(asked: str, condition: str) -> bool:
    """Whether the question says what a sentence holds on: "If a payment is refused, ..." is no answer without it."""
    there = set(content_words(asked))
    return all(word in there | LOOSE or _by_another(word, there) for word in content_words(condition))


def _by_another(word: str, there: Iterable[str]) -> bool:
    matters = MATTERS.get(word)
    return matters is not None and any(not matters.isdisjoint(MATTERS.get(other, ())) for other in there)


def _same_places(asked: str, held: str) -> bool:
    """Each country that is asked about is named, or the union that it is in, but not by way of another country."""
    wanted, given = places(asked).keys(), places(held).keys()
    return all(one in given or (one in UNION and "EU" in given) for one in wanted)


def _codes(text: str) -> set[str]:
    return {match[0].casefold() for match in _CODE.finditer(text)}
