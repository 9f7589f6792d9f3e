"""The clauses of a sentence that gives amounts, one for each: what it is said of, and what it is restricted to.

"A lost key to a Team Room costs 180 EUR" is said of a lost key, "For members it costs 25 EUR" of members. English,
German, French and Spanish are read by their small words: verbs, prepositions, determiners and pronouns part a clause
into groups. That is no grammar, and need not be: who asks for a price is left to a person where a group is not
understood.
"""

import re
from collections.abc import Sequence
from enum import Enum, auto
from itertools import pairwise
from typing import Final, NamedTuple

from engine.models.local.words import STOP, stem, words

__all__ = ["Clause", "Group", "Tie", "clauses", "opposed", "subject", "without_reasons"]


class Tie(Enum):
    """How a group of words belongs to the amount."""

    SUBJECT = auto()
    STRONG = auto()
    """For whom, with what or on what condition it holds: "for students", "with sauna", "if it is late"."""
    WEAK = auto()
    """Where, when, or of what: "in the yard", "of ceramic"."""
    NONE = auto()
    """Says nothing of what the amount is for: reasons, rates, what is done besides."""


class Group(NamedTuple):
    """Words with the same tie, as alternatives ("a card or a key"), each of which is stems in order."""

    tie: Tie
    parts: tuple[tuple[str, ...], ...]
    numbered: bool
    """Whether a number stands there too: "from three bikes on"."""
    opened: str
    """The word that begins it, such as "for"; none of a subject."""


class Clause(NamedTuple):
    """What is said of one amount."""

    groups: tuple[Group, ...]
    pays: bool
    """Whether its subject is who pays, not what costs."""
    points: bool
    """Whether it names no subject: "they cost 95 EUR"."""
    compares: bool
    """Whether the amount comes on top of another: "10 EUR more"."""


