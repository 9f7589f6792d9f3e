"""Which version of the index counts: one small file or object, replaced as a whole.

A search reads it first and then only that version of that table, so it sees one whole index while another
process writes the next. Whatever a crashed run left behind is not pointed at and thus not seen.
"""

import json
import re
from dataclasses import asdict, dataclass, fields
from typing import Final

from engine.knowledge.base import KnowledgeError

__all__ = ["FILE", "FORMAT", "KINDS", "Pointer", "decode", "encode"]

FILE: Final = "current.json"
KINDS: Final = ("passages", "articles", "vectors")
"""Of tables: one each."""
FORMAT: Final = 5
"""Of the index: what is read, chunking, columns and what is made searchable. Another format makes another table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointer:
    """A finished version of the index."""

    table: str
    versions: dict[str, int]
    """Kind of table -> its version."""
    embedder: str
    dimension: int
    chunks: int
    embedded: int
    """Passages that have their vector; the others are found by their words alone."""
    made: str = ""
    """A word of its own for each time that all is made anew: versions count from the first again."""


def decode(data: bytes, what: str) -> Pointer | None:
    """The version that counts; None for one of an older format: everything is read anew. Raises `KnowledgeError` where
    it is damaged, which says to remove `what`."""
    try:
        found = json.loads(data)
        if isinstance(found, dict) and "versions" not in found:
            return None
        pointer = Pointer(**{name: found[name] for name in _NAMES}, made=found.get("made", ""))
    except (KeyError, RecursionError, TypeError, ValueError):
        raise _damaged(what) from None
    if not _sound(pointer):
        raise _damaged(what)
    return pointer


def _damaged(what: str) -> KnowledgeError:
    return KnowledgeError(f"{FILE} of the index is damaged: remove {what} and index again")


def _sound(pointer: Pointer) -> bool:
    """Whether each part is what it should be."""
    versions = pointer.versions
    if not isinstance(versions, dict) or set(versions) != set(KINDS):
        return False
    words, numbers = (
        (pointer.table, pointer.embedder, pointer.made),
        (pointer.dimension, pointer.chunks, pointer.embedded),
    )
    return (
        all(isinstance(word, str) for word in words)
        and _TABLE.fullmatch(pointer.table) is not None
        and all(type(version) is int and 0 < version < 2**64 for version in versions.values())
        and all(type(number) is int and number >= 0 for number in numbers)
    )


def encode(pointer: Pointer | None, **more: str) -> bytes:
    """What `decode` reads; `more` stands beside it."""
    return json.dumps({**(asdict(pointer) if pointer else {}), **more}).encode()


_NAMES: Final = tuple(one.name for one in fields(Pointer) if one.name != "made")
"""That every one has: indexes of before have no other."""
_TABLE: Final = re.compile(r"\w+")
"""It is part of a path."""
