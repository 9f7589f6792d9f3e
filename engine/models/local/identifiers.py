"""E-mail addresses, phone numbers, postcodes, order numbers and whatever a flow's own pattern describes."""

import re
from collections.abc import Iterator
from typing import Final

from engine import patterns
from engine.models.local.found import Found

MAX_TOKEN: Final = 64
"""Characters that a flow's pattern is tried on: no number or code of a customer is longer."""

YEAR_ALONE: Final = 3
"""Words of an answer in which a bare 2025 is an order number and no year."""

_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_EMAIL = re.compile(
    r"(?<![\w.+-])[^\W_][\w.+%'-]{0,63}@(?:[^\W_](?:[^\W_]|-(?=[^.])){0,62}+\.){1,6}[^\W\d_]{2,24}(?![\w-]|\.\w)"
)
_PHONE = re.compile(r"(?<![\w+.,-])(?:\+|00)?[0-9(][0-9 ()/.-]{5,20}[0-9](?![\w-])")
_ORDER_WORD: Final = (
    r"(?:orders?|order (?:number|no\.?|nr\.?|id)|purchase|bestell(?:ung|nummer|nr\.?)|auftrag(?:snummer|snr\.?)?|"
    r"commande|pedido|référence|referencia|reference|ref\.?|invoice)"
)
_ORDER = re.compile(
    rf"\b{_ORDER_WORD}\s*(?:(?:number|no\.?|nr\.?|nummer|numéro|número|n°|nº|id|is|ist|est|es|it's|was|:|=|-|,|"
    rf"with the|mit der|[(])\s*){{0,3}}"
    r"#?\s?(?P<id>[A-Za-z]{0,6}[-_]?[0-9][A-Za-z0-9_-]{1,24})\b",
    re.IGNORECASE,
)
_HASHED = re.compile(r"(?<![\w&])#\s?(?P<id>[A-Za-z]{0,6}[-_]?[0-9][A-Za-z0-9_-]{1,24})\b")
_LISTED = re.compile(
    r"\s*(?:,|/|and|und|et|y|&|or|oder|ou|o)\s*#?(?P<id>[A-Za-z]{0,6}[-_]?[0-9][A-Za-z0-9_-]{2,24})\b", re.I
)
_BARE = re.compile(r"(?<![\w#.,/:€£$-])#?(?P<id>[A-Za-z]{0,6}-?[0-9][A-Za-z0-9-]{2,24})(?![\w/€£$%]|[.,:][0-9])")
_CODE_WORD: Final = r"(?:post ?code|postal code|zip(?: code)?|plz|postleitzahl|code postal|c[oó]digo postal|cp)"
_CODE_AFTER_WORD = re.compile(
    rf"\b{_CODE_WORD}\b\W{{0,3}}(?:(?:is|ist|est|es|lautet)\W{{1,2}})?(?P<id>[A-Z0-9]{{2,5}}[ -]?[A-Z0-9]{{0,4}})\b",
    re.IGNORECASE,
)
_CODE_ALONE = re.compile(  # United Kingdom; Canada; Netherlands
    r"(?<![\w-])(?P<id>[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}|[A-Z][0-9][A-Z] [0-9][A-Z][0-9]|[1-9][0-9]{3} "
    r"[A-Z]{2})(?![\w-])"
)
_CODE_BARE = re.compile(
    r"(?<![\w#.,-])(?P<id>(?:[A-Z]{1,2}-)?[0-9]{4,5}(?:-[0-9]{3,4})?|[0-9]{3} [0-9]{2})(?![\w-]|[.,][0-9])", re.I
)
_CODE_SHAPE = re.compile(r"(?=.*[0-9])[A-Z0-9]{2,5}[ -]?[A-Z0-9]{0,4}", re.IGNORECASE)


def emails(text: str) -> Iterator[Found]:
    """E-mail addresses, as written."""
    for match in _EMAIL.finditer(text):
        if ".." not in match.group():
            yield Found(match.group(), match.start(), match.end(), 0.97)


