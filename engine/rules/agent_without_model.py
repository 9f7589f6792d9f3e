"""An agent whose model, or what stands in for it, does not work with tools."""

from engine.compile import Compiled
from engine.diagnostics import Label, Place, Sink
from engine.project.models import Standing, standing, works
from engine.project.settings import Settings
from engine.project.shape import quoted
from engine.rules.base import Case, Rule
from engine.steps.agent import Agent

__all__ = ["RULE"]

_TIP = "Name one that works with tools under `fallback:`, or give the agent a model of its own, without `fallback`."


def check(case: Case, sink: Sink) -> None:
    """The model of the job `agent`: the flow's own, else the project's, else `local`. What stands in for it may be
    meant for other jobs: where none of it works with tools, that is warned of."""
    settings = case.project.settings
    if settings is None or "models" in settings.broken:
        return
    for flow in case.flows.values():
        agents = [step for step, _ in flow.steps(Agent)]
        if not agents or "models" in flow.flow.broken:
            continue
        name, chosen = _chosen(flow)
        one = standing(settings, name)
        if one is None:
            continue
        if not works(one):
            for step in agents:
                place: Place = chosen or step.spot("agent")
                message = f"an agent works with tools, and the model `{name}` does not"
                tip = "Write `models: {agent: NAME}` with a model of engine.yaml that does: `use: anthropic`, for one."
                sink.error("agent-without-model", place, message, tip=tip)
        elif idle := _idle(settings, one):
            for step in agents:
                message = (
                    f"nobody stands in for the model `{name}` of this agent: agents work with tools, and "
                    f"{quoted([word for word, _ in idle], 'and')} {'does' if len(idle) == 1 else 'do'} not"
                )
                labels = [Label(place, "it stands in here") for _, place in idle]
                sink.warning("agent-without-model", step.spot("agent"), message, tip=_TIP, labels=labels)


def _chosen(flow: Compiled) -> tuple[str, Place | None]:
    """The model of the flow's agents, and where the flow chooses it."""
    chosen = (flow.flow.models or {}).get("agent")
    if chosen is not None and chosen[1] is not None:
        return chosen[1].value, chosen[0].place
    return flow.settings["models"].get("agent", "local"), chosen[0].place if chosen else None


def _idle(settings: Settings, one: Standing) -> list[tuple[str, Place]]:
    """What stands in for a model, if none of it works with tools."""
    found = []
    for other in (one.declared.fallback if one.declared else None) or ():
        stand_in = standing(settings, other.value)
        if stand_in is None or works(stand_in):
            return []
        found.append((other.value, other.place))
    return found


RULE = Rule(
    "agent-without-model",
    check,
    unread=True,
    why="The step would fail on its first ticket, or as soon as its model does not answer, and a person would have to "
    "take over every time.",
    mend="Name a model that works with tools under `models`, in engine.yaml and in the flow, and another one under its "
    "`fallback`.",
)
