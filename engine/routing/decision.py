"""What happens to a ticket's first message: the one answer for a worker, `engine route` and `engine route eval`."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from enum import StrEnum
from typing import NamedTuple

from engine.models.base import Answer, Choice, Message, Model
from engine.models.lexical import topics, wishes_person
from engine.routing.flows import read
from engine.routing.wishes import Wish, wishes

__all__ = ["Decision", "Why", "by_words", "decide"]


class Why(StrEnum):
    """What it was decided by."""

    PERSON = "person"
    """The customer asks for a person."""
    TOPIC = "topic"
    """The text touches what people must handle."""
    RULE = "rule"
    SEVERAL = "several"
    EXAMPLES = "examples"
    UNSURE = "unsure"


class Decision(NamedTuple):
    """Where a message goes, and why."""

    why: Why
    flow: str | None = None
    """None: the customer is asked, or a person takes it."""
    wishes: tuple[Wish, ...] = ()
    """Of a message with several, in their order; the first one's flow is `flow`."""
    touched: frozenset[str] = frozenset()
    scores: Mapping[str, float] = {}
    """What the model makes of the whole; empty where it was not asked."""


def by_words(text: str, when: Collection[str]) -> Decision | None:
    """What comes before rules and models: a wish for a person, and the topics of `escalate.when`. A worker looks at
    both where it takes a message, whichever flow has the ticket."""
    if wishes_person(text):
        return Decision(Why.PERSON)
    touched = topics(text, when)
    return Decision(Why.TOPIC, touched=frozenset(touched)) if touched else None


async def decide(
    model: Model,
    said: tuple[Message, ...],
    among: tuple[Choice, ...],
    threshold: float,
    *,
    fits: Collection[str] = (),
    last: str = "",
    look: Callable[[], Awaitable[tuple[Message, ...]]] | None = None,
) -> Decision:
    """Where these messages go: to the flow whose rule alone fits, else to that of each wish of several, else to the one
    whose examples are like them. `last`: the text that may hold several wishes; `look` gets the messages with their
    pictures, where the words do not say it."""
    if len(fits) == 1:  # rules that contradict each other decide nothing
        return Decision(Why.RULE, next(iter(fits)))
    answer = await read(model, said, among)
    if look is not None and not _sure(answer, threshold):
        seen = await look()
        answer = await read(model, seen, among) if any(one.images for one in seen) else answer
    scores = answer.data.get("scores", {})
    found = tuple(await wishes(model, last, answer, among, threshold)) if last else ()
    if found:
        return Decision(Why.SEVERAL, found[0].flow, found, scores=scores)
    if _sure(answer, threshold):
        return Decision(Why.EXAMPLES, str(answer.data["choice"]), scores=scores)
    return Decision(Why.UNSURE, scores=scores)


def _sure(answer: Answer, threshold: float) -> bool:
    return bool(answer.data.get("choice")) and answer.confidence >= threshold
