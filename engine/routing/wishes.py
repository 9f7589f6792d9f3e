"""The wishes of one message that holds more than one, told apart clause by clause."""

import re
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final, NamedTuple

from engine.models.base import Answer, Choice, Message, Model
from engine.models.local import LocalModel
from engine.models.local.about import LOOSE
from engine.models.local.denied import wished
from engine.models.local.denied_words import ASKS
from engine.models.local.words import MAX_CHARACTERS, content_words, sentences, words
from engine.routing.flows import read

__all__ = ["Wish", "wishes"]

PERHAPS: Final = 0.15
"""From this score on a clause may wish for another flow than those that are clear, and a person looks at it."""
TOLD: Final = 0.25
"""The same of a clause that asks for nothing: "Hello" is like some example or other, too."""
MAX_WISHES: Final = 4
MAX_CLAUSES: Final = 24
NEAR: Final = 100
"""Characters beside a joining word in which three words have to stand for it to part two clauses."""

_NUMBER = re.compile(r"[0-9]{3,}")
_JOINED = re.compile(
    r"[,;]?\s+(?:and(?: i)? also|and|also|plus|besides|und außerdem|und auch|und|außerdem|et aussi|et en plus|et|aussi|"
    r"y también|y además|y|además|también)\s+",
    re.IGNORECASE,
)
_ALSO = re.compile(
    r"\b(?:also|too|as well|another|besides|additionally|auch|außerdem|zudem|noch|aussi|également|en plus|"
    r"también|además)\b",
    re.IGNORECASE,
)


class Clause(NamedTuple):
    """Where it stands in the text, and in which of its sentences, from 0."""

    start: int
    end: int
    sentence: int


class Wish(NamedTuple):
    """One wish of a message: the flow, how sure, and where in the text its words stand."""

    flow: str
    """Empty where it is not clear which: a person takes it, after the clear ones."""
    confidence: float
    start: int
    end: int


ReadOne = Callable[[Clause], Awaitable[tuple[Wish, bool]]]


async def wishes(model: Model, text: str, whole: Answer, among: tuple[Choice, ...], threshold: float) -> list[Wish]:
    """The wishes of one message, if it holds more than one: each sentence or clause that by itself belongs to another
    flow than those before it, surely enough, or to the same one with numbers of its own; then those that ask for
    something else, and nobody can tell what. Empty where the message is about one thing, which is the usual case, and
    where no wish is clear. A model that costs money is asked about the clauses only if the packaged one takes them for
    more than one wish."""
    text = wished(text)  # what is denied is none, and the rest stands where it stood
    clauses = _clauses(text)[:MAX_CLAUSES]
    asking = [clause for clause in clauses if ASKS.search(text[clause.start : clause.end])]
    if len(clauses) < 2:
        return []
    if not model.capabilities.free and not await _perhaps(text, clauses, asking, among):
        return []
    read_one = partial(_read, model, text, among, threshold)
    if len(asking) < 2:
        return await _beside(clauses, next(iter(asking), None), text, whole.data.get("choice"), read_one)
    clear: list[Wish] = []
    unclear: list[Wish] = []
    for wish, sure in [await read_one(clause) for clause in asking[: 2 * MAX_WISHES]]:
        if not sure:
            unclear.append(wish)
        elif not _known(text, wish, clear):
            clear.append(wish)
    rest = [wish._replace(flow="") for wish in unclear if wish.confidence >= PERHAPS and _new(text, wish, clear)]
    found = [*clear, *rest] if clear else []
    return found[:MAX_WISHES] if len(found) > 1 else []


async def _perhaps(text: str, clauses: list[Clause], asking: list[Clause], among: tuple[Choice, ...]) -> bool:
    """Whether the packaged model, which costs nothing, takes clauses for those of different flows, or of one with
    numbers of their own. Hosted models say how sure they are of one flow alone."""
    read_one = partial(_read, LocalModel(), text, among, 0.0)
    several = len(asking) > 1
    found: list[Wish] = []
    for clause in (asking if several else clauses)[: 2 * MAX_WISHES]:
        wish, _ = await read_one(clause)
        if wish.confidence >= (PERHAPS if several else TOLD) and not _known(text, wish, found):
            found.append(wish)
    return len(found) > 1


