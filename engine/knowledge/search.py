"""Hybrid search: three rankings joined by weighted rank fusion, and the best of them ranked anew by the evidence.

The rankings are full text over the passages, full text over whole articles, and vectors. A passage gets
weight / (K + rank) from each ranking it is in (Cormack, Clarke, Buettcher, SIGIR 2009); that decides who is looked at.
Their order comes from what is then known of each (`engine.knowledge.rerank`): plain fusion with a weak vector made full
text worse on real questions. docs/knowledge.md has the figures of every part.
"""

import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from engine.knowledge.base import Embedder, Passage
from engine.knowledge.rerank import WEIGHTS, Candidate, Evidence, Weights, evidence, score
from engine.knowledge.scan import ANY_LANGUAGE
from engine.knowledge.terms import asked

COLUMNS: Final = ("id", "text", "title", "heading", "source", "collection", "language", "audience", "reviewed")
TEXT_WEIGHT: Final = 2.0
ARTICLE_WEIGHT: Final = 1.0
VECTOR_WEIGHT: Final = 1.0
K: Final = 10
DEPTH: Final = 100
"""Passages taken of each ranking, and looked at once more."""
ARTICLES: Final = 200
NEAREST: Final = 50
MAX_QUERY: Final = 2_000
"""Characters of the query that count."""
MAX_TERMS: Final = 64

_beside = ThreadPoolExecutor(8, "search").submit
"""For looks into LanceDB, which wait for its own threads. None of them waits for another."""
_WORD = re.compile(r"\w")


