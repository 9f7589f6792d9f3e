"""Articles whose headings say with another word what a question asks for (`engine.models.local.matters`)."""

from collections.abc import Iterable

from engine.models.local.matters import MATTERS


def related(wanted: Iterable[str], head: frozenset[str]) -> int:
    """How many terms of a question an article's headings have in other words alone."""
    there = frozenset[int]().union(*(MATTERS[term] for term in head if term in MATTERS))
    return sum(term not in head and not there.isdisjoint(MATTERS[term]) for term in wanted if term in MATTERS)
