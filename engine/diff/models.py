"""The models behind a flow's jobs: where contents go to be read and answered."""

from collections.abc import Iterator
from typing import NamedTuple

from engine.diff.difference import Loosening, Spot
from engine.diff.whole import Whole
from engine.project.models import standing

__all__ = ["changed", "looser"]


class _Model(NamedTuple):
    provider: str
    model: str = ""
    address: str = ""
    stays: bool = False
    """On the premises, by its nature or as engine.yaml says."""


def looser(strict: Whole, loose: Whole) -> Iterator[Loosening]:
    """A model, or one that stands in for it, that is no longer on the premises, or that contents are sent to at another
    address."""
    for job, before, after in _jobs(strict, loose):
        was, now = _spots(strict, loose, job)
        if all(one.stays for one in before.values()) and not all(one.stays for one in after.values()):
            model = f"the model for `{job}`" if not after[""].stays else f"what stands in for the model for `{job}`"
            yield Loosening(
                "models", was, now, f"{model} may run off the premises", f"the model for `{job}` stays here now"
            )
            continue
        for alias in sorted(before.keys() & after.keys()):
            one, other = before[alias], after[alias]
            moved = one.address != other.address and one.provider == other.provider
            if moved and other.stays <= one.stays:
                model = f"`{alias}`, which stands in for `{job}`," if alias else f"the model for `{job}`"
                yield Loosening("models", was, now, f"{model} is at another address, which cannot be compared")


def changed(old: Whole, new: Whole) -> Iterator[Loosening]:
    """Another model for a job, or others that stand in for it."""
    for job, before, after in _jobs(old, new):
        if before != after:
            same = before[""] == after[""]
            said = f"other models stand in for that of `{job}`" if same else f"another model does the job `{job}`"
            yield Loosening("models", *_spots(old, new, job), said)


def _jobs(one: Whole, other: Whole) -> Iterator[tuple[str, dict[str, _Model], dict[str, _Model]]]:
    for job, alias in one.said["models"].items():
        if job in other.said["models"]:
            yield job, _chain(one, alias), _chain(other, other.said["models"][job])


def _chain(whole: Whole, alias: str) -> dict[str, _Model]:
    """The model that a name stands for, under no name, and those that stand in for it, by theirs."""
    one = standing(whole.project.settings, alias)
    others = (one.declared.fallback if one and one.declared else None) or ()
    return {"": _model(whole, alias), **{text.value: _model(whole, text.value) for text in others}}


def _model(whole: Whole, alias: str) -> _Model:
    """What cannot be read is taken for a provider of that name."""
    one = standing(whole.project.settings, alias)
    if one is None or one.declared is None:
        return _Model(one.provider if one else alias, stays=one is not None and one.stays)
    model, address = (text.value if text else "" for text in (one.declared.model, one.declared.base_url))
    return _Model(one.provider, model, address, one.stays)


def _spots(one: Whole, other: Whole, job: str) -> tuple[Spot, Spot]:
    """Where each says which model it is; where both name the same, where each says what that is."""
    name = one.said["models"][job]
    declared = name if name == other.said["models"][job] else job
    return _spot(one, job, declared), _spot(other, job, declared)


def _spot(whole: Whole, job: str, declared: str) -> Spot:
    settings = whole.project.settings
    project = (settings.models if settings else None) or {}
    line = project.get(declared) if declared != job else None
    line = line or (whole.flow.models or {}).get(job) or project.get(job)
    text = f"{job}: {whole.said['models'][job]}"
    return Spot(line[0].place, text) if line else whole.spot("models", text)
