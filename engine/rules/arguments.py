"""Where arguments of tools stand: calls, the ways of `verify`, facts and read-backs."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from engine.diagnostics import Place
from engine.project.binding import Fields
from engine.project.contract import Tool
from engine.project.flow import Flow
from engine.rules.base import Case
from engine.steps.tool import Call
from engine.steps.use import Use
from engine.steps.verify import Verify
from engine.syntax import Text
from engine.types import UNKNOWN, ListType, Type, field_of, required

__all__ = ["Given", "Inner", "given", "inner", "uses"]


class Given(NamedTuple):
    """The arguments that one place hands to a tool."""

    tool: Tool
    names: Mapping[str, Text]
    text: Text
    """Which names the tool."""
    whole: bool
    """False where the list itself is broken, so that nothing is missing for sure."""
    values: Mapping[str, tuple[Text, Any]] = {}
    """Name -> (key text, value), where they are values and not names alone."""

    @property
    def place(self) -> Place:
        """Of the tool's name."""
        return self.text.place


class Inner(NamedTuple):
    """A list or a record that is written out, somewhere in an argument."""

    name: str
    """With the names around it: `payment.items`."""
    place: Place
    value: list[Any] | Fields
    wanted: Type
    """Which the tool's schema says, without none."""


def inner(given: Given) -> Iterator[Inner]:
    """Every list and record of the arguments, from outside."""
    for name, (text, value) in given.values.items():
        if isinstance(value, list | Fields):
            wanted = field_of(given.tool.input, name)
            yield from _inner(name, text.place, value, wanted if wanted is not None else UNKNOWN)


def _inner(name: str, place: Place, value: Any, wanted: Type) -> Iterator[Inner]:
    kind = required(wanted)
    match value:
        case list():
            yield Inner(name, place, value, kind)
            for item in value:
                first = next(iter(item.entries.values()), None) if isinstance(item, Fields) else None
                at = first[0].place if first else place
                yield from _inner(name, at, item, kind.element if isinstance(kind, ListType) else UNKNOWN)
        case Fields(entries):
            yield Inner(name, place, value, kind)
            for key, (text, item) in entries.items():
                yield from _inner(f"{name}.{key}", text.place, item, field_of(kind, key) or UNKNOWN)


def given(case: Case) -> Sequence[Given]:
    """Every place; tools that do not exist are another rule's."""
    return case.once(_given)


def _given(case: Case) -> list[Given]:
    return [*_of_steps(case), *(_of_tools(case.project.tools) if case.furniture else ())]


def _of_steps(case: Case) -> Iterator[Given]:
    tools = case.project.tools
    for flow in case.files:
        for call, _ in flow.steps(Call):
            if call.tool is not None and call.tool.value in tools:
                names = {name: text for name, (text, _) in (call.arguments or {}).items()}
                whole = "with" not in call.broken
                yield Given(tools[call.tool.value], names, call.tool, whole, call.arguments or {})
        for verify, _ in flow.steps(Verify):
            for way in verify.ways or ():
                named = [*(way.facts or ()), *(text for text, _ in (way.proved or {}).values())]
                if way.by is not None and way.by.value in tools and named:
                    facts = {text.value: text for text in named}
                    whole = way.broken.isdisjoint(("with", "signed_in"))
                    yield Given(tools[way.by.value], facts, way.by, whole)


def uses(case: Case) -> Iterator[tuple[Use, Flow]]:
    """Every use of a shared piece; one that does not exist is another rule's."""
    for flow in case.files:
        for step, _ in flow.steps(Use):
            if step.piece is not None and step.piece.value in case.project.pieces:
                yield step, case.project.pieces[step.piece.value]


def _of_tools(tools: Mapping[str, Tool]) -> Iterator[Given]:
    for tool in tools.values():
        for reader in tool.entry.readers():
            if reader.tool is not None and reader.tool.value in tools and reader.arguments is not None:
                names = {name: text for name, (text, _) in reader.arguments.items()}
                yield Given(tools[reader.tool.value], names, reader.tool, True, reader.arguments)
