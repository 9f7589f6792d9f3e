"""Which version of the index counts: one small file, replaced atomically.

A search reads it first and then only that version of that table, so it sees one whole index while another
process writes the next. Whatever a crashed run left behind is not pointed at and thus not seen.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from engine.knowledge.base import IndexMissing, KnowledgeError

FILE: Final = "current.json"
FORMAT: Final = 2
"""Of the index: chunking, columns and what is made searchable. Another format makes another table."""


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


def read(folder: Path) -> Pointer | None:
    """The version that counts, None when nothing was indexed yet; raises `KnowledgeError` for a damaged file."""
    try:
        found = json.loads((folder / FILE).read_bytes())
        if "versions" not in found:
            return None  # of an older format: everything is read anew
        return Pointer(**found)
    except FileNotFoundError:
        return None
    except (ValueError, TypeError):
        raise KnowledgeError(f"{FILE} of the index is damaged: remove the index folder and index again") from None


def require(folder: Path) -> Pointer:
    """The version that counts; raises `IndexMissing`."""
    found = read(folder)
    if found is None:
        raise IndexMissing("nothing is indexed yet: run `engine kb index`")
    return found


def write(folder: Path, pointer: Pointer) -> None:
    """Make `pointer` the version that counts; durable when it returns."""
    fresh = folder / f"{FILE}.{os.getpid()}.new"
    with fresh.open("w", encoding="utf-8") as file:
        json.dump(asdict(pointer), file)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(folder / FILE)
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
