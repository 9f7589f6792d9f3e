"""Whether a sentence is about what was asked for: what a question names, the sentence or its headings name too.

Sentences that are near to a question speak of its topic, and of what else that topic has: express or standard, lamps or
gift cards, Austria or Switzerland. A word of the question that neither the sentence nor its headings have, in this word
or another of the same matter, is what the sentence is not about.
"""

import re
from collections.abc import Collection
from typing import Final

from engine.models.local.dates import WEEKDAY, weekdays
from engine.models.local.figures import figures
from engine.models.local.matters import same_matter
from engine.models.local.named import names_another, plain
from engine.models.local.places import places
from engine.models.local.words import content_words, stem, words

LOOSE: Final = frozenset(
    stem(word)
    for word in (
        "take takes until something anything someone article item product thing back need want give make know tell let "
        "work possible accept offer allow pay paid payed cost costs price much time times day days ask still also "
        "after before "
        "during within each per use used using when while first get gets got go goes put say says see find found show "
        "support supports available happen happens mean means different type types kind kinds way ways best order "
        "fast quick quickly soon schnell vite rapide rápido lange dauert dauern kostet kosten nach aus brauche möchte "
        "will etwas artikel ware gibt geben machen noch "
        "mal geht bekomme bekommen zeit tage muss "
        "combien temps coûte coûtent durée article faut faire peut pouvez puis quel quelle quels quelles avez après "
        "up down out off away auf ab bis seit beim jusque jusqu depuis chez hasta desde "
        "cover covers covered abgedeckt couvert cubre viel "
        "verwenden benutzen nutzen utiliser employer usar utilizar keep behalten garder conservar "
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
_SHORT: Final = re.compile(r"\b[A-Z]{2,4}\b")
_JOINTS: Final = ("", "s", "es", "n", "en", "er", "e")
"""Letters between the parts of a German compound."""
_PART: Final = 4
"""Letters of its parts, at least."""
_FEW: Final = 4
"""Words of a question for yes or no of which each is asked about: "Can I cancel by phone?"."""
_OPEN: Final = re.compile(
    r"\b(?:how|what|when|where|which|who|whose|whom|why|wie|wieviel|was|wann|wo|wer|wen|wem|wof?ür|womit|wohin|woher|warum|"
    r"weshalb|welche[mnrs]?|comment|quand|où|quel(?:le)?s?|qui|combien|pourquoi|quoi|cómo|cuándo|dónde|qué|cuál(?:es)?|"
    r"quién(?:es)?|cuánt[oa]s?)\b|\bqu'",
    re.IGNORECASE,
)
"""Words of a question that is not answered by yes or no."""
_DETERMINERS: Final = frozenset(
    "a an the my your our his her their this that of for in on with from to by "
    "der die das den dem des ein eine einen einem einer mein meine meinen meinem meiner ihr ihre ihren "
    "le la les un une mon ma mes votre vos du des de el los las una mi mis su sus del".split()
)
"""What begins a noun with what stands before it."""
ANY_OTHER: Final = frozenset(
    stem(word)
    for word in (
        "max maximum min minimum new own whole entire current exact total neu neue neuen neues eigene eigenen ganze "
        "ganzen nouveau nouvelle propre nuevo nueva propio propia"
    ).split()
)
"""Words before a noun that make it no other thing."""


def strays(asked: str, sentence: str, headings: str, known: Collection[str]) -> bool:
    """Whether the sentence leaves out what the question is about. `known`: stems that some heading has; of what has an
    article or a section of its own, another one that speaks of "every article" is not about it."""
    held = f"{headings}\n{sentence}"
    if _ASKS_OWN.search(asked) and not _SAYS_OWN.search(sentence):
        return True  # of what others do: "Our warehouse checks returns within 3 days"
    if (condition := _CONDITION.match(sentence)) and not _given(asked, condition["of"]):
        return True
    if names_another(asked, held):
        return True
    there = set(content_words(held))
    named = {stem(word) for name in places(asked).values() for word in words(name)}
    said = plain(asked)
    wanted = [word for word in dict.fromkeys(content_words(said)) if word not in LOOSE | named]
    there |= _spelt_out(asked, held) | {stem(match[0].casefold()) for match in WEEKDAY.finditer(asked)}
    left = [word for word in wanted if not (word in there or same_matter(word, there) or by_parts(word, there))]
    if len(left) == 1 and _EVERY.match(sentence):
        return left[0] in known
    exact = len(wanted) <= _FEW and not _OPEN.search(asked) and _figured(sentence)
    if exact or _narrower(said, left, there):
        return bool(left)
    return len(left) > len(wanted) // _ONE_OF


def _narrower(asked: str, left: Collection[str], there: Collection[str]) -> bool:
    """Whether a word that is left out stands right before one that is not: "my bank account" is another account."""
    said = words(asked)
    return any(
        before in _DETERMINERS and (word := stem(one)) in left and word not in ANY_OTHER and stem(other) in there
        for before, one, other in zip(said, said[1:], said[2:], strict=False)
    )


def _spelt_out(asked: str, held: str) -> set[str]:
    """Stems of what is short for words in a row there, as "PO" is for "post office"."""
    initials = "".join(word[0] for word in words(held))
    return {stem(short) for one in set(_SHORT.findall(asked)) if (short := one.casefold()) in initials}


def by_parts(word: str, there: Collection[str]) -> bool:
    """Whether both parts of a compound are there: "Kündigungsfrist" is a "Frist" under "Kündigung"."""
    return any(
        len(first) >= _PART and word.startswith(first) and any(first + joint + last == word for joint in _JOINTS)
        for first in there
        for last in there
        if len(last) >= _PART and word.endswith(last)
    )


def _figured(sentence: str) -> bool:
    """Whether it gives a time, a price or another number: what answers yes or no to another question only by chance."""
    return bool(figures(sentence, "") or weekdays(sentence))


def _given(asked: str, condition: str) -> bool:
    """Whether the question says what a sentence holds on: "If a payment is refused, ..." is no answer without it."""
    there = set(content_words(asked))
    return all(word in there | LOOSE or same_matter(word, there) for word in content_words(condition))
