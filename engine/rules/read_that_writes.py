"""A tool that is said to read and is called by a method that changes something."""

from engine.diagnostics import Place, Sink
from engine.project.contract import Tool
from engine.rules.base import Case, Rule

__all__ = ["RULE"]

_CHANGES = ("DELETE", "PATCH", "PUT")
"""Methods that are no reads by RFC 9110, 9.2.1. Many systems are searched by POST, which may be either."""


def check(case: Case, sink: Sink) -> None:
    """The method as it is written, or as the OpenAPI document has it."""
    for tool in case.project.tools.values() if case.furniture else ():
        method = str(tool.binding.get("method", ""))
        if not tool.writes and method in _CHANGES:
            message = f"`{tool.name}` is said to read, and `{method}` changes something: no gate would stand before it"
            sink.error("read-that-writes", _place(tool), message, tip="write `effect: write` or `effect: irreversible`")


def _place(tool: Tool) -> Place:
    http = tool.entry.http
    return http.method.place if http is not None and http.method is not None else tool.entry.spot(tool.entry.way)


RULE = Rule(
    "read-that-writes",
    check,
    why="A read passes no gate and is tried again where it fails: something could change unasked, and twice.",
    mend="Say what a call changes by `effect: write` or `irreversible`, or call it by the method that reads.",
)
