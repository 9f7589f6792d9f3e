"""An example that a comma divides in two, since nothing is quoted in a list in brackets."""

from collections.abc import Iterator, Sequence

from engine.diagnostics import Label, Sink
from engine.project.shape import shortened
from engine.rules.base import Case, Rule
from engine.syntax import Text

__all__ = ["RULE"]

_LEAST = 4
"""Words of a sentence: `[Refund, return]` is meant as it stands."""


def check(case: Case, sink: Sink) -> None:
    """`[Where is my order, please?]`: a sentence begins with a capital letter, and what follows it with a small one."""
    for flow in case.flows.values():
        start = flow.flow.start
        for texts in (start.examples, start.counter) if start else ():
            for first, *rest in _divided(texts or ()):
                message = f"the comma divides this: `{shortened(rest[0].value)}` is an example by itself"
                labels = (Label(first.place, "the one before it ends here"),)
                whole = shortened(", ".join(text.value for text in (first, *rest)))
                tip = f"if it is one example, put quotes around it: {_quoted(whole)}"
                sink.warning("split-example", rest[0].place, message, tip=tip, labels=labels)


def _divided(texts: Sequence[Text]) -> Iterator[list[Text]]:
    """The parts of each example that seems to be divided, two or more."""
    groups: list[list[Text]] = []
    for text in texts:
        if groups and _goes_on(groups[-1], text):
            groups[-1].append(text)
        else:
            groups.append([text])
    for parts in groups:
        if len(parts) > 1 and sum(len(text.value.split()) for text in parts) >= _LEAST:
            yield parts


def _goes_on(parts: list[Text], other: Text) -> bool:
    """A small letter behind a comma of a list in brackets, and before that a capital one; whoever quotes knows why."""
    one = parts[-1]
    between = one.source.text[one.end : other.start] if not one.style and not other.style else ""
    begins = parts[0].value[:1].isupper() and other.value[:1].islower()
    return between.strip() == "," and begins and one.value[-1:] not in ".!?"


def _quoted(text: str) -> str:
    return f'"{text}"' if '"' not in text else "'" + text.replace("'", "''") + "'"


RULE = Rule(
    "split-example",
    check,
    why="Each half teaches the engine something else than what was meant, and tickets find the wrong flow.",
    mend='Put quotes around the whole example, or write the list with one `- "..."` a line.',
)
