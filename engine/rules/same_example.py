"""One example that two flows claim, or that a flow both claims and refuses: routing could only guess."""

import re
import unicodedata

from engine.diagnostics import Label, Sink
from engine.rules.base import Case, Rule
from engine.syntax import Text

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """Compares normalised texts: case, accents, punctuation and blanks make no difference."""
    seen: dict[str, tuple[str, Text]] = {}
    for name, flow in sorted(case.flows.items()):
        start = flow.flow.start
        for text in (start.examples if start else None) or ():
            other = seen.setdefault(_plain(text.value), (name, text))
            if other[1] is not text:
                whose = "this flow" if other[0] == name else f"the flow `{other[0]}`"
                message = f"the example `{text.value}` belongs to {whose} already"
                sink.error("same-example", text.place, message, labels=(Label(other[1].place, "it stands here"),))
        _refused(name, (start.counter if start else None) or [], seen, sink)


def _refused(name: str, texts: list[Text], seen: dict[str, tuple[str, Text]], sink: Sink) -> None:
    for text in texts:
        other = seen.get(_plain(text.value))
        if other is not None and other[0] == name:
            labels = (Label(other[1].place, "it is an example here"),)
            sink.error("same-example", text.place, f"`{text.value}` is both an example and not one", labels=labels)


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.casefold())
    words = re.findall(r"\w+", "".join(char for char in folded if not unicodedata.combining(char)))
    return " ".join(words) or text


RULE = Rule(
    "same-example",
    check,
    why=(
        "Examples teach the engine which tickets belong to a flow. One that stands in two of them makes that a "
        "matter of luck."
    ),
    mend="Remove it from one of the two, or write it so that the difference shows.",
)
