"""A model of engine.yaml that could not be asked as it is declared."""

from collections.abc import Iterator
from typing import NamedTuple

from engine.catalogue import KEYS, known
from engine.diagnostics import Place, Sink
from engine.project.models import Standing, standing
from engine.project.settings import Settings
from engine.rules.base import Case, Rule

__all__ = ["RULE"]


class _Wrong(NamedTuple):
    message: str
    tip: str


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
                sink.error("wrong-model", place, found.message, tip=found.tip)


def _wrong(settings: Settings, name: str, one: Standing) -> Iterator[_Wrong]:
    if one.provider not in KEYS:
        return
    said = one.declared
    if said is None or said.model is None:
        tip = f"Write `{name}: {{use: {one.provider}, model: ...}}` with the provider's name of the model."
        yield _Wrong(f"the model `{name}` does not say which model of `{one.provider}` it is", tip)
        return
    if said.location is not None and said.location.value == "on_premises" and said.base_url is None:
        tip = "Write the address of your own server with `base_url:`, or leave `location` out."
        yield _Wrong(f"the model `{name}` is said to be on the premises, and `{one.provider}` itself is asked", tip)
    if said.fallback and any(other.value == name for other in said.fallback):
        yield _Wrong(f"the model `{name}` stands in for itself", "Name another model under `fallback:`.")
    budget = settings.budget
    bounded = budget is not None and (budget.ticket is not None or budget.day is not None)
    unknown = said.base_url is not None or known(one.provider, said.model.value) is None
    if bounded and said.price is None and unknown and not one.stays:
        tip = "Write `price: {input: ..., output: ...}` at the model, in USD for a million tokens."
        yield _Wrong(f"there is a budget, and the price of the model `{name}` is not known", tip)


RULE = Rule(
    "wrong-model",
    check,
    unread=True,
    why="No worker would start with it, or a budget would have nothing to count.",
    mend="Say which model it is, where it runs, and what it costs where the engine does not know that.",
)
