"""From the lines of pages to paragraphs: without what most pages repeat, over the breaks of lines and of pages."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final

from engine.knowledge.outline import one_line

__all__ = ["Words", "ends", "goes_on", "key", "without_running"]

EDGE: Final = 3
"""Lines at the top and at the bottom of a page among which running heads and page numbers are."""
_SHORT: Final = 200
"""Characters of a line that may be one."""
_LONG: Final = 40
_FULL: Final = 0.7
"""A line of so many characters, and of this share of the longest one of its page, may go on with a capital."""

_NUMBER = re.compile(r"\d{1,6}")
_ENDS = re.compile(r"[.!?:;。！？]$")
_BROKEN = re.compile(r"([^\W_]+)[-\u2010]$")
_FIRST = re.compile(r"[^\W_]+")
_WORDS = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_PREFIXES: Final = frozenset({"non", "self"})
"""What has a hyphen behind it more often than it begins a word that is divided there; so has a single letter."""
_BETWEEN: Final = frozenset("and or to und oder bzw bis et ou y o".split())
"""Words before which a hyphen stands for the rest of a word ("Ein- und Ausgang")."""


def without_running(pages: Sequence[Sequence[str]], kept: Sequence[frozenset[str]]) -> list[list[str]]:
    """The pages without what stands at the top or the bottom of most of them, page numbers aside; `kept`: keys (`key`)
    of lines that are headings there."""
    trimmed = [_trimmed(page) for page in pages]
    least = max(2, sum(map(bool, trimmed)) // 2 + 1)
    top, bottom = (
        Counter(shape for at, page in enumerate(trimmed) for shape in _edge(page[::way], at)) for way in (1, -1)
    )
    found = []
    for at, page in enumerate(trimmed):
        lines = page[_running(page, at, top, least, kept[at]) :]
        found.append(lines[: len(lines) - _running(lines[::-1], at, bottom, least, kept[at])])
    return found if any(found) else trimmed


def _trimmed(page: Sequence[str]) -> list[str]:
    lines = list(page)
    while lines and not lines[-1].strip():
        lines.pop()
    return lines[next((at for at, line in enumerate(lines) if line.strip()), 0) :]


def _edge(page: Sequence[str], at: int) -> set[str]:
    """The shapes of its first lines."""
    return {shape for line in page[:EDGE] for shape in _shapes(line, at)}


def _shapes(line: str, at: int) -> Iterator[str]:
    """A line as it stands, and with each of its numbers as how far it is from the number of the page."""
    text = one_line(line)
    if not text or len(text) > _SHORT:
        return
    yield text
    for number in _NUMBER.finditer(text):
        yield f"{text[: number.start()]}\0{int(number[0]) - at}\0{text[number.end() :]}"


def _running(page: Sequence[str], at: int, common: Counter[str], least: int, kept: frozenset[str]) -> int:
    """How many lines there are at its beginning that most pages have there."""
    number = 0
    for line in page[:EDGE]:
        if key(line) in kept or (line.strip() and not any(common[shape] >= least for shape in _shapes(line, at))):
            break
        number += 1
    return number


def key(text: str) -> str:
    """Letters and digits alone."""
    return re.sub(r"\W+", "", text).casefold()


def ends(line: str) -> bool:
    """Whether a sentence is over."""
    return _ENDS.search(line) is not None


def goes_on(line: str, following: str, longest: int) -> bool:
    """Whether the last line of a page, which ends no sentence, goes on with the first of the next one. `longest`:
    characters of the longest line of its page."""
    if line[-1] in "-\u00ad\u2010," or following[:1].islower() or following[:1].isdigit():
        return True
    return len(line) >= max(_LONG, _FULL * longest)


class Words:
    """The words of a document, by which lines are joined where a word is divided."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._known: set[str] = set()
        for line in lines:
            for found in _WORDS.findall(line.casefold()):
                parts = found.split("-")
                self._known.update(parts, map("-".join, pairwise(parts)))

    def joined(self, lines: Iterable[str]) -> str:
        """One paragraph."""
        text = ""
        for line in lines:
            text = self._join(text, line) if text else line
        return text

    def _join(self, text: str, line: str) -> str:
        if text.endswith("\u00ad"):
            return text[:-1] + line
        broken, first = _BROKEN.search(text), _FIRST.match(line)
        if broken is None or first is None or first[0].casefold() in _BETWEEN:
            return f"{text} {line}"
        if not first[0][0].islower() or not broken[1][-1].isalpha():
            return text + line
        before, after = broken[1].casefold(), first[0].casefold()
        hyphened = f"{before}-{after}" in self._known
        alone = before in _PREFIXES or len(before) == 1
        return text + line if hyphened or (alone and before + after not in self._known) else text[:-1] + line
