"""A search for somebody who reads one language best: articles in it first, others where it has none that answers.

The passages are those in the wanted language, or in none, unless one in another language is clearly nearer in meaning
than all of them: then they are those of all languages, as they rank together. Either way places are kept for the other
side, so that whoever answers sees it: a word in common is no answer yet, and a vector may miss one.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from engine.knowledge.base import Embedder, Passage
from engine.knowledge.rerank import score
from engine.knowledge.scan import ANY_LANGUAGE
from engine.knowledge.search import DEFAULT, DEPTH, Edition, Filter, Seen, Ways, look, passage

__all__ = ["preferring", "told"]

NEARER: Final = 0.1
"""How much nearer (cosine) a passage in another language is than all in the wanted one, where these lack the matter:
twins in two languages are within a few hundredths."""


def told(question: str) -> str | None:
    """The language to prefer for a question of which nothing else is known; None where it does not tell its own."""
    from engine.models.local.language import UNKNOWN, detect_language

    language = detect_language(question)
    return None if language == UNKNOWN else language


class _Ranked(NamedTuple):
    """A passage with its score in the ranking that it is taken from."""

    score: float
    seen: Seen


def preferring(
    edition: Edition,
    embedder: Embedder,
    query: str,
    *,
    where: Filter,
    prefer: str,
    limit: int,
    ways: Ways = DEFAULT,
) -> list[Passage]:
    """At most `limit` passages, as the module says. `prefer`: ISO 639-1; `where` names no language. Of `ways` the
    weights do not count.

    A score compares passages of one language only: each side is ranked by itself.
    """
    once = _Once(embedder)
    everything = _ranked(edition, once, query, where, limit, ways)
    if all(_reads(one, prefer) for one in everything):
        return _passages(everything, limit)
    own = _ranked(edition, once, query, replace(where, language=prefer), limit, ways)
    if not own:
        return _passages(everything, limit)
    others = [one for one in everything if not _reads(one, prefer)]
    nearest = max(others, key=_nearness)
    if _nearness(nearest) >= NEARER + max(map(_nearness, own)):
        return _passages(everything, limit, kept=(nearest, own[0]))
    return _passages([*own, *others], limit, kept=() if _reads(everything[0], prefer) else everything[:1])


def _ranked(edition: Edition, embedder: Embedder, query: str, where: Filter, limit: int, ways: Ways) -> list[_Ranked]:
    found = look(edition, embedder, query, where=where, depth=max(DEPTH, limit), ways=ways)
    ranked = [_Ranked(score(one.evidence), one) for one in found]
    return sorted(ranked, key=lambda one: (-one.score, -one.seen.fused, one.seen.row["id"]))


def _reads(one: _Ranked, language: str) -> bool:
    return one.seen.row["language"] in (language.lower(), ANY_LANGUAGE)


def _nearness(one: _Ranked) -> float:
    """In meaning, as far as it is known: a cosine."""
    return one.seen.evidence.vector


def _passages(ranked: Sequence[_Ranked], limit: int, *, kept: Sequence[_Ranked] = ()) -> list[Passage]:
    """The first of them; of `kept` those that are not among these have the last places, though at most half of all."""
    first = {one.seen.row["id"] for one in ranked[:limit]}
    last = [one for one in kept if one.seen.row["id"] not in first][: limit // 2]
    return [passage(one.seen.row, one.score) for one in (*ranked[: limit - len(last)], *last)]


class _Once:
    """Embeds a question once, however often it is looked for."""

    def __init__(self, embedder: Embedder) -> None:
        self.name, self.dimension = embedder.name, embedder.dimension
        self._embedder = embedder
        self._known: dict[tuple[str, ...], Sequence[Sequence[float]]] = {}

    def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """As the embedder does."""
        if (known := self._known.get(tuple(texts))) is None:
            known = self._known[tuple(texts)] = self._embedder.embed(texts)
        return known
