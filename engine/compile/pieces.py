"""Shared pieces: lowering of `use`, and a copy of a piece's steps in which every name is its own.

A piece reads nothing of the flow around it but `customer`, `ticket`, `conversation` and what it takes, and the flow
reads nothing of it but what it gives. So its names are written `place/name`, which no author can write.
"""

from collections.abc import Iterator, Mapping
from copy import copy
from typing import Any

from engine.compile.calling import typed_literal
from engine.compile.graph import VALUE, Env, Site
from engine.compile.lowering import At, Lowering, names
from engine.diagnostics import Sink
from engine.expressions import Tree, infer
from engine.plan import Node
from engine.project.contract import Tool, expressions_in, json_of
from engine.project.flow import Flow
from engine.project.kind import Kind
from engine.project.scalars import NAME, Expr
from engine.project.shape import Declaration
from engine.project.step import StepKind
from engine.steps.ask import Ask
from engine.steps.use import Use
from engine.syntax import Broken, Text
from engine.types import (
    BOOL,
    DATE,
    DATETIME,
    INTEGER,
    NUMBER,
    TEXT,
    UNKNOWN,
    Type,
    list_of,
    money,
    record,
)

__all__ = ["give", "kind_type", "taken", "use"]

_TYPES = {
    "text": TEXT, "number": NUMBER, "integer": INTEGER, "yes_no": BOOL, "date": DATE, "datetime": DATETIME,
}  # fmt: skip


def use(low: Lowering, step: Use, at: At) -> None:
    """What the piece takes is set, its steps follow, then what it gives is named. One that uses itself is broken."""
    piece = low.pieces.get(step.piece.value) if step.piece else None
    if piece is None or piece.name in low.inside:
        low.broken(step, at)
        return
    names = {name: f"{at.id}/{name}" for name in [*_named(piece.steps), *(piece.takes or {})]}
    behind = give(low, own(piece.gives, names), step.name, low.graph.reserve(f"{at.id}/gives"), at.next, step)
    enough = low.graph.beyond is None
    low.inside.append(piece.name)
    first = low.steps(own(piece.steps, names), at.id, behind, at.id, step.node)
    low.inside.pop()
    if enough and low.graph.beyond is not None:
        low.graph.beyond = step.spot("use")  # the piece may be fine by itself
    for name, (_, kind) in reversed((piece.takes or {}).items()):
        first = _take(low, step, at, name, kind, first)
    data = {"piece": piece.name, **({"needs": piece.needs.value} if piece.needs else {})}
    low.graph.add(Node(at.id, "use", on={"done": first}, data=data), step.part("use"))


def _take(low: Lowering, step: Use, at: At, name: str, kind: Kind | None, following: str) -> str:
    made = low.graph.reserve(f"{at.id}/with.{name}")
    text, value = (step.arguments or {}).get(name, (None, None))
    wanted = kind_type(kind, low)
    tree = typed_literal(value, wanted) if value is not None else ["lit", None]
    node = Node(
        made, "set", on={"done": following}, data={"value": tree}, binds=f"{at.id}/{name}",
        reads=names(*expressions_in(value)),
    )  # fmt: skip
    plain = value is None or tree != json_of(value)  # a word that is a number there, and nothing to be typed
    sites = [Site(value, VALUE, wanted, f"`{name}` of the piece")] if value is not None and not plain else []
    return low.graph.add(node, text or step.node, sites=sites, gives=lambda env: wanted)


def give(
    low: Lowering, gives: Mapping[str, tuple[Text, Expr | None]] | None, name: Text | None, at: str, after: str | None,
    step: Use | Flow,
) -> str:  # fmt: skip
    """The node behind the steps of a piece, which names what it gives."""
    values = {key: expr for key, (_, expr) in (gives or {}).items() if expr is not None}
    trees = {key: json_of(expr) for key, expr in sorted(values.items())}
    node = Node(
        at, "give", on={"done": after} if after else {}, data={"values": trees}, binds=name.value if name else None,
        reads=names(*values.values()),
    )  # fmt: skip
    sites = [Site(expr, VALUE) for expr in values.values()]
    return low.graph.add(node, step.part("use", "gives"), sites=sites, gives=lambda env: _record(values, env))


