"""Hybrid search: full text and vectors, each its own ranking, joined by weighted reciprocal rank fusion.

A passage gets weight / (K + rank) from each ranking it is in (Cormack, Clarke, Buettcher, SIGIR 2009). With
equal weights the weaker vectors made full text worse on real questions; with 2 to 1 they help it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from engine.knowledge.base import Embedder, Passage
from engine.knowledge.scan import ANY_LANGUAGE

COLUMNS: Final = ("id", "text", "title", "heading", "source", "collection", "language", "audience", "reviewed")
TEXT_WEIGHT: Final = 2.0
VECTOR_WEIGHT: Final = 1.0
K: Final = 10
DEPTH: Final = 50
"""Passages taken of each ranking."""
MAX_QUERY: Final = 2_000
"""Characters of the query that count."""

_WORD = re.compile(r"\w")
_ASKING = re.compile(
    r"\b(?:how (?:long|much|many|often|soon|fast|far)|how|what|when|where|why|which|who|can|could|do|does|did|is|are|"
    r"i|we|you|have to|should|will|would|please)\b",
    re.IGNORECASE,
)
"""Words that ask and are not what is asked for: "how long" otherwise finds whatever lasts long."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What may be found."""

    collections: tuple[str, ...]
    language: str | None
    audience: str

    def sql(self) -> str:
        """As a condition of LanceDB; every value is quoted."""
        parts = [_among("audience", {"public", self.audience.lower()})]
        if self.collections:
            parts.append(_among("collection", set(self.collections)))
        if self.language:
            parts.append(_among("language", {self.language.lower(), ANY_LANGUAGE}))
        return " AND ".join(parts)


def hybrid(table: Any, embedder: Embedder, query: str, *, where: Filter, limit: int) -> list[Passage]:
    """Passages by fused rank. Score 1 means first in both rankings; it compares passages of one search only."""
    words = query[:MAX_QUERY].encode("utf-8", "replace").decode("utf-8").replace("\0", " ")
    if not _WORD.search(words):
        return []
    depth = max(DEPTH, limit)
    rankings = (
        (TEXT_WEIGHT, _by_text(table, words, where, depth)),
        (VECTOR_WEIGHT, _by_vector(table, embedder.embed([words])[0], where, depth)),
    )
    scores: dict[str, float] = {}
    rows: dict[str, Mapping[str, Any]] = {}
    for weight, ranking in rankings:
        for rank, row in enumerate(ranking, start=1):
            scores[row["id"]] = scores.get(row["id"], 0.0) + weight / (K + rank)
            rows[row["id"]] = row
    best = sorted(scores, key=lambda one: (-scores[one], one))[:limit]
    most = (TEXT_WEIGHT + VECTOR_WEIGHT) / (K + 1)
    return [passage(rows[one], scores[one] / most) for one in best]


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


def _by_text(table: Any, words: str, where: Filter, depth: int) -> Sequence[Mapping[str, Any]]:
    from lancedb.query import MatchQuery

    said = _ASKING.sub(" ", words)
    # MatchQuery takes the words as they are: a customer's quotes and colons are no query syntax
    match = MatchQuery(said if _WORD.search(said) else words, "searchable")  # type: ignore[call-arg]  # its pydantic defaults are hidden from mypy
    query = table.search(match, query_type="fts").where(where.sql(), prefilter=True)
    found: list[Mapping[str, Any]] = query.select([*COLUMNS, "_score"]).limit(depth).to_list()
    return found


def _by_vector(table: Any, vector: Sequence[float], where: Filter, depth: int) -> Sequence[Mapping[str, Any]]:
    query = table.search(list(vector), vector_column_name="vector", query_type="vector").distance_type("cosine")
    query = query.where(where.sql(), prefilter=True).select([*COLUMNS, "_distance"])
    found: list[Mapping[str, Any]] = query.limit(depth).to_list()
    return found


def _among(column: str, values: set[str]) -> str:
    listed = ", ".join("'" + one.replace("'", "''") + "'" for one in sorted(values))
    return f"{column} IN ({listed})"
