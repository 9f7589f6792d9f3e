"""What a text to the customer may state, by where it comes from: the guardrails' `values`."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Literal

from engine.plan import Node, Plan
from engine.runtime.activities.scope import Scope

__all__ = ["Known", "Source", "known", "names_in"]

Source = Literal["tools", "articles", "people", "flow", "customer"]
"""`flow`: its author's own words, and what is made of nothing else; `customer`: claims, which found nothing."""
Known = Mapping[Source, Sequence[Any]]
_BOUND: Final[Mapping[str, Source]] = {"read": "tools", "call": "tools", "verify": "tools", "search": "articles",
                                        "start": "tools"}  # fmt: skip


def known(scope: Scope, more: Known | None = None) -> dict[Source, list[Any]]:
    """Every value at hand, by its source; `more` is added. A value of several sources counts as the customer's if one
    of them is the customer."""
    found: dict[Source, list[Any]] = {source: list(values) for source, values in (more or {}).items()}
    found.setdefault("flow", []).extend(_literals(scope.node.data))
    verified = bool(scope.names["customer"].get("verified"))
    for name, value in scope.names.items():
        for source, part in _parts(scope.plan, name, value, verified=verified):
            found.setdefault(source, []).append(part)
    return found


def names_in(tree: Any) -> Iterator[str]:
    """The names that a tree reads."""
    match tree:
        case ["name", str() as name]:
            yield name
        case list():
            for part in tree:
                yield from names_in(part)


def _parts(plan: Plan, name: str, value: Any, *, verified: bool) -> Iterator[tuple[Source, Any]]:
    """An answer of the customer's falls apart: what was chosen from a tool's list is the tool's."""
    binders = _binders(plan, name)
    if isinstance(value, Mapping) and binders and all(node.kind == "ask" for node in binders):
        for field, part in value.items():
            sources = {_of_field(plan, node, field, verified, frozenset({name})) for node in binders}
            yield _worst(sources), part
    else:
        yield _of_name(plan, name, verified, frozenset()), value


def _of_name(plan: Plan, name: str, verified: bool, seen: frozenset[str]) -> Source:
    if name == "customer":
        return "tools" if verified else "customer"
    if name == "refused":
        return "flow"
    binders = _binders(plan, name)
    lists = [node.data["in"] for node in plan.nodes.values() if node.kind == "each" and node.data["item"] == name]
    if name in seen or not (binders or lists):  # the ticket's own words, and what another flow has left
        return "customer"
    seen |= {name}
    sources = {_of_node(plan, node, verified, seen) for node in binders}
    return _worst(sources | {_of_tree(plan, tree, verified, seen) for tree in lists})


def _of_tree(plan: Plan, tree: Any, verified: bool, seen: frozenset[str]) -> Source:
    """What an expression gives is of the worst of what it is made of."""
    return _worst({"flow", *(_of_name(plan, name, verified, seen) for name in names_in(tree))})


def _of_node(plan: Plan, node: Node, verified: bool, seen: frozenset[str]) -> Source:
    if node.kind in ("set", "each", "next"):
        return _of_tree(plan, node.data["value" if node.kind == "set" else "gives"], verified, seen)
    if node.kind == "ask":
        return _worst({_of_field(plan, node, field, verified, seen) for field in node.data["fields"]})
    return _BOUND.get(node.kind, "customer")


def _of_field(plan: Plan, node: Node, field: str, verified: bool, seen: frozenset[str]) -> Source:
    if node.data.get("of"):
        return "people"
    options = node.data["fields"].get(field, {}).get("options")
    if options is None:
        return "customer"
    return _of_tree(plan, options, verified, seen)


def _binders(plan: Plan, name: str) -> list[Node]:
    return [node for node in plan.nodes.values() if node.binds == name]


def _worst(sources: set[Source]) -> Source:
    order: tuple[Source, ...] = ("customer", "people", "articles", "tools", "flow")
    return next(source for source in order if source in sources)


def _literals(data: Any) -> Iterator[str]:
    match data:
        case ["lit", str() as text]:
            yield text
        case ["money", str() as number, str() as currency]:
            yield f"{number} {currency}"
        case list():
            for part in data:
                yield from _literals(part)
        case Mapping():
            for part in data.values():
                yield from _literals(part)
