"""A model, or the embedder, of engine.yaml that could not be asked as it is declared, or where it is said to be."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from engine.catalogue import KEYS, PROVIDERS, known, vendor
from engine.diagnostics import Place, Sink, nearest
from engine.project.models import Standing, standing
from engine.project.premises import embedder_of
from engine.project.settings import EmbedderSettings, ModelSettings, Settings
from engine.project.shape import quoted, shortened
from engine.rules.base import Across, Case, Rule
from engine.rules.references import uses
from engine.syntax import Text

__all__ = ["RULE"]

_JOBS = ("answer", "ask", "route", "agent")
"""What a model is asked for where a flow names none: names that engine.yaml gives a meaning of their own."""


_ELSEWHERE = "Write the address of your own server with `base_url:`, or leave `location` out."


class _Wrong(NamedTuple):
    message: str
    tip: str
    place: Place | None = None
    """Where it is, if it is not the model's name."""


class _Near(NamedTuple):
    name: str
    place: Place
    job: str


def check(case: Case, sink: Sink) -> None:
    """Every model that is declared, whether a flow uses it or not."""
    settings = case.project.settings
    if settings is None or not case.furniture or "models" in settings.broken:
        return
    for name, (text, said) in (settings.models or {}).items():
        one = standing(settings, name)
        if one is None and said is not None:
            message, tip = f"the model `{name}` leads back to itself", "Name a model with `use:`."
            sink.error("wrong-model", text.place, message, tip=tip)
        elif one is not None and (one.declared is None or not one.declared.broken):
            place: Place = text.place
            for found in _wrong(settings, name, one):
                sink.error("wrong-model", found.place or place, found.message, tip=found.tip)
    embedder = embedder_of(settings.knowledge)
    if embedder is not None and embedder.use is not None and embedder.use.value in KEYS:
        for found in _elsewhere("the embedder", embedder.use.value, embedder):
            sink.error("wrong-model", found.place or embedder.use.place, found.message, tip=found.tip)


def tell(case: Case) -> tuple[list[_Near], set[str]]:
    """Models that are called nearly as a job is, where that job has none; and those that somebody asks for."""
    settings = case.project.settings
    models = (settings.models if settings else None) or {}
    asked = {use.word for use in uses(case, "model")}
    asked.update(said.value for _, said in models.values() if isinstance(said, Text))
    near: list[_Near] = []
    for name, (text, _) in models.items() if case.furniture else ():
        job = nearest(name, _JOBS) if name not in _JOBS else None
        if job is not None and job not in models:
            near.append(_Near(name, text.place, job))
    return near, asked


def judge(told: Sequence[tuple[list[_Near], set[str]]], sink: Sink) -> None:
    """Of a model that nobody asks for, and that is nearly called as a job is, the job was meant."""
    asked = {name for _, names in told for name in names}
    for one in (one for near, _ in told for one in near):
        if one.name not in asked:
            message = (
                f"nobody asks for the model `{one.name}`, and no job is called so: jobs are {quoted(_JOBS, 'and')}"
            )
            sink.error("wrong-model", one.place, message, tip=f"did you mean `{one.job}`?")


def _wrong(settings: Settings, name: str, one: Standing) -> Iterator[_Wrong]:
    if one.provider not in PROVIDERS:
        near = nearest(one.provider, [*PROVIDERS, *(settings.models or {})])
        tip = f"did you mean `{near}`?" if near else f"Name a provider: {quoted(sorted(PROVIDERS))}."
        yield _Wrong(f"the model `{name}` is `{shortened(one.provider)}`, which is no provider and no other model", tip)
    if one.provider not in KEYS:
        return
    said = one.declared
    if said is None or said.model is None:
        tip = f"Write `{name}: {{use: {one.provider}, model: ...}}` with the provider's name of the model."
        yield _Wrong(f"the model `{name}` does not say which model of `{one.provider}` it is", tip)
        return
    yield from _elsewhere(f"the model `{name}`", one.provider, said)
    if said.fallback and any(other.value == name for other in said.fallback):
        yield _Wrong(f"the model `{name}` stands in for itself", "Name another model under `fallback:`.")
    budget = settings.budget
    bounded = budget is not None and (budget.ticket is not None or budget.day is not None)
    unknown = said.base_url is not None or known(one.provider, said.model.value) is None
    if bounded and said.price is None and unknown and not one.stays:
        tip = "Write `price: {input: ..., output: ...}` at the model, in USD for a million tokens."
        yield _Wrong(f"there is a budget, and the price of the model `{name}` is not known", tip)


def _elsewhere(what: str, provider: str, said: ModelSettings | EmbedderSettings) -> Iterator[_Wrong]:
    """What is said to be on the premises, at an address that is not."""
    if said.location is None or said.location.value != "on_premises":
        return
    if said.base_url is None:
        yield _Wrong(f"{what} is said to be on the premises, and `{provider}` itself is asked", _ELSEWHERE)
    elif host := vendor(said.base_url.value):
        message = f"{what} is said to be on the premises, and `{shortened(host)}` is a vendor's own host"
        yield _Wrong(message, _ELSEWHERE, said.base_url.place)


RULE = Rule(
    "wrong-model",
    check,
    across=Across(tell, judge),
    unread=True,
    why="No worker would start with it, a budget would have nothing to count, or contents that stay would leave.",
    mend="Say which model it is, where it runs, and what it costs where the engine does not know that.",
)
