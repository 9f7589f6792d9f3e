"""Messages as the embedded model reads them: cleaned, cut into sentences, words and lexical features."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from engine.models.base import Message

MAX_CHARACTERS: Final = 8_000
"""What is read of one message; more is hardly written by a customer and would only cost time."""

_QUOTE_HEADER = re.compile(
    r"^\s*(?:on .{4,120} wrote|am .{4,120} schrieb.{0,80}|le .{4,120} a écrit|el .{4,120} escribió)\s*:\s*$"
    r"|^-{2,} ?(?:original message|ursprüngliche nachricht|message d'origine|mensaje original) ?-{2,}\s*$",
    re.IGNORECASE,
)
_SENT_FROM = re.compile(
    r"^\s*(?:sent from my|von meinem .{2,30} gesendet|envoyé de mon|enviado desde mi)\b.{0,60}$", re.I
)
_SENTENCE_END = re.compile(
    r"(?<=[.!?…])[\"'”’)\]]*\s+(?=[^\s\da-zäöüß]|\d)"  # not before a lower-case letter: "approx. five"
)
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|approx|no|nr|mr|mrs|ms|dr|st|vs|etc|z\.b|d\.h|bzw|ca|inkl|art|tel|p\.ex|ej|sr|sra|inc|"
    r"ltd)|\b[A-Z])\.$",
    re.IGNORECASE,
)
_ORDINAL = re.compile(r"\b(?:am|vom|zum|d(?:er|ie|as|em|en|es)) [0-9]{1,2}\.$", re.IGNORECASE)
_MONTH = re.compile(r"(?:Jan|Jän|Feb|Mär|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez)[a-zä]*\b")
"""After "am 3." and before "März" no sentence ends."""
_WORD = re.compile(r"\w+(?:['’]\w+)?")


def clean(text: str) -> str:
    """NFKC, without invisible and control characters, lone surrogates, and anything past the limit."""
    text = unicodedata.normalize("NFKC", text[:MAX_CHARACTERS]).replace("’", "'")
    return "".join(" " if one in "\t\r\x0b\x0c" else one for one in text if one == "\n" or _visible(one))


def _visible(one: str) -> bool:
    return one in "\t\r\x0b\x0c" or unicodedata.category(one) not in {"Cf", "Cc", "Cs", "Co", "Cn"}


def own_words(text: str) -> str:
    """What the customer wrote in this message: without quoted mail below it and device footers."""
    kept: list[str] = []
    for line in clean(text).split("\n"):
        if _QUOTE_HEADER.match(line):
            break
        if not line.lstrip().startswith(">") and not _SENT_FROM.match(line):
            kept.append(line)
    return "\n".join(kept).strip()


def customer_texts(messages: Sequence[Message]) -> list[str]:
    """The customer's own words, oldest first, one text a message."""
    return [own for one in messages if one.role == "customer" and (own := own_words(one.text))]


def latest(messages: Sequence[Message]) -> str:
    """What the customer wrote since the last word of ours; with nothing since, the last that they wrote."""
    run: list[str] = []
    for one in reversed(messages):
        if one.role != "customer" and run:
            break
        if one.role == "customer" and (own := own_words(one.text)):
            run.append(own)
    return "\n".join(reversed(run))


def sentences(text: str) -> list[str]:
    """Sentences, list items and lines of tables, each a verbatim part of `text` without outer spaces."""
    found: list[str] = []
    for line in text.split("\n"):
        found.extend(_sentences_of_line(line))
    return found


def _sentences_of_line(line: str) -> Iterator[str]:
    start = 0
    for match in _SENTENCE_END.finditer(line):
        head = line[start : match.end()].strip()
        if _ABBREVIATION.search(head) or _ORDINAL.search(head):
            continue
        if head[-2:-1].isdigit() and _MONTH.match(line, match.end()):
            continue
        if head:
            yield head
        start = match.end()
    if rest := line[start:].strip():
        yield rest


def words(text: str) -> list[str]:
    """Lower-case words, accents kept."""
    return [match.group().casefold() for match in _WORD.finditer(text)]


def features(text: str) -> list[str]:
    """Words, pairs of neighbours, and 3- to 5-grams of characters over word borders (marked by `#`)."""
    single = words(text[:2_000])
    pairs = [f"{a} {b}" for a, b in pairwise(single)]
    line = f" {' '.join(single)} "
    grams = [f"#{line[i : i + n]}" for n in (3, 4, 5) for i in range(len(line) - n + 1)]
    return single + pairs + grams


STOP: Final = frozenset(
    "a an the is are was were be been am do does did i you he she it we they me my your our their his her its "
    "this that these "
    "those of in on at to for from by with and or but if so as not no can could will would shall should may "
    "might must have "
    "has had much many long often what which who whom how when where why there here about into over than then "
    "too very just also any some please "
    "thanks thank hi hello hey dear get got one s t ll m re ve "
    "der die das ein eine einen einem einer und oder ich du sie wir ihr es ist sind war mein meine ihre in im am "
    "an auf zu "
    "zum zur für von mit nicht wie was wann wo wer kann können habe hat haben bei den dem des "
    "le la les un une des et ou je tu il elle nous vous ils est sont mon ma mes votre vos de du au aux en dans "
    "pour par sur "
    "avec ne pas que qui quoi comment quand où ce cette ai a avez "
    "el los las una unos y o yo mi mis su sus es son de del al en para por con no que como cuando donde se lo".split()
)
"""Words that carry no meaning of their own."""


def content_words(text: str) -> list[str]:
    """Stems of the words that carry meaning, in order: for overlap, not for display."""
    return [stem(word) for word in words(text) if word not in STOP]


def stem(word: str) -> str:
    """A crude stem: accents folded, common English, German and Romance endings cut."""
    folded = "".join(one for one in unicodedata.normalize("NFD", word) if not unicodedata.combining(one))
    for ending in (
        "'s",
        "ations",
        "ation",
        "ings",
        "ing",
        "ments",
        "ment",
        "ies",
        "ied",
        "ers",
        "est",
        "ed",
        "es",
        "en",
        "er",
        "s",
        "e",
        "y",
    ):
        if folded.endswith(ending) and len(folded) - len(ending) >= 4 - (len(ending) == 1):
            folded = folded[: -len(ending)]
            break
    return folded[:-1] if len(folded) > 4 and folded[-1] == folded[-2] else folded
