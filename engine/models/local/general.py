"""Whether a price, or a row of a table, is that of what was asked for, or of something more special.

"How much is Flex?" is not answered by what students pay for it, by an address with it, nor by a lost key to its rooms,
however near these are. Each amount of a sentence is said of a subject, and restricted by what stands around it
(`engine.models.local.clauses`); what of this the question does not name makes it special.
"""

import re
from collections.abc import Collection
from enum import IntEnum
from itertools import pairwise
from typing import Final, NamedTuple

from engine.models.local.about import ANY_OTHER, LOOSE, by_parts
from engine.models.local.clauses import Clause, Group, Tie, clauses, opposed, subject, without_reasons
from engine.models.local.dates import WEEKDAY
from engine.models.local.figures import UNIT_ROWS
from engine.models.local.kinds import asks_price, asks_which, prices
from engine.models.local.matters import same_matter
from engine.models.local.named import plain
from engine.models.local.places import places
from engine.models.local.pointing import points_back
from engine.models.local.rows import Row
from engine.models.local.words import content_words, stem, words

__all__ = ["Scope", "scope"]


class Scope(IntEnum):
    """For what an amount holds, seen from a question."""

    GENERAL = 0
    PARTLY = 1
    """For what is asked, as far as a circumstance goes that the question leaves open: where, when, of what."""
    SPECIAL = 2


class Asked(NamedTuple):
    """A question, as a sentence is compared with it."""

    text: str
    stems: frozenset[str]
    wanted: frozenset[str]
    """Those that say what it is about."""
    placed: bool
    """Whether it names a country, which then is one of those of the sentence."""
    headings: frozenset[str]
    """Stems that the headings above the sentence have."""


_NEUTRAL: Final = (
    LOOSE
    | ANY_OTHER
    | {stem(word) for row in UNIT_ROWS for word in row.split()}
    | {
        stem(word)
        for word in (
            "standard normal regular usual usually normally basic general generally currently only just about "
            "amount amounts rate rates rent total sum flat value "
            "person persons people customer customers user users client clients patient patients adult adults "
            "everybody everyone anyone other high come comes "
            "tax taxes vat included including euro euros eur dollar dollars hoch kommt "
            "regulär üblich normalerweise grundsätzlich allgemein derzeit nur betrag höhe satz "
            "preis gebühr kunde kunden nutzer patient patienten person personen erwachsene leute steuer mwst inklusive "
            "habituel montant prix frais personne personnes membres adulte adultes taxe taxes seulement "
            "habitual importe precio persona personas cliente clientes adulto adultos impuesto impuestos solo"
        ).split()
    }
)
"""Stems that restrict nothing."""
_OTHERS: Final = "other countries andere anderen länder autres pays otros países"
"""What a place is among: "to other countries of the EU"."""
_FIRST: Final = frozenset(
    stem(word) for word in "first half erste ersten halbe premier première demi primera primero media".split()
)
_PERIODS: Final = _FIRST | {stem(word) for row in UNIT_ROWS for word in row.split()}
_MEMBERS: Final = frozenset(
    stem(word) for word in "member members mitglied mitglieder membre membres socio socios".split()
)
"""Those of something that is named, or whom something is cheaper for."""
_ASIDE: Final = re.compile(r"\([^()]*\)")
_ALTERNATIVES: Final = re.compile(r"[,/;]|\b(?:and|or|und|oder|et|ou|y|o)\b", re.IGNORECASE)
_SHORTEST, _ENDING = 4, 3
"""Letters of a word that may be the beginning of another, and of what that has more: "rent", "rental"."""


def scope(question: str, said: str | Row, *, before: str, headings: str) -> Scope:
    """That of the amounts of a sentence or a row, or of the most general one among them; partly where it gives none.

    `before`: the sentence before, or nothing. Where no price is asked for, only rows can be special, by what they are
    about, if it is not asked which one.
    """
    if not asks_price(question) and (not isinstance(said, Row) or asks_which(question)):
        return Scope.GENERAL
    text = without_reasons(str(said))
    asked = _compared(question, text, headings)
    if not asks_price(question):
        return Scope.GENERAL if isinstance(said, Row) and _about_row(asked, said) else Scope.SPECIAL
    there = set(content_words(f"{headings}\n{text}\n{before if points_back(text) else ''}"))
    if not all(_held(word, there) or by_parts(word, there) for word in asked.wanted):
        return Scope.SPECIAL
    if isinstance(said, Row):
        return _of_row(asked, said)
    found = clauses(text, prices(text))
    return min((_of_clause(asked, one, text, before or headings) for one in found), default=Scope.PARTLY)