def _record(values: Mapping[str, Expr], env: Env) -> Type:
    return record({key: infer(expr.tree, env, Sink(), expr.text) for key, expr in values.items()})


def kind_type(kind: Kind | None, low: Lowering) -> Type:
    """The type that a piece names."""
    if kind is None:
        return UNKNOWN
    if kind.word == "money":
        currency = low.settings.currency.value if low.settings and low.settings.currency else None
        found: Type = money(kind.currency or currency)
    else:
        found = _TYPES[kind.word] if not kind.is_tool else _output(low.tools.get(kind.word))
    return list_of(found) if kind.listed else found


def _output(tool: Tool | None) -> Type:
    return UNKNOWN if tool is None else tool.output


def taken(piece: Flow, low: Lowering) -> dict[str, Type]:
    """What a piece's steps may rely on of what it takes."""
    return {name: kind_type(kind, low) for name, (_, kind) in (piece.takes or {}).items()}


# a copy in which names are the piece's own


def _named(value: Any) -> Iterator[str]:
    """Every name that steps give to something."""
    match value:
        case StepKind():
            for declared in value.KEYS.values():
                inside = getattr(value, declared.attribute)
                if declared.shape is NAME and isinstance(inside, Text):
                    yield inside.value
                else:
                    yield from _named(inside)
        case Declaration():
            for declared in value.KEYS.values():
                yield from _named(getattr(value, declared.attribute))
        case dict():
            yield from _named(list(value.values()))
        case list() | tuple() if not isinstance(value, Expr):
            for inside in value:
                yield from _named(inside)


def own(value: Any, names: Mapping[str, str]) -> Any:
    """A copy of what was read, with `names` in place of those that it sets and reads."""
    match value:
        case Expr(text, tree):
            return Expr(text, tree if isinstance(tree, Broken) else _renamed(tree, names))
        case Declaration():
            return _declared(value, names)
        case dict():
            return {key: own(inside, names) for key, inside in value.items()}
        case list():
            return [own(inside, names) for inside in value]
        case tuple():
            parts = [own(inside, names) for inside in value]
            return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    return value


def _declared(value: Declaration, names: Mapping[str, str]) -> Declaration:
    made = copy(value)
    fields = value.fields or {} if isinstance(value, Ask) else {}
    for declared in value.KEYS.values():
        inside = getattr(value, declared.attribute)
        if declared.shape is NAME and isinstance(inside, Text):
            setattr(made, declared.attribute, inside.saying(names.get(inside.value, inside.value)))
        else:  # what a field says reads the fields beside it, by names that hide others
            seen = {name: new for name, new in names.items() if name not in fields} if fields else names
            setattr(made, declared.attribute, own(inside, seen))
    return made


def _renamed(tree: Tree, names: Mapping[str, str]) -> Tree:
    match tree.kind:
        case "name":
            parts: tuple[Any, ...] = (names.get(tree.parts[0], tree.parts[0]),)
        case "for":
            inside = {name: new for name, new in names.items() if name != tree.parts[0]}
            parts = (tree.parts[0], _part(tree.parts[1], names), *(_part(part, inside) for part in tree.parts[2:]))
        case _:
            parts = tuple(_part(part, names) for part in tree.parts)
    return Tree(tree.kind, *parts, start=tree.start, end=tree.end)


def _part(part: Any, names: Mapping[str, str]) -> Any:
    if isinstance(part, Tree):
        return _renamed(part, names)
    return type(part)(_part(inside, names) for inside in part) if isinstance(part, list | tuple) else part
