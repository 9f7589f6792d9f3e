"""Lowering of `switch`, `each`, `repeat` and `parallel`.

A loop is two nodes: one that begins it, and one behind its body that goes round again or on. So what the body names is
known where it is judged, on every path.
"""

from typing import Any

from engine.compile.graph import CONDITION, VALUE, Env, Site
from engine.compile.lowering import At, Lowering, names
from engine.diagnostics import Sink
from engine.expressions import Tree, infer
from engine.plan import Node
from engine.project.contract import json_of
from engine.project.scalars import Expr
from engine.steps.each import Each
from engine.steps.parallel import Parallel
from engine.steps.repeat import Repeat
from engine.steps.switch import Switch
from engine.syntax import Broken
from engine.types import NEVER, UNKNOWN, Type, list_of

__all__ = ["each", "parallel", "repeat", "switch"]


def switch(low: Lowering, step: Switch, at: At) -> None:
    """One edge a word, judged in their order; every other word takes `else`."""
    cases = step.cases or {}
    if step.value is None or not cases:
        low.broken(step, at)
        return
    on = {f"={word}": low.steps(steps, f"{at.id}/case.{word}", at.next, at.id, text)
          for word, (text, steps) in cases.items()}  # fmt: skip
    on["else"] = low.steps(step.other, f"{at.id}/else", at.next, at.id, step.node) if step.other else at.next
    tests = {word: case_test(step.value, word) for word in cases}
    judged = [{"is": word, "test": json_of(expr)} for word, expr in tests.items()]
    node = Node(
        at.id, "switch", on=on, data={"cases": judged, "where": "workflow"},
        reads=names(step.value),
    )  # fmt: skip
    sites = [Site(step.value, "switch"), *(Site(expr, "case") for expr in tests.values())]
    low.graph.add(node, step.part("switch"), sites=sites)


def case_test(value: Expr, word: str) -> Expr:
    """`value == word`, at the place of the value."""
    if isinstance(value.tree, Broken):
        return value
    tree = Tree("cmp", value.tree, ["==", Tree("lit", word)], start=value.tree.start, end=value.tree.end)
    return Expr(value.text, tree)


def each(low: Lowering, step: Each, at: At) -> None:
    """Begins with the list as it is then; the node behind the body takes the next element."""
    if step.item is None or step.items is None or step.body is None:
        low.broken(step, at)
        return
    items, gives, name = step.items, step.gives, step.name.value if step.name else None
    behind = low.graph.reserve(f"{at.id}/next")
    before = set(low.graph.nodes)
    body = low.steps(step.body, f"{at.id}/do", behind, at.id, step.node)
    inside = {node.binds for key, node in low.graph.nodes.items() if key not in before and node.binds}
    data: dict[str, Any] = {
        "in": json_of(items), "most": step.most or 1, "item": step.item.value,
        "local": sorted(inside - {"customer"}), "gives": None if gives is None else json_of(gives),
    }  # fmt: skip
    on = {"next": body, "done": at.next, **low.outcomes(step, at, ["too_many"])}
    low.graph.add(
        Node(at.id, "each", on=on, data=data, binds=name, reads=names(items)),
        step.part("each"), sites=[Site(items, "list", what="each")],
        gives=lambda env: UNKNOWN if "gives" in step.broken else list_of(NEVER),
    )  # fmt: skip
    low.graph.add(
        Node(behind, "next", on={"next": body, "done": at.next}, data={"of": at.id, **data}, binds=name,
             reads=names(gives)),
        step.part("each"), sites=[Site(gives, VALUE)] if gives else [],
        gives=lambda env: UNKNOWN if "gives" in step.broken else list_of(_given(gives, env)),
    )  # fmt: skip


def _given(gives: Expr | None, env: Env) -> Type:
    return infer(gives.tree, env, Sink(), gives.text) if gives is not None else NEVER


def repeat(low: Lowering, step: Repeat, at: At) -> None:
    """The condition stands behind the body, which runs at least once."""
    if step.until is None or step.body is None:
        low.broken(step, at)
        return
    until = low.graph.reserve(f"{at.id}/until")
    body = low.steps(step.body, f"{at.id}/do", until, at.id, step.node)
    low.graph.add(Node(at.id, "repeat", on={"next": body}), step.part("repeat"))
    on = {"done": at.next, "next": body, **low.outcomes(step, at, ["exhausted"])}
    data = {"of": at.id, "test": json_of(step.until), "where": "workflow", "most": step.most or 1}
    node = Node(until, "until", on=on, data=data, reads=names(step.until))
    low.graph.add(node, step.part("until"), sites=[Site(step.until, CONDITION)])


def parallel(low: Lowering, step: Parallel, at: At) -> None:
    """An edge `&name` for each branch, all taken at once, and `done`, the node where they meet."""
    branches = {name: steps for name, (_, steps) in (step.branches or {}).items() if steps}
    if not branches:
        low.broken(step, at)
        return
    join = low.graph.reserve(f"{at.id}/join")
    on = {f"&{name}": low.steps(steps, f"{at.id}/{name}", join, at.id, step.node) for name, steps in branches.items()}
    on["done"] = join
    low.graph.add(Node(at.id, "parallel", on=on), step.part("parallel"))
    low.graph.add(Node(join, "join", on={"done": at.next}, data={"of": at.id}), step.part("parallel"))
