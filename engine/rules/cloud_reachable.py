"""Contents that must stay on the premises, in a flow that could hand them to a model or a tool elsewhere."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from engine.compile import Compiled
from engine.compile.settings import data_of, meanwhile_of, models_of
from engine.diagnostics import Label, Place, Sink
from engine.plan import Node
from engine.project import Project
from engine.project.index import index_of
from engine.project.models import standing
from engine.project.premises import channel_stays, embedder_of, embedder_stays, index_stays, tool_stays
from engine.rules.base import Across, Case, Rule
from engine.syntax import Text

__all__ = ["RULE"]

_LABELS = 8
"""Flows that a finding names, one after the other."""
_MODEL_TIP = (
    "choose `local` under `models:`, or write `location: on_premises` with the `base_url` of its server at the model"
)
_EMBEDDER_TIP = (
    "leave `embedder` out, or write `location: on_premises` with the `base_url` of its server at the embedder"
)
_INDEX_TIP = "leave `index` out, or write `location: on_premises` with the `base_url` of its server at the index"
_JOBS = {"agent": "agent", "ask": "ask", "judge": "route", "reply": "answer", "transfer": "route", "verify": "ask"}
"""Kinds of nodes -> the model's job there."""
_HEARS = frozenset({"ask", "call", "close", "gate", "verify", "wait"})
"""Kinds of nodes at which messages come in that no step waits for: the job `route` says what each means, and unless the
flow says otherwise, a question is answered from the articles."""
_HEARD = {
    "route": "for `route`, which reads what is written meanwhile,",
    "answer": "for `answer`, which answers what is asked meanwhile,",
}


class _Leak(NamedTuple):
    place: Place
    message: str
    labels: tuple[Label, ...]
    tip: str


class _Told(NamedTuple):
    """Of one flow: where contents may leave the premises, and the flows that it hands tickets on to."""

    stays: bool
    """Whether its contents are to stay."""
    leaks: list[_Leak]
    """The first one is enough where the contents need not stay: another flow may hand its own on to this one."""
    goes: list[tuple[str, Place]]
    routes: list[Place]
    """Where it hands them to whatever flow they begin in."""
    start: Place | None
    """Where it says which tickets begin in it."""


def tell(case: Case) -> dict[str, _Told]:
    """Tools with their facts and read-backs, models with what stands in for them, the embedder, the index, channels,
    and the flows that a ticket is handed on to, by name or by their `start`.

    The packaged embedder and `local` run where the engine runs. What does not say where it runs is not shown to stay.
    """
    return {name: _told(case.project, flow) for name, flow in case.flows.items()}


def judge(told: Sequence[Mapping[str, _Told]], sink: Sink) -> None:
    """A flow whose contents stay leaks where it does itself, and where a flow does that goes on with its tickets."""
    flows = {name: one for part in told for name, one in part.items()}
    if not any(one.stays for one in flows.values()):
        return
    begun = [name for name, one in flows.items() if one.start is not None]
    flows = {
        name: one._replace(goes=[*one.goes, *((to, at) for at in one.routes for to in begun if to != name)])
        for name, one in flows.items()
    }
    for name, flow in flows.items():
        if flow.stays:
            _read_before(flows, name, flow, sink)
            for leak in _leaks(flows, name):
                sink.error("cloud-reachable", leak.place, leak.message, tip=leak.tip, labels=leak.labels)


def _read_before(flows: Mapping[str, _Told], name: str, flow: _Told, sink: Sink) -> None:
    """A ticket that begins in a flow was read by the one that found it."""
    for other, one in flows.items():
        if flow.start is None or other == name or one.stays or not one.routes or not one.leaks:
            continue
        label = Label(one.leaks[0].place, f"in `{other}`: " + one.leaks[0].message.partition(", and ")[2])
        message = (
            f"contents stay on the premises here, and `{other}`, which finds the flow of a ticket, reads it elsewhere"
        )
        tip = f"write `data: {{location: on_premises}}` in `{other}` too"
        sink.error("cloud-reachable", flow.start, message, tip=tip, labels=(label, *one.leaks[0].labels)[:_LABELS])


