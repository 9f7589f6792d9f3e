"""One example that two flows claim, or that a flow both claims and refuses: routing could only guess."""

import re
import unicodedata
from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

from engine.diagnostics import Label, Place, Sink
from engine.rules.base import Across, Case, Rule

__all__ = ["RULE"]

_WORD = re.compile(r"\w+")


class _Example(NamedTuple):
    flow: str
    text: str
    place: Place
    plain: str
    """Case, accents, punctuation and blanks make no difference."""
    counter: bool
    """Whether it is one of `not`."""


def tell(case: Case) -> list[_Example]:
    """All examples, those of a flow before what it is not for."""
    return [
        _Example(name, text.value, text.place, _plain(text.value), counter)
        for name, flow in sorted(case.flows.items()) if flow.flow.start
        for counter, texts in ((False, flow.flow.start.examples), (True, flow.flow.start.counter))
        for text in texts or ()
    ]  # fmt: skip


def judge(told: Sequence[list[_Example]], sink: Sink) -> None:
    """Each example belongs to whoever says it first."""
    seen: dict[str, _Example] = {}
    for one in chain.from_iterable(told):
        other = seen.get(one.plain)
        if other is None:
            if not one.counter:
                seen[one.plain] = one
        elif not one.counter:
            whose = "this flow" if other.flow == one.flow else f"the flow `{other.flow}`"
            message = f"the example `{one.text}` belongs to {whose} already"
            sink.error("same-example", one.place, message, labels=(Label(other.place, "it stands here"),))
        elif other.flow == one.flow:
            labels = (Label(other.place, "it is an example here"),)
            sink.error("same-example", one.place, f"`{one.text}` is both an example and not one", labels=labels)


def _plain(text: str) -> str:
    folded = text.casefold()
    if not folded.isascii():
        marked = unicodedata.normalize("NFKD", folded)
        folded = "".join(char for char in marked if not unicodedata.combining(char))
    return " ".join(_WORD.findall(folded)) or text


RULE = Rule(
    "same-example",
    across=Across(tell, judge),
    why=(
        "Examples teach the engine which tickets belong to a flow. One that stands in two of them makes that a "
        "matter of luck."
    ),
    mend="Remove it from one of the two, or write it so that the difference shows.",
)