def without_emails(text: str) -> str:
    """The text with its e-mail addresses taken out."""
    return _EMAIL.sub(" ", text)


def phones(text: str, *, asked: bool) -> Iterator[Found]:
    """Phone numbers, digits with a leading + if there was one. Unasked only those with + or 00 whose country and length
    exist (`phonenumbers`); without a country code nobody can tell, and what was asked for is taken as it is."""
    for match in _PHONE.finditer(text):
        raw = match.group()
        digits = re.sub(r"[^0-9]", "", raw)
        abroad = raw.startswith(("+", "00"))
        if 7 <= len(digits) <= 15 and (asked if not abroad else _exists(f"+{digits.removeprefix('00')}")):
            yield Found(
                f"+{digits}" if raw.startswith("+") else digits, match.start(), match.end(), 0.9 if abroad else 0.8
            )


def _exists(number: str) -> bool:
    import phonenumbers

    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return False


def order_numbers(text: str, *, asked: bool) -> Iterator[Found]:
    """Order numbers after a word for order or a `#`; when asked for, also bare tokens with a digit."""
    seen: set[int] = set()
    for match in (*_ORDER.finditer(text), *_HASHED.finditer(text)):
        for one in (match, *_list_after(text, match.end())):
            if one.start("id") not in seen:
                seen.add(one.start("id"))
                yield Found(one["id"], one.start("id"), one.end("id"), 0.92)
    if asked and not seen:
        others = [(one.start, one.end) for one in phones(text, asked=False)]
        year = len(text.split()) > YEAR_ALONE
        for match in _BARE.finditer(text):
            if year and _YEAR.fullmatch(match["id"]):
                continue
            if any(start <= match.start("id") < end for start, end in others):
                continue
            yield Found(match["id"], match.start("id"), match.end("id"), 0.85)


def _list_after(text: str, end: int) -> Iterator[re.Match[str]]:
    while match := _LISTED.match(text, end):
        yield match
        end = match.end()


def postcodes(text: str, *, asked: bool, short: bool) -> Iterator[Found]:
    """Postcodes after a word for one, or of a shape that nothing else has.

    When asked for, or in a `short` message, also bare ones of 4 or 5 digits that are no order number.
    """
    spans = []
    for pattern in (_CODE_AFTER_WORD, _CODE_ALONE):
        for match in pattern.finditer(text):
            if _CODE_SHAPE.fullmatch(match["id"].strip()):
                spans.append(match.span("id"))
                yield Found(match["id"].strip().upper(), *match.span("id"), 0.93)
    if spans or not (asked or short):
        return
    orders = {(one.start, one.end) for one in order_numbers(text, asked=False)}
    for match in _CODE_BARE.finditer(text):
        if match.span("id") not in orders and (asked or len(match["id"]) >= 5):
            yield Found(match["id"].upper(), *match.span("id"), 0.85 if asked else 0.7)


def matching(text: str, pattern: str) -> Iterator[Found]:
    """Runs of one to three words that the whole pattern matches, longest first, outer punctuation aside."""
    try:
        compiled = patterns.compiled(pattern)
    except patterns.Hard:
        return  # the checker refuses such a flow
    tokens = list(re.finditer(r"\S+", text))[:400]
    taken = -1
    for place, token in enumerate(tokens):
        if token.start() < taken:
            continue
        for last in range(min(place + 2, len(tokens) - 1), place - 1, -1):
            found = _inside(text, token.start(), tokens[last].end(), compiled)
            if found is not None:
                taken = found.end
                yield found
                break


def _inside(text: str, start: int, end: int, compiled: patterns.Pattern) -> Found | None:
    raw = text[start:end]
    if len(raw) > MAX_TOKEN:
        return None
    for stripped in (raw, raw.strip(".,;:!?()[]{}<>\"'"), raw.strip(".,;:!?()[]{}<>\"'").lstrip("#")):
        if stripped and compiled.fullmatch(stripped):
            begin = start + raw.index(stripped)
            return Found(stripped, begin, begin + len(stripped), 0.93)
    return None
