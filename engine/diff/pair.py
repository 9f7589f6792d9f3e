"""One tool's grant on both sides, with the trees of their lines in common names."""

from typing import Any

from engine.compile import Compiled
from engine.compile.flow import subject_json
from engine.diagnostics import Place
from engine.diff.difference import Loosening, Spot
from engine.diff.facts import Names, common, named
from engine.project.contract import Tool, json_of
from engine.project.grant import GrantEntry, Limit
from engine.project.scalars import Expr
from engine.syntax import Text

__all__ = ["Granted", "Pair"]


class Granted:
    """A grant of a tool that exists."""

    __slots__ = ("facts", "flow", "grant", "text", "tool")

    def __init__(self, flow: Compiled, tool: Tool, text: Text, grant: GrantEntry) -> None:
        self.flow = flow
        self.tool = tool
        self.text = text
        self.grant = grant
        self.facts: Names = {}

    def spot(self, key: str) -> Place:
        """Where the gate stands, or the tool's name where the grant has none."""
        return self.grant.spot(key) if key in self.grant.at else self.text.place

    def tree(self, expr: Expr | None) -> Any:
        """An expression over what the grant sees."""
        return named(json_of(expr), self.facts)

    def subject(self, limit: Limit) -> Any:
        """What a limit is counted by."""
        return named(subject_json(limit), self.facts)

    @property
    def lines(self) -> list[Any]:
        """Those of `only_if`."""
        return [self.tree(expr) for expr in self.grant.only_if or ()]


class Pair:
    """The grant that lets less through, and the one that may let more through."""

    __slots__ = ("loose", "strict")

    def __init__(self, strict: Granted, loose: Granted) -> None:
        self.strict = strict
        self.loose = loose
        strict.facts, loose.facts = common(strict.tool, loose.tool)

    def lost(self, part: str, strict: Spot, said: str, mirrored: str, now: str = "") -> Loosening:
        """Something of the strict grant that the loose one has not, or has as `now`."""
        return Loosening(part, strict, Spot(self.loose.spot(part), now), said, mirrored, self.loose.tool.name)
