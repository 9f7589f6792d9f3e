"""engine.yaml: where the articles are, and what finds them by their meaning."""

import re
from typing import ClassVar, Final

from engine.project.containers import Either, ListOf, MapOf
from engine.project.durations import Span
from engine.project.scalars import DURATION, SECRET, SLUG, STRING, Choice, Expr, Number, Right
from engine.project.shape import Declaration, Reader, Section, key
from engine.syntax import Text

__all__ = ["EmbedderSettings", "IndexSettings", "KnowledgeSettings"]

PROVIDERS_OTHERWISE: Final[dict[str, str | tuple[str, str]]] = {
    "claude": "anthropic",
    "gemini": "google",
    "gpt": "openai",
    "chatgpt": "openai",
    **dict.fromkeys(
        ("azure", "ollama", "vllm", "lmstudio", "llama.cpp", "openrouter", "groq", "deepseek", "together"),
        ("openai", "write `use: openai` with the address of the server as `base_url`, its `/v1` included"),
    ),
}
"""What a provider is called elsewhere -> its name; with a tip where more has to be written than that."""
MODEL_OTHERWISE: Final = {
    "provider": "use",
    "url": "base_url",
    "endpoint": "base_url",
    "key": "api_key",
    "token": "api_key",
    "max_tokens": "max_output",
    "timeout": "within",
    "fallbacks": "fallback",
}
"""What other programs call a key of a model."""
_WORD: Final = re.compile(r"\w+")


class EmbedderSettings(Declaration):
    """What makes vectors of the articles."""

    WHAT = "an embedder"
    OTHERWISE: ClassVar = {**MODEL_OTHERWISE, "dimensions": "dimension"}
    use: Text | None = key(
        "use",
        Choice(
            PROVIDERS_OTHERWISE,
            packaged="Comes with the engine: no key, no network.",
            openai="OpenAI, and servers that speak as it does.",
            mistral="Mistral, in its cloud or in the house.",
        ),
        doc="The provider.", example="openai", required=True,
    )  # fmt: skip
    model: Text | None = key("model", STRING, doc="Its name of the model.", example="text-embedding-3-small")
    base_url: Text | None = key("base_url", STRING, doc="Where it is, with `/v1`.", example="http://127.0.0.1:8080/v1")
    api_key: Expr | None = key(
        "api_key", SECRET, doc="The variable that holds its key.", example="'{{ secret.OPENAI_API_KEY }}'"
    )
    dimension: int | None = key(
        "dimension", Number("1", "8192", whole=True), doc="How long a vector is, where the model leaves a choice.",
        example="512",
    )  # fmt: skip
    location: Text | None = key(
        "location", Right(on_premises="On machines of your own.", cloud="Somewhere else."),
        doc="Where it runs; what is not `packaged` counts as `cloud`.", example="on_premises",
    )  # fmt: skip


class IndexSettings(Declaration):
    """Where the index is kept, for every worker of every host."""

    WHAT = "an index"
    url: Text | None = key(
        "url", STRING, doc="A bucket, and what stands before its names.", example="s3://shop-articles/engine",
        required=True,
    )  # fmt: skip
    base_url: Text | None = key(
        "base_url", STRING, doc="A server that speaks S3; without it, AWS_ENDPOINT_URL or the provider's own.",
        example="https://minio.shop.example:9000",
    )  # fmt: skip
    location: Text | None = key(
        "location", Right(on_premises="On machines of your own.", cloud="Somewhere else."),
        doc="Where that is; what does not say it counts as `cloud`.", example="on_premises",
    )  # fmt: skip


class KnowledgeSettings(Declaration):
    """Where the articles are."""

    WHAT = "knowledge"
    origin: Text | None = key("from", STRING, doc="The folder.", example="knowledge", required=True)
    collections: list[Text] | None = key(
        "collections", ListOf(SLUG), doc="Its collections, one a sub-folder.", example="[faq]", required=True
    )
    stale_after: dict[str, tuple[Text, Span | None]] | None = key(
        "stale_after", MapOf(DURATION, names=SLUG, what="a collection"),
        doc="How long a review of its articles counts; `engine kb lint` names those that need another.",
        example="{policies: 180d}",
    )  # fmt: skip
    embedder: EmbedderSettings | None = key(
        "embedder", Section(EmbedderSettings),
        doc="What finds articles by their meaning; without it, what comes with the engine. Another one reads all anew.",
        example="{use: openai, model: text-embedding-3-small}",
    )  # fmt: skip
    index: Text | IndexSettings | None = key(
        "index",
        Either("the URL of a bucket, or an index with its server", text=STRING, entries=Section(IndexSettings)),
        doc="Where the index is kept that all workers share; without it, in a folder of each machine.",
        example="s3://shop-articles/engine",
    )  # fmt: skip
    synonyms: list[list[Text]] | None = key(
        "synonyms", ListOf(ListOf(STRING, least=2)), example="[[RMA, return], [air fryer, hot air cooker]]",
        doc="Words and phrases that mean the same to this team: what customers call otherwise than the articles do.",
    )  # fmt: skip

    def finish(self, reader: Reader) -> None:
        """Each word or phrase stands in one list, and has a letter or a digit."""
        known: dict[tuple[str, ...], Text] = {}
        for text in (text for one in self.synonyms or () for text in one):
            words = tuple(_WORD.findall(text.value.casefold()))
            if not words:
                reader.error("wrong-shape", text.place, f"`{text.value}` has neither a letter nor a digit")
            elif words in known:
                message = f"`{text.value}` stands here a second time"
                tip = f"it is on line {known[words].place.line} too: where both lists mean the same, make one of them"
                reader.error("wrong-shape", text.place, message, tip)
            known.setdefault(words, text)
