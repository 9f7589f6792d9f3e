"""The tables of an index in LanceDB: passages, whole articles, vectors, and every passage that ever was.

The first three make an edition: they are written one after the other and then pointed at together (`pointer`), so that
a search sees all of one run or nothing of it. Vectors stand apart from texts: they can be added behind, without a row
of text being written again.
"""

import hashlib
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import isqrt
from secrets import token_hex
from typing import TYPE_CHECKING, Any, Final, TypeVar

from engine.knowledge.base import Embedder, VersionGone
from engine.knowledge.chunks import Chunk
from engine.knowledge.place import Hold, Place
from engine.knowledge.pointer import FORMAT, KINDS, Pointer
from engine.knowledge.search import COLUMNS, Edition, among

if TYPE_CHECKING:
    import pyarrow as pa

HISTORY: Final = "history"
KEEP_VERSIONS: Final = timedelta(days=1)
"""A search may still read a version that another has replaced; none takes a day."""
_KEEP_ALL: Final = timedelta(days=36_500)
"""LanceDB cleans up whenever it puts in order; told nothing, what is older than 7 days."""
_ROUNDS: Final = 5
"""Until there is nothing left to put in order: what one has merged the next may merge again."""
EXACT: Final = 10_000
"""Up to so many vectors each is compared; above, an index finds the nearest."""
_LABELS: Final = ("collection", "language", "audience")
_T = TypeVar("_T")
SLACK: Final = 512
"""Rows that may be without an index: putting every small change in order would take seconds."""
_GONE: Final = re.compile(r"no longer exists|was not found")
"""How LanceDB says that a version, or a table, is not there."""
_MANY: Final = 1_000
"""Names in one condition: longer ones are slow to parse."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A document as the index keeps it."""

    source: str
    digest: str
    lacking: str
    """The label that it does not say, and what is odd about those that it says (`engine.knowledge.labels`)."""
    chunks: tuple[Chunk, ...]


def sources(of: Edition) -> frozenset[str]:
    """The paths of the documents of an edition."""
    return frozenset(row["source"] for row in _all(of.articles, "source"))


def edition(connection: Any, current: Pointer) -> Edition:
    """The tables as they were at a pointer. Raises `VersionGone` where they are not there any more."""
    opened = [_at(connection, f"{kind}_{current.table}", current.versions[kind]) for kind in KINDS]
    if None in opened:
        raise VersionGone
    passages, articles, vectors = opened
    return Edition(passages, articles, vectors, current.embedded)


def _at(connection: Any, name: str, version: int) -> Any:
    """A table at a version; None where one of them is gone."""
    try:
        table = connection.open_table(name)
        table.checkout(version)
    except ValueError as error:
        if not _GONE.search(str(error)):
            raise
        return None
    return table


