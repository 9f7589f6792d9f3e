"""The adapters that exist. A new one is a file of its own and a line here. None is imported before it is wanted."""

from collections.abc import Callable
from typing import Final

from engine.address import address_fault
from engine.models.base import Embedder, Model
from engine.models.embedders import remote
from engine.models.embedders.base import EmbedderChoice
from engine.models.errors import UnknownModel, WrongAddress
from engine.models.hosted import HostedModel, Provider, Spec
from engine.models.local.embedding import PackagedEmbedder
from engine.models.local.model import LocalModel

__all__ = ["EMBEDDERS", "LOCAL", "PROVIDERS", "embedder", "model"]

LOCAL: Final = "local"


def _anthropic(spec: Spec) -> Provider:
    from engine.models.anthropic import Anthropic

    return Anthropic(spec)


def _openai(spec: Spec) -> Provider:
    from engine.models.openai import OpenAI

    return OpenAI(spec)


def _mistral(spec: Spec) -> Provider:
    from engine.models.mistral import Mistral

    return Mistral(spec)


def _google(spec: Spec) -> Provider:
    from engine.models.google import Google

    return Google(spec)


PROVIDERS: Final[dict[str, Callable[[Spec], Provider]]] = {
    "anthropic": _anthropic,
    "openai": _openai,
    "mistral": _mistral,
    "google": _google,
}
"""Those that somebody serves; `local` is the one that runs in the worker itself."""

EMBEDDERS: Final[dict[str, Callable[[EmbedderChoice], Embedder]]] = {
    "mistral": remote.mistral,
    "openai": remote.openai,
    "packaged": lambda _: PackagedEmbedder(),
}


def model(spec: Spec) -> Model:
    """Make the model that engine.yaml describes; raises `UnknownModel` with the providers there are."""
    if spec.provider == LOCAL:
        return LocalModel()
    if spec.provider not in PROVIDERS:
        there = ", ".join(sorted({LOCAL, *PROVIDERS}))
        raise UnknownModel(f"no provider {spec.provider!r} for the model {spec.name!r}; there are: {there}")
    return HostedModel(spec, PROVIDERS[spec.provider])


def embedder(choice: EmbedderChoice | str = "packaged") -> Embedder:
    """Make an embedder, of a provider's name alone with its own defaults; raises `UnknownModel` with the names there
    are, `MissingKey` and `WrongAddress`."""
    if isinstance(choice, str):
        choice = EmbedderChoice(use=choice)
    if choice.use not in EMBEDDERS:
        raise UnknownModel(f"no embedder {choice.use!r}; there are: {', '.join(sorted(EMBEDDERS))}")
    why = address_fault(choice.base_url) if choice.base_url else None
    if why is not None:
        raise WrongAddress(f"the embedder cannot be asked at its `base_url`: {why}")
    return EMBEDDERS[choice.use](choice)
