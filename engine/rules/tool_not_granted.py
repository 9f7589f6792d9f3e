"""A tool that a flow uses without a grant."""

from collections.abc import Iterator

from engine.compile import Compiled
from engine.diagnostics import Sink, nearest
from engine.rules.base import Case, Rule
from engine.steps.agent import Agent
from engine.steps.tool import Call
from engine.steps.verify import Verify
from engine.syntax import Text

__all__ = ["RULE", "used"]


def used(flow: Compiled) -> Iterator[Text]:
    """Every tool that a step names."""
    yield from (call.tool for call, _ in flow.steps(Call) if call.tool is not None)
    for agent, _ in flow.steps(Agent):
        yield from agent.named_tools or ()
    for verify, _ in flow.steps(Verify):
        yield from (way.by for way in verify.ways or () if way.by is not None)


def check(case: Case, sink: Sink) -> None:
    """A tool that does not exist is another rule's."""
    for flow in case.flows.values():
        granted = flow.flow.tools or {}
        missing = [tool for tool in used(flow) if tool.value not in granted and tool.value in case.project.tools]
        if missing and "tools" not in flow.flow.broken:
            meant = {nearest(name, case.project.tools) for name in granted if name not in case.project.tools}
            for tool in missing:
                if tool.value in meant:
                    continue
                inside = (
                    "" if tool.place.path == flow.flow.place.path else f", `{flow.flow.name}`, which uses this piece"
                )
                message = f"the tool `{tool.value}` is used here and not granted by this flow{inside}"
                sink.error("tool-not-granted", tool.place, message, tip=f"write `{tool.value}: allow` under `tools:`")


RULE = Rule(
    "tool-not-granted",
    check,
    floor=True,
    why="A flow may use only what its `tools:` allow, so that whoever reviews it sees all of its rights in one place.",
    mend="Add the tool under `tools:` with the gates it needs, or remove the step.",
)
