"""Models by the names that engine.yaml gives them: what stands behind each, and which variables hold their keys."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final, NamedTuple

from engine.catalogue import KEYS, known
from engine.project.contract import json_of
from engine.project.premises import embedder_of, server_stays
from engine.project.scalars import Expr
from engine.project.settings import EmbedderSettings, ModelSettings, Settings
from engine.syntax import Text

__all__ = [
    "Needed", "Standing", "embedder_variables", "keys", "longest_answer", "output_price", "secret_of", "secrets_in",
    "sees", "standing", "variables", "works",
]  # fmt: skip

_MOST: Final = 2_000
"""Tokens of an answer, where engine.yaml does not say it."""


class Standing(NamedTuple):
    """What stands behind a name."""

    provider: str
    declared: ModelSettings | None
    """None where the provider alone is named."""

    @property
    def stays(self) -> bool:
        """Whether contents stay on the premises: `local`, or a server of one's own that is said to be there."""
        said = self.declared
        return self.provider == "local" or (said is not None and server_stays(said.location, said.base_url))


class Needed(NamedTuple):
    """A variable without which a model cannot be asked."""

    model: str
    variable: str


def standing(settings: Settings | None, name: str) -> Standing | None:
    """What a name of engine.yaml stands for, through names of names; a name that it does not have is a provider's own.
    None where it is broken, or leads in a circle."""
    declared: Mapping[str, tuple[Text, Any]] = (settings.models if settings else None) or {}
    seen: set[str] = set()
    while name in declared and name not in seen:
        seen.add(name)
        match declared[name][1]:
            case ModelSettings(use=Text() as use) as said:
                return Standing(use.value, said)
            case Text(value=other) if other in declared and other != name:
                name = other
            case Text(value=provider):
                return Standing(provider, None)
            case _:
                return None
    return None if name in seen else Standing(name, None)


def sees(one: Standing) -> bool:
    """Whether it sees pictures: as engine.yaml says, else as the table of models knows of it."""
    said = one.declared
    if said is not None and said.vision is not None:
        return said.vision.value in ("yes", "true")
    row = known(one.provider, said.model.value) if said is not None and said.model is not None else None
    return row is not None and row.vision


def works(one: Standing) -> bool:
    """Whether it works with tools, as an agent does: `local` does not, nor one of which engine.yaml says so."""
    said = one.declared.tools if one.declared else None
    return one.provider != "local" and (said is None or said.value in ("yes", "true"))


def longest_answer(one: Standing) -> int:
    """Tokens of an answer at the most."""
    return (one.declared.max_output if one.declared else None) or _MOST


def output_price(one: Standing) -> Decimal | None:
    """USD for a million tokens of an answer, as engine.yaml says, else as the table knows of it; 0 for what runs on the
    premises. None: it is not known."""
    said = one.declared
    if said is not None and said.price is not None:
        return said.price.output
    if one.stays:
        return Decimal(0)
    row = known(one.provider, said.model.value) if said and said.model and said.base_url is None else None
    return row.output if row is not None else None


def keys(settings: Settings | None) -> list[Needed]:
    """What the models of engine.yaml need, in their order, and what its embedder does, each once."""
    found = {}
    declared = (settings.models if settings else None) or {}
    for name, (_, said) in declared.items():
        if isinstance(said, Text) and said.value in declared and said.value != name:
            continue  # another name for one of them
        one = standing(settings, name)
        for variable in variables(one) if one is not None else ():
            found[name, variable] = Needed(name, variable)
    embedder = embedder_of(settings.knowledge if settings else None)
    return [*found.values(), *(Needed("knowledge.embedder", variable) for variable in embedder_variables(embedder))]


def embedder_variables(embedder: EmbedderSettings | None) -> list[str]:
    """Variables of the embedder's key: those that engine.yaml names, else the provider's usual one, for its own address
    alone."""
    if embedder is None or embedder.use is None:
        return []
    if embedder.use.value not in KEYS:
        return []
    if embedder.api_key is not None:
        return list(dict.fromkeys(secrets_in(json_of(embedder.api_key))))
    return [KEYS[embedder.use.value]] if embedder.base_url is None else []


def variables(one: Standing) -> list[str]:
    """Variables of its key: those that engine.yaml names, else the provider's usual one, for its own address alone."""
    said = one.declared
    if one.provider not in KEYS:
        return []
    if said is not None and said.api_key is not None:
        return list(dict.fromkeys(secrets_in(json_of(said.api_key))))
    if said is not None and said.base_url is not None:
        return []
    return [KEYS[one.provider]]


def secret_of(key: Expr) -> str | None:
    """The variable that an `api_key` names. None where something else than `{{ secret.NAME }}` stands there."""
    match json_of(key):
        case ["dot", ["name", "secret"], str() as name]:
            return name
    return None


def secrets_in(part: Any) -> Iterator[str]:
    """The names that trees read of `secret`."""
    match part:
        case ["dot", ["name", "secret"], str() as name]:
            yield name
        case list():
            for item in part:
                yield from secrets_in(item)
        case Mapping():
            for item in part.values():
                yield from secrets_in(item)
