"""Documents, their readers, what an index run reports, and what can go wrong. Data and Protocols only.

KnowledgeError
 +-- IndexMissing       nothing has been indexed at this place yet
 +-- IndexSilent        its server does not answer, or not now
 +-- VersionGone      the version to be searched is not there any more
 +-- IndexTaken         another run may have the right to write by now: this one stops
 +-- EmbedderChanged    the index was made by another embedder: index again; vectors are never mixed
 +-- BrokenDocument     one document can't be read; reported, skipped, and never stops the others
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from engine.errors import EngineError
from engine.models.base import Embedder, Passage

__all__ = [
    "BrokenDocument",
    "Document",
    "Embedder",
    "EmbedderChanged",
    "IndexMissing",
    "IndexReport",
    "IndexSilent",
    "IndexTaken",
    "KnowledgeError",
    "Passage",
    "Progress",
    "Reader",
    "Section",
    "VersionGone",
]

Progress = Callable[[str, int, int], None]
"""Called with the stage (`read` for documents, `embed` for passages), how many are done, and how many there are in this
run, from 0 to all."""


class KnowledgeError(EngineError):
    """Base of what the knowledge package raises."""

    code = "knowledge"


class IndexMissing(KnowledgeError):
    """There is no index: `engine kb index` makes one."""

    code = "index_missing"


class IndexSilent(KnowledgeError):
    """The server of the index does not answer, or says that it cannot now."""

    code = "index_silent"


class VersionGone(KnowledgeError):
    """A run has removed the version meanwhile, or a person has."""

    def __init__(self) -> None:
        super().__init__("the version of the index that counts is not there any more: index again")


class IndexTaken(KnowledgeError):
    """A run could not keep the right to write, and another may have it."""

    code = "index_taken"


class EmbedderChanged(KnowledgeError):
    """The index belongs to another embedder than the one that searches."""

    code = "embedder_changed"


class BrokenDocument(KnowledgeError):
    """A document can't be read; the message says what is wrong and what is accepted."""

    code = "broken_document"


@dataclass(frozen=True, slots=True)
class Section:
    """Text under one heading. One paragraph, list item or table row a line, without markup."""

    headings: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """An article as its reader gives it back, whatever the format it came in."""

    title: str
    sections: tuple[Section, ...]
    collection: str = ""
    """Empty: named by the first folder of its path, or `general`."""
    language: str = ""
    """ISO 639-1; empty: not said, and found in any language."""
    audience: str = ""
    """`public`, or the name of a narrower one; empty: not said, and treated as internal."""
    reviewed: str = ""
    """ISO date of the last review; empty: never."""
    misspelt: str = ""
    """Labels that it says and nobody reads, each near to one that is read; with blanks between them."""
    links: tuple[str, ...] = ()
    """Where it points to, as it says it."""
    anchors: tuple[str, ...] | None = None
    """What a link may name in it: its headings, and ids, as it says them. None: not known of its format."""
    bare: tuple[str, ...] = ()
    """Headings with neither text nor headings below them."""


class Reader(Protocol):
    """Bytes of one format to a document. One file a format; registered in `engine.knowledge.readers`."""

    def __call__(self, data: bytes, path: str) -> Document:
        """Read the document; raises `BrokenDocument`. `path` only serves to name an untitled one."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexReport:
    """What an index run did, in documents; `chunks` counts the passages that can now be found."""

    added: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0
    broken: Sequence[tuple[str, str]] = ()
    """(path, what is wrong). What was indexed of it before stays."""
    chunks: int = 0
    unlabelled: Mapping[str, str] = field(default_factory=dict)
    """Path -> what its front matter lacks: such an article is never shown to customers."""
    odd: Sequence[tuple[str, str]] = ()
    """(path, what is odd about a label of it)."""
    unread: Mapping[str, int] = field(default_factory=dict)
    """Suffix -> how many files have it that no reader exists for."""
    drafts: Sequence[str] = ()
    """Paths of the articles that say they are not published: they are left out of the index."""
