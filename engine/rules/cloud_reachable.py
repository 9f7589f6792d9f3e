"""Contents that must stay on the premises, in a flow that could hand them to a model or a tool elsewhere."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from engine.compile import Compiled
from engine.diagnostics import Label, Place, Sink
from engine.project import Project
from engine.project.settings import ModelSettings
from engine.rules.base import Case, Rule
from engine.syntax import Text

__all__ = ["RULE"]

_JOBS = {"reply": "answer", "transfer": "route", "agent": "agent"}
"""Kinds of nodes -> the model's job there; every flow has its messages read, which is the job `ask`."""


class _Leak(NamedTuple):
    place: Place
    message: str
    labels: tuple[Label, ...]
    tip: str


def check(case: Case, sink: Sink) -> None:
    """Tools with their facts and read-backs, models by alias, and the flows that a ticket is handed on to by name.

    The embedder and `local` run where the engine runs. What does not say where it runs is not shown to stay.
    """
    for name, flow in case.flows.items():
        if flow.plan.settings["data"]["location"] == "on_premises":
            for leak in _leaks(case, flow, frozenset({name})):
                sink.error("cloud-reachable", leak.place, leak.message, tip=leak.tip, labels=leak.labels)


def _leaks(case: Case, flow: Compiled, seen: frozenset[str]) -> Iterator[_Leak]:
    nodes = [node for name, node in flow.plan.nodes.items() if name in flow.states]
    places = flow.graph.places
    for node in nodes:
        for tool in [way["tool"] for way in node.data["ways"]] if node.kind == "verify" else [node.data.get("tool")]:
            if isinstance(tool, str) and node.kind != "call":
                yield from _tool(case.project, tool, places[node.id], ())
    for job, place in _jobs(flow, nodes):
        yield from _model(case.project, flow.plan.settings["models"][job], job, place)
    for node in nodes:
        to = node.data.get("to") if node.kind == "transfer" else None
        if isinstance(to, str) and to in case.flows and to not in seen:
            other = case.flows[to]
            if other.plan.settings["data"]["location"] != "on_premises":
                for leak in _leaks(case, other, seen | {to}):
                    label = Label(leak.place, "there: " + leak.message)
                    message = f"contents stay on the premises here, and `{to}` goes on with them elsewhere"
                    tip = f"write `data: {{location: on_premises}}` in `{to}` too"
                    yield _Leak(places[node.id], message, (label, *leak.labels), tip)
                    break


def _jobs(flow: Compiled, nodes: list[Any]) -> Iterator[tuple[str, Place]]:
    seen = set()
    for node in nodes:
        job = _JOBS.get(node.kind, "ask")
        uses = "write" in node.data if node.kind == "reply" else node.data.get("to") is None or node.kind != "transfer"
        asks = node.kind in ("ask", "verify", "wait", "judge") or node.kind in _JOBS
        if asks and uses and job not in seen:
            seen.add(job)
            yield job, flow.graph.places[node.id]


def _tool(project: Project, name: str, place: Place, labels: tuple[Label, ...]) -> Iterator[_Leak]:
    tool = project.tools.get(name)
    if tool is None or "location" in tool.entry.broken:
        return
    location = tool.entry.location
    if location is None or location.value != "on_premises":
        where = "does not say where it runs" if location is None else f"says `location: {location.value}`"
        told = (*labels, Label(location.place if location else tool.entry.spot("tool"), "it is described here"))
        message = f"contents stay on the premises here, and `{name}` {where}"
        tip = f"write `location: on_premises` at `{name}`, if that is where its system is"
        yield _Leak(place, message, told, tip)
    if len(labels) < 3:
        for reader in tool.entry.readers():
            if reader.tool is not None:
                label = Label(reader.tool.place, f"`{name}` reads it here")
                yield from _tool(project, reader.tool.value, place, (*labels, label))


def _model(project: Project, alias: str, job: str, place: Place) -> Iterator[_Leak]:
    known: Mapping[str, tuple[Text, Any]] = (project.settings.models if project.settings else None) or {}
    text, model = known.get(alias, (None, None))
    if text is None and alias != "local":
        return  # an unknown model, which is reported as such
    provider = model.use if isinstance(model, ModelSettings) else model
    name = provider.value if isinstance(provider, Text) else alias
    stated = model.location if isinstance(model, ModelSettings) else None
    if name == "local" or (stated is not None and stated.value == "on_premises"):
        return
    if name in known and name != alias:
        yield from _model(project, name, job, place)
        return
    labels = (Label(text.place, "the model is declared here"),) if text is not None else ()
    message = f"contents stay on the premises here, and the model `{alias}` for `{job}` may run elsewhere"
    tip = "choose `local` under `models:`, or write `location: on_premises` at the model, if that is where it runs"
    yield _Leak(place, message, labels, tip)


RULE = Rule(
    "cloud-reachable",
    check,
    floor=True,
    why="What customers write would leave the premises, though the flow promises that it does not.",
    mend="Choose a model or a tool on the premises, or say where it runs with `location: on_premises`.",
)