async def _beside(
    clauses: list[Clause], asking: Clause | None, text: str, goes: str | None, read_one: ReadOne
) -> list[Wish]:
    """The wishes of a message of which one clause asks, or none. What is told beside a question is why it is asked, as
    a rule. It is a wish of its own where the whole goes by it and not by what is asked, where a word joins both in one
    sentence, and where the question asks for something "also". Where nothing is asked, what is told is all."""
    asked, sure = await read_one(asking) if asking else (None, False)
    found = [asked] if asked and sure else []
    for clause in clauses:
        if clause is asking or (asking and asked and not _apart(clause, asking, text, goes, asked.flow)):
            continue
        told, clear = await read_one(clause)
        if clear and all(one.flow != told.flow for one in found):
            found.append(told)
    found.sort(key=lambda wish: wish.start)
    joined = asking and any(one.sentence == asking.sentence for one in clauses if one is not asking)
    if asked and not sure and joined and asked.confidence >= PERHAPS and _new(text, asked, found, 2):
        found.append(asked._replace(flow=""))
    return found[:MAX_WISHES] if len(found) > 1 else []


def _apart(clause: Clause, asking: Clause, text: str, goes: str | None, asked: str) -> bool:
    also = _ALSO.search(text[asking.start : asking.end])
    return clause.sentence == asking.sentence or also is not None or goes not in (None, asked)


async def _read(
    model: Model, text: str, among: tuple[Choice, ...], threshold: float, clause: Clause
) -> tuple[Wish, bool]:
    """What a clause by itself is likely to wish for, and whether that is sure."""
    answer = await read(model, (Message("customer", text[clause.start : clause.end]),), among)
    scores = answer.data.get("scores", {})
    likeliest = str(answer.data.get("choice") or max(scores, key=scores.__getitem__, default=""))
    sure = bool(answer.data.get("choice")) and answer.confidence >= threshold
    return Wish(likeliest, answer.confidence, clause.start, clause.end), sure


def _known(text: str, wish: Wish, clear: list[Wish]) -> bool:
    """Whether one of these is of the same flow and wishes for the same thing: they name no two numbers."""
    numbers = set(_NUMBER.findall(text[wish.start : wish.end]))
    others = [set(_NUMBER.findall(text[one.start : one.end])) for one in clear if one.flow == wish.flow]
    return any(not numbers or not other or not numbers.isdisjoint(other) for other in others)


def _new(text: str, wish: Wish, clear: list[Wish], least: int = 1) -> bool:
    """Whether an unclear wish is none of these, and has so many words of its own: "I need a new one" has one."""
    said = {word for one in clear for word in content_words(text[one.start : one.end])}
    return not _known(text, wish, clear) and len(set(_matter(text[wish.start : wish.end])) - said) >= least


def _matter(text: str) -> list[str]:
    """What a clause is about: "Can you help me, please?" is about nothing."""
    return [word for word in content_words(text) if word not in LOOSE]


def _clauses(text: str) -> list[Clause]:
    """Where the sentences stand, and of those that are joined by a word, the joined parts."""
    found: list[Clause] = []
    at = 0
    for number, sentence in enumerate(sentences(text[:MAX_CHARACTERS])):
        start = text.index(sentence, at)
        at = end = start + len(sentence)
        for joint in _JOINED.finditer(text, start, end):
            before = text[max(start, joint.start() - NEAR) : joint.start()]
            behind = text[joint.end() : min(end, joint.end() + NEAR)]
            if min(len(words(before)), len(words(behind))) >= 3:
                found.append(Clause(start, joint.start(), number))
                start = joint.end()
        found.append(Clause(start, end, number))
    return found
