"""A plan's settings: what holds for all of a flow, with the project's defaults filled in."""

from collections.abc import Iterable
from collections.abc import Mapping as Mapping_
from typing import Any

from engine.compile.lowering import FALLBACK, silence_json
from engine.compile.starting import starts
from engine.project.containers import plain
from engine.project.flow import Data, Escalation, Flow, When
from engine.project.scalars import Bound
from engine.project.settings import Defaults, ModelSettings, Settings
from engine.prompts import version
from engine.syntax import Mapping, Node, Text

__all__ = ["MEANWHILE", "data_of", "meanwhile_of", "models_of", "plan_settings"]

MEANWHILE = {
    "withdraws": "stop", "corrects": "ask_again", "adds": "update", "asks": "answer", "new_wish": "queue",
}  # fmt: skip
JOBS = ("answer", "ask", "route")


def plan_settings(
    flow: Flow, settings: Settings | None, *, works: bool = False, prompts: Mapping_[str, str] | None = None
) -> dict[str, Any]:
    """As the docstring of `engine.plan.model` says. Every part is there, whatever is broken in the files. `works`: an
    agent is in it, which needs a model of its own. `prompts`: the project's own templates."""
    silence = flow.silence or (settings.silence if settings else None)
    defaults = settings.defaults if settings else None
    return {
        "about": flow.about.value if flow.about else "",
        "examples": [text.value for text in (flow.start.examples if flow.start else None) or ()],
        "not": [text.value for text in (flow.start.counter if flow.start else None) or ()],
        **({"rule": flow.start.rule} if flow.start and flow.start.rule else {}),
        "silence": silence_json(silence) if silence else dict(FALLBACK),
        "meanwhile": meanwhile_of(flow),
        "escalate": {
            "to": _team(flow.escalate, settings),
            "when": _thresholds(flow, defaults),
        },
        "knowledge": [text.value for text in flow.knowledge or ()],
        "models": models_of(flow, settings, (*JOBS, "agent") if works else JOBS),
        "prompts": version(prompts),
        "guardrails": _guardrails(flow, defaults),
        "data": data_of(flow, defaults),
        "rollout": _rollout(flow, defaults),
        "languages": [text.value for text in (settings.languages if settings else None) or ()],
        "currency": settings.currency.value if settings and settings.currency else "EUR",
        "timezone": _timezone(settings),
        "calendar": settings.calendar.to_json(_timezone(settings)) if settings and settings.calendar else {},
        **({"survey": flow.survey.value} if flow.survey else {}),
        **_calendars(settings),
        **starts(flow),
    }


def _timezone(settings: Settings | None) -> str:
    return settings.timezone.value if settings and settings.timezone else "UTC"


def _calendars(settings: Settings | None) -> dict[str, Any]:
    """Of the teams that have their own; a project without such teams has plans as before."""
    teams = {name: team for name, (_, team) in ((settings.teams if settings else None) or {}).items() if team}
    own = {name: team.calendar.to_json(_timezone(settings)) for name, team in teams.items() if team.calendar}
    return {"calendars": own} if own else {}


def meanwhile_of(flow: Flow) -> dict[str, str]:
    """What a message means that no step waits for -> what follows."""
    said = {name: getattr(flow.meanwhile, name) for name in MEANWHILE} if flow.meanwhile else {}
    return {name: said[name].value if said.get(name) else default for name, default in MEANWHILE.items()}


def _team(escalation: Escalation | None, settings: Settings | None) -> str | None:
    if escalation and escalation.to:
        return escalation.to.value
    handoff = settings.handoff if settings else None
    return handoff.to.value if handoff and handoff.to else None


def _thresholds(flow: Flow, defaults: Defaults | None) -> dict[str, Any]:
    """The flow's own, the project's where it has none; topics add up."""
    own = _when(flow.escalate.when if flow.escalate else None)
    known = _when(defaults.escalate.when if defaults and defaults.escalate else None)
    topics = list(dict.fromkeys([*known.get("topics", ()), *own.get("topics", ())]))
    return {**known, **own, **({"topics": topics} if topics else {})}


def _when(when: When | None) -> dict[str, Any]:
    if when is None:
        return {}
    bounds = {name: getattr(when, name) for name in ("confidence", "sentiment", "customer_turns")}
    said: dict[str, Any] = {name: bound.to_json() for name, bound in bounds.items() if isinstance(bound, Bound)}
    if when.topics:
        said["topics"] = [topic.value for topic in when.topics]
    return said


def models_of(flow: Flow, settings: Settings | None, jobs: Iterable[str]) -> dict[str, str]:
    """job -> the project's name for the model: the flow's choice, else the project's own for that job, else `local`."""
    known = dict(settings.models or {}) if settings else {}
    chosen = {job: model.value for job, (_, model) in (flow.models or {}).items() if model is not None}
    return {job: chosen.get(job) or _provider(known.get(job), job) for job in jobs}


def _provider(entry: tuple[Text, Any] | None, job: str) -> str:
    match entry[1] if entry else None:
        case Text() as name:
            return name.value
        case ModelSettings():
            return job
    return "local"


def _guardrails(flow: Flow, defaults: Defaults | None) -> list[Any]:
    """The project's, then the flow's own, each once."""
    nodes = [*((defaults.guardrails if defaults else None) or ()), *(flow.guardrails or ())]
    found: list[Any] = []
    for said in map(_guardrail, nodes):
        if said not in found:
            found.append(said)
    return found


def _guardrail(node: Node) -> Any:
    return plain(node) if isinstance(node, Mapping) else node.value if isinstance(node, Text) else ""


def data_of(flow: Flow, defaults: Defaults | None) -> dict[str, Any]:
    """The stricter place, and every mask."""
    said = [data for data in (defaults.data if defaults else None, flow.data) if data is not None]
    masks = dict.fromkeys(text.value for data in said for text in data.mask or ())
    strict = any(_location(data) == "on_premises" for data in said)
    return {"location": "on_premises" if strict else "anywhere", "mask": list(masks)}


def _location(data: Data) -> str | None:
    return data.location.value if data.location else None


def _rollout(flow: Flow, defaults: Defaults | None) -> dict[str, str]:
    said = [rollout for rollout in (flow.rollout, defaults.rollout if defaults else None) if rollout is not None]
    mode = next((rollout.mode.value for rollout in said if rollout.mode), "live")
    share = next((rollout.share for rollout in said if rollout.share is not None), 100)
    return {"mode": mode, "share": str(share)}
