"""A team's own words: what customers call otherwise than the articles do ("RMA" for a return, the name of a product).

Words and phrases of one list mean the same. They are found by their stems, in any form and case, the longest first.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple
from unicodedata import normalize

from engine.models.local.words import stem

__all__ = ["NONE", "Synonyms"]

_WORD: Final = re.compile(r"\w+")


class _Named(NamedTuple):
    """A word or phrase of a list, in a text."""

    start: int
    end: int
    group: int
    member: int


class Synonyms:
    """Lists of words and phrases. Of those that stand in two lists the first counts."""

    def __init__(self, groups: Iterable[Sequence[str]] = ()) -> None:
        self.groups: Final = tuple(tuple(group) for group in groups)
        self._members: dict[tuple[str, ...], tuple[int, int]] = {}
        for number, group in enumerate(self.groups):
            for place, member in enumerate(group):
                if stems := tuple(found for found, _, _ in _tokens(normalize("NFC", member))):
                    self._members.setdefault(stems, (number, place))
        self._lengths = sorted({len(stems) for stems in self._members}, reverse=True)

    def of(self, text: str) -> tuple[tuple[str, ...], ...]:
        """The lists of which something stands in the text, in their order."""
        return tuple(self.groups[number] for number in sorted({one.group for one in self._named(text)}))

    def beside(self, text: str) -> str:
        """The text with what else its words are called, in brackets behind them, for a search: "RMA (return) form"."""
        named = list(self._named(text))
        there = {(one.group, one.member) for one in named}
        made, end, told = [], 0, set[int]()
        for one in named:
            others = [m for place, m in enumerate(self.groups[one.group]) if (one.group, place) not in there]
            if others and one.group not in told:
                told.add(one.group)
                made += [text[end : one.end], f" ({', '.join(others)})"]
                end = one.end
        return "".join([*made, text[end:]])

    def instead(self, text: str, held: str) -> str:
        """The text in the words of another: what `held` does not call so is called as it is there, if it is."""
        there: dict[int, list[int]] = {}
        for one in self._named(held):
            there.setdefault(one.group, []).append(one.member)
        made, end = [], 0
        for one in self._named(text):
            others = there.get(one.group, [])
            if others and one.member not in others:
                made += [text[end : one.start], self.groups[one.group][others[0]]]
                end = one.end
        return "".join([*made, text[end:]])

    def _named(self, text: str) -> Iterator[_Named]:
        if not self._members:
            return
        tokens = list(_tokens(text))
        place = 0
        while place < len(tokens):
            for length in self._lengths:
                part = tokens[place : place + length]
                found = self._members.get(tuple(token for token, _, _ in part))
                if found is not None:
                    yield _Named(part[0][1], part[-1][2], *found)
                    place += length - 1
                    break
            place += 1


def _tokens(text: str) -> Iterator[tuple[str, int, int]]:
    """Stems with where they stand."""
    for match in _WORD.finditer(text):
        yield stem(match.group().casefold()), match.start(), match.end()


NONE: Final = Synonyms()
