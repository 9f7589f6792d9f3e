"""The documents below a folder: which there are, and what their bytes say."""

import hashlib
import os
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from engine.knowledge.base import BrokenDocument, Document, KnowledgeError
from engine.knowledge.readers import READERS

MAX_BYTES: Final = 20_000_000
DEFAULT_COLLECTION: Final = "general"
INTERNAL: Final = "internal"
ANY_LANGUAGE: Final = "und"
"""ISO 639 for "undetermined": found whatever language is asked for."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file that a reader exists for. `name`: its path below the root, forward slashes, composed accents."""

    name: str
    path: Path


def documents(root: Path) -> list[Found]:
    """Every readable file below `root` by name, without hidden ones and symbolic links."""
    if not root.is_dir():
        raise KnowledgeError(f"the knowledge folder {root.name!r} does not exist")
    found = [
        Found(unicodedata.normalize("NFC", path.relative_to(root).as_posix()), path)
        for path in _files(root)
        if path.suffix.lower() in READERS
    ]
    return sorted(found, key=lambda one: one.name)


def _files(root: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            path = Path(folder, name)
            if not name.startswith(".") and not path.is_symlink():
                yield path


def load(found: Found) -> bytes:
    """Its bytes; raises `BrokenDocument` where it can't be read or is too large."""
    try:
        if found.path.stat().st_size > MAX_BYTES:
            raise BrokenDocument(f"over {MAX_BYTES // 1_000_000} MB")
        return found.path.read_bytes()
    except OSError as error:
        raise BrokenDocument(f"can't be read: {error.strerror}") from None


def digest(data: bytes) -> str:
    """What tells whether a document changed."""
    return hashlib.sha256(data).hexdigest()


def read(found: Found, data: bytes) -> tuple[Document, str]:
    """The document with its defaults filled in, and which label it lacked, if any that matters.

    An article that does not say who may read it is internal: a forgotten label shows nothing to customers.
    """
    reader = READERS[found.path.suffix.lower()]
    try:
        document = reader(data, found.name)
    except BrokenDocument:
        raise
    except Exception as error:  # a reader must not stop the other documents
        raise BrokenDocument(f"its reader failed: {type(error).__name__}") from error
    first_folder = found.name.split("/")[0] if "/" in found.name else DEFAULT_COLLECTION
    labelled = replace(
        document,
        collection=document.collection or first_folder,
        language=(document.language or ANY_LANGUAGE).lower(),
        audience=(document.audience or INTERNAL).lower(),
    )
    return labelled, "" if document.audience else "audience"
