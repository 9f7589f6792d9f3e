"""An instruction to a model with `{{ }}` in it: values reach a model beside its instruction, never inside."""

from engine.diagnostics import Sink
from engine.rules.base import Case, Rule
from engine.steps.agent import Agent
from engine.steps.judge import Judge
from engine.steps.reply import Reply, Write
from engine.syntax import Text

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """`write` of a reply, the question of a `judge`, the goal of an `agent`: a customer's words are no orders."""
    for flow in case.files:
        for record in flow.graph.steps:
            match record.step:
                case Reply(what=Write(write=Text() as text)):
                    _text(text, "write", sink)
                case Judge(question=Text() as text):
                    _text(text, "judge", sink)
                case Agent(goal=Text() as text):
                    _text(text, "agent", sink)


def _text(text: Text, key: str, sink: Sink) -> None:
    start = next((text.value.find(mark) for mark in ("{{", "{%") if mark in text.value), None)
    if start is not None:
        end = text.value.find("}", start)
        place = text.place_of(start, len(text.value) if end < 0 else min(end + 2, len(text.value)))
        message = f"`{key}` is an instruction to the model, not a template: no value is put in here"
        sink.error("template-in-instruction", place, message, tip="name the value under `using`")


RULE = Rule(
    "template-in-instruction",
    check,
    why="A model would read the braces as they stand. If they were filled in, a customer's words would "
    "stand where orders stand.",
    mend="Name the value under `using`, where the model sees it as what it is.",
)
