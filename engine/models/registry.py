"""The adapters that exist. A new one is a file of its own and a line here."""

from collections.abc import Callable
from typing import Final

from engine.models.base import Embedder, Model
from engine.models.embedders import remote
from engine.models.embedders.base import EmbedderChoice
from engine.models.errors import UnknownModel
from engine.models.local.embedding import PackagedEmbedder
from engine.models.local.model import LocalModel

MODELS: Final[dict[str, type[Model]]] = {
    "local": LocalModel,
}

EMBEDDERS: Final[dict[str, Callable[[EmbedderChoice], Embedder]]] = {
    "mistral": remote.mistral,
    "openai": remote.openai,
    "packaged": lambda _: PackagedEmbedder(),
}


def model(name: str) -> Model:
    """Make the model that engine.yaml calls `name`; raises `UnknownModel` with the names there are."""
    if name not in MODELS:
        raise UnknownModel(f"no model {name!r}; there are: {', '.join(sorted(MODELS))}")
    return MODELS[name]()


def embedder(choice: EmbedderChoice | str = "packaged") -> Embedder:
    """Make an embedder, of a provider's name alone with its own defaults; raises `UnknownModel` with the names there
    are, and `MissingKey`."""
    if isinstance(choice, str):
        choice = EmbedderChoice(use=choice)
    if choice.use not in EMBEDDERS:
        raise UnknownModel(f"no embedder {choice.use!r}; there are: {', '.join(sorted(EMBEDDERS))}")
    return EMBEDDERS[choice.use](choice)