class Tables:
    """The tables of one embedder at one place."""

    def __init__(self, place: Place, embedder: Embedder) -> None:
        self._embedder = embedder
        self._db = place.connect()
        made_by = f"{FORMAT}/{embedder.name}/{embedder.dimension}"
        self.name = hashlib.sha256(made_by.encode()).hexdigest()[:12]

    # -- reading -----------------------------------------------------------------------------------

    def names(self) -> set[str]:
        """All there are."""
        return set(self._db.list_tables(limit=1_000).tables)

    def remembered(self, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Rows of passages that are or were, by id."""
        if not ids or HISTORY not in self.names():
            return {}
        table = self._db.open_table(HISTORY)
        query = table.search().where(among("id", set(ids))).select(list(COLUMNS)).limit(len(set(ids)))
        return {row["id"]: row for row in query.to_list()}

    # -- writing -----------------------------------------------------------------------------------

    def writable(self, hold: Hold) -> "Draft":
        """The tables to write to, without what a run that died has left in them.

        Where the right to write was taken over, each is restored even if nothing is left in it: LanceDB refuses what
        another run began before that and ends after it.
        """
        current = hold.pointer
        ours = {self.name, current.table if current else ""}
        keep = {HISTORY} | {f"{kind}_{name}" for kind in KINDS for name in ours}
        for old in self.names() - keep:
            hold.check()
            self._db.drop_table(old)
        found = self._pointed_at(current)
        tables: list[Any] = []
        for kind in KINDS:
            hold.check()
            if found is None or current is None:
                schema = _schema(kind, self._embedder.dimension)
                tables.append(self._db.create_table(f"{kind}_{self.name}", schema=schema, mode="overwrite"))
                continue
            table = found[kind]
            table.checkout_latest()
            if hold.taken_over or table.version != current.versions[kind]:
                table.checkout(current.versions[kind])
                table.restore()
            tables.append(table)
        history = self._db.create_table(HISTORY, schema=_schema(HISTORY, 0), exist_ok=True)
        made = token_hex(8) if found is None or current is None else current.made
        return Draft(hold, self._embedder, self.name, (*tables, history), made=made, fresh=found is None)

    def _pointed_at(self, current: Pointer | None) -> dict[str, Any] | None:
        """The tables that count; None where there are none, or they are not whole: everything is made anew."""
        if current is None or current.table != self.name:
            return None
        found = {kind: _at(self._db, f"{kind}_{self.name}", current.versions[kind]) for kind in KINDS}
        return None if None in found.values() else found


class Draft:
    """What is being written, and not pointed at yet."""

    def __init__(
        self, hold: Hold, embedder: Embedder, name: str, tables: Sequence[Any], *, made: str, fresh: bool
    ) -> None:
        self._hold, self._embedder, self._name, self._made = hold, embedder, name, made
        self.fresh = fresh
        """Whether nothing is in it yet."""
        self._passages, self._articles, self._vectors, self._history = tables

    def documents(self) -> dict[str, tuple[str, str]]:
        """Source -> digest and notes on the labels of each document in the index."""
        rows = _all(self._articles, "source", "digest", "lacking")
        return {row["source"]: (row["digest"], row["lacking"]) for row in rows}

    def replace(self, articles: Iterable[Article], stale: Sequence[str]) -> None:
        """Write documents, in parts, and take out the old ones of the sources in `stale`."""
        for some in _parts(sorted(stale), _MANY):
            for table in (self._passages, self._articles, self._vectors):
                self._hold.check()
                table.delete(among("source", set(some)))
        for part in _parts(articles, _MANY):
            self._hold.check()
            chunks = [chunk for article in part for chunk in article.chunks]
            # before they can be found, so that whatever a ticket cites can be shown later
            self._history.merge_insert("id").when_not_matched_insert_all().execute([_columns(one) for one in chunks])
            stems = {chunk.id: chunk.stems for chunk in chunks}
            self._passages.add([{**_columns(one), "stems": stems[one.id]} for one in chunks])
            self._articles.add([_article(one, stems) for one in part])

    def pending(self) -> list[str]:
        """Ids of the passages that have no vector yet, in the order in which they were written."""
        if self._passages.count_rows() == self._vectors.count_rows():
            return []
        have = {row["id"] for row in _all(self._vectors, "id")}
        return [row["id"] for row in _all(self._passages, "id") if row["id"] not in have]

    def add_vectors(self, chunks: Sequence[Chunk], vectors: Sequence[Sequence[float]]) -> None:
        """Write vectors beside their passages."""
        labels = ("id", "source", *_LABELS)
        rows = [
            {**{name: getattr(one, name) for name in labels}, "vector": vector}
            for one, vector in zip(chunks, vectors, strict=True)
        ]
        if rows:
            self._hold.check()
            self._vectors.add(rows)

    def chunks(self, ids: Sequence[str]) -> list[Chunk]:
        """Passages of the draft by id."""
        query = self._passages.search().where(among("id", set(ids))).select(list(COLUMNS)).limit(len(ids))
        return [Chunk(**{name: row[name] for name in COLUMNS}) for row in query.to_list()]

    def index_texts(self, *, anew: bool) -> None:
        """Full text: 2 s for 20,000 passages anew; else what is new is added."""
        for table in (self._passages, self._articles):
            if not table.count_rows():
                continue
            self._hold.check()
            if anew or not table.list_indices():
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", DeprecationWarning)
                    table.create_fts_index(
                        "stems", replace=True, base_tokenizer="whitespace", stem=False, lower_case=False,
                        remove_stop_words=False, ascii_folding=False, with_position=False,
                    )  # fmt: skip
                    if table is self._passages:
                        table.create_scalar_index("id", replace=True)
            elif _unindexed(table) > SLACK:
                table.optimize(cleanup_older_than=_KEEP_ALL)

    def index_vectors(self, *, anew: bool) -> None:
        """Vectors: none up to `EXACT`, then partitions of like vectors. Those that came later are added to them."""
        rows = self._vectors.count_rows()
        if rows <= EXACT:
            return
        self._hold.check()
        if anew or not self._vectors.list_indices():
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                if anew:
                    self._vectors.create_scalar_index("id", replace=True)
                self._vectors.create_index(
                    metric="cosine", index_type="IVF_FLAT", num_partitions=isqrt(rows), vector_column_name="vector",
                    replace=True,
                )  # fmt: skip
        elif _unindexed(self._vectors) > SLACK:
            self._vectors.optimize(cleanup_older_than=_KEEP_ALL)

    @property
    def settled(self) -> bool:
        """Whether so little was added since the last time that nothing has to be put in order."""
        return _unindexed(self._passages) <= SLACK

    def publish(self) -> None:
        """From now on this is what searches see."""
        tables = (self._passages, self._articles, self._vectors)
        self._hold.publish(
            Pointer(
                table=self._name,
                versions={kind: table.version for kind, table in zip(KINDS, tables, strict=True)},
                embedder=self._embedder.name,
                dimension=self._embedder.dimension,
                chunks=self._passages.count_rows(),
                embedded=self._vectors.count_rows(),
                made=self._made,
            )
        )

    def tidy(self) -> None:
        """Puts all in order and points at that; only then, when nobody is pointed at an old version any more, may old
        ones go. Of a table that is in order the newest version counts, which LanceDB never removes."""
        tables = (self._passages, self._articles, self._vectors, self._history)
        for table in tables:
            for _ in range(_ROUNDS):
                self._hold.check()
                before = table.version
                table.optimize(cleanup_older_than=_KEEP_ALL)
                if table.version == before:
                    break
        self.publish()
        for table in tables:
            self._hold.check()
            table.optimize(cleanup_older_than=KEEP_VERSIONS)


def _unindexed(table: Any) -> int:
    """Rows that no index covers: they are looked through one by one, and found like the others."""
    found = [table.index_stats(index.name) for index in table.list_indices()]
    return max((one.num_unindexed_rows for one in found if one is not None), default=0)


def _columns(chunk: Chunk) -> dict[str, str]:
    return {name: getattr(chunk, name) for name in COLUMNS}


def _article(article: Article, stems: Mapping[str, str]) -> dict[str, str]:
    first = article.chunks[0]
    lines = dict.fromkeys(line for chunk in article.chunks for line in stems[chunk.id].split("\n"))
    labels = {name: getattr(first, name) for name in _LABELS}
    return {
        "source": article.source, "digest": article.digest, "lacking": article.lacking, **labels,
        "stems": "\n".join(lines),
    }  # fmt: skip


def _schema(kind: str, dimension: int) -> "pa.Schema":
    import pyarrow as pa

    names = {
        HISTORY: COLUMNS,
        "passages": (*COLUMNS, "stems"),
        "articles": ("source", "digest", "lacking", *_LABELS, "stems"),
        "vectors": ("id", "source", *_LABELS),
    }[kind]
    columns = [pa.field(name, pa.utf8()) for name in names]
    if kind == "vectors":
        columns.append(pa.field("vector", pa.list_(pa.float32(), dimension)))
    return pa.schema(columns)


def _all(table: Any, *columns: str) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = table.search().select(list(columns)).limit(table.count_rows() or 1).to_list()
    return rows


def _parts(items: Iterable[_T], size: int) -> Iterator[list[_T]]:
    part: list[_T] = []
    for item in items:
        part.append(item)
        if len(part) == size:
            yield part
            part = []
    if part:
        yield part
