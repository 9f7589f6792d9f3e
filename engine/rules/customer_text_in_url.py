"""What a customer wrote in free text, in the address or a header of a call."""

from collections.abc import Mapping
from functools import lru_cache

from engine.compile import Compiled
from engine.diagnostics import Label, Place, Sink
from engine.expressions import paths
from engine.project.contract import Tool, argument_json, json_of
from engine.rules.base import Case, Rule
from engine.rules.free_text import calls, reads_free, written
from engine.steps.tool import Call

__all__ = ["RULE"]

_TIP = "give the field a `pattern`, or `order_number: true`; or let the tool take it in its `json` or `query`"


def check(case: Case, sink: Sink) -> None:
    """At the argument. A fact that the engine reads from it counts like the call itself."""
    tools = case.project.tools
    reached: dict[str, dict[str, Place]] = {}
    for flow in case.files:
        free: frozenset[tuple[str, ...]] | None = None
        for node, tool, argument, tree in calls(flow):
            if tool not in reached:
                reached[tool] = _addressed(tools[tool], tools) if tool in tools else {}
            there = reached[tool].get(argument)
            if there is None:
                continue
            free = free if free is not None else written(flow)
            if reads_free(tree, free):
                message = f"what the customer wrote goes into the address of a call as `{argument}` of `{tool}`"
                labels = (Label(there, "it stands in the address here"),)
                place = _argument(flow, node.id, argument)
                sink.error("customer-text-in-url", place, message, tip=_TIP, labels=labels)


def _addressed(tool: Tool, tools: Mapping[str, Tool], depth: int = 0) -> dict[str, Place]:
    """argument -> where it stands in an address or a header, of this tool or of one that reads its facts."""
    found = dict(_own(tool))
    for reader in tool.entry.readers() if depth < 3 else ():
        other = tools.get(reader.tool.value) if reader.tool else None
        known = _addressed(other, tools, depth + 1) if other else {}
        for name, (_, value) in (reader.arguments or {}).items():
            if name in known:
                found |= {path[0]: known[name] for path in paths(argument_json(value)) if path[0] not in found}
    return found


@lru_cache(maxsize=500)
def _own(tool: Tool) -> Mapping[str, Place]:
    """Of this tool alone: found once for all flows that call it."""
    found: dict[str, Place] = {}
    for bound in (tool.entry.http, tool.entry.openapi):
        for expr in (bound.url, *(value for _, value in (bound.headers or {}).values())) if bound else ():
            if expr is not None:
                found |= {path[0]: expr.text.place for path in paths(json_of(expr)) if path[0] != "secret"}
    if tool.entry.openapi is not None:
        for tree in (tool.binding.get("url"), *tool.binding.get("headers", {}).values()):
            named = [path[0] for path in paths(tree)] if tree is not None else []
            found |= {name: tool.entry.spot("openapi") for name in named if name != "secret" and name not in found}
    return found


def _argument(flow: Compiled, node: str, argument: str) -> Place:
    for record in flow.graph.steps:
        if record.entry == node and isinstance(record.step, Call) and argument in (record.step.arguments or {}):
            return (record.step.arguments or {})[argument][0].place
    return flow.graph.places[node]


RULE = Rule(
    "customer-text-in-url",
    check,
    why="A text that anybody wrote would choose what is looked up, and it ends up in the logs of every "
    "server on the way.",
    mend="Give the field a `pattern` or a kind such as `order_number`, or let the tool take it in its body.",
)
