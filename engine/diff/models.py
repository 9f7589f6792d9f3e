"""The models behind a flow's jobs: where contents go to be read and answered."""

from collections.abc import Iterator
from typing import NamedTuple

from engine.diff.difference import Loosening, Spot
from engine.diff.whole import Whole
from engine.project.premises import server_stays
from engine.project.settings import ModelSettings
from engine.syntax import Text

__all__ = ["changed", "looser"]

_LOCAL = "local"
"""Comes with the engine, and runs where it runs."""


class _Model(NamedTuple):
    provider: str
    model: str = ""
    address: str = ""
    stays: bool = False
    """On the premises, by its nature or as engine.yaml says."""


def looser(strict: Whole, loose: Whole) -> Iterator[Loosening]:
    """A model that is no longer on the premises, or that contents are sent to at another address."""
    for job, before, after in _jobs(strict, loose):
        was, now = _spot(strict, job), _spot(loose, job)
        if before.stays and not after.stays:
            said, mirrored = f"the model for `{job}` may run off the premises", f"the model for `{job}` stays here now"
            yield Loosening("models", was, now, said, mirrored)
        elif before.address != after.address and before.provider == after.provider:
            said = f"the model for `{job}` is at another address, which cannot be compared"
            yield Loosening("models", was, now, said)


def changed(old: Whole, new: Whole) -> Iterator[Loosening]:
    """Another model for a job."""
    for job, before, after in _jobs(old, new):
        if before != after:
            yield Loosening("models", _spot(old, job), _spot(new, job), f"another model does the job `{job}`")


def _jobs(one: Whole, other: Whole) -> Iterator[tuple[str, _Model, _Model]]:
    for job, alias in one.said["models"].items():
        if job in other.said["models"]:
            yield job, _model(one, alias), _model(other, other.said["models"][job])


def _model(whole: Whole, alias: str) -> _Model:
    """The model that a name stands for; names of names are followed, each once."""
    known = (whole.project.settings.models if whole.project.settings else None) or {}
    seen: set[str] = set()
    while alias in known and alias not in seen:
        seen.add(alias)
        _, said = known[alias]
        if isinstance(said, ModelSettings):
            return _settled(said)
        alias = said.value if isinstance(said, Text) else alias
    return _Model(alias, stays=alias == _LOCAL)


def _settled(said: ModelSettings) -> _Model:
    provider, model, address = (text.value if text else "" for text in (said.use, said.model, said.base_url))
    stays = provider == _LOCAL or server_stays(said.location, said.base_url)
    return _Model(provider, model, address, stays)


def _spot(whole: Whole, job: str) -> Spot:
    return whole.spot("models", f"{job}: {whole.said['models'][job]}")
