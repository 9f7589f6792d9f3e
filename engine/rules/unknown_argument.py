"""An argument that a tool or a shared piece does not take, or that approvers may change and the tool does not have."""

from engine.diagnostics import Sink, nearest
from engine.project.contract import Tool
from engine.project.shape import quoted, shortened
from engine.rules.arguments import given, uses
from engine.rules.base import Case, Rule
from engine.rules.grants import grants
from engine.syntax import Text
from engine.types import fields_of

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """By the tool's input schema."""
    for place in given(case):
        for name in place.names.values():
            _name(place.tool, name, sink)
    for step, piece in uses(case):
        known = list(piece.takes or {})
        for given_name, (text, _) in (step.arguments or {}).items():
            if given_name not in known and "takes" not in piece.broken:
                near = nearest(given_name, known)
                takes = f"expected {quoted(known)}" if known else "it takes nothing"
                message = f"`{piece.name}` takes no `{shortened(given_name)}`: {takes}"
                sink.error("unknown-argument", text.place, message, tip=f"did you mean `{near}`?" if near else "")
    for granted in grants(case):
        for line in granted.grant.approve or ():
            for name in line.edit or ():
                _name(granted.tool, name, sink)


def _name(tool: Tool, name: Text, sink: Sink) -> None:
    known = list(fields_of(tool.input))
    if name.value not in known and "input" not in tool.entry.broken:
        near = nearest(name.value, known)
        message = f"`{tool.name}` takes no `{shortened(name.value)}`: expected {quoted(known)}"
        sink.error("unknown-argument", name.place, message, tip=f"did you mean `{near}`?" if near else "")


RULE = Rule("unknown-argument", check)
