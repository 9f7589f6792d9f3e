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
        for reply, _ in flow.steps(Reply):
            _text(reply.what.write if isinstance(reply.what, Write) else None, "write", sink)
        for judge, _ in flow.steps(Judge):
            _text(judge.question, "judge", sink)
        for agent, _ in flow.steps(Agent):
            _text(agent.goal, "agent", sink)


def _text(text: Text | None, key: str, sink: Sink) -> None:
    if text is None:
        return
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
