"""Expressions at a place of a file: which names are known there, of what type, and where they come from."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from engine.compile import Compiled
from engine.compile.names import certain
from engine.compile.typing import gate_names
from engine.diagnostics import Place, Sink
from engine.expressions import Tree, infer
from engine.project import Project
from engine.project.contract import Tool
from engine.project.scalars import Expr
from engine.syntax import Text
from engine.types import ListType, Type, fields_of, optional, required, show

__all__ = ["Known", "Value", "at", "fields", "known_in_flow", "known_in_tool"]


class Known(NamedTuple):
    """An expression with what is known where it stands."""

    expr: Expr
    names: Mapping[str, Type]


class Value(NamedTuple):
    """A part of an expression: `order.total` where somebody points at `total`."""

    said: str
    name: str
    """The name that it begins with."""
    type: str
    place: Place


def known_in_flow(flow: Compiled, text: Text) -> Known | None:
    """For an expression of a flow's steps or grants."""
    steps = (
        Known(site.expr, site.local(state.names) if site.local else state.names)
        for node, sites in flow.graph.sites.items()
        if (state := flow.states.get(node)) is not None
        for site in sites
    )
    return _same([*steps, *_grants(flow)], text)


def _grants(flow: Compiled) -> Iterator[Known]:
    for tool, (_, grant) in flow.flow.grants().items():
        if tool in flow.project.tools:
            names = gate_names(flow, flow.project.tools[tool])
            sure = {name: certain(kind) for name, kind in names.items()}
            for expr in [*(grant.only_if or ()), *(line.test for line in grant.approve or () if line.test)]:
                yield Known(expr, sure)
            if isinstance(grant.confirm, Expr):
                yield Known(grant.confirm, names)


def known_in_tool(tool: Tool, project: Project) -> Mapping[str, Type]:
    """The arguments of a call, and for a read-back its result: what facts, `find` and the request see."""
    names = {name: kind if name in tool.required else optional(kind) for name, kind in fields_of(tool.input).items()}
    find = tool.entry.find
    looked = project.tools.get(find.tool.value) if find and find.tool else None
    return {**names, "result": looked.output} if looked else names


def _same(found: list[Known], text: Text) -> Known | None:
    return next((one for one in found if one.expr.text.place == text.place), None)


def at(known: Known, place: Place) -> Value | None:
    """The smallest named part of an expression that a place lies in."""
    tree, text = known.expr.tree, known.expr.text
    if not isinstance(tree, Tree):
        return None
    parts = [part for part in tree.walk() if part.kind in ("name", "dot", "index")]
    around = [(text.place_of(part.start, part.end), part) for part in parts]
    hit = [(where, part) for where, part in around if _within(place, where)]
    if not hit:
        return None
    where, part = min(hit, key=lambda one: one[1].end - one[1].start)
    root = part
    while root.kind != "name" and isinstance(root.parts[0], Tree):
        root = root.parts[0]
    said = " ".join(text.value[part.start : part.end].split())
    name = str(root.parts[0]) if root.kind == "name" else ""
    return Value(said, name, show(infer(part, known.names, Sink(), text)), where)


def _within(place: Place, where: Place) -> bool:
    begin, end = (where.line, where.column), (where.end_line, where.end_column)
    return begin <= (place.line, place.column) <= end


_STEP = re.compile(r"([A-Za-z_]\w*)((?:\[[^\]]*\])*)")


def fields(chain: str, names: Mapping[str, Type]) -> dict[str, str]:
    """What may stand behind `chain`, such as `order.` or `customer.orders[0].`: names, with their types."""
    known: Mapping[str, Type] = names
    for match in _STEP.finditer(chain):
        found = known.get(match[1])
        if found is None:
            return {}
        inner = required(found)
        if isinstance(inner, ListType):  # a dot through a list gives that field's list
            inner = inner.element
        known = fields_of(inner)
    return {name: show(kind) for name, kind in sorted(known.items()) if "/" not in name}
