"""One run of the index: what changed is read, written and embedded, and then pointed at."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from engine.knowledge import scan
from engine.knowledge.apart import Apart
from engine.knowledge.base import BrokenDocument, Embedder, IndexReport, KnowledgeError, Progress
from engine.knowledge.chunks import Chunk, cut
from engine.knowledge.labels import UNSAID, told
from engine.knowledge.place import Hold, Place
from engine.knowledge.tables import Article, Draft, Tables

BATCH: Final = 64
"""Passages embedded at a time, and thus between two reports of progress."""
CHECKPOINT: Final = 2_048
"""Passages between two editions while the vectors follow: what a run that dies loses at most."""
BEHIND: Final = 4_096
"""With more new passages than these, their words are published before their vectors."""


@dataclass(slots=True)
class _Found:
    """What a run found out."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    stale: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    broken: list[tuple[str, str]] = field(default_factory=list)
    unlabelled: dict[str, str] = field(default_factory=dict)
    odd: list[tuple[str, str]] = field(default_factory=list)


class Run:
    """Brings the index at a place up to date, with the right to write to it."""

    def __init__(self, place: Place, hold: Hold, embedder: Embedder, progress: Progress | None) -> None:
        self._place = place
        self._hold = hold
        self._embedder = embedder
        self._progress: Progress = progress or (lambda _stage, _done, _total: None)
        self._found = _Found()

    def __call__(self, root: Path) -> IndexReport:
        """Raises `KnowledgeError` for a root that is no folder, can't be read, or is empty though articles of it are
        indexed, and whatever the embedder raises."""
        documents, drafts = scan.looked(root)
        current = self._hold.pointer
        if not documents and current and current.chunks and scan.empty(root):
            raise KnowledgeError(
                f"the knowledge folder {root.name!r} is empty, as one is whose share is not mounted: nothing was "
                f"removed from the index, which has {current.chunks} passages; with a {scan.LABELS} in it, all are"
            )
        draft = Tables(self._place, self._embedder).writable(self._hold)
        before = {} if draft.fresh else draft.documents()
        if draft.fresh:
            draft.replace(self._read(documents, before), ())
            draft.index_texts(anew=True)
            draft.publish()
        else:
            self._update(draft, documents, before)
        self._fill(draft)
        found, after = self._found, self._hold.pointer
        return IndexReport(
            added=found.added,
            changed=found.changed,
            removed=len(found.removed),
            unchanged=found.unchanged,
            broken=tuple(found.broken),
            chunks=after.chunks if after else 0,
            unlabelled=found.unlabelled,
            odd=tuple(found.odd),
            unread=scan.unread(root),
            drafts=tuple(drafts),
        )

    def _update(self, draft: Draft, documents: Sequence[scan.Found], before: dict[str, tuple[str, str]]) -> None:
        articles = list(self._read(documents, before))
        closed = tuple(f"{one.name}/" for one in documents if one.folder)  # what is in these is not known to be gone
        gone = set(before) - {one.name for one in documents}
        self._found.removed = sorted(name for name in gone if not name.startswith(closed))
        stale = self._found.stale + self._found.removed
        if not articles and not stale:
            return
        chunks = [chunk for article in articles for chunk in article.chunks]
        at_once = len(chunks) <= BEHIND
        vectors = self._embed(chunks) if at_once else []
        draft.replace(articles, stale)
        if at_once:
            draft.add_vectors(chunks, vectors)
            draft.index_vectors(anew=False)
        settled = draft.settled
        draft.index_texts(anew=not at_once)
        draft.publish()
        if not settled:
            draft.tidy()

    def _read(self, documents: Sequence[scan.Found], before: dict[str, tuple[str, str]]) -> Iterator[Article]:
        """The documents that are new or other than before."""
        self._progress("read", 0, len(documents))
        with Apart() as apart:
            for number, one in enumerate(documents, start=1):
                try:
                    article = self._compare(one, before.get(one.name), apart)
                except BrokenDocument as error:
                    self._found.broken.append((one.name, str(error)))
                else:
                    if article is not None:
                        yield article
                if number % BATCH == 0 or number == len(documents):
                    self._progress("read", number, len(documents))

    def _compare(self, one: scan.Found, before: tuple[str, str] | None, apart: Apart) -> Article | None:
        data = scan.load(one)
        digest = scan.digest(one, data)
        if before is not None and before[0] == digest:
            self._found.unchanged += 1
            lacking = before[1]
        else:
            document, lacking = scan.read(one, data, apart)
        self._note(one.name, lacking)
        if before is not None and before[0] == digest:
            return None
        if before is None:
            self._found.added += 1
        else:
            self._found.changed += 1
            self._found.stale.append(one.name)
        return Article(source=one.name, digest=digest, lacking=lacking, chunks=tuple(cut(document, one.name)))

    def _note(self, name: str, lacking: str) -> None:
        for note in lacking.splitlines():
            if note == UNSAID:
                self._found.unlabelled[name] = note
            elif said := told(note):
                self._found.odd.append((name, said))

    def _fill(self, draft: Draft) -> None:
        """The vectors that lack, part by part, each published."""
        missing = draft.pending()
        if not missing:
            return
        for start in range(0, len(missing), CHECKPOINT):
            chunks = draft.chunks(missing[start : start + CHECKPOINT])
            draft.add_vectors(chunks, self._embed(chunks, start, len(missing)))
            draft.publish()
        draft.index_vectors(anew=True)
        draft.publish()
        draft.tidy()

    def _embed(self, chunks: Sequence[Chunk], done: int = 0, total: int | None = None) -> list[Sequence[float]]:
        """Vectors in the order of `chunks`; those of like length are embedded together, which is faster."""
        total = len(chunks) if total is None else total
        order = sorted(range(len(chunks)), key=lambda at: len(chunks[at].text))
        vectors: list[Sequence[float]] = [()] * len(chunks)
        if not done:
            self._progress("embed", 0, total)
        for start in range(0, len(order), BATCH):
            some = order[start : start + BATCH]
            for at, vector in zip(some, self._embedder.embed([chunks[at].searchable for at in some]), strict=True):
                vectors[at] = vector
            self._progress("embed", done + start + len(some), total)
        return vectors
