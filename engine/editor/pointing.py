"""Hover and definitions: what somebody points at."""

from collections.abc import Iterator
from typing import NamedTuple

from engine.compile import Compiled
from engine.diagnostics import Place, Sink
from engine.editor.completing import LARGEST
from engine.editor.names import Named, arguments, named
from engine.editor.projects import Workplace, compiled
from engine.editor.spot import Spot, find, kind_of, offered
from engine.editor.values import Value, at, known_in_flow
from engine.syntax import read

__all__ = ["Told", "define", "hover"]


class Told(NamedTuple):
    """Markdown about a place."""

    text: str
    place: Place


def hover(workplace: Workplace, path: str, text: str, line: int, column: int) -> Told | None:
    """What stands at a line and column (from 1)."""
    pointed = _Pointed.to(workplace, path, text, line, column)
    return pointed.told() if pointed else None


def define(workplace: Workplace, path: str, text: str, line: int, column: int) -> list[Place]:
    """Where the name at a line and column (from 1) is defined; for a value, every step that gives it."""
    pointed = _Pointed.to(workplace, path, text, line, column)
    return [*pointed.defined()] if pointed else []


class _Pointed(NamedTuple):
    """A text that somebody points at."""

    workplace: Workplace
    path: str
    content: str
    spot: Spot
    place: Place

    @classmethod
    def to(cls, workplace: Workplace, path: str, text: str, line: int, column: int) -> "_Pointed | None":
        kind = kind_of(path)
        if kind is None or len(text) > LARGEST:
            return None
        root = read(path, text, Sink())
        place = Place(path, line, column, line, column)
        spot = find(kind, root, lambda text: _holds(text.place, place)) if root is not None else None
        return cls(workplace, path, text, spot, place) if spot else None

    def told(self) -> Told | None:
        text = self.spot.text
        lines = [doc for doc in self._docs() if doc]
        found = self.named()
        if found is not None:
            lines = [f"**{found.name}**{': ' if found.what else ''}{found.what}", found.more, *lines]
        value = self.value()
        if value is not None:
            return Told(f"`{value.said}`: {value.type}", value.place)
        whole = "\n\n".join(line for line in lines if line)
        return Told(whole, text.place) if whole else None

    def _docs(self) -> Iterator[str]:
        spot = self.spot
        if spot.is_key:
            word = spot.text.value
            kinds = [one.get("description", "") for one in spot.schemas if one.get("required", [""])[0] == word]
            yield from kinds[:1]
            yield offered(spot.schemas).get(word, "")
        else:
            for one in spot.schemas:
                known = dict(zip(map(str, one.get("enum", ())), one.get("markdownEnumDescriptions", ()), strict=False))
                yield known.get(spot.text.value, "")

    def named(self) -> Named | None:
        """The thing of the project that a text refers to."""
        spot, word = self.spot, self.spot.text.value
        if spot.is_key:
            kinds = [one["propertyNames"].get("x-refers-to", "") for one in spot.schemas if "propertyNames" in one]
        else:
            kinds = [one.get("x-refers-to", "") for one in spot.schemas]
        candidates = [one for kind in kinds for one in named(kind, self.workplace.project)]
        if spot.is_key and len(spot.keys) > 1 and spot.keys[-2] == "with":
            tool = self.workplace.project.tools.get(spot.word("tool", outwards=1) or "")
            candidates += arguments(tool) if tool else []
        return next((one for one in candidates if one.name == word), None)

    def compiled(self) -> Compiled | None:
        """The flow, where an expression stands."""
        if not any("x-expression" in one for one in self.spot.schemas) or not self.path.startswith("flows/"):
            return None
        return compiled(self.workplace, self.path, self.content)

    def value(self) -> Value | None:
        """The part of an expression that somebody points at."""
        flow = self.compiled()
        known = known_in_flow(flow, self.spot.text) if flow else None
        return at(known, self.place) if known else None

    def defined(self) -> Iterator[Place]:
        found = self.named()
        if found is not None and found.place is not None:
            yield found.place
        value = self.value()
        if value is None:
            return
        if self.spot.keys[0] != "tools":
            flow = self.compiled()
            binders = flow.graph.binders.get(value.name, ()) if flow else ()
            yield from (flow.graph.places[binder] for binder in binders if flow)
            return
        tool = self.workplace.project.tools.get(self.spot.keys[1])
        fact = (tool.entry.facts or {}).get(value.name) if tool else None
        if fact is not None:
            yield fact[0].place


def _holds(place: Place, at: Place) -> bool:
    return (place.line, place.column) <= (at.line, at.column) <= (place.end_line, place.end_column)
