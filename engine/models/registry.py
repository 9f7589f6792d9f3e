"""The adapters that exist. A new one is a file of its own and a line here."""

from typing import Final

from engine.models.base import Embedder, Model
from engine.models.errors import UnknownModel
from engine.models.local.embedding import PackagedEmbedder
from engine.models.local.model import LocalModel

MODELS: Final[dict[str, type[Model]]] = {
    "local": LocalModel,
}

EMBEDDERS: Final[dict[str, type[Embedder]]] = {
    "packaged": PackagedEmbedder,
}


def model(name: str) -> Model:
    """Make the model that engine.yaml calls `name`; raises `UnknownModel` with the names there are."""
    if name not in MODELS:
        raise UnknownModel(f"no model {name!r}; there are: {', '.join(sorted(MODELS))}")
    return MODELS[name]()


def embedder(name: str = "packaged") -> Embedder:
    """Make the embedder `name`; raises `UnknownModel` with the names there are."""
    if name not in EMBEDDERS:
        raise UnknownModel(f"no embedder {name!r}; there are: {', '.join(sorted(EMBEDDERS))}")
    return EMBEDDERS[name]()
