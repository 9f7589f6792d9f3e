"""An example that a comma divides in two, since nothing is quoted in a list in brackets."""

from itertools import pairwise

from engine.diagnostics import Label, Sink
from engine.project.shape import shortened
from engine.rules.base import Case, Rule
from engine.syntax import Text

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """`[Where is my order, please?]`: a sentence begins with a capital letter, and what follows it with a small one."""
    for flow in case.flows.values():
        start = flow.flow.start
        for texts in (start.examples, start.counter) if start else ():
            for one, other in pairwise(texts or ()):
                if _is_split(one, other):
                    whole = shortened(f"{one.value}, {other.value}")
                    quote = "'" if '"' in whole else '"'
                    message = f"the comma divides this: `{shortened(other.value)}` is an example by itself"
                    labels = (Label(one.place, "the one before it ends here"),)
                    tip = f"if it is one example, put quotes around it: {quote}{whole}{quote}"
                    sink.warning("split-example", other.place, message, tip=tip, labels=labels)


def _is_split(one: Text, other: Text) -> bool:
    between = one.source.text[one.end : other.start] if not one.style and not other.style else ""
    ends = one.value[-1:] in ".!?"
    return between.strip() == "," and one.value[:1].isupper() and other.value[:1].islower() and not ends


RULE = Rule(
    "split-example",
    check,
    why="Each half teaches the engine something else than what was meant, and tickets find the wrong flow.",
    mend='Put quotes around the whole example, or write the list with one `- "..."` a line.',
)
