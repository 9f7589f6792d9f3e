"""Lowering of what decides the way (`if`, `wait`, `transfer`, `escalate`, `close`), and of `search`, `judge`, `set`."""

from typing import Any

from engine.compile.asking import path_of
from engine.compile.graph import CONDITION, TEXT, VALUE, Env, Site
from engine.compile.lowering import At, Lowering, names, silence_json
from engine.compile.names import PASSAGES
from engine.diagnostics import Sink
from engine.expressions import infer
from engine.plan import Node
from engine.project.contract import json_of
from engine.project.scalars import Expr
from engine.steps.close import Close
from engine.steps.escalate import Escalate, Target
from engine.steps.if_ import If
from engine.steps.judge import Judge
from engine.steps.search import Search
from engine.steps.set_ import Set
from engine.steps.transfer import Routing, Transfer
from engine.steps.wait import Branch, Wait
from engine.syntax import Broken, Text
from engine.types import TEXT as TEXT_TYPE
from engine.types import UNKNOWN, EnumType, Type, enum

__all__ = ["close", "escalate", "if_", "judge", "search", "set_", "transfer", "wait"]


def if_(low: Lowering, step: If, at: At) -> None:
    """Both ways join behind the step, unless they end. Where the condition is evaluated is settled by its types."""
    then = low.steps(step.then, f"{at.id}/then", at.next, at.id, step.node)
    other = low.steps(step.other, f"{at.id}/else", at.next, at.id, step.node) if step.other else at.next
    data = {"test": json_of(step.test), "where": "workflow"}
    node = Node(at.id, "branch", on={"yes": then, "no": other}, data=data, reads=names(step.test))
    low.graph.add(node, step.part("if"), sites=[Site(step.test, CONDITION)] if step.test else [])


def wait(low: Lowering, step: Wait, at: At) -> None:
    """Branches by number, from 1. Where only a reply is waited for, the silence ends the wait."""
    branches = [branch for branch in step.branches or () if branch.kind is not None]
    data = [_branch(branch) for branch in branches]
    if not data:
        low.broken(step, at)
        return
    on = {}
    for number, branch in enumerate(branches, 1):
        path = f"{at.id}/{branch.kind}{_named(branch)}"
        on[str(number)] = low.steps(branch.then, path, at.next, at.id, branch.node) if branch.then else at.next
    if not any("time" in branch for branch in data) and any("reply" in branch for branch in data):
        data.append({"time": silence_json(low.silence(step))["within"]})
        on[str(len(data))] = low.silent(step, at)
    sites = [Site(expr, VALUE) for branch in branches for _, expr in (branch.where or {}).values() if expr is not None]
    read = names(*(site.expr for site in sites))
    node = Node(at.id, "wait", on=on, data={"branches": data}, reads=read)
    low.graph.add(node, step.part("wait"), sites=sites)


def _named(branch: Branch) -> str:
    return f".{branch.event.value}" if branch.event else ""


def _branch(branch: Branch) -> dict[str, Any]:
    if branch.kind == "reply":
        return {"reply": "any"}
    if branch.kind == "time":
        return {"time": branch.time.to_json() if branch.time else {"seconds": 86400}}
    said: dict[str, Any] = {"event": branch.event.value if branch.event else ""}
    if branch.where:
        said["where"] = {name: json_of(expr) for name, (_, expr) in sorted(branch.where.items())}
    return said


def transfer(low: Lowering, step: Transfer, at: At) -> None:
    """Success leaves the flow; `unsure` stays in it."""
    match step.to:
        case Text():
            data: dict[str, Any] = {"to": step.to.value}
        case Routing():
            data = {"to": None, "threshold": str(step.to.threshold if step.to.threshold is not None else "0.6")}
        case _:
            low.broken(step, at)
            return
    node = Node(at.id, "transfer", on=low.outcomes(step, at, ["unsure"]), data=data)
    low.graph.add(node, step.part("transfer"))


def escalate(low: Lowering, step: Escalate, at: At) -> None:
    """To the team that the step names, else the flow's."""
    team, reason = None, "flow"
    match step.target:
        case Text():
            team = step.target.value
        case Target():
            team = step.target.to.value if step.target.to else None
            reason = step.target.because.value if step.target.because else "flow"
    low.graph.add(Node(at.id, "escalate", data={"to": team, "reason": reason}), step.part("escalate"))


def close(low: Lowering, step: Close, at: At) -> None:
    """The outcome that the flow names."""
    if step.outcome is None:
        low.broken(step, at)
        return
    low.graph.add(Node(at.id, "close", data={"outcome": step.outcome.value}), step.part("close"))


def search(low: Lowering, step: Search, at: At) -> None:
    """Over the collections of the step, else of the flow."""
    query = json_of(step.query)
    collections = step.collections if step.collections is not None else low.flow.knowledge
    data = {"query": query, "collections": [text.value for text in collections or ()], "limit": step.limit or 5}
    node = Node(
        at.id, "search", on={"done": at.next}, data=data, binds=step.name.value if step.name else None,
        reads=names(step.query), effect="read",
    )  # fmt: skip
    sites = [Site(step.query, TEXT)] if step.query else []
    low.graph.add(node, step.part("search"), sites=sites, gives=lambda env: PASSAGES)


def judge(low: Lowering, step: Judge, at: At) -> None:
    """A question with the words that may answer it."""
    words = step.words
    if step.question is None or not words:
        low.broken(step, at)
        return
    using = [expr for expr in step.using or () if path_of(json_of(expr)) is not None]
    trees = [json_of(expr) for expr in using]
    data = {
        "question": step.question.value, "answers": words, "using": [path_of(tree) for tree in trees],
        "threshold": str(step.threshold if step.threshold is not None else 1),
    }  # fmt: skip
    node = Node(
        at.id, "judge", on={"done": at.next, **low.outcomes(step, at, ["unsure"])}, data=data,
        binds=step.name.value if step.name else None, reads=names(*using),
    )  # fmt: skip
    sites = [Site(expr, "using") for expr in step.using or ()]
    low.graph.add(node, step.part("judge"), sites=sites, gives=lambda env: enum(words))


def set_(low: Lowering, step: Set, at: At) -> None:
    """The value's type is that of its expression, where it stands."""
    tree = json_of(step.value)
    value = step.value
    node = Node(
        at.id, "set", on={"done": at.next}, data={"value": tree}, binds=step.name.value if step.name else None,
        reads=names(value),
    )  # fmt: skip
    known = value is not None and not isinstance(value.tree, Broken)
    low.graph.add(
        node,
        step.part("set"),
        sites=[Site(value, VALUE)] if value else [],
        gives=lambda env: _type(value, env) if known and value else UNKNOWN,
    )


def _type(value: Expr, env: Env) -> Type:
    """The type of a value; a text written out is a text, not the one word that it happens to be."""
    found = infer(value.tree, env, Sink(), value.text)
    return TEXT_TYPE if value.tree.kind == "lit" and isinstance(found, EnumType) else found