def _told(project: Project, flow: Compiled) -> _Told:
    places = flow.graph.places
    goes = [(node.data.get("to"), places[node.id]) for node in flow.nodes("transfer") if node.id in flow.states]
    stays = data_of(flow.flow, project.settings.defaults if project.settings else None)["location"] == "on_premises"
    leaks = list(islice(_own(project, flow), None if stays else 1))
    start = flow.flow.spot("start", "flow") if flow.flow.start is not None else None
    named = [(to, place) for to, place in goes if isinstance(to, str)]
    return _Told(stays, leaks, named, [place for to, place in goes if to is None], start)


def _own(project: Project, flow: Compiled) -> Iterator[_Leak]:
    nodes = [node for name, node in flow.graph.nodes.items() if name in flow.states]
    places = flow.graph.places
    for node in nodes:
        if node.kind == "verify":
            for way in node.data["ways"]:
                yield from _tool(project, way["tool"], places[node.id], ())
        elif node.kind in ("read", "propose"):
            yield from _tool(project, node.data["tool"], places[node.id], ())
    jobs = dict(_jobs(flow, nodes))
    for job, alias in models_of(flow.flow, project.settings, jobs).items():
        yield from _model(project, alias, jobs[job])
    yield from _embedder(project, flow, nodes)
    yield from _index(project, flow)
    yield from _channels(project, flow)


def _leaks(flows: Mapping[str, _Told], name: str) -> Iterator[_Leak]:
    """Its own, and for each flow that it hands tickets on to, the nearest behind it."""
    yield from flows[name].leaks
    for to, place in flows[name].goes:
        leak = _nearest(flows, to, name)
        if leak is not None:
            yield _handed(to, place, leak)


def _nearest(flows: Mapping[str, _Told], first: str, start: str) -> _Leak | None:
    """The leak that takes the fewest transfers. A flow whose contents stay answers for itself."""
    ways: dict[str, tuple[str, Place] | None] = {start: None, first: None}
    waiting = deque([first] if first != start else [])
    while waiting:
        at = waiting.popleft()
        flow = flows.get(at)
        if flow is None or flow.stays:
            continue
        if flow.leaks:
            return _back(at, flow.leaks[0], ways)
        for to, place in flow.goes:
            if to not in ways:
                ways[to] = (at, place)
                waiting.append(to)
    return None


def _back(at: str, leak: _Leak, ways: Mapping[str, tuple[str, Place] | None]) -> _Leak:
    """The leak as the first of the flows on the way to it has it."""
    while (way := ways[at]) is not None:
        leak = _handed(at, way[1], leak)
        at = way[0]
    return leak


def _handed(to: str, place: Place, leak: _Leak) -> _Leak:
    label = Label(leak.place, "there: " + leak.message)
    message = f"contents stay on the premises here, and `{to}` goes on with them elsewhere"
    tip = f"write `data: {{location: on_premises}}` in `{to}` too"
    return _Leak(place, message, (label, *leak.labels)[:_LABELS], tip)


class _Job(NamedTuple):
    words: str
    place: Place


def _jobs(flow: Compiled, nodes: list[Node]) -> Iterator[tuple[str, _Job]]:
    """The jobs that models do in a flow, each with the first place of it."""
    seen = set()
    hears, answers = flow.flow.name != "human", _answers(flow)
    for node in nodes:
        job = _JOBS.get(node.kind)
        if job is not None and job not in seen and not _idle(node):
            seen.add(job)
            yield job, _Job(f"for `{job}`", flow.graph.places[node.id])
        if hears and node.kind in _HEARS:
            hears = False  # the first is enough
            for job, words in _HEARD.items():
                if job not in seen and (job == "route" or answers):
                    seen.add(job)
                    yield job, _Job(words, flow.graph.places[node.id])


def _idle(node: Node) -> bool:
    """Whether a model has nothing to do there: people are asked, a text is written already, a flow is named."""
    match node.kind:
        case "ask":
            return "of" in node.data
        case "reply":
            return "write" not in node.data
        case "transfer":
            return node.data.get("to") is not None
    return False


