"""A wait of which nobody said when it ends."""

from engine.compile import Compiled
from engine.diagnostics import Place, Sink
from engine.project.step import StepKind
from engine.rules.base import Case, Rule
from engine.steps.agent import Agent
from engine.steps.ask import Ask
from engine.steps.tool import Call
from engine.steps.verify import Verify
from engine.steps.wait import Wait

__all__ = ["RULE"]

_TIP = "write `silence: {within: 5d, otherwise: close}` at the flow, or a `silence` of its own here"


def check(case: Case, sink: Sink) -> None:
    """Waits for the customer need a `silence`, of a team a `within`, for an event a `time`."""
    for flow in case.flows.values():
        for kind in (Ask, Verify, Agent, Call, Wait):
            for step, entry in flow.steps(kind):
                if entry in flow.states:
                    _step(flow, step, sink)


def _step(flow: Compiled, step: StepKind, sink: Sink) -> None:
    match step:
        case Ask() if step.of is not None or "of" in step.broken:
            if "within" not in {*step.at, *step.broken}:
                tip = "write `within: 1 business day`"
                sink.error("endless-wait", step.spot("of"), "a question to a team needs a deadline", tip=tip)
        case Verify() if step.ways and not any(way.facts or "with" in way.broken for way in step.ways):
            return  # by a sign-in alone: nobody is asked
        case Ask() | Verify():
            _silence(flow, step, step.spot(step.WORD), "the customer may never answer this", sink)
        case Agent() if step.bounds is not None and step.bounds.customer_turns:
            _silence(flow, step, step.spot("agent"), "the customer may never answer what it writes", sink)
        case Call() if step.tool is not None and _asks(flow, step.tool.value):
            _silence(flow, step, step.spot("tool"), "the customer may never answer the `confirm` of this call", sink)
        case Wait():
            _wait(flow, step, sink)


def _asks(flow: Compiled, tool: str) -> bool:
    granted = flow.flow.grants().get(tool)
    return granted is not None and granted[1].asks_customer


def _wait(flow: Compiled, step: Wait, sink: Sink) -> None:
    kinds = {branch.kind for branch in step.branches or ()}
    if "time" in kinds or None in kinds or not kinds or "wait" in step.broken:
        return
    if "reply" in kinds:
        _silence(flow, step, step.spot("wait"), "the customer may never write", sink)
    else:
        message = "what is waited for here may never come"
        sink.error("endless-wait", step.spot("wait"), message, tip="add a branch such as `- time: 5d`")


def _silence(flow: Compiled, step: StepKind, place: Place, message: str, sink: Sink) -> None:
    settings = flow.project.settings
    known = getattr(step, "silence", None) or flow.flow.silence or (settings.silence if settings else None)
    broken = "silence" in step.broken or "silence" in flow.flow.broken
    if known is None and not broken:
        sink.error("endless-wait", place, f"{message}, and no `silence` says what follows", tip=_TIP)


RULE = Rule(
    "endless-wait",
    check,
    why="If no answer comes, the ticket would stay open for ever: no reminder, no close, nobody who looks at it.",
    mend=(
        "Say when the wait ends and what follows: `silence` for customers, `within` for teams, a `time` branch for "
        "events."
    ),
)
