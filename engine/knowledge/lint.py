"""What is wrong with the articles themselves, as somebody who keeps them would want to be told.

Everything here is read from the files, not from the index, but for `unreached`, which searches. Contradictions and
near-duplicates are candidates for a person: two sentences of two articles that say the same in the same words with
other numbers, and two passages that share most of their words in the same order.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations, pairwise
from pathlib import Path
from typing import Final
from zlib import crc32

from engine.knowledge import scan
from engine.knowledge.apart import Apart
from engine.knowledge.base import BrokenDocument, Document
from engine.knowledge.chunks import Chunk, cut
from engine.knowledge.library import Library
from engine.knowledge.linked import dead, lonely
from engine.knowledge.questions import Question, find
from engine.knowledge.terms import asked, terms
from engine.models.local.figures import Figure, agree, figures, without
from engine.models.local.words import sentences

__all__ = ["KINDS", "Article", "Finding", "articles", "lint", "unreached"]

KINDS: Final = {
    "broken": "can't be read",
    "stale": "was not reviewed for longer than its collection allows",
    "contradiction": "says another number than another article",
    "near-duplicate": "says the same as another article",
    "dead-link": "links to a file or a heading that is not there",
    "bare-heading": "has a heading without text",
    "orphan": "is found by no flow, or linked by no article",
    "unreached": "answers no real question",
}
SHINGLE: Final = 5
"""Words in a row that are compared; MinHash would find the same, this is exact on a fixed share of them."""
ALIKE: Final = 0.8
"""Share of common shingles (Jaccard) from which two passages are near-duplicates."""
SAME: Final = 0.75
"""Share of common words, numbers aside, from which two sentences speak of the same."""
LEAST_WORDS: Final = 4
COMMON: Final = 40
"""What stands in more sentences or passages than this tells nothing apart."""


@dataclass(frozen=True, slots=True)
class Article:
    """A document that could be read."""

    path: str
    document: Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing to look at. `kind`: one of `KINDS`."""

    kind: str
    path: str
    message: str
    other: str = ""
    """The second article, where two are meant."""


def articles(root: Path) -> tuple[list[Article], list[Finding]]:
    """Those below `root` that can be read, and a finding for each that can't. Raises `KnowledgeError`."""
    found, broken = [], []
    with Apart() as apart:
        for one in scan.documents(root):
            try:
                document, _ = scan.read(one, scan.load(one), apart)
            except BrokenDocument as error:
                broken.append(Finding(kind="broken", path=one.name, message=str(error)))
            else:
                found.append(Article(one.name, document))
    return found, broken


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
        *_contradictions(chunks),
        *_duplicates(chunks),
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


def _duplicates(chunks: Mapping[str, Sequence[Chunk]]) -> Iterator[Finding]:
    """Pairs of passages of two articles, each pair of articles once."""
    prints = {
        chunk.id: (path, shingles)
        for path, some in chunks.items()
        for chunk in some
        if len(shingles := _shingles(chunk.text)) >= SHINGLE
    }
    holders: dict[int, list[str]] = defaultdict(list)
    for name, (_, shingles) in prints.items():
        for one in shingles:
            holders[one].append(name)
    shared: dict[tuple[str, str], int] = defaultdict(int)
    for names in holders.values():
        if len(names) <= COMMON:
            for pair in combinations(sorted(names), 2):
                shared[pair] += 1
    best: dict[tuple[str, str], float] = {}
    for (a, b), number in shared.items():
        (path, first), (other, second) = prints[a], prints[b]
        like = number / (len(first) + len(second) - number)
        if path != other and like >= ALIKE:
            both = (min(path, other), max(path, other))
            best[both] = max(like, best.get(both, 0.0))
    for (path, other), like in best.items():
        message = f"shares a passage with {other} ({like:.0%} of its words in the same order)"
        yield Finding(kind="near-duplicate", path=path, message=message, other=other)


def _shingles(text: str) -> set[int]:
    words = terms(text)
    return {crc32(" ".join(words[at : at + SHINGLE]).encode()) for at in range(len(words) - SHINGLE + 1)}


@dataclass(frozen=True, slots=True)
class _Statement:
    """A sentence with a number in it."""

    path: str
    language: str
    text: str
    words: frozenset[str]
    """Its terms and those of its headings, numbers aside."""
    figures: tuple[Figure, ...]

    @property
    def numbers(self) -> tuple[str, ...]:
        """What they say, and no place in a text."""
        return tuple(one.value for one in self.figures)


def _contradictions(chunks: Mapping[str, Sequence[Chunk]]) -> Iterator[Finding]:
    statements = [one for some in chunks.values() for chunk in some for one in _statements(chunk)]
    number: dict[str, int] = defaultdict(int)
    for one in statements:
        for word in one.words:
            number[word] += 1
    blocks: dict[tuple[str, ...], list[_Statement]] = defaultdict(list)
    for one in statements:  # two that share three quarters of their words share some of the rarest
        rare = sorted(one.words, key=lambda word: (number[word], word))[: max(2, len(one.words) // 2)]
        for pair in pairwise(rare):
            blocks[tuple(sorted(pair))].append(one)
    told: set[tuple[str, str, tuple[str, ...], tuple[str, ...]]] = set()
    for some in blocks.values():
        if len(some) > COMMON:
            continue
        for one, other in combinations(some, 2):
            key = (one.path, other.path, one.numbers, other.numbers)
            if _contradict(one, other) and key not in told:
                told.add(key)
                message = f"“{_short(one.text)}”, but {other.path}: “{_short(other.text)}”"
                yield Finding(kind="contradiction", path=one.path, message=message, other=other.path)


def _statements(chunk: Chunk) -> Iterator[_Statement]:
    for text in sentences(chunk.text):
        found = figures(text, chunk.language)
        if not found or len(found) > 4:
            continue
        words = frozenset(one for one in asked(without(text, found, units=True)) if not one.isdigit())
        if len(words) < LEAST_WORDS:
            continue
        yield _Statement(chunk.source, chunk.language, text, words, tuple(found))


def _contradict(one: _Statement, other: _Statement) -> bool:
    if one.path == other.path or one.language != other.language:
        return False
    if [figure.unit for figure in one.figures] != [figure.unit for figure in other.figures]:
        return False
    if all(map(agree, one.figures, other.figures)):
        return False
    return len(one.words & other.words) / len(one.words | other.words) >= SAME


def _short(text: str) -> str:
    return text if len(text) <= 160 else text[:157] + "…"


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