def _compared(question: str, sentence: str, headings: str) -> Asked:
    said = plain(question)
    named = {stem(word) for name in places(question).values() for word in words(name)}
    stems = set(content_words(said))
    wanted = stems - _NEUTRAL - named - {stem(match[0].casefold()) for match in WEEKDAY.finditer(question)}
    if named:
        stems |= {stem(word) for name in (_OTHERS, *places(sentence).values()) for word in words(name)}
    return Asked(question, frozenset(stems), frozenset(wanted), bool(named), frozenset(content_words(headings)))


def _of_row(asked: Asked, row: Row) -> Scope:
    """What its first cell names is asked for, and what stands above an amount too, if it is no "price"."""
    if not _about_row(asked, row):
        return Scope.SPECIAL
    priced = [content_words(row.head[place]) for place, cell in enumerate(row.cells) if place and prices(cell)]
    if not priced or any(not head or any(_known(asked, word) for word in head) for head in priced):
        return Scope.GENERAL
    return Scope.SPECIAL


def _about_row(asked: Asked, row: Row) -> bool:
    names = [content_words(part) for part in _ALTERNATIVES.split(_ASIDE.sub(" ", row.cells[0]))]
    return any(_named(asked, part) for part in names if part)


def _of_clause(asked: Asked, clause: Clause, sentence: str, before: str) -> Scope:
    own = [one for one in clause.groups if one.tie is Tie.SUBJECT]
    if clause.points and not _continued(asked, sentence, before):
        return Scope.SPECIAL
    if not all(_alike(asked, one, sentence) for one in own) or any(opposed(asked.text, one) for one in clause.groups):
        return Scope.SPECIAL
    who = clause.pays and any(word in asked.wanted for one in own for part in one.parts for word in part)
    return max(
        (_of_group(asked, one, who=who) for one in clause.groups if one.tie is not Tie.SUBJECT),
        default=Scope.GENERAL,
    ) or Scope(clause.compares or any(map(_begins, own)))  # fmt: skip


def _of_group(asked: Asked, group: Group, *, who: bool) -> Scope:
    """`who`: the question names who pays, and needs not name what makes them so ("Students with a valid card")."""
    if group.tie is Tie.NONE:
        return Scope.GENERAL
    named = any(_named(asked, part) for part in group.parts)
    if group.numbered and not _is_period(group):
        return Scope.SPECIAL
    if named or (who and group.tie is Tie.STRONG):
        return Scope.GENERAL
    return Scope.SPECIAL if group.tie is Tie.STRONG else Scope.PARTLY


def _is_period(group: Group) -> bool:
    return bool(group.parts) and all(word in _PERIODS for part in group.parts for word in part)


def _begins(group: Group) -> bool:
    """Whether it is a part of a time: "the first hour is free"."""
    return _is_period(group) and (group.numbered or any(word in _FIRST for part in group.parts for word in part))


def _alike(asked: Asked, group: Group, sentence: str) -> bool:
    return any(_named(asked, part) or _swapped(asked, part, sentence) for part in group.parts)


def _continued(asked: Asked, sentence: str, before: str) -> bool:
    """Whether a sentence without a subject of its own goes on about what is asked for."""
    there = set(content_words(before))
    if not any(_held(word, there) for word in asked.wanted):
        return False
    if not all(_held(word, there | set(content_words(sentence))) for word in asked.wanted):
        return False
    parts = [part for one in subject(before) for part in one.parts]
    return not any(_held_any(part, asked.wanted) and not _named(asked, part) for part in parts)


def _named(asked: Asked, part: Collection[str]) -> bool:
    """Whether the question names all of it, or it says nothing of its own: "the first half hour", "standard"."""
    others = [word for word in part if word not in _MEMBERS] or part
    return all(word in _PERIODS for word in part) or all(_known(asked, word) for word in others)


def _known(asked: Asked, word: str) -> bool:
    return word in _NEUTRAL or _held(word, asked.stems)


def _swapped(asked: Asked, part: tuple[str, ...], sentence: str) -> bool:
    """Whether the noun alone is another, and that of the question stands in the headings: a "colour page" under
    "Printing" for a "colour print"."""
    *others, noun = part
    if not _named(asked, others) or _known(asked, noun):
        return False
    there = set(content_words(sentence))
    missing = {word for word in asked.wanted if _held(word, asked.headings) and not _held(word, there)}
    if not others:
        return asked.placed and bool(missing)
    # a neutral word before it is not enough: a "new key" is no "new card"
    return others[-1] in asked.wanted and any(
        before == others[-1] and word in missing for before, word in pairwise(content_words(asked.text))
    )


def _held_any(part: Collection[str], others: Collection[str]) -> bool:
    return any(_held(word, others) for word in part)


def _held(word: str, others: Collection[str]) -> bool:
    """Whether a word is among others, in another form, or in another word for the same matter."""
    return word in others or same_matter(word, others) or any(_form(word, other) for other in others)


def _form(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return len(short) >= _SHORTEST and long.startswith(short) and len(long) - len(short) <= _ENDING