class Edition(NamedTuple):
    """One version of the index, opened for reading."""

    passages: Any
    articles: Any
    vectors: Any
    embedded: int
    """Passages that have a vector yet."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What may be found."""

    collections: tuple[str, ...]
    language: str | None
    audience: str

    def sql(self) -> str:
        """As a condition of LanceDB; every value is quoted."""
        parts = [among("audience", {"public", self.audience.lower()})]
        if self.collections:
            parts.append(among("collection", set(self.collections)))
        if self.language:
            parts.append(among("language", {self.language.lower(), ANY_LANGUAGE}))
        return " AND ".join(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """Which parts of the search are used. The default is what the engine does for tickets."""

    text: bool = True
    articles: bool = True
    vectors: bool = True
    weights: Weights | None = WEIGHTS
    """None: the order of the rank fusion stays."""


DEFAULT: Final = Ways()
BY_WORDS: Final = Ways(vectors=False)
"""Nothing is sent to the embedder."""


class Seen(NamedTuple):
    """A passage that a search looked at."""

    row: Mapping[str, Any]
    fused: float
    """What the fusion of the rankings gave it, 1 for the first of all."""
    evidence: Evidence


def hybrid(
    edition: Edition, embedder: Embedder, query: str, *, where: Filter, limit: int, ways: Ways = DEFAULT
) -> list[Passage]:
    """Passages, best first. A score compares passages of one search only, and lies between 0 and 1."""
    found = look(edition, embedder, query, where=where, depth=max(DEPTH, limit), ways=ways)
    weights = ways.weights
    scored = [(one.fused if weights is None else score(one.evidence, weights), one) for one in found]
    scored.sort(key=lambda pair: (-pair[0], -pair[1].fused, pair[1].row["id"]))
    return [passage(one.row, points) for points, one in scored[:limit]]


def look(
    edition: Edition, embedder: Embedder, query: str, *, where: Filter, depth: int, ways: Ways = DEFAULT
) -> list[Seen]:
    """The passages that the fused rankings put first, at most `depth`, with what each holds of the question."""
    words = query[:MAX_QUERY].encode("utf-8", "replace").decode("utf-8").replace("\0", " ")
    if not _WORD.search(words):
        return []
    wanted = asked(words)[:MAX_TERMS]
    # side by side: each waits for the index most of its time
    texts = _beside(_by_text, edition.passages, wanted, where, depth) if ways.text and wanted else None
    articles = _beside(_by_article, edition.articles, wanted, where) if ways.articles and wanted else None
    vector = embedder.embed([words])[0] if ways.vectors and edition.embedded else ()
    near = _by_vector(edition.vectors, vector, where, max(NEAREST, depth // 2)) if vector else {}
    rows = {row["id"]: row for row in texts.result()} if texts else {}
    by_article = articles.result() if articles else {}
    sources = {name: one.source for name, one in near.items()} | {name: row["source"] for name, row in rows.items()}
    fused = _fused(list(rows), by_article, list(near), sources)
    best = sorted(fused, key=lambda one: (-fused[one], one))[:depth]
    others = _beside(_rows, edition.passages, [one for one in best if one not in rows])
    cosines = {name: one.cosine for name, one in near.items()}
    if vector:
        cosines |= _cosines(edition.vectors, vector, [one for one in best if one not in near])
    rows |= others.result()
    best = [one for one in best if one in rows]
    candidates = [
        Candidate(
            row["stems"], row["source"], row.get("_score", 0.0), by_article.get(row["source"], 0.0),
            cosines.get(row["id"]),
        )
        for row in map(rows.__getitem__, best)
    ]  # fmt: skip
    return [Seen(rows[one], fused[one], of) for one, of in zip(best, evidence(wanted, candidates), strict=True)]


def _fused(
    by_text: Sequence[str],
    by_article: Mapping[str, float],
    near: Sequence[str],
    sources: Mapping[str, str],
) -> dict[str, float]:
    """What each passage gets of the rankings that it is in, 1 for the first of all."""
    places = {source: place for place, source in enumerate(by_article, start=1)}
    most = (TEXT_WEIGHT + ARTICLE_WEIGHT + VECTOR_WEIGHT) / (K + 1)
    scores = {
        name: ARTICLE_WEIGHT / (K + places[source]) if source in places else 0.0 for name, source in sources.items()
    }
    for weight, ranking in ((TEXT_WEIGHT, by_text), (VECTOR_WEIGHT, near)):
        for rank, name in enumerate(ranking, start=1):
            scores[name] += weight / (K + rank)
    return {name: score / most for name, score in scores.items()}


def passage(row: Mapping[str, Any], score: float) -> Passage:
    """A stored row as the rest of the engine knows it."""
    return Passage(
        id=row["id"],
        text=row["text"],
        title=row["title"],
        heading=row["heading"],
        source=row["source"],
        collection=row["collection"],
        language=row["language"],
        score=score,
    )


def _match(table: Any, wanted: Sequence[str], where: Filter) -> Any:
    from lancedb.query import MatchQuery

    # MatchQuery takes the words as they are: a customer's quotes and colons are no query syntax
    match = MatchQuery(" ".join(wanted), "stems")  # type: ignore[call-arg]  # its pydantic defaults are hidden from mypy
    return table.search(match, query_type="fts").where(where.sql(), prefilter=True)


def _by_text(table: Any, wanted: Sequence[str], where: Filter, depth: int) -> list[Mapping[str, Any]]:
    found = _match(table, wanted, where).select([*COLUMNS, "stems", "_score"]).limit(depth).to_list()
    return sorted(found, key=lambda row: (-row["_score"], row["id"]))


def _by_article(table: Any, wanted: Sequence[str], where: Filter) -> dict[str, float]:
    """Source -> score of the whole article, best first."""
    found = _match(table, wanted, where).select(["source", "_score"]).limit(ARTICLES).to_list()
    return {row["source"]: row["_score"] for row in sorted(found, key=lambda row: (-row["_score"], row["source"]))}


class Near(NamedTuple):
    """A passage whose vector is near to the question's."""

    source: str
    cosine: float


def _by_vector(table: Any, vector: Sequence[float], where: Filter, depth: int) -> dict[str, Near]:
    """By id, nearest first."""
    query = table.search(list(vector), vector_column_name="vector", query_type="vector").distance_type("cosine")
    query = query.nprobes(PROBES).where(where.sql(), prefilter=True).select(["id", "source", "_distance"])
    found = sorted(query.limit(depth).to_list(), key=lambda row: (row["_distance"], row["id"]))
    return {row["id"]: Near(row["source"], 1.0 - row["_distance"]) for row in found}


def _cosines(table: Any, vector: Sequence[float], ids: Sequence[str]) -> dict[str, float]:
    """Those of passages that are not among the nearest, as far as they have a vector."""
    import numpy as np

    if not ids:
        return {}
    rows = table.search().where(among("id", set(ids))).select(["id", "vector"]).limit(len(ids)).to_arrow()
    names = rows["id"].to_pylist()
    flat = rows["vector"].combine_chunks().flatten().to_numpy(zero_copy_only=False)
    near = flat.reshape(len(names), len(vector)) @ np.asarray(vector, dtype=np.float32)
    return dict(zip(names, near.tolist(), strict=True))


PROBES: Final = 24
"""Partitions of the vector index that are looked into. Without an index every vector is compared."""


def _rows(table: Any, ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    if not ids:
        return {}
    query = table.search().where(among("id", set(ids))).select([*COLUMNS, "stems"]).limit(len(ids))
    return {row["id"]: row for row in query.to_list()}


def among(column: str, values: set[str]) -> str:
    """A condition of LanceDB; every value is quoted."""
    listed = ", ".join("'" + one.replace("'", "''") + "'" for one in sorted(values))
    return f"{column} IN ({listed})"
