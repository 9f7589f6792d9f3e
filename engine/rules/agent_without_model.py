"""An agent whose model does not work with tools."""

from engine.diagnostics import Place, Sink
from engine.project.models import standing
from engine.project.settings import Settings
from engine.rules.base import Case, Rule
from engine.steps.agent import Agent

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """The model of the job `agent`: the flow's own, else the project's, else `local`."""
    settings = case.project.settings
    if settings is None or "models" in settings.broken:
        return
    for flow in case.flows.values():
        agents = [step for step, _ in flow.steps(Agent)]
        if not agents or "models" in flow.flow.broken:
            continue
        chosen = (flow.flow.models or {}).get("agent")
        name = chosen[1].value if chosen and chosen[1] else flow.settings["models"].get("agent", "local")
        if _cannot(settings, name):
            for step in agents:
                place: Place = chosen[0].place if chosen else step.spot("agent")
                message = f"an agent works with tools, and the model `{name}` does not"
                tip = "Write `models: {agent: NAME}` with a model of engine.yaml that does: `use: anthropic`, for one."
                sink.error("agent-without-model", place, message, tip=tip)


def _cannot(settings: Settings, name: str) -> bool:
    """`local` does not, and neither does a model of which engine.yaml says so."""
    one = standing(settings, name)
    if one is None:
        return False
    said = one.declared.tools if one.declared else None
    return one.provider == "local" or (said is not None and said.value in ("no", "false"))


RULE = Rule(
    "agent-without-model",
    check,
    unread=True,
    why="The step would fail on its first ticket, and a person would have to take over every time.",
    mend="Name a model that works with tools under `models`, in engine.yaml and in the flow.",
)
