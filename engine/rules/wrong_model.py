"""A model, or the embedder, of engine.yaml that could not be asked as it is declared, or where it is said to be."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from engine.catalogue import KEYS, PROVIDERS, known, names, since, vendor
from engine.diagnostics import Label, Place, Sink, nearest
from engine.project.models import Standing, longest_answer, output_price, standing
from engine.project.premises import embedder_of
from engine.project.settings import EmbedderSettings, ModelSettings, Settings
from engine.project.shape import quoted, shortened
from engine.rules.api_key import wrong_key
from engine.rules.base import Across, Case, Rule
from engine.rules.base_url import Wrong, wrong_address
from engine.rules.references import uses
from engine.steps.agent import Agent
from engine.syntax import Text

__all__ = ["RULE"]

_JOBS = ("answer", "ask", "route", "agent")
"""What a model is asked for where a flow names none: names that engine.yaml gives a meaning of their own."""


LOCAL = "local"
PACKAGED = "packaged"
_NUMBER = re.compile(r"[0-9.]+")
_PRICE = "Write `price: {input: ..., output: ...}` at the model, in USD for a million tokens."
_ELSEWHERE = "Write the address of your own server with `base_url:`, or leave `location` out."


class _Near(NamedTuple):
    name: str
    place: Place
    job: str


def check(case: Case, sink: Sink) -> None:
    """Every model that is declared, whether a flow uses it or not. What is wrong with one is told where it is declared,
    and not again where a job names it."""
    settings = case.project.settings
    if settings is None:
        return
    _counted(case, settings, sink)
    if not case.furniture:
        return
    models = settings.models or {}
    for name, (text, said) in models.items():
        if said is None or (isinstance(said, Text) and said.value in models and said.value != name):
            if said is not None and standing(settings, name) is None and _circles(settings, name):
                message, tip = f"the model `{name}` leads back to itself", "Name a model with `use:`."
                sink.error("wrong-model", text.place, message, tip=tip)
            continue
        one = standing(settings, name)
        if one is not None and (one.declared is None or not one.declared.broken):
            _report(_wrong(settings, name, one), text.place, sink)
    embedder = embedder_of(settings.knowledge)
    if embedder is not None and embedder.use is not None and not embedder.broken:
        _report(_reached("the embedder", embedder.use.value, embedder), embedder.use.place, sink)


def _report(found: Iterable[Wrong], otherwise: Place, sink: Sink) -> None:
    for one in found:
        tell = sink.warning if one.warning else sink.error
        tell("wrong-model", one.place or otherwise, one.message, tip=one.tip, fix=one.fix)


def _circles(settings: Settings, name: str) -> bool:
    """Whether names of names lead back, and not to a model that cannot be read."""
    seen: set[str] = set()
    models = settings.models or {}
    while name in models and name not in seen:
        seen.add(name)
        said = models[name][1]
        if not isinstance(said, Text):
            return False
        name = said.value
    return name in seen


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


def _wrong(settings: Settings, name: str, one: Standing) -> Iterator[Wrong]:
    if name == LOCAL and (one.provider != LOCAL or one.declared is not None):
        message = "`local` is the model that comes with the engine: no other can have its name"
        yield Wrong(message, "Give this one another name, and name that for its jobs.")
    if one.provider not in PROVIDERS:
        near = nearest(one.provider, [*PROVIDERS, *(settings.models or {})])
        tip = f"did you mean `{near}`?" if near else f"Name a provider: {quoted(sorted(PROVIDERS))}."
        yield Wrong(f"the model `{name}` is `{shortened(one.provider)}`, which is no provider and no other model", tip)
    said, what = one.declared, f"the model `{name}`"
    if one.provider in KEYS and (said is None or said.model is None):
        tip = f"Write `{name}: {{use: {one.provider}, model: ...}}` with the provider's name of the model."
        yield Wrong(f"{what} does not say which model of `{one.provider}` it is", tip)
    if said is None:
        return
    yield from _reached(what, one.provider, said)
    yield from _misspelt(one.provider, said)
    yield from _fallback(settings, name, said)
    yield from _window(name, one, said)
    if _bounded(settings) and _unpriced(one):
        yield Wrong(f"there is a budget, and the price of the model `{name}` is not known", _PRICE)


def _window(name: str, one: Standing, said: ModelSettings) -> Iterator[Wrong]:
    """What a model reads and writes has to leave room for something to read."""
    most = longest_answer(one)
    if said.context is not None and said.context <= most:
        unless = "" if said.max_output is not None else ", as nothing else is said"
        message = (
            f"the model `{name}` takes {said.context} tokens, and its answer may be {most} long{unless}: no prompt has "
            "room beside it"
        )
        yield Wrong(message, "Write a smaller `max_output`, or the `context` that it has.", said.spot("context"))


def _bounded(settings: Settings) -> bool:
    budget = settings.budget
    return budget is not None and (budget.ticket is not None or budget.day is not None)


def _unpriced(one: Standing) -> bool:
    """Whether it may be asked, and nobody knows at what price."""
    said = one.declared
    sound = said is not None and said.model is not None and not said.broken
    return sound and one.provider in KEYS and output_price(one) is None


def _counted(case: Case, settings: Settings, sink: Sink) -> None:
    """An agent with a bound on its cost counts what its model costs, and what stands in for it. Where there is a
    budget, models without a price are reported for themselves."""
    if _bounded(settings) or {"models", "budget"} & settings.broken:
        return
    for flow in case.flows.values():
        for step, _ in flow.steps(Agent):
            cost = step.bounds.cost if step.bounds is not None else None
            if cost is None or "models" in flow.flow.broken:
                continue
            first = flow.settings["models"].get("agent", LOCAL)
            for name, one in _links(settings, first):
                if _unpriced(one):
                    of = "" if name == first else f", which stands in for `{first}`,"
                    message = f"this counts what the agent costs, and the price of the model `{name}`{of} is not known"
                    labels = [Label(one.declared.place, "the model")] if one.declared is not None else []
                    sink.error("wrong-model", cost.text.place, message, tip=_PRICE, labels=labels)


def _links(settings: Settings, name: str) -> Iterator[tuple[str, Standing]]:
    """A model and what stands in for it, as far as they can be read."""
    first = standing(settings, name)
    declared = first.declared if first is not None else None
    for other in (name, *(text.value for text in (declared.fallback if declared is not None else None) or ())):
        one = standing(settings, other)
        if one is not None:
            yield other, one


def _misspelt(provider: str, said: ModelSettings) -> Iterator[Wrong]:
    """A name that its provider has not, as far as is known, but for one slip. What differs in its numbers is a version
    that came later, what is the beginning of another name a model of its own (`gpt-4`)."""
    if said.model is None or said.base_url is not None or known(provider, said.model.value) is not None:
        return
    word = said.model.value
    near = nearest(word, names(provider), within=1)
    if near is None or near.startswith(word) or _versions(near, word):
        return
    message = f"`{shortened(word)}` is none of the models of `{provider}` that were known on {since()}"
    yield Wrong(message, f"did you mean `{near}`?", said.model.place, warning=True)


def _versions(one: str, other: str) -> bool:
    """Whether two names differ in their numbers alone."""
    return _NUMBER.sub("", one) == _NUMBER.sub("", other) and _NUMBER.findall(one) != _NUMBER.findall(other)


def _fallback(settings: Settings, name: str, said: ModelSettings) -> Iterator[Wrong]:
    """What stands in for a model is another one, and stands there once."""
    seen: dict[int | str, Text] = {}
    for other in said.fallback or ():
        one = standing(settings, other.value)
        if one is None:
            continue
        if one.declared is said:
            message = f"the model `{name}` stands in for itself"
            yield Wrong(message, "Name another model under `fallback:`.", other.place)
            continue
        first = seen.setdefault(id(one.declared) if one.declared else one.provider, other)
        if first is not other:
            same = f", as `{first.value}`" if first.value != other.value else ""
            message = f"`{other.value}` stands in for the model `{name}` already{same}"
            yield Wrong(message, "Leave it out: each model is asked once.", other.place, warning=True)


def _reached(what: str, provider: str, said: ModelSettings | EmbedderSettings) -> Iterator[Wrong]:
    """How a server is reached, and where it is."""
    if provider not in KEYS:
        for written in (said.at.get("api_key"), said.at.get("base_url")) if provider in (LOCAL, PACKAGED) else ():
            if written is not None:
                message = f"`{provider}` comes with the engine and asks no server: it needs no `{written.value}`"
                yield Wrong(message, "Leave it out.", written.place, warning=True)
        return
    if said.api_key is not None:
        yield from wrong_key(what, provider, said.api_key)
    url = said.base_url
    if url is not None:
        found = list(wrong_address(what, provider, url, embeds=isinstance(said, EmbedderSettings)))
        yield from found
        if found:
            return
    if said.location is None or said.location.value != "on_premises":
        return
    if url is None:
        yield Wrong(f"{what} is said to be on the premises, and `{provider}` itself is asked", _ELSEWHERE)
    elif host := vendor(url.value):
        message = f"{what} is said to be on the premises, and `{shortened(host)}` is a vendor's own host"
        yield Wrong(message, _ELSEWHERE, url.place)


RULE = Rule(
    "wrong-model",
    check,
    across=Across(tell, judge),
    unread=True,
    why="No worker would start with it, no ticket would get an answer of it, a budget would have nothing to count, or "
    "contents that stay would leave.",
    mend="Say which model it is, where it runs, and which variable holds its key; and what it costs, where the engine "
    "does not know it. Its `context` has room for a prompt and for an answer.",
)
