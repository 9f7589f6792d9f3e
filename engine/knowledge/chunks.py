"""Documents to passages: at most `MAX_WORDS` words under their heading path, cut between lines and sentences.

A table that does not fit into one has its head in each.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from engine.knowledge.base import Document
from engine.knowledge.terms import path_terms, terms
from engine.models.base import CELL

MAX_WORDS: Final = 200
MAX_CHARACTERS: Final = 2_000
"""Bounds texts that do not put spaces between words."""
_MAX_HEAD: Final = MAX_WORDS // 4

_SENTENCE = re.compile(r"(?<=[.!?…。！？])\s+|(?<=[。！？])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """A passage before it is stored."""

    id: str
    text: str
    title: str
    heading: str
    source: str
    collection: str
    language: str
    audience: str
    reviewed: str

    @property
    def searchable(self) -> str:
        """What is embedded: the heading path repeated in front finds more than the text alone."""
        return "\n".join(part for part in (self.title, self.heading, self.text) if part)

    @property
    def stems(self) -> str:
        """What full text is made of: a line of the path's terms, one of the headings', then the text's lines."""
        lines = (path_terms(self.source), terms(f"{self.title} {self.heading}"), *map(terms, self.text.split("\n")))
        return "\n".join(" ".join(line) for line in lines)


def cut(document: Document, source: str) -> list[Chunk]:
    """The passages of a document, in order. Two of the same wording under the same heading are one."""
    labels = (document.collection, document.language, document.audience, document.reviewed)
    chunks: dict[str, Chunk] = {}
    for section in document.sections:
        heading = " > ".join(section.headings)
        for text in _pieces(section.text):
            name = _identity(source, section.headings, (document.title, heading, text, *labels))
            chunks[name] = Chunk(
                id=name,
                text=text,
                title=document.title,
                heading=heading,
                source=source,
                collection=document.collection,
                language=document.language,
                audience=document.audience,
                reviewed=document.reviewed,
            )
    return list(chunks.values())


def _identity(source: str, headings: tuple[str, ...], content: tuple[str, ...]) -> str:
    digest = hashlib.sha256("\0".join(content).encode("utf-8", "replace")).hexdigest()[:8]
    return f"{source}#{slug(headings[-1] if headings else '')}@{digest}"


def slug(heading: str) -> str:
    """The heading as an anchor: lower case, words joined by `-`; `top` for none."""
    folded = unicodedata.normalize("NFKC", heading).casefold()
    return "-".join(re.findall(r"\w+", folded))[:60] or "top"


def _pieces(text: str) -> Iterator[str]:
    piece: list[str] = []
    size = 0
    head = ""
    for line in _short_lines(text):
        words = _size(line)
        if piece and size + words > MAX_WORDS:
            yield "\n".join(piece)
            piece = [head] if head and CELL in line and _size(head) + words <= MAX_WORDS else []
            size = sum(map(_size, piece))
        if CELL not in line:
            head = ""
        elif not piece or CELL not in piece[-1]:
            head = line if words <= _MAX_HEAD else ""
        piece.append(line)
        size += words
    if piece:
        yield "\n".join(piece)


def _size(line: str) -> int:
    """Its words; more where they are long, or none are parted by blanks."""
    return max(len(line.split()), len(line) * MAX_WORDS // MAX_CHARACTERS)


def _short_lines(text: str) -> Iterator[str]:
    """Lines; a line that alone is too long, sentence by sentence; a sentence that is, word by word."""
    for line in text.split("\n"):
        if _fits(line):
            yield from (line,) if line.strip() else ()
            continue
        for sentence in _SENTENCE.split(line):
            if _fits(sentence):
                yield from (sentence,) if sentence.strip() else ()
            else:
                yield from _forced(sentence)


def _fits(text: str) -> bool:
    return len(text) <= MAX_CHARACTERS and len(text.split()) <= MAX_WORDS


def _forced(text: str) -> Iterator[str]:
    words = [word[i : i + MAX_CHARACTERS] for word in text.split() for i in range(0, len(word), MAX_CHARACTERS)]
    line: list[str] = []
    length = 0
    for word in words:
        if line and (len(line) == MAX_WORDS or length + len(word) + 1 > MAX_CHARACTERS):
            yield " ".join(line)
            line, length = [], 0
        line.append(word)
        length += len(word) + 1
    if line:
        yield " ".join(line)
