"""A check of a guardrail set that does not exist, or that does not take what it is given."""

from collections.abc import Iterator

from engine.diagnostics import Sink
from engine.project.containers import plain
from engine.project.settings import Settings
from engine.project.shape import misspelt, quoted, shortened
from engine.rules.base import Case, Rule
from engine.syntax import Broken, Mapping, Node, Nothing, Text

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """The sets of engine.yaml, and each check with options that defaults or a flow have. Their names of sets are
    another rule's."""
    settings = case.project.settings
    if settings is None or "guardrails" in settings.broken:
        return
    for node in _written(case, settings):
        _check(node, settings, sink)


def _written(case: Case, settings: Settings) -> Iterator[Node]:
    if case.furniture:
        for _, nodes in (settings.guardrails or {}).values():
            yield from nodes or ()
        defaults = settings.defaults.guardrails if settings.defaults else None
        yield from (node for node in defaults or () if isinstance(node, Mapping))
    for file in case.files:
        yield from (node for node in file.flow.guardrails or () if isinstance(node, Mapping))


def _check(node: Node, settings: Settings, sink: Sink) -> None:
    from engine.guardrails.registry import CHECKS  # for which a project without guardrails need not wait

    name, said = (node.entries[0].key, node.entries[0].value) if isinstance(node, Mapping) else (node, None)
    sets = settings.guardrails or {}
    if not isinstance(name, Text) or (name.value in sets and said is None):
        return
    if name.value in sets:
        sink.error("wrong-guardrail", name.place, f"`{name.value}` is a set, which takes no options")
    elif name.value not in CHECKS:
        message = f"there is no check `{shortened(name.value)}`: there are {quoted(CHECKS, 'and')}"
        tip, fix = misspelt(name, [*CHECKS, *(sets if said is None else ())])
        sink.error("wrong-guardrail", name.place, message, tip=tip, fix=fix)
    else:
        _options(name, said, sink)


def _options(name: Text, said: Node | None, sink: Sink) -> None:
    from engine.guardrails.base import ACTIONS, CheckError
    from engine.guardrails.registry import CHECKS

    parameters = CHECKS[name.value].parameters
    known = [*parameters, "action"]
    if not isinstance(said, Mapping | Nothing | Broken | None):
        message = f"the options of `{name.value}` are a mapping with {quoted(known)}"
        sink.error("wrong-guardrail", said.place, message)
        return
    given = {entry.key.value: entry for entry in said.entries} if isinstance(said, Mapping) else {}
    for option, entry in given.items():
        if option == "action":
            if not isinstance(entry.value, Text) or entry.value.value not in ACTIONS:
                sink.error("wrong-guardrail", entry.value.place, f"an action is {quoted(ACTIONS)}")
        elif option not in parameters:
            tip, fix = misspelt(entry.key, known, given)
            message = f"`{name.value}` takes no `{shortened(option)}`: it takes {quoted(known, 'and')}"
            sink.error("wrong-guardrail", entry.key.place, message, tip=tip, fix=fix)
        elif not isinstance(entry.value, Broken):
            try:
                parameters[option].read(plain(entry.value))
            except CheckError as error:
                sink.error("wrong-guardrail", entry.value.place, f"`{option}` of `{name.value}`: {error}")
    said_of = {option for option, entry in given.items() if isinstance(entry.value, Broken) or plain(entry.value)}
    needed = [option for option, parameter in parameters.items() if parameter.required and option not in said_of]
    if needed and not isinstance(said, Broken):
        sink.error("wrong-guardrail", name.place, f"`{name.value}` needs {quoted(needed, 'and')}")


RULE = Rule(
    "wrong-guardrail",
    check,
    unread=True,
    why="A flow with a hole in its guardrails does not run: every ticket of it would go to a person.",
    mend="Use a check that there is, with the options that it takes.",
)
