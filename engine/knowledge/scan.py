"""The documents below a folder: which there are, and what their bytes say."""

import hashlib
import os
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from engine.knowledge.apart import Apart
from engine.knowledge.base import BrokenDocument, Document, KnowledgeError
from engine.knowledge.markdown import read_labels
from engine.knowledge.readers import APART, READERS

MAX_BYTES: Final = 20_000_000
LABELS: Final = "labels.yaml"
DEFAULT_COLLECTION: Final = "general"
INTERNAL: Final = "internal"
ANY_LANGUAGE: Final = "und"
"""ISO 639 for "undetermined": found whatever language is asked for."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file that a reader exists for. `name`: its path below the root, forward slashes, composed accents."""

    name: str
    path: Path
    labels: tuple[tuple[str, str], ...] = ()
    """What `labels.yaml` of its folders says."""


def documents(root: Path) -> list[Found]:
    """Every readable file below `root` by name, without hidden ones and symbolic links."""
    if not root.is_dir():
        raise KnowledgeError(f"the knowledge folder {root.name!r} does not exist")
    labels: dict[Path, dict[str, str]] = {}
    found = [
        Found(
            unicodedata.normalize("NFC", path.relative_to(root).as_posix()),
            path,
            tuple(sorted(_labels(path.parent, root, labels).items())),
        )
        for path in _files(root)
        if path.suffix.lower() in READERS
    ]
    return sorted(found, key=lambda one: one.name)


def _labels(folder: Path, root: Path, known: dict[Path, dict[str, str]]) -> dict[str, str]:
    """What the `labels.yaml` of a folder says, over those of the folders above it."""
    if folder not in known:
        above = _labels(folder.parent, root, known) if folder != root else {}
        file = folder / LABELS
        try:
            known[folder] = above | read_labels(file.read_text(encoding="utf-8")) if file.is_file() else above
        except (BrokenDocument, OSError, UnicodeDecodeError) as error:
            raise KnowledgeError(f"{file.relative_to(root).as_posix()}: {error}") from None
    return known[folder]


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


def digest(found: Found, data: bytes) -> str:
    """What tells whether a document changed, or what is said of it."""
    said = repr(found.labels).encode("utf-8", "replace") if found.labels else b""
    return hashlib.sha256(data + said).hexdigest()


def read(found: Found, data: bytes, apart: Apart | None = None) -> tuple[Document, str]:
    """The document with its defaults filled in, and which label it lacked, if any that matters.

    What it does not say itself, `labels.yaml` of its folder or of one above may say. An article of which nobody says
    who may read it is internal: a forgotten label shows nothing to customers. `apart` reads the formats of `APART`;
    without it they are read here.
    """
    suffix = found.path.suffix.lower()
    try:
        if apart is not None and suffix in APART:
            document = apart.read(suffix, data, found.name)
        else:
            document = READERS[suffix](data, found.name)
    except BrokenDocument:
        raise
    except Exception as error:  # a reader must not stop the other documents
        raise BrokenDocument(f"its reader failed: {type(error).__name__}") from error
    first_folder = found.name.split("/")[0] if "/" in found.name else DEFAULT_COLLECTION
    said: dict[str, Any] = {name: getattr(document, name) or value for name, value in found.labels}
    document = replace(document, **said)
    labelled = replace(
        document,
        collection=document.collection or first_folder,
        language=(document.language or ANY_LANGUAGE).lower(),
        audience=(document.audience or INTERNAL).lower(),
    )
    return labelled, "" if document.audience else "audience"