_RELATIVES: Final = frozenset("that which who whose whom welche welcher welches qui".split())
_CONDITIONS: Final = _RELATIVES | frozenset(
    "if when unless whenever provided wenn falls sofern si lorsque quand cuando".split()
)
"""Begin a clause of their own, in which other subjects and verbs stand."""
_STRONG: Final = _CONDITIONS | frozenset(
    "for with without except besides für mit ohne bei beim außer pour avec sans sauf para con sin salvo excepto".split()
)
_WEAK: Final = frozenset(
    "of on in at by to from under over within until till after before during beyond between through via up about as "
    "instead von vom im am auf ab bis aus zu zum zur nach vor während innerhalb außerhalb unter über zwischen statt "
    "de du des d à au aux en dans sur sous chez par après avant pendant dès depuis "
    "del al por desde hasta tras durante sobre bajo".split()
)
_SIDES: Final = tuple(
    frozenset(row.split())
    for row in (
        "within until till before during under innerhalb während bis vor unter avant pendant sous durante antes",
        "after later over outside beyond nach außerhalb über après hors tras después",
        "with mit avec con",
        "without ohne sans sin",
    )
)
"""Two and two are opposites."""
_NEAR: Final = 3
"""Words before another among which a preposition is its own."""
_RATES: Final = frozenset("per each every pro je jede jeder jedes jeden par chaque por cada".split())
"""Begin what the amount is counted by."""
_PLUS: Final = frozenset("plus zuzüglich zzgl including inclusive inklusive inkl inclus incluido incluida más".split())
"""Begin what comes on top, or is contained."""
_REASONS: Final = frozenset("because since so weil da denn damit car parce puisque porque pues".split())
_REASON: Final = re.compile(rf"\b(?:{'|'.join(sorted(_REASONS))})\b", re.IGNORECASE)
_COSTS: Final = frozenset(
    "cost costs charge charges charged take takes last lasts kostet kosten beträgt betragen berechnen berechnet "
    "verlangen dauert dauern coûte coûtent coute coutent revient facturons dure durent "
    "cuesta cuestan valen cobramos dura duran tarda tardan".split()
)
"""Verbs behind which a subject may stand: "Für Gäste kostet der Eintritt 5 Euro"."""
_PAYS: Final = frozenset(
    "pay pays paid zahlt zahlen zahle bezahlt bezahlen paie paient paye payent payez paga pagan paguen".split()
)
_HELPS: Final = frozenset(
    "is are was were be can could may must will would shall should have had do does get gets "
    "ist sind kann können darf dürfen muss müssen wird werden "
    "est sont peut peuvent pouvez doit doivent sera seront "
    "es son está están puede pueden debe deben será serán hay".split()
)
"""Verbs behind which stands what is said of the subject: "Bicycles may be locked in the cellar"."""
_PERSONS: Final = frozenset("i you we there ich du sie wir man je tu nous vous yo usted ustedes nosotros".split())
_DETERMINERS: Final = frozenset(
    "a an the my your our his her their each every any all der die das den dem des ein eine einen einem einer eines "
    "jeder jede jedes ihr ihre ihren unser unsere "
    "le la les l un une votre vos notre nos chaque el los las una unos unas su sus cada".split()
)
_PRONOUNS: Final = frozenset("it they them er ihm il elle ils elles".split())
_JOINS: Final = frozenset("and or as und oder sowie et ou y o".split())
_MORE: Final = re.compile(
    r"\b(?:more|less|extra|off|on top|cheaper|surcharge|mehr|weniger|zusätzlich|günstiger|aufpreis|zuschlag|rabatt|"
    r"de plus|de moins|supplément|en plus|más|menos|adicional(?:es)?|suplemento)\b",
    re.IGNORECASE,
)
_TOKEN: Final = re.compile(r"(?P<number>[0-9][0-9.,:]*)|(?P<word>[^\W\d_]+)|(?P<mark>[,;:.!?|–])")
_CUT: Final = re.compile(r"[,;|]|\b(?:and|or|und|oder|et|ou|y|o)\b", re.IGNORECASE)
"""Between two amounts the first of these begins the clause of the second one."""
_ASIDE: Final = re.compile(r"\([^()]*\)")
_NUMBERS: Final = frozenset(
    "two three four five six seven eight nine ten twelve zwei drei vier fünf sechs sieben acht neun zehn zwölf "
    "deux trois quatre cinq sept huit dix douze dos tres cuatro cinco seis siete ocho diez doce".split()
)


def clauses(sentence: str, amounts: Sequence[tuple[int, int]]) -> list[Clause]:
    """One for each amount, in order. `amounts`: where they begin and end. What is in brackets counts for nothing."""
    found: list[Clause] = []
    subject: tuple[Group, ...] = ()
    pays = named = False
    for begin, (first, last), end in _spans(sentence, amounts):
        before = _Reader().read(sentence[begin:first])
        after = _Reader(tail=True).read(sentence[last:end])
        if own := tuple(one for one in before.groups if one.tie is Tie.SUBJECT):
            subject, pays, named = own, before.pays, True
        elif before.named or before.pays:
            subject, pays, named = (), before.pays, True
        others = tuple(one for one in (*before.groups, *after.groups) if one.tie is not Tie.SUBJECT)
        found.append(Clause((*subject, *others), pays, not named, _MORE.search(sentence, begin, end) is not None))
    return found


def subject(sentence: str) -> list[Group]:
    """What a sentence begins to speak of, before its first verb."""
    return [one for one in _Reader(tail=False, first=True).read(sentence).groups if one.tie is Tie.SUBJECT]


def without_reasons(sentence: str) -> str:
    """Up to "because" and the like: what a reason names is not what an amount is for."""
    return _REASON.split(sentence, maxsplit=1)[0]


def opposed(question: str, group: Group) -> bool:
    """Whether the question asks of the same on the other side: "after the warranty", of what holds within it."""
    sides = [side for side, row in enumerate(_SIDES) if group.opened in row]
    if not sides:
        return False
    own = {word for part in group.parts for word in part}
    said = words(question)
    for place, word in enumerate(said):
        if stem(word) in own:
            before = [one for one in said[max(0, place - _NEAR) : place] if any(one in row for row in _SIDES)]
            if before and before[-1] in _SIDES[sides[0] ^ 1]:
                return True
    return False


