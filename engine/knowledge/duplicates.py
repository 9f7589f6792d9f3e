"""Articles, and passages of theirs, that say the same in mostly the same words in the same order."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import combinations
from math import ceil
from typing import Final, NamedTuple
from zlib import crc32

from engine.knowledge.base import Document
from engine.knowledge.chunks import Chunk
from engine.knowledge.findings import Finding, short
from engine.knowledge.terms import terms

__all__ = ["duplicates"]

SHINGLE: Final = 5
"""Words in a row that are compared; MinHash would find the same, this is exact on a fixed share of them."""
ALIKE: Final = 0.8
"""Share of common shingles (Jaccard) from which two passages, or articles, are near-duplicates."""
COMMON: Final = 40
"""What stands in more passages than this tells nothing apart."""
SHARED: Final = 10
"""A section that more articles share belongs to all of them: whom to ask, or when somebody is there."""
NAMED: Final = 3
"""Articles that a message names."""


class _Print(NamedTuple):
    """What a passage, or an article, is compared by."""

    path: str
    text: str
    shingles: frozenset[int]


def duplicates(documents: Mapping[str, Document], chunks: Mapping[str, Sequence[Chunk]]) -> Iterator[Finding]:
    """Passages that articles share, each group of articles once; articles that are the same though no passage is, as
    their headings differ or something stands before them; and short ones that are the same to the letter."""
    passages = {
        chunk.id: _Print(path, chunk.text, shingles)
        for path, some in chunks.items()
        for chunk in some
        if len(shingles := _shingles(terms(chunk.text))) >= SHINGLE
    }
    whole = {path: terms(_text(document)) for path, document in documents.items()}
    articles = {path: _Print(path, "", _shingles(words)) for path, words in whole.items()}
    told: set[frozenset[str]] = set()
    shared: dict[str, set[int]] = defaultdict(set)
    for group, like in _groups(passages):
        some = [passages[one] for one in group]
        paths = frozenset(one.path for one in some)
        if len(paths) > 2:
            for one in some:
                shared[one.path] |= one.shingles
        most = 2 * sum(_like(one.shingles, articles[one.path].shingles) >= ALIKE for one in some) > len(some)
        if paths not in told and (len(paths) <= SHARED or most):
            told.add(paths)
            yield _finding(sorted(paths), like, some[0].text)
    own = {path: one._replace(shingles=one.shingles - shared[path]) for path, one in articles.items()}
    for (path, other), like in _pairs({path: one for path, one in own.items() if len(one.shingles) >= SHINGLE}).items():
        if not any({path, other} <= paths for paths in told):
            message = f"is nearly the same article as {other} ({like:.0%} of its words in the same order)"
            yield Finding(kind="near-duplicate", path=path, message=message, other=other)
    short_ones = (path for path, one in articles.items() if len(one.shingles) < SHINGLE)
    yield from _identical({path: tuple(whole[path]) for path in short_ones})


def _text(document: Document) -> str:
    """All of it, headings as lines among others: whoever copies an article may lose them."""
    lines = [document.title]
    above: tuple[str, ...] = ()
    for section in document.sections:
        lines += [one for at, one in enumerate(section.headings) if section.headings[: at + 1] != above[: at + 1]]
        lines.append(section.text)
        above = section.headings
    return "\n".join(lines)


def _shingles(words: Sequence[str]) -> frozenset[int]:
    return frozenset(crc32(" ".join(words[at : at + SHINGLE]).encode()) for at in range(len(words) - SHINGLE + 1))


def _like(one: Collection[int], other: Collection[int]) -> float:
    common = len(set(one) & set(other))
    return common / (len(one) + len(other) - common)


def _pairs(prints: Mapping[str, _Print]) -> dict[tuple[str, str], float]:
    """Those of two articles that are alike, and how much.

    Only such are compared as share one of their rarest shingles: of n, two that are alike to 80 % share one of the
    first 20 % in any order that is the same for all.
    """
    number = Counter(shingle for one in prints.values() for shingle in one.shingles)
    telling = {name: {one for one in made.shingles if number[one] <= COMMON} for name, made in prints.items()}
    holders: dict[int, list[str]] = defaultdict(list)
    for name, some in telling.items():
        least = ceil(ALIKE * len(prints[name].shingles) - 1e-9)
        for shingle in sorted(some, key=lambda one: (number[one], one))[: max(0, len(some) - least + 1)]:
            holders[shingle].append(name)
    found = {}
    for a, b in sorted({pair for some in holders.values() for pair in combinations(sorted(some), 2)}):
        common = len(telling[a] & telling[b])
        like = common / (len(prints[a].shingles) + len(prints[b].shingles) - common)
        if like >= ALIKE and prints[a].path != prints[b].path:
            found[a, b] = like
    return found


def _groups(prints: Mapping[str, _Print]) -> Iterator[tuple[list[str], float]]:
    """Passages of which each is alike to some other one, with how much the two are that are most."""
    alike = _pairs(prints)
    lead = {name: name for pair in alike for name in pair}

    def first(name: str) -> str:
        while lead[name] != name:
            name = lead[name]
        return name

    for a, b in alike:
        lead[max(first(a), first(b))] = min(first(a), first(b))
    groups: dict[str, list[str]] = defaultdict(list)
    for name in sorted(lead):
        groups[first(name)].append(name)
    best: dict[str, float] = defaultdict(float)
    for (a, _), like in alike.items():
        best[first(a)] = max(like, best[first(a)])
    yield from sorted(((group, best[name]) for name, group in groups.items()), key=lambda one: (-one[1], one[0]))


def _identical(texts: Mapping[str, tuple[str, ...]]) -> Iterator[Finding]:
    groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for path, words in texts.items():
        groups[words].append(path)
    for paths in groups.values():
        if len(paths) > 1:
            first, *others = sorted(paths)
            message = f"says the same as {_named(others)}, title included"
            yield Finding(kind="near-duplicate", path=first, message=message, other=others[0])


def _finding(paths: Sequence[str], like: float, text: str) -> Finding:
    first, *others = paths
    if len(others) == 1:
        message = f"shares a passage with {others[0]} ({like:.0%} of its words in the same order)"
    else:
        message = f"shares a passage with {_named(others)}: “{short(' '.join(text.split()), 80)}”"
    return Finding(kind="near-duplicate", path=first, message=message, other=others[0])


def _named(paths: Sequence[str]) -> str:
    more = len(paths) - NAMED
    return ", ".join(paths[:NAMED]) + (f" and {more} more" if more > 0 else "")
