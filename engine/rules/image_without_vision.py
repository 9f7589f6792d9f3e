"""Files handed to a model that sees no pictures."""

from collections.abc import Iterable

from engine.compile import Compiled
from engine.compile.asking import path_of
from engine.diagnostics import Label, Sink
from engine.project.contract import json_of
from engine.project.scalars import Expr
from engine.project.settings import ModelSettings, Settings
from engine.project.step import StepKind
from engine.rules.base import Case, Rule
from engine.steps.agent import Agent
from engine.steps.ask import Ask, FieldSpec
from engine.steps.judge import Judge
from engine.steps.reply import Reply, Write

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """Every step that gives a model what a customer attached, by the model that does the job in this flow."""
    settings = case.project.settings
    if settings is None or "models" in settings.broken:
        return
    for flow in case.flows.values():
        fields = _files(flow)
        if not fields or "models" in flow.flow.broken:
            continue
        for record in flow.graph.steps:
            job, using = _given(record.step)
            for expr in using:
                spec = fields.get(path_of(json_of(expr)) or "")
                name = flow.settings["models"].get(job, "local")
                if spec is not None and not _sees(settings, name):
                    labels = (Label(spec.at["files"].place, "they are asked for here"),)
                    message = f"this hands files to the model `{name}` of the job `{job}`, which sees no pictures"
                    tip = "name a model with `vision: yes` in engine.yaml"
                    sink.error("image-without-vision", expr.text.place, message, tip=tip, labels=labels)


def _files(flow: Compiled) -> dict[str, FieldSpec]:
    """Path -> the field of files that it reads, alone or with all that its step asks for."""
    found: dict[str, FieldSpec] = {}
    for record in flow.graph.steps:
        step = record.step
        if isinstance(step, Ask) and step.name is not None:
            for name, (_, spec) in (step.fields or {}).items():
                if spec is not None and spec.kind == "files":
                    found[f"{step.name.value}.{name}"] = spec
                    found.setdefault(step.name.value, spec)
    return found


def _given(step: StepKind) -> tuple[str, Iterable[Expr]]:
    """The job of a step's model, and the values that it is handed."""
    match step:
        case Agent():
            return "agent", step.using or ()
        case Judge():
            return "route", step.using or ()
        case Reply() if isinstance(step.what, Write):
            return "answer", step.what.using or ()
    return "", ()


def _sees(settings: Settings, name: str) -> bool:
    entry = (settings.models or {}).get(name)
    made = entry[1] if entry else None
    return isinstance(made, ModelSettings) and made.vision is not None and made.vision.value in ("yes", "true")


RULE = Rule(
    "image-without-vision",
    check,
    unread=True,
    why="The model would be told a file's name and work as if it had seen what is in it.",
    mend="Name a model that sees pictures under `models`, or leave the files to people.",
)
