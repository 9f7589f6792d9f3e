"""A fact that does not depend on the call: the gate would judge something else than what is done."""

from engine.diagnostics import Sink
from engine.expressions import paths
from engine.project.contract import argument_json
from engine.rules.base import Case, Rule
from engine.types import fields_of

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """At least one argument of the call is read by the fact's own arguments."""
    for tool in case.project.tools.values() if case.furniture else ():
        known = set(fields_of(tool.input))
        for name, fact in (tool.entry.facts or {}).values():
            if fact is None or fact.broken or not known:
                continue
            trees = [argument_json(value) for _, value in (fact.arguments or {}).values()]
            if not known & {path[0] for tree in trees for path in paths(tree)}:
                message = f"the fact `{name.value}` reads none of the arguments of `{tool.name}`"
                sink.error("fact-without-argument", name.place, message, tip="use one of them under `with`")


RULE = Rule(
    "fact-without-argument",
    check,
    floor=True,
    why="A gate judges a call by its facts. A fact that is the same for every call lets every call through, or none.",
    mend='Use one of the call\'s own arguments under `with`, such as `{order_id: "{{ order_id }}"}`.',
)
