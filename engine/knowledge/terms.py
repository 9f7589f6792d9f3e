"""Texts as the full-text index knows them: stems, with the parts of names that are written as one word.

The index is given stems and cuts at blanks alone, so that articles, paths, questions and the re-ranker all see the
same terms in every language. Scripts without blanks between words are indexed by pairs of characters.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from engine.knowledge.letters import plain
from engine.models.local.words import stem

MAX_TERM: Final = 40
"""Characters; more is no word that anybody looks for."""

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_INSIDE = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SUFFIX = re.compile(r"\.\w{2,9}$")
_ASKING = re.compile(
    r"\b(?:how (?:long|much|many|often|soon|fast|far)|how|what|when|where|why|which|who|can|could|do|does|did|is|are|"
    r"i|we|you|have to|should|will|would|please)\b",
    re.IGNORECASE,
)
"""Words that ask and are not what is asked for: "how long" otherwise finds whatever lasts long."""

_COMMON: Final = frozenset(
    stem(word)
    for word in (
        "a an the is are was were be been am do does did i you he she it we they me my your our their his her its this "
        "that these those of in on at to for from by with and or but if so as not no about into over than then too "
        "very just also any some thanks thank hi hello hey dear get got one there here "
        "der die das ein eine einen einem einer und oder ich du sie wir ihr es ist sind war mein meine ihre im am an "
        "auf zu zum zur für von mit nicht wie was wann wo wer kann können hat haben bei den dem des "
        "le la les un une des et ou je tu il elle nous vous ils est sont mon ma mes votre vos de du au aux en dans "
        "pour par sur avec ne pas que qui quoi quand où ce cette "
        "el los las una unos y o yo mi mis su sus es son del al para por con como cuando donde se lo"
    ).split()
)
"""What is left of words that carry no meaning."""

_stem = lru_cache(maxsize=200_000)(stem)


def terms(text: str) -> list[str]:
    """The stems of a text in order; `StopInstance` is one word and also `stop` and `instance`."""
    return list(_terms(text))


def _terms(text: str) -> Iterator[str]:
    for match in _WORD.finditer(plain(text)):
        word = match.group()
        if not word.isascii() and _UNSPACED.search(word):
            yield from (word[at : at + 2] for at in range(max(1, len(word) - 1)))
            continue
        yield _stem(word[:MAX_TERM].casefold())
        if word.isupper() or word.islower() or len(word) > MAX_TERM:
            continue
        parts = _INSIDE.split(word)
        if len(parts) > 1:
            yield from (_stem(part.casefold()) for part in parts if len(part) > 1)


def path_terms(source: str) -> list[str]:
    """The words of a document's folders and name: articles are filed under what they are about."""
    return terms(_SUFFIX.sub("", source).replace("_", " "))


def asked(question: str) -> list[str]:
    """The distinct terms of a question that say what it is about, in order; all of them where nothing else is left."""
    question = plain(question)
    found = dict.fromkeys(terms(_ASKING.sub(" ", question)))
    return [one for one in found if one not in _COMMON] or list(dict.fromkeys(terms(question)))
