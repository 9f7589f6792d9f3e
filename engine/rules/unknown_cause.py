"""A cause in `otherwise` that its step never has."""

from collections.abc import Iterator

from engine.compile import Compiled
from engine.diagnostics import Sink
from engine.project.grant import GrantEntry
from engine.project.shape import misspelt, quoted, shortened
from engine.project.step import Otherwise, StepKind
from engine.rules.base import Case, Rule
from engine.steps.ask import Ask
from engine.steps.tool import Call

__all__ = ["RULE"]

_GATES = {"refused": ("only_if", "limit"), "declined": ("confirm",), "silent": ("confirm",), "rejected": ("approve",),
          "late": ("approve",)}  # fmt: skip


def check(case: Case, sink: Sink) -> None:
    """Steps, the lines of `approve`, and every `silence`."""
    for flow in case.files:
        for record in flow.graph.steps:
            otherwise = getattr(record.step, "otherwise", None)
            if isinstance(otherwise, Otherwise) and otherwise.causes:
                causes = _causes(flow, record.step)
                if causes is not None:
                    _report(otherwise, causes, record.step.WHAT, sink)
        for otherwise, causes, what in _others(flow):
            _report(otherwise, causes, what, sink)


def _causes(flow: Compiled, step: StepKind) -> list[str] | None:
    """What this step can come to; None where it can't be told."""
    match step:
        case Call():
            return _of_call(flow, step)
        case Ask() if step.of is not None:
            return ["late", "invalid", "else"]
        case Ask():
            return ["silent", "invalid", "unsure", "else"]
    return [*step.CAN, "else"]


def _of_call(flow: Compiled, step: Call) -> list[str] | None:
    tool = flow.project.tools.get(step.tool.value) if step.tool else None
    if tool is None:
        return None
    if flow.flow.is_piece or step.place.path != flow.flow.place.path:  # in a piece; flows grant it in their own ways
        return [*(_GATES if tool.writes else ["refused"]), *tool.contract.errors, "else"]
    granted = flow.flow.grants().get(tool.name)
    if granted is None or granted[1].broken:
        return None
    gates = ["refused"] if not tool.writes else _gates(granted[1])
    return [*gates, *tool.contract.errors, "else"]


def _gates(grant: GrantEntry) -> list[str]:
    """A write may always be refused: it may be revoked, or its rollout lowered."""
    declared = {*grant.at} - (set() if grant.asks_customer else {"confirm"})
    return [cause for cause, keys in _GATES.items() if cause == "refused" or declared & set(keys)]


def _others(flow: Compiled) -> Iterator[tuple[Otherwise, list[str], str]]:
    for silence in flow.silences:
        if silence.otherwise is not None:
            yield silence.otherwise, ["silent", "else"], "a silence"
    for _, grant in flow.flow.grants().values():
        for line in grant.approve or ():
            if line.otherwise is not None:
                yield line.otherwise, ["late", "rejected", "else"], "a line of `approve`"


def _report(otherwise: Otherwise, causes: list[str], what: str, sink: Sink) -> None:
    for name, (text, _) in otherwise.causes.items():
        if name not in causes:
            message = f"`{shortened(name)}` is no cause of {what}: expected {quoted(causes)}"
            tip, fix = misspelt(text, causes, otherwise.causes)
            sink.error("unknown-cause", text.place, message, tip=tip, fix=fix)


RULE = Rule(
    "unknown-cause",
    check,
    why="These steps never run, since this step cannot fail that way. What was meant stays without an answer.",
    mend="Use one of the listed causes. The errors of a tool stand in its tool file.",
)
