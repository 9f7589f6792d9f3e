"""The library of a project: its folder of articles, where their index is, and the embedder that engine.yaml names."""

from collections.abc import Mapping
from pathlib import Path

from engine.catalogue import KEYS
from engine.errors import NotConfigured
from engine.knowledge.library import Library
from engine.knowledge.place import Place
from engine.models.embedders.base import EmbedderChoice
from engine.models.errors import MissingKey
from engine.models.local.synonyms import Synonyms
from engine.models.registry import embedder
from engine.project.index import fault, index_of
from engine.project.models import embedder_variables, secret_of
from engine.project.settings import KnowledgeSettings
from engine.settings import Settings

__all__ = ["choice", "library", "synonyms"]


def library(settings: Settings, knowledge: KnowledgeSettings | None) -> Library:
    """The library of a project with these `knowledge` settings. Raises `ModelError` for an embedder that can't be had,
    and `NotConfigured` for an index; asks no server yet."""
    return Library(_place(settings, knowledge), embedder(choice(knowledge, settings.secrets)), synonyms(knowledge))


def synonyms(knowledge: KnowledgeSettings | None) -> Synonyms:
    """The words that mean the same to the team."""
    said = knowledge.synonyms if knowledge is not None else None
    return Synonyms([text.value for text in one] for one in said or ())


def _place(settings: Settings, knowledge: KnowledgeSettings | None) -> Place | Path:
    """engine.yaml says on whose servers the index is kept, and so what is proven of it; ENGINE_INDEX only in which of
    their buckets, or that this machine has one of its own."""
    index = index_of(knowledge)
    if settings.index == "folder":
        return settings.state / "knowledge"
    if index is None and knowledge is not None and (knowledge.index is not None or "index" in knowledge.broken):
        raise NotConfigured("`index` of engine.yaml cannot be read: see `engine validate`")
    if index is None and settings.index:
        raise NotConfigured("ENGINE_INDEX names a bucket, and engine.yaml has no `knowledge: {index: ...}`")
    if index is None:
        return settings.state / "knowledge"
    url = settings.index or index.url.value
    why = fault(url)
    if why is not None:
        named = "ENGINE_INDEX" if settings.index else "`index` of engine.yaml"
        raise NotConfigured(f"the index cannot be kept where {named} says: {why}")
    if url.partition(":")[0] != index.url.value.partition(":")[0]:
        raise NotConfigured("ENGINE_INDEX names a bucket of another provider than `index` of engine.yaml")
    from engine.knowledge.bucket import Bucket  # LanceDB's client of buckets, which a folder does without

    return Bucket(url, settings.state / "copies", base_url=index.base_url.value if index.base_url else "")


def choice(knowledge: KnowledgeSettings | None, secrets: Mapping[str, str]) -> EmbedderChoice:
    """The embedder that is chosen. Raises `MissingKey` where its key is not in the environment, and `NotConfigured`
    where something else than a variable stands there."""
    said = knowledge.embedder if knowledge is not None else None
    if said is None or said.use is None:
        return EmbedderChoice()
    if said.api_key is not None and said.use.value in KEYS and secret_of(said.api_key) is None:
        raise NotConfigured("the `api_key` of the embedder is no `{{ secret.NAME }}`: see `engine validate`")
    variable = next(iter(embedder_variables(said)), "")
    if variable and not secrets.get(variable):
        raise MissingKey(variable, said.use.value)
    return EmbedderChoice(
        use=said.use.value,
        model=said.model.value if said.model else "",
        base_url=said.base_url.value if said.base_url else "",
        key=secrets[variable] if variable else "",
        variable=variable,
        dimension=said.dimension or 0,
        on_premises=said.location is not None and said.location.value == "on_premises",
    )
