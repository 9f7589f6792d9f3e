"""What is wrong with the articles themselves, as somebody who keeps them would want to be told.

Everything here is read from the files, not from the index, but for `unreached`, which searches. Contradictions and
near-duplicates (`engine.knowledge.contradictions`, `duplicates`) are candidates for a person.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from engine.knowledge import scan
from engine.knowledge.apart import Apart
from engine.knowledge.base import BrokenDocument, Document
from engine.knowledge.chunks import cut
from engine.knowledge.contradictions import contradictions
from engine.knowledge.duplicates import duplicates
from engine.knowledge.findings import KINDS, Finding
from engine.knowledge.library import Library
from engine.knowledge.linked import dead, lonely
from engine.knowledge.pictured import key, pictured
from engine.knowledge.questions import Question, find

__all__ = ["KINDS", "Article", "Finding", "articles", "lint", "unreached"]


@dataclass(frozen=True, slots=True)
class Article:
    """A document that could be read."""

    path: str
    document: Document


def articles(root: Path) -> tuple[list[Article], list[Finding]]:
    """Those below `root` that can be read, and a finding for each that can't. Raises `KnowledgeError`."""
    found, broken = [], []
    with Apart() as apart:
        for one in scan.documents(root):
            try:
                data = scan.load(one)
                document, _ = scan.read(one, data, apart)
            except BrokenDocument as error:
                broken.append(Finding(kind="broken", path=one.name, message=str(error)))
            else:
                found.append(Article(one.name, _seen(document, data)))
    return found, broken


def _seen(document: Document, data: bytes) -> Document:
    """Without the bare headings below which a picture is."""
    shown = pictured(data) if document.bare else frozenset()
    return replace(document, bare=tuple(one for one in document.bare if key(one) not in shown)) if shown else document


def lint(
    found: Sequence[Article],
    root: Path,
    *,
    today: date,
    stale_after: Mapping[str, timedelta],
    collections: Sequence[str],
) -> list[Finding]:
    """What is wrong with them. `stale_after`: by collection; `collections`: those of engine.yaml."""
    chunks = {article.path: cut(article.document, article.path) for article in found}
    findings = [
        *_stale(found, today, stale_after),
        *contradictions(chunks),
        *duplicates({article.path: article.document for article in found}, chunks),
        *_links(found, root),
        *_bare(found),
        *_unsearched(found, collections),
    ]
    order = list(KINDS)
    return sorted(findings, key=lambda one: (order.index(one.kind), one.path, one.other, one.message))


def _stale(found: Iterable[Article], today: date, after: Mapping[str, timedelta]) -> Iterator[Finding]:
    for article in found:
        limit = after.get(article.document.collection)
        if limit is None:
            continue
        if not article.document.reviewed:
            message = f"does not say when it was last reviewed; its collection wants that every {limit.days} days"
            yield Finding(kind="stale", path=article.path, message=message)
            continue
        age = today - date.fromisoformat(article.document.reviewed)
        if age < timedelta(0):
            message = f"says that it was reviewed on {article.document.reviewed}, which is yet to come"
            yield Finding(kind="stale", path=article.path, message=message)
        if age > limit:
            message = (
                f"last reviewed {article.document.reviewed}, {age.days} days ago; its collection allows {limit.days}"
            )
            yield Finding(kind="stale", path=article.path, message=message)


def _bare(found: Iterable[Article]) -> Iterator[Finding]:
    for article in found:
        for heading in article.document.bare:
            yield Finding(kind="bare-heading", path=article.path, message=f"nothing stands below “{heading}”")


def _links(found: Sequence[Article], root: Path) -> Iterator[Finding]:
    documents = {article.path: article.document for article in found}
    for path, message in dead(documents, root):
        yield Finding(kind="dead-link", path=path, message=message)
    for path in lonely(documents):
        yield Finding(kind="orphan", path=path, message="no article links to it, and it links to none")


def _unsearched(found: Iterable[Article], collections: Sequence[str]) -> Iterator[Finding]:
    for article in found:
        if collections and article.document.collection not in collections:
            message = f"its collection `{article.document.collection}` is none of engine.yaml: no flow finds it"
            yield Finding(kind="orphan", path=article.path, message=message)


def unreached(
    library: Library, found: Sequence[Article], questions: Sequence[Question], *, limit: int = 5
) -> list[Finding]:
    """Articles that are among the first `limit` passages of no question. Raises what a search raises."""
    reached = {
        passage.source
        for question in questions
        for audience in {article.document.audience for article in found}
        for passage in find(library, question, audience=audience, limit=limit)
    }
    message = f"among the first {limit} passages of none of {len(questions)} questions"
    return [
        Finding(kind="unreached", path=article.path, message=message)
        for article in found
        if article.path not in reached
    ]
