"""A search in a collection that the flow's `knowledge` does not have, or where there is nothing to search."""

from engine.compile import Compiled
from engine.diagnostics import Label, Sink
from engine.project.shape import quoted
from engine.rules.base import Case, Rule
from engine.steps.agent import Agent
from engine.steps.search import Search
from engine.syntax import Text

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """Steps of shared pieces search the knowledge of the flow that uses them."""
    settings = case.project.settings
    if settings is None or "knowledge" in settings.broken:
        return
    known = {text.value for text in (settings.knowledge.collections if settings.knowledge else None) or ()}
    for flow in case.flows.values():
        if "knowledge" in flow.flow.broken:
            continue
        for search, _ in flow.steps(Search):
            _searched(flow, search, settings.knowledge is not None, sink)
            _named(flow, search.collections or [], known, sink)
        for agent, _ in flow.steps(Agent):
            _named(flow, agent.knowledge or [], known, sink)


def _searched(flow: Compiled, step: Search, any_articles: bool, sink: Sink) -> None:
    if not any_articles:
        message = "there is nothing to search: engine.yaml has no `knowledge`"
        tip = "say there where the articles are: `knowledge: {from: knowledge, collections: [faq]}`"
        sink.error("outside-knowledge", step.spot("search"), message, tip=tip)
    elif flow.flow.knowledge == [] and not step.collections:
        labels = (Label(flow.flow.spot("knowledge"), "it says that there is none"),)
        message = "this would search all collections, and `knowledge` of this flow is empty"
        sink.error(
            "outside-knowledge", step.spot("search"), message, labels=labels, tip="name there what it may search"
        )


def _named(flow: Compiled, collections: list[Text], known: set[str], sink: Sink) -> None:
    """Of what engine.yaml does not have at all, another rule speaks."""
    own = [text.value for text in flow.flow.knowledge or ()]
    for text in collections if flow.flow.knowledge is not None else ():
        if text.value in known and text.value not in own:
            labels = (Label(flow.flow.spot("knowledge"), "what this flow may search stands here"),)
            has = f"which has {quoted(own, 'and')}" if own else "which is empty"
            message = f"`{text.value}` is not in the `knowledge` of the flow `{flow.flow.name}`, {has}"
            tip = f"add `{text.value}` to it, or search something else"
            sink.error("outside-knowledge", text.place, message, labels=labels, tip=tip)


RULE = Rule(
    "outside-knowledge",
    check,
    why="The flow's `knowledge` says what customers may be answered from. A search beside it would answer from more.",
    mend="Add the collection to `knowledge` of the flow, or take it out of the step.",
)
