"""A plan's settings: what holds for all of a flow, with the project's defaults filled in."""

from typing import Any

from engine.compile.lowering import FALLBACK, silence_json
from engine.project.containers import plain
from engine.project.flow import Escalation, Flow, When
from engine.project.scalars import Bound
from engine.project.settings import ModelSettings, Settings
from engine.syntax import Mapping, Node, Text

__all__ = ["MEANWHILE", "plan_settings"]

MEANWHILE = {
    "withdraws": "stop", "corrects": "ask_again", "adds": "update", "asks": "answer", "new_wish": "queue",
}  # fmt: skip
JOBS = ("answer", "ask", "route")


def plan_settings(flow: Flow, settings: Settings | None, *, works: bool = False) -> dict[str, Any]:
    """As the docstring of `engine.plan.model` says. Every part is there, whatever is broken in the files. `works`: an
    agent is in it, which needs a model of its own."""
    silence = flow.silence or (settings.silence if settings else None)
    return {
        "about": flow.about.value if flow.about else "",
        "examples": [text.value for text in (flow.start.examples if flow.start else None) or ()],
        "not": [text.value for text in (flow.start.counter if flow.start else None) or ()],
        "silence": silence_json(silence) if silence else dict(FALLBACK),
        "meanwhile": _meanwhile(flow),
        "escalate": {
            "to": _team(flow.escalate, settings),
            "when": _when(flow.escalate.when if flow.escalate else None),
        },
        "knowledge": [text.value for text in flow.knowledge or ()],
        "models": _models(flow, settings, (*JOBS, "agent") if works else JOBS),
        "guardrails": [_guardrail(node) for node in flow.guardrails or ()],
        "data": _data(flow),
        "rollout": _rollout(flow),
        "languages": [text.value for text in (settings.languages if settings else None) or ()],
        "currency": settings.currency.value if settings and settings.currency else "EUR",
        "timezone": _timezone(settings),
        "calendar": settings.calendar.to_json(_timezone(settings)) if settings and settings.calendar else {},
    }


def _timezone(settings: Settings | None) -> str:
    return settings.timezone.value if settings and settings.timezone else "UTC"


def _meanwhile(flow: Flow) -> dict[str, str]:
    said = {name: getattr(flow.meanwhile, name) for name in MEANWHILE} if flow.meanwhile else {}
    return {name: said[name].value if said.get(name) else default for name, default in MEANWHILE.items()}


def _team(escalation: Escalation | None, settings: Settings | None) -> str | None:
    if escalation and escalation.to:
        return escalation.to.value
    handoff = settings.handoff if settings else None
    return handoff.to.value if handoff and handoff.to else None


def _when(when: When | None) -> dict[str, Any]:
    if when is None:
        return {}
    bounds = {name: getattr(when, name) for name in ("confidence", "sentiment", "customer_turns")}
    said: dict[str, Any] = {name: bound.to_json() for name, bound in bounds.items() if isinstance(bound, Bound)}
    if when.topics:
        said["topics"] = [topic.value for topic in when.topics]
    return said


def _models(flow: Flow, settings: Settings | None, jobs: tuple[str, ...]) -> dict[str, str]:
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


def _guardrail(node: Node) -> Any:
    return plain(node) if isinstance(node, Mapping) else node.value if isinstance(node, Text) else ""


def _data(flow: Flow) -> dict[str, Any]:
    said = flow.data
    location = said.location.value if said and said.location else "anywhere"
    return {"location": location, "mask": [text.value for text in (said.mask if said else None) or ()]}


def _rollout(flow: Flow) -> dict[str, str]:
    said = flow.rollout
    share = said.share if said and said.share is not None else 100
    return {"mode": said.mode.value if said and said.mode else "live", "share": str(share)}
