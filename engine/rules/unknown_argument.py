"""An argument that a tool or a shared piece does not take, or that approvers may change and the tool does not have."""

from collections.abc import Collection

from engine.diagnostics import Sink
from engine.project.binding import Fields
from engine.project.contract import Tool
from engine.project.shape import misspelt, quoted, shortened
from engine.rules.arguments import given, inner, uses
from engine.rules.base import Case, Rule
from engine.rules.grants import grants
from engine.syntax import Text
from engine.types import RecordType, field_of, fields_of

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """By the tool's input schema."""
    for place in given(case):
        for name in place.names.values():
            _name(place.tool, name, place.names, sink)
        for one in inner(place):
            if isinstance(one.value, Fields) and isinstance(one.wanted, RecordType):
                _fields(place.tool, one.name, one.value, one.wanted, sink)
    for step, piece in uses(case):
        known = list(piece.takes or {})
        for given_name, (text, _) in (step.arguments or {}).items():
            if given_name not in known and "takes" not in piece.broken:
                takes = f"expected {quoted(known)}" if known else "it takes nothing"
                message = f"`{piece.name}` takes no `{shortened(given_name)}`: {takes}"
                tip, fix = misspelt(text, known, step.arguments or ())
                sink.error("unknown-argument", text.place, message, tip=tip, fix=fix)
    for granted in grants(case):
        for line in granted.grant.approve or ():
            for name in line.edit or ():
                _name(granted.tool, name, (), sink, right=True)


def _fields(tool: Tool, name: str, record: Fields, wanted: RecordType, sink: Sink) -> None:
    known = list(wanted.fields)
    for key, (text, _) in record.entries.items():
        if field_of(wanted, key) is None:
            message = f"`{name}` of `{tool.name}` has no `{shortened(key)}`: expected {quoted(known)}"
            tip, fix = misspelt(text, known, record.entries)
            sink.error("unknown-argument", text.place, message, tip=tip, fix=fix)


def _name(tool: Tool, name: Text, taken: Collection[str], sink: Sink, *, right: bool = False) -> None:
    """`right`: what approvers may change is never guessed."""
    known = list(fields_of(tool.input))
    if name.value not in known and "input" not in tool.entry.broken:
        message = f"`{tool.name}` takes no `{shortened(name.value)}`: expected {quoted(known)}"
        tip, fix = misspelt(name, known, taken)
        sink.error("unknown-argument", name.place, message, tip=tip, fix=None if right else fix)


RULE = Rule(
    "unknown-argument",
    check,
    why=(
        "The tool does not know this argument: it would be dropped or the call refused, in either case not what was "
        "meant."
    ),
    mend="Use the name that the tool's `input` has.",
)
