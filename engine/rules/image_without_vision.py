"""Files handed to a model that cannot be shown them: it sees none and nothing reads their text, the flow masks what it
sees, or they are no pictures."""

from collections.abc import Iterable, Iterator

from engine.compile import Compiled
from engine.compile.asking import path_of
from engine.diagnostics import Label, Place, Sink
from engine.project.contract import json_of
from engine.project.models import sees, standing
from engine.project.scalars import Expr
from engine.project.settings import Settings
from engine.rules.base import Case, Rule
from engine.steps.agent import Agent
from engine.steps.ask import Ask, FieldSpec, Files
from engine.steps.judge import Judge
from engine.steps.reply import Reply, Write

__all__ = ["RULE"]

_TIP = (
    "name a model that sees (`vision: yes` says so of one that the engine does not know), or write `ocr: tesseract` in "
    "engine.yaml and install it where the workers run"
)
_NO_PICTURES = "ask for pictures (`types: [image]`), or leave the files out of `using`: people see them with the ticket"
_MASKED = "leave the files out of `using`, so that people look at them, or `mask` out of the `data` that holds here"


def check(case: Case, sink: Sink) -> None:
    """Every step that gives a model what a customer attached, by what its fields take, by the masks that hold in this
    flow, by the model that does the job in it and by those that stand in for it. With `ocr`, each of these models is
    given the text in a picture. What a ticket may do without (`optional`, `if`) is warned of."""
    settings = case.project.settings
    for flow in case.flows.values():
        for job, expr, specs in _handed(flow):
            asked = Label(specs[0].at["files"].place, "they are asked for here")
            strange = [spec for spec in specs if not _pictures(spec)]
            if strange:
                others = Label(strange[0].at["files"].place, "these are no pictures")
                message = "this hands files to a model, which is shown pictures alone: people get every ticket with one"
                tell = sink.error if any(map(_needed, strange)) else sink.warning
                tell("image-without-vision", expr.text.place, message, tip=_NO_PICTURES, labels=[others])
                continue
            mask = _mask(flow, settings)
            if mask is not None:
                message = (
                    "this hands files to a model, and a picture cannot be masked: people get every ticket with one"
                )
                tell = sink.error if any(map(_needed, specs)) else sink.warning
                masked = Label(mask, "models are shown masks here")
                tell("image-without-vision", expr.text.place, message, tip=_MASKED, labels=[asked, masked])
            for message, labels in _blind(settings, flow, job):
                sink.error("image-without-vision", expr.text.place, message, tip=_TIP, labels=(asked, *labels))


def _handed(flow: Compiled) -> Iterator[tuple[str, Expr, list[FieldSpec]]]:
    """The job of a step's model, a value that it is handed, and the fields of files in it."""
    fields = _files(flow)
    for job, using in _given(flow) if fields else ():
        for expr in using:
            specs = fields.get(path_of(json_of(expr)) or "")
            if specs is not None:
                yield job, expr, specs


def _needed(spec: FieldSpec) -> bool:
    """Whether no ticket gets past its `ask` without it."""
    return spec.optional is None and spec.test is None


def _pictures(spec: FieldSpec) -> bool:
    """Whether a picture can be among the files of a field."""
    said = spec.files
    return not isinstance(said, Files) or "types" in said.broken or "image" in said.to_json()["types"]


def _mask(flow: Compiled, settings: Settings | None) -> Place | None:
    """Where it is said that models are shown masks in this flow."""
    defaults = settings.defaults if settings is not None else None
    for data in (flow.flow.data, defaults.data if defaults is not None else None):
        if data is not None and data.mask:
            return data.spot("mask")
    return None


def _blind(settings: Settings | None, flow: Compiled, job: str) -> Iterator[tuple[str, tuple[Label, ...]]]:
    """What is wrong with the models of a job. One that is not known is reported as such."""
    if settings is None or settings.ocr is not None or {"models", "ocr"} & settings.broken:
        return
    if "models" in flow.flow.broken:
        return
    name = flow.settings["models"].get(job, "local")
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


def _files(flow: Compiled) -> dict[str, list[FieldSpec]]:
    """Path -> the fields of files that it reads: one, or all that its step asks for."""
    found: dict[str, list[FieldSpec]] = {}
    for step, _ in flow.steps(Ask):
        for name, (_, spec) in (step.fields or {}).items() if step.name is not None else ():
            if step.name is not None and spec is not None and spec.kind == "files":
                found[f"{step.name.value}.{name}"] = [spec]
                found.setdefault(step.name.value, []).append(spec)
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
    mend="Ask for pictures, name a model that sees them under `models`, let Tesseract read them, or leave the files to "
    "people: in a flow with `mask` no model is shown any.",
)
