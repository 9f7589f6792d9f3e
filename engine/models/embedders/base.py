"""What is said of an embedder in engine.yaml, as data: which provider, which of its models, where, with which key."""

from dataclasses import dataclass, field

__all__ = ["EmbedderChoice"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbedderChoice:
    """An embedder to make."""

    use: str = "packaged"
    model: str = ""
    """The provider's name; empty: the provider's own choice."""
    base_url: str = ""
    """Where a server of one's own is, up to and with `/v1`."""
    key: str = field(default="", repr=False)
    variable: str = ""
    """The environment variable that the key came from, or would have."""
    dimension: int = 0
    """Length of a vector; 0: as the model gives it."""
    on_premises: bool = False
    """Whether no proxy of the environment may stand in between."""