def _answers(flow: Compiled) -> bool:
    return meanwhile_of(flow.flow)["asks"] == "answer"


def _searches(flow: Compiled, node: Node) -> bool:
    """Whether contents are searched for in the articles; what an author wrote down whole is none. What people's own
    customers write to them is theirs to read."""
    if node.kind == "search":
        return bool(node.reads)
    if node.kind == "agent":
        return bool(node.data["collections"])
    return node.kind in _HEARS and flow.flow.name != "human" and _answers(flow)


def _embedder(project: Project, flow: Compiled, nodes: list[Node]) -> Iterator[_Leak]:
    """What is searched for is sent to the embedder."""
    embedder = embedder_of(project.settings.knowledge if project.settings else None)
    if embedder is None or embedder.use is None or embedder.broken or embedder_stays(embedder):
        return
    place = next((flow.graph.places[node.id] for node in nodes if _searches(flow, node)), None)
    if place is None:
        return
    message = (
        f"contents stay on the premises here, and the embedder `{embedder.use.value}`, which is sent what is searched "
        "for, may run elsewhere"
    )
    yield _Leak(place, message, (Label(embedder.spot("use"), "it is declared here"),), _EMBEDDER_TIP)


def _index(project: Project, flow: Compiled) -> Iterator[_Leak]:
    """Of every flow, also of one that searches nothing: past tickets, which any of them may have been, are articles."""
    knowledge = project.settings.knowledge if project.settings else None
    index = index_of(knowledge)
    if index is None or index_stays(index):
        return
    message = (
        "contents stay on the premises here, and the index, which holds the articles with the past tickets among them, "
        "may be elsewhere"
    )
    yield _Leak(flow.flow.spot("data", "flow"), message, (Label(index.url.place, "it is kept here"),), _INDEX_TIP)


def _tool(project: Project, name: str, place: Place, labels: tuple[Label, ...]) -> Iterator[_Leak]:
    tool = project.tools.get(name)
    if tool is None or "location" in tool.entry.broken:
        return
    location = tool.entry.location
    if not tool_stays(tool.entry):
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


def _model(project: Project, alias: str, job: _Job) -> Iterator[_Leak]:
    """The model of a job, and each that stands in for it."""
    known: Mapping[str, tuple[Text, Any]] = (project.settings.models if project.settings else None) or {}
    if alias not in known and alias != "local":
        return  # an unknown model, which is reported as such
    one = standing(project.settings, alias)
    if one is None:
        return
    labels = (Label(known[alias][0].place, "the model is declared here"),) if alias in known else ()
    if not one.stays:
        message = f"contents stay on the premises here, and the model `{alias}` {job.words} may run elsewhere"
        yield _Leak(job.place, message, labels, _MODEL_TIP)
    for other in (one.declared.fallback if one.declared else None) or ():
        stand_in = standing(project.settings, other.value) if other.value in known or other.value == "local" else None
        if stand_in is not None and not stand_in.stays:
            message = (
                f"contents stay on the premises here, and `{other.value}`, which stands in for the model `{alias}` "
                f"{job.words.rstrip(',')}, may run elsewhere"
            )
            yield _Leak(job.place, message, (*labels, Label(other.place, "it stands in here")), _MODEL_TIP)


def _channels(project: Project, flow: Compiled) -> Iterator[_Leak]:
    """Every channel: an answer goes wherever the ticket came from."""
    for name, (text, channel) in ((project.settings.channels if project.settings else None) or {}).items():
        if channel is None or "location" in channel.broken:
            continue
        if not channel_stays(channel):
            where = "does not say where it runs" if channel.location is None else "says `location: cloud`"
            message = f"contents stay on the premises here, and the channel `{name}` {where}"
            tip = f"write `location: on_premises` at the channel `{name}`, if that is where its platform is"
            yield _Leak(flow.flow.spot("data", "flow"), message, (Label(text.place, "it is declared here"),), tip)


RULE = Rule(
    "cloud-reachable",
    across=Across(tell, judge),
    floor=True,
    why="What customers write would leave the premises, though the flow promises that it does not.",
    mend="Choose models, tools, channels and an index on the premises; `location: on_premises` says that one is there.",
)
