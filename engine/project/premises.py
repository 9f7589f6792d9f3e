"""What runs on the premises: tools, channels, the embedder and the index, as they are declared. Who does not say so
does not.

Models have more to them (`engine.project.models`). The checker proves flows by this, and workers hold calls to it.
"""

from collections.abc import Mapping
from typing import NamedTuple

from engine.catalogue import store_vendor, vendor
from engine.project.contract import Tool
from engine.project.index import Index, index_of
from engine.project.settings import Channel, EmbedderSettings, KnowledgeSettings, Settings
from engine.project.tool import ToolEntry
from engine.syntax import Text

__all__ = [
    "Premises",
    "channel_stays",
    "embedder_of",
    "embedder_stays",
    "index_stays",
    "premises",
    "server_stays",
    "tool_stays",
]


class Premises(NamedTuple):
    """The names of what is said to be there."""

    tools: frozenset[str]
    channels: frozenset[str]
    embedder: bool
    """Whether searching the articles sends no question elsewhere."""
    articles: bool
    """Whether their index, which holds past tickets too, is kept there."""


def premises(settings: Settings | None, tools: Mapping[str, Tool]) -> Premises:
    """Of a whole project."""
    channels = (settings.channels if settings else None) or {}
    knowledge = settings.knowledge if settings else None
    return Premises(
        frozenset(name for name, tool in tools.items() if tool_stays(tool.entry)),
        frozenset(name for name, (_, channel) in channels.items() if channel is not None and channel_stays(channel)),
        embedder_stays(embedder_of(knowledge)),
        index_stays(index_of(knowledge)),
    )


def tool_stays(tool: ToolEntry) -> bool:
    """Whether the tool's system is there."""
    return tool.location is not None and tool.location.value == "on_premises"


def channel_stays(channel: Channel) -> bool:
    """Whether the platform is there."""
    return channel.location is not None and channel.location.value == "on_premises"


def embedder_of(knowledge: KnowledgeSettings | None) -> EmbedderSettings | None:
    """The embedder that is chosen. None: what comes with the engine."""
    return knowledge.embedder if knowledge is not None else None


def server_stays(location: Text | None, base_url: Text | None) -> bool:
    """Whether a server that models or embeds is there: it is said to be, at an address of one's own. Without an address
    it is the provider's cloud, and so it is at a vendor's, whatever is said."""
    there = location is not None and location.value == "on_premises"
    return there and base_url is not None and vendor(base_url.value) is None


def embedder_stays(embedder: EmbedderSettings | None) -> bool:
    """Whether texts to embed stay: `packaged`, or a server of one's own."""
    if embedder is None or (embedder.use is not None and embedder.use.value == "packaged"):
        return True
    return server_stays(embedder.location, embedder.base_url)


def index_stays(index: Index | None) -> bool:
    """Whether what the articles say stays: in a folder, or on a server of one's own that speaks S3."""
    if index is None:
        return True
    there = index.location is not None and index.location.value == "on_premises"
    return there and index.base_url is not None and store_vendor(index.base_url.value) is None
