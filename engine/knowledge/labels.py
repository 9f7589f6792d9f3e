"""What is odd about the labels of an article: an audience that no customer is of, a language that is no code, a review
that is yet to come, a label that nobody reads.

Notes are short texts, so that the index can keep them with the article: `audience`, `audience:customers`,
`language:german`, `reviewed:2027-01-01`, `label:reviewd`. `told` makes sentences of them.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from difflib import get_close_matches
from typing import Final

from engine.knowledge.base import Document
from engine.knowledge.outline import ACCEPTED

__all__ = ["INTERNAL", "PUBLIC", "UNSAID", "hides", "misspelt", "notes", "told"]

PUBLIC: Final = "public"
INTERNAL: Final = "internal"
UNSAID: Final = "audience"
"""The note of an article that does not say who may read it."""
_FOR_ALL: Final = frozenset(
    "all anybody anyone client clients customer customers customer-facing everybody everyone extern external guest"
    " guests help-center helpcenter kunden open publik publish published user users visitors website öffentlich".split()
)
"""What people write who mean `public`."""
_FOR_US: Final = frozenset(
    "agent agents agents-only company confidential employee employees intern internals only-internal private privat"
    " secret staff support team vertraulich".split()
)
"""What people write who mean `internal`, or a narrower audience that they search by themselves."""
_CODES: Final = {
    "german": "de", "deutsch": "de", "ger": "de", "deu": "de", "english": "en", "englisch": "en", "eng": "en",
    "french": "fr", "français": "fr", "francais": "fr", "französisch": "fr", "fra": "fr", "fre": "fr",
    "spanish": "es", "español": "es", "espanol": "es", "spanisch": "es", "spa": "es", "italian": "it",
    "italiano": "it", "italienisch": "it", "ita": "it", "dutch": "nl", "nederlands": "nl", "portuguese": "pt",
    "português": "pt", "polish": "pl", "polski": "pl", "jp": "ja", "cz": "cs", "dk": "da",
}  # fmt: skip
_CODE: Final = re.compile("[a-z]{2}")
_LIKE: Final = 0.8
_LIKE_AUDIENCE: Final = 0.7
"""A word more that is refused costs less than an article that is shown."""


def notes(said: Document, labelled: Document) -> str:
    """One a line, of what a document says, and what it comes to with the defaults filled in."""
    return "\n".join(_notes(said, labelled))


def _notes(said: Document, labelled: Document) -> Iterator[str]:
    if not said.audience:
        yield UNSAID
    elif labelled.audience not in (PUBLIC, INTERNAL):
        yield f"audience:{labelled.audience}"
    if said.language and (not _CODE.fullmatch(labelled.language) or labelled.language in _CODES):
        yield f"language:{labelled.language}"
    if said.reviewed and _day(said.reviewed) > _today():
        yield f"reviewed:{said.reviewed}"
    yield from (f"label:{name}" for name in said.misspelt.split())


def told(note: str) -> str:
    """What a note says; empty where it is true no more."""
    kind, _, value = note.partition(":")
    match kind:
        case "audience":
            near = _audience(value)
            meant = f" (did you mean `{near}`?)" if near else ""
            return f"its audience is `{value}`: customers are shown what is `{PUBLIC}` alone{meant}"
        case "language":
            code = _CODES.get(value)
            meant = f"write `{code}`" if code else "write a code of two letters, such as `en`"
            return f"its language is `{value}`, which no ticket has: {meant}"
        case "reviewed":
            return f"it says that it was reviewed on {value}, which is yet to come" if _day(value) > _today() else ""
        case "label":
            near = misspelt(value)
            return f"nobody reads its label `{value}`: did you mean `{near}`?" if near else ""
    return ""


def misspelt(name: str) -> str:
    """The label that was probably meant by one that nobody reads; empty for one that means something else."""
    if name in ACCEPTED:
        return ""
    lower = name.lower()
    return lower if lower in ACCEPTED else next(iter(get_close_matches(lower, ACCEPTED, 1, _LIKE)), "")


def hides(name: str) -> bool:
    """Whether one that nobody reads may be meant to say who may read it."""
    return name != UNSAID and bool(get_close_matches(name.lower(), (UNSAID,), 1, _LIKE_AUDIENCE))


def _audience(value: str) -> str:
    if value in _FOR_ALL:
        return PUBLIC
    if value in _FOR_US:
        return INTERNAL
    return next(iter(get_close_matches(value, (PUBLIC, INTERNAL), 1, _LIKE)), "")


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _today() -> date:
    return datetime.now(UTC).date()
