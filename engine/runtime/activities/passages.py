"""Passages as they are kept with a ticket: what a search found, in the words that it had then."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from engine.models.base import Passage

__all__ = ["is_passage", "kept", "passage"]

_WORDS: Final = ("id", "text", "title", "heading", "source", "collection", "language")
_KEYS: Final = frozenset({*_WORDS, "score"})


def kept(found: Sequence[Passage]) -> list[dict[str, Any]]:
    """The value of a `search` step."""
    return [{name: getattr(one, name) for name in _WORDS} | {"score": Decimal(f"{one.score:.4f}")} for one in found]


def is_passage(value: Any) -> bool:
    """Whether it is one of these. A tool's records may have an id and a text, too, and are no articles."""
    return isinstance(value, Mapping) and value.keys() == _KEYS


def passage(item: Mapping[str, Any]) -> Passage:
    """The passage again."""
    return Passage(**{**item, "score": float(item["score"])})
