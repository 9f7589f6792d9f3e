"""Regular expressions of flows and of tools' schemas, matched in time that grows with the text alone.

Python's `re` tries one way after another: `a*a*a*b` takes the fourth power of the length of a text of `a`, and texts
are customers'. Here all ways are followed at once (K. Thompson, "Regular expression search algorithm", CACM 11(6),
1968), and what was worked out for a character is kept (R. Cox, "Regular Expression Matching Can Be Simple And Fast",
2007).

`re` reads the pattern, and tells of each single character and place in the text whether it fits: whatever it accepts
means the same here. What no such matcher can do is refused: back references, groups that look around, and repeats that
keep what they took (`a*+`, `(?>a)`).
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final, NamedTuple

from re import _compiler, _constants, _parser  # type: ignore[attr-defined]  # isort: skip

__all__ = ["Hard", "Pattern", "Wrong", "compiled"]

_LARGEST: Final = 4_000
"""Places in a pattern, its counted repeats written out: a character of a text costs at most a look at each."""
_KEPT: Final = 200_000
"""Places and characters that are kept worked out, before it begins anew."""


class Hard(ValueError):
    """Such a pattern is not matched here. The message says why, without the pattern."""


class Wrong(Hard):
    """It is no regular expression."""


@lru_cache(maxsize=256)
def compiled(pattern: str) -> "Pattern":
    """The pattern, ready to match. Raises Hard for what is none or cannot be matched in linear time."""
    return Pattern(pattern)


class _Place(NamedTuple):
    """A point in the pattern: a `char` to be read, an `at` to hold, a `fork` of ways, or the `end`."""

    kind: str
    test: int
    """Which of the tests, for a `char` and an `at`."""
    to: tuple[int, ...]


class _Open(NamedTuple):
    """Where the ways stand between two characters, once each has gone on to the character that it needs."""

    ends: bool
    chars: tuple[tuple[int, int], ...]
    """(test, place behind it)."""
    after: dict[str, "_Ways"]


class _Ways(NamedTuple):
    """The places that some way has come to, and how these go on, by which of the tests of places in the text hold."""

    places: frozenset[int]
    open: dict[tuple[bool, ...], _Open]


class Pattern:
    """One pattern. `steps` counts the places and ways looked at so far: for a character, twice its length at most."""

    def __init__(self, pattern: str) -> None:
        self.steps = 0
        self._places: list[_Place] = []
        self._tests: list[re.Pattern[str]] = []
        self._ats: list[int] = []
        self._known: dict[str, int] = {}
        self._size = 0
        try:
            tree = _parser.parse(pattern)
            re.compile(pattern)  # what only it refuses, such as a look behind without a width
            self._state = tree.state
            self._entry = self._sequence(tree, self._add("end"), ())
        except (re.error, OverflowError) as error:
            raise Wrong(str(error)) from None
        except RecursionError:
            raise Hard("it is nested too deeply") from None
        self._begin()

    def __len__(self) -> int:
        """Places and the ways between them."""
        return self._size

    def fullmatch(self, text: str) -> bool:
        """Whether it matches the text as a whole."""
        return self._run(text, anywhere=False)

    def search(self, text: str) -> bool:
        """Whether it matches some part of the text."""
        return self._run(text, anywhere=True)

    # -- the places -------------------------------------------------------------------------------------------------

    def _add(self, kind: str, test: int = -1, *to: int) -> int:
        self._size += 1
        self._places.append(_Place(kind, test, to))
        return len(self._places) - 1

    def _sequence(self, items: Iterable[Any], to: int, flags: tuple[tuple[int, int], ...]) -> int:
        """The place where the items begin that lead to a place."""
        self._size += 1
        if self._size > _LARGEST:
            raise Hard("it is too large with its repeats written out")
        for operator, argument in reversed(list(items)):
            to = self._item(operator, argument, to, flags)
        return to

    def _item(self, operator: Any, argument: Any, to: int, flags: tuple[tuple[int, int], ...]) -> int:
        match str(operator):
            case "LITERAL" | "NOT_LITERAL" | "ANY" | "IN":
                return self._add("char", self._test(operator, argument, flags), to)
            case "AT":
                test = self._test(operator, argument, flags)
                if test not in self._ats:
                    self._ats.append(test)
                return self._add("at", self._ats.index(test), to)
            case "SUBPATTERN":
                _, more, less, inside = argument
                return self._sequence(inside, to, (*flags, (more, less)) if more or less else flags)
            case "BRANCH":
                return self._add("fork", -1, *(self._sequence(one, to, flags) for one in argument[1]))
            case "MAX_REPEAT" | "MIN_REPEAT":  # how much it takes first does not change whether it matches
                return self._repeat(argument, to, flags)
            case "GROUPREF" | "GROUPREF_EXISTS":
                raise Hard("it refers back to what a group matched")
            case "ASSERT" | "ASSERT_NOT":
                raise Hard("it has a group that looks around")
        raise Hard("it has a repeat or a group that keeps what it took")

    def _repeat(self, argument: Any, to: int, flags: tuple[tuple[int, int], ...]) -> int:
        low, high, inside = argument
        if high is _constants.MAXREPEAT:
            loop = self._add("fork")
            self._places[loop] = _Place("fork", -1, (self._sequence(inside, loop, flags), to))
            to = loop
        else:
            behind = to
            for _ in range(high - low):
                to = self._add("fork", -1, self._sequence(inside, to, flags), behind)
        for _ in range(low):
            to = self._sequence(inside, to, flags)
        return to

    def _test(self, operator: Any, argument: Any, flags: tuple[tuple[int, int], ...]) -> int:
        """A pattern of `re` for one character, or for one place in the text, under the flags that hold there."""
        key = f"{operator} {argument} {flags}"
        if key not in self._known:
            tree = _parser.SubPattern(self._state, [(operator, argument)])
            for more, less in reversed(flags):
                tree = _parser.SubPattern(self._state, [(_constants.SUBPATTERN, (None, more, less, tree))])
            self._known[key] = len(self._tests)
            self._tests.append(_compiler.compile(tree))
        return self._known[key]

    # -- the ways through them --------------------------------------------------------------------------------------

    def _begin(self) -> None:
        self._room = _KEPT
        self._ways: dict[frozenset[int], _Ways] = {}

    def _at(self, places: frozenset[int]) -> _Ways:
        """The ways that have come to these places: one object for the same places, so that what it knows is kept."""
        found = self._ways.get(places)
        if found is None:
            self._room -= len(places) + 1
            found = self._ways[places] = _Ways(places, {})
        return found

    def _run(self, text: str, *, anywhere: bool) -> bool:
        tests = [self._tests[at] for at in self._ats]
        ways = self._at(frozenset([self._entry]))
        for at in range(len(text) + 1):
            held = tuple([test.match(text, at) is not None for test in tests])
            found = ways.open.get(held) or self._opened(ways, held)
            if at == len(text) or (anywhere and found.ends):
                return found.ends
            # Ways that begin at each character are kept apart from those that begin at the first alone.
            char = text[at]
            after = found.after.get(char + "*" if anywhere else char)
            ways = after or self._read(found, char, anywhere=anywhere)
            if not ways.places:
                return False
        raise AssertionError  # the last turn returns

    def _opened(self, ways: _Ways, held: tuple[bool, ...]) -> _Open:
        """Each way gone on over forks, and over what holds at this place of the text, to the characters it needs."""
        seen = set(ways.places)
        waiting = list(seen)
        chars: dict[tuple[int, int], None] = {}
        ends = False
        while waiting:
            place = self._places[waiting.pop()]
            self.steps += 1 + len(place.to)
            if place.kind == "char":
                chars[place.test, place.to[0]] = None
            elif place.kind == "end":
                ends = True
            elif place.kind == "fork" or held[place.test]:
                new = [to for to in place.to if to not in seen]
                seen.update(new)
                waiting += new
        self._room -= len(chars) + 1
        made = ways.open[held] = _Open(ends, tuple(chars), {})
        return made

    def _read(self, found: _Open, char: str, *, anywhere: bool) -> _Ways:
        """The ways that a character leaves."""
        if self._room <= 0:
            self._begin()  # what hangs on the old ways is dropped with them
        fits: dict[int, bool] = {}
        places = {self._entry} if anywhere else set()
        for test, to in found.chars:
            self.steps += 1
            if test not in fits:
                fits[test] = self._tests[test].match(char) is not None
            if fits[test]:
                places.add(to)
        after = found.after[char + "*" if anywhere else char] = self._at(frozenset(places))
        self._room -= 1
        return after