def _spans(sentence: str, amounts: Sequence[tuple[int, int]]) -> list[tuple[int, tuple[int, int], int]]:
    """Where each clause begins, its amount, and where it ends."""
    cuts = [0] if amounts else []
    for (_, end), (begin, _) in pairwise(amounts):
        cut = _CUT.search(sentence, end, begin)
        cuts.append(cut.start() if cut else end)
    return list(zip(cuts, amounts, [*cuts[1:], len(sentence)], strict=False))


class _Reader:
    """Parts a piece of a sentence into groups. `tail`: it stands behind the amount. `first`: up to the first verb."""

    def __init__(self, *, tail: bool = False, first: bool = False) -> None:
        self.groups: list[Group] = []
        self.pays = self.named = False
        self._tail = tail
        self._first = first
        self._clause = False
        self._begin(Tie.NONE if tail else Tie.SUBJECT)

    def read(self, text: str) -> "_Reader":
        """Itself, with the groups of the text."""
        blank = _ASIDE.sub(lambda match: " " * len(match[0]), text)
        for match in _TOKEN.finditer(blank):
            if match["number"]:
                self._numbered = True
            elif match["mark"]:
                self._mark(match["mark"])
            elif not self._word(match["word"].casefold()):
                break
        self._close(Tie.NONE)
        return self

    def _mark(self, mark: str) -> None:
        if mark == "," and self._tie is Tie.SUBJECT and any(self._parts):
            self._parts.append([])  # "Sofas, wardrobes and beds"
        else:
            self._close(self._free)

    @property
    def _free(self) -> Tie:
        """The tie of words that nothing is said of."""
        return Tie.NONE if self._tail else Tie.SUBJECT

    def _word(self, word: str) -> bool:
        """Takes it in; False where nothing more is to be read."""
        begun = any(self._parts)
        if word in _COSTS or word in _PAYS or (word in _HELPS and not self._clause):
            return self._verb(word)
        if word in _REASONS and (self._tail or begun):
            return False
        if word in _RATES and (begun or self._tie is not Tie.SUBJECT):
            self._close(Tie.NONE)
        elif word in _PLUS or (word == "that" and self._tie is Tie.WEAK and not begun):  # "After that"
            self._close(Tie.NONE if word in _PLUS else self._free)
        elif word in _STRONG:
            # "the price that is shown" says nothing of the subject
            self._close(Tie.NONE if word in _RELATIVES and self._tie is Tie.NONE else Tie.STRONG, word)
            self._clause = word in _CONDITIONS
        elif word in _WEAK:
            if self._tie is not Tie.STRONG:
                self._close(Tie.WEAK, word)
        elif word in _PERSONS:
            self.named |= not self._clause
            if not self._clause:
                self._close(self._free)
        elif word in _JOINS:
            self._parts.append([])
        elif word in _DETERMINERS or word in _PRONOUNS:
            if (self._parts[-1] or word in _PRONOUNS) and self._tie in {Tie.WEAK, Tie.STRONG} and not self._clause:
                self._close(self._free)
        elif word in _NUMBERS:
            self._numbered = True
        elif word not in STOP:
            self._parts[-1].append(stem(word))
        return True

    def _verb(self, word: str) -> bool:
        if self._first and (any(self._parts) or self.groups):
            return False
        self.pays |= word in _PAYS
        self._close(Tie.NONE if self._tail or word in _HELPS else Tie.SUBJECT)
        return not self._tail

    def _close(self, tie: Tie, opened: str = "") -> None:
        parts = tuple(tuple(part) for part in self._parts if part)
        if parts or (self._numbered and self._tie is not Tie.SUBJECT):
            self.groups.append(Group(self._tie, parts, self._numbered, self._opened))
        self._begin(tie, opened)

    def _begin(self, tie: Tie, opened: str = "") -> None:
        self._tie = tie
        self._opened = opened
        self._parts: list[list[str]] = [[]]
        self._numbered = self._clause = False
