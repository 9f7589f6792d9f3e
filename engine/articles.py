"""The library of a project: its folder of articles, where their index is, and the embedder that engine.yaml names."""

from collections.abc import Mapping

from engine.expressions.evaluate import render
from engine.knowledge.library import Library
from engine.models.embedders.base import EmbedderChoice
from engine.models.errors import MissingKey
from engine.models.registry import embedder
from engine.project.contract import json_of
from engine.project.models import embedder_variables
from engine.project.settings import EmbedderSettings, KnowledgeSettings
from engine.settings import Settings

__all__ = ["choice", "library"]


def library(settings: Settings, knowledge: KnowledgeSettings | None) -> Library:
    """The library of a project with these `knowledge` settings. Raises `ModelError` for an embedder that can't be had;
    asks no server yet."""
    return Library(settings.state / "knowledge", embedder(choice(knowledge, settings.secrets)))


def choice(knowledge: KnowledgeSettings | None, secrets: Mapping[str, str]) -> EmbedderChoice:
    """The embedder that is chosen. Raises `MissingKey` where its key is not in the environment."""
    said = knowledge.embedder if knowledge is not None else None
    if said is None or said.use is None:
        return EmbedderChoice()
    variables = embedder_variables(said)
    for variable in variables:
        if not secrets.get(variable):
            raise MissingKey(variable, said.use.value)
    return EmbedderChoice(
        use=said.use.value,
        model=said.model.value if said.model else "",
        base_url=said.base_url.value if said.base_url else "",
        key=_key(said, variables, secrets),
        variable=variables[0] if variables else "",
        dimension=said.dimension or 0,
    )


def _key(said: EmbedderSettings, variables: list[str], secrets: Mapping[str, str]) -> str:
    if said.api_key is not None:
        return str(render(json_of(said.api_key), {"secret": dict(secrets)}))
    return secrets[variables[0]] if variables else ""
