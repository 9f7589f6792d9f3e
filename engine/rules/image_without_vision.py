"""Files handed to a model that sees no pictures, where nothing reads the text in them either."""

from collections.abc import Iterable, Iterator

from engine.compile import Compiled
from engine.compile.asking import path_of
from engine.diagnostics import Label, Sink
from engine.project.contract import json_of
from engine.project.models import sees, standing
from engine.project.scalars import Expr
from engine.project.settings import Settings
from engine.rules.base import Case, Rule
from engine.steps.agent import Agent
from engine.steps.ask import Ask, FieldSpec
from engine.steps.judge import Judge
from engine.steps.reply import Reply, Write

__all__ = ["RULE"]

_TIP = (
    "name a model that sees (`vision: yes` says so of one that the engine does not know), or write `ocr: tesseract` in "
    "engine.yaml and install it where the workers run"
)


def check(case: Case, sink: Sink) -> None:
    """Every step that gives a model what a customer attached, by the model that does the job in this flow and by those
    that stand in for it. With `ocr`, each of them is given the text in a picture."""
    settings = case.project.settings
    if settings is None or settings.ocr is not None or {"models", "ocr"} & settings.broken:
        return
    for flow in case.flows.values():
        fields = _files(flow)
        if not fields or "models" in flow.flow.broken:
            continue
        for job, using in _given(flow):
            for expr in using:
                spec = fields.get(path_of(json_of(expr)) or "")
                if spec is None:
                    continue
                asked = Label(spec.at["files"].place, "they are asked for here")
                for message, labels in _blind(settings, flow.settings["models"].get(job, "local"), job):
                    sink.error("image-without-vision", expr.text.place, message, tip=_TIP, labels=(asked, *labels))


def _blind(settings: Settings, name: str, job: str) -> Iterator[tuple[str, tuple[Label, ...]]]:
    """What is wrong with the models of a job. One that is not known is reported as such."""
    one = standing(settings, name)
    if one is None:
        return
    if not sees(one):
        yield f"this hands files to the model `{name}` of the job `{job}`, which sees no pictures", ()
    for other in (one.declared.fallback if one.declared else None) or ():
        stand_in = standing(settings, other.value)
        if stand_in is not None and not sees(stand_in):
            message = (
                f"this hands files to the model `{name}` of the job `{job}`, and `{other.value}`, which stands in for "
                "it, sees no pictures"
            )
            yield message, (Label(other.place, "it stands in here"),)


def _files(flow: Compiled) -> dict[str, FieldSpec]:
    """Path -> the field of files that it reads, alone or with all that its step asks for."""
    found: dict[str, FieldSpec] = {}
    for step, _ in flow.steps(Ask):
        for name, (_, spec) in (step.fields or {}).items() if step.name is not None else ():
            if step.name is not None and spec is not None and spec.kind == "files":
                found[f"{step.name.value}.{name}"] = spec
                found.setdefault(step.name.value, spec)
    return found


def _given(flow: Compiled) -> Iterator[tuple[str, Iterable[Expr]]]:
    """The job of each step's model, and the values that it is handed."""
    yield from (("agent", step.using or ()) for step, _ in flow.steps(Agent))
    yield from (("route", step.using or ()) for step, _ in flow.steps(Judge))
    yield from (("answer", step.what.using or ()) for step, _ in flow.steps(Reply) if isinstance(step.what, Write))


RULE = Rule(
    "image-without-vision",
    check,
    unread=True,
    why="No ticket would get past the step: nobody answers for a picture that nobody has looked at.",
    mend="Name a model that sees pictures under `models`, let Tesseract read them, or leave the files to people.",
)
