"""The index of the team's articles: a LanceDB folder with full text and vectors, incremental and versioned."""

import asyncio
import fcntl
import hashlib
import threading
import warnings
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from engine.knowledge import pointer, scan
from engine.knowledge.base import (
    BrokenDocument,
    Embedder,
    EmbedderChanged,
    IndexReport,
    Passage,
    Progress,
)
from engine.knowledge.chunks import Chunk, cut
from engine.knowledge.search import COLUMNS, Filter, hybrid, passage

if TYPE_CHECKING:
    import pyarrow as pa

HISTORY: Final = "history"
BATCH: Final = 64
"""Passages embedded at a time, and thus between two reports of progress."""
KEEP_VERSIONS: Final = timedelta(days=1)
"""A search may still read a version that another has replaced; none takes a day."""


@dataclass(slots=True)
class _Changes:
    """What a run found out before it writes anything."""

    chunks: list[tuple[Chunk, str]] = field(default_factory=list)
    """With the digest of their document."""
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    stale: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    broken: list[tuple[str, str]] = field(default_factory=list)
    unlabelled: dict[str, str] = field(default_factory=dict)


class Library:
    """Articles below one folder, indexed at `path`.

    Every method blocks; `asearch` and `aindex` are for asyncio. Any number of processes may search while one
    indexes; a second one that indexes waits for the first.
    """

    def __init__(self, path: Path, embedder: Embedder) -> None:
        self._path = Path(path)
        self._embedder = embedder
        self._lock = threading.Lock()
        self._opened: tuple[pointer.Pointer, Any] | None = None

    # -- search ------------------------------------------------------------------------------------

    def search(
        self,
        query: str,
        *,
        collections: Collection[str] = (),
        language: str | None = None,
        audience: str = "public",
        limit: int = 5,
    ) -> list[Passage]:
        """The passages nearest to the query, best first, at most `limit`.

        `collections`: none means all. `language`: articles of another language are left out, those that do
        not say theirs are kept. `audience`: `public` finds public articles only, another name those of that
        name too. A query without a letter or digit finds nothing; of a long one the beginning counts. Raises
        `IndexMissing`, and `EmbedderChanged` when the index was made by another embedder.
        """
        current = pointer.require(self._path)
        self._check(current)
        if limit < 1 or not current.chunks:
            return []
        table = self._at(current)
        return hybrid(table, self._embedder, query, where=Filter(tuple(collections), language, audience), limit=limit)

    async def asearch(
        self,
        query: str,
        *,
        collections: Collection[str] = (),
        language: str | None = None,
        audience: str = "public",
        limit: int = 5,
    ) -> list[Passage]:
        """`search`, without blocking the event loop."""
        return await asyncio.to_thread(
            self.search, query, collections=collections, language=language, audience=audience, limit=limit
        )

    def passages(self, ids: Sequence[str]) -> list[Passage]:
        """Passages by id, in the order of `ids`, also those that have left the index since, as they were.

        Ids that never were are left out.
        """
        names = self._tables()
        if not ids or HISTORY not in names:
            return []
        listed = ", ".join(_quoted(one) for one in sorted(set(ids)))
        query = self._connect().open_table(HISTORY).search().where(f"id IN ({listed})").select(list(COLUMNS))
        found = {row["id"]: passage(row, 0.0) for row in query.limit(len(set(ids))).to_list()}
        return [found[one] for one in ids if one in found]

    def count(self) -> int:
        """Passages that can be found; 0 where nothing is indexed yet."""
        current = pointer.read(self._path)
        return current.chunks if current else 0

    # -- index -------------------------------------------------------------------------------------

    def index(self, root: Path, *, progress: Progress | None = None) -> IndexReport:
        """Bring the index up to date with the documents below `root`.

        Only new and changed documents are embedded. A broken one is reported and skipped, and what was
        indexed of it before stays. Searches see the old index until the new one is whole. With another
        embedder, or after a change of the index's format, everything is embedded anew (reported as added).
        Raises `KnowledgeError` when `root` is no folder; whatever the embedder raises leaves the old index.
        """
        self._path.mkdir(parents=True, exist_ok=True)
        with self._alone():
            table = self._writable()
            changes = self._changes(Path(root), table)
            vectors = self._embed([chunk.searchable for chunk, _ in changes.chunks], progress)
            if changes.chunks or changes.stale or pointer.read(self._path) is None or not self._is_current(table):
                self._write(table, changes, vectors)
            return IndexReport(
                added=changes.added,
                changed=changes.changed,
                removed=len(changes.removed),
                unchanged=changes.unchanged,
                broken=tuple(changes.broken),
                chunks=self.count(),
                unlabelled=changes.unlabelled,
            )

    async def aindex(self, root: Path, *, progress: Progress | None = None) -> IndexReport:
        """`index`, without blocking the event loop; `progress` is called from another thread."""
        return await asyncio.to_thread(self.index, root, progress=progress)

    def _changes(self, root: Path, table: Any) -> _Changes:
        before = {row["source"]: row["document"] for row in _all_rows(table, ["source", "document"])}
        changes = _Changes()
        present = set()
        for found in scan.documents(root):
            present.add(found.name)
            try:
                self._compare(found, before.get(found.name), changes)
            except BrokenDocument as error:
                changes.broken.append((found.name, str(error)))
        changes.removed = sorted(set(before) - present)
        changes.stale += changes.removed
        return changes

    def _compare(self, found: scan.Found, before: str | None, changes: _Changes) -> None:
        data = scan.load(found)
        digest = scan.digest(data)
        document, lacking = scan.read(found, data)
        if lacking:
            changes.unlabelled[found.name] = lacking
        if digest == before:
            changes.unchanged += 1
            return
        changes.chunks += [(chunk, digest) for chunk in cut(document, found.name)]
        if before is None:
            changes.added += 1
        else:
            changes.changed += 1
            changes.stale.append(found.name)

    def _embed(self, texts: list[str], progress: Progress | None) -> list[Sequence[float]]:
        vectors: list[Sequence[float]] = []
        if progress is not None:
            progress(0, len(texts))
        for start in range(0, len(texts), BATCH):
            vectors += self._embedder.embed(texts[start : start + BATCH])
            if progress is not None:
                progress(len(vectors), len(texts))
        return vectors

    def _write(self, table: Any, changes: _Changes, vectors: list[Sequence[float]]) -> None:
        rows = [
            {**_columns(chunk), "searchable": chunk.searchable, "document": digest, "vector": vector}
            for (chunk, digest), vector in zip(changes.chunks, vectors, strict=True)
        ]
        self._remember([chunk for chunk, _ in changes.chunks])
        if changes.stale:
            table.delete(f"source IN ({', '.join(_quoted(one) for one in changes.stale)})")
        if rows:
            table.add(rows)
        _index_text(table)
        self._publish(table)
        # only now, when nobody is pointed at an old version any more, may old ones go
        table.optimize(cleanup_older_than=KEEP_VERSIONS)
        self._publish(table)

    def _publish(self, table: Any) -> None:
        fresh = pointer.Pointer(
            table=table.name,
            version=table.version,
            embedder=self._embedder.name,
            dimension=self._embedder.dimension,
            chunks=table.count_rows(),
        )
        pointer.write(self._path, fresh)

    def _remember(self, chunks: list[Chunk]) -> None:
        """Before they can be found, so that whatever a ticket cites can be shown later."""
        history = self._connect().create_table(HISTORY, schema=_schema(None), exist_ok=True)
        if chunks:
            rows = [_columns(chunk) for chunk in chunks]
            history.merge_insert("id").when_not_matched_insert_all().execute(rows)

    # -- tables ------------------------------------------------------------------------------------

    def _connect(self) -> Any:
        import lancedb  # 0.6 s that only those who search or index should pay

        return lancedb.connect(self._path)

    def _tables(self) -> set[str]:
        return set(self._connect().list_tables(limit=1_000).tables) if self._path.is_dir() else set()

    def _writable(self) -> Any:
        """The embedder's table, without what a run that died has written to it."""
        name = self._table_name()
        current = pointer.read(self._path)
        for old in self._tables() - {name, HISTORY, current.table if current else ""}:
            self._connect().drop_table(old)
        if current is None or current.table != name:
            if name in self._tables():
                self._connect().drop_table(name)
            return self._connect().create_table(name, schema=_schema(self._embedder.dimension))
        table = self._connect().open_table(name)
        if table.version != current.version:
            table.checkout(current.version)
            table.restore()
        return table

    def _is_current(self, table: Any) -> bool:
        current = pointer.read(self._path)
        return current is not None and current.table == table.name

    def _table_name(self) -> str:
        made_by = f"{pointer.FORMAT}/{self._embedder.name}/{self._embedder.dimension}"
        return f"passages_{hashlib.sha256(made_by.encode()).hexdigest()[:12]}"

    def _at(self, current: pointer.Pointer) -> Any:
        with self._lock:
            if self._opened is None or self._opened[0] != current:
                table = self._connect().open_table(current.table)
                table.checkout(current.version)
                self._opened = (current, table)
            return self._opened[1]

    def _check(self, current: pointer.Pointer) -> None:
        if (current.embedder, current.dimension) != (self._embedder.name, self._embedder.dimension):
            raise EmbedderChanged(
                f"the index was made by {current.embedder}, this library embeds with {self._embedder.name}: index again"
            )

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with (self._path / "index.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # released by closing, and by the end of the process
            yield


def _columns(chunk: Chunk) -> dict[str, str]:
    return {name: getattr(chunk, name) for name in COLUMNS}


def _schema(dimension: int | None) -> "pa.Schema":
    import pyarrow as pa

    columns = [pa.field(name, pa.utf8()) for name in COLUMNS]
    if dimension is not None:
        columns += [pa.field("searchable", pa.utf8()), pa.field("document", pa.utf8())]
        columns.append(pa.field("vector", pa.list_(pa.float32(), dimension)))
    return pa.schema(columns)


def _index_text(table: Any) -> None:
    """LanceDB's own full-text index, English stems. 1 s for 23,000 passages."""
    if table.count_rows():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            table.create_fts_index("searchable", replace=True, language="English", stem=True, with_position=False)


def _all_rows(table: Any, columns: list[str]) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = table.search().select(columns).limit(table.count_rows() or 1).to_list()
    return rows


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
