"""E-mail addresses, phone numbers, postcodes, order numbers and whatever a flow's own pattern describes."""

import re
from collections.abc import Iterator
from typing import Final

from engine import patterns
from engine.models.local.currencies import SIGNS, WORDS
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
    r"commande|pedido|référence|referencia|reference|ref\.?)"
)
_ORDER = re.compile(
    rf"\b{_ORDER_WORD}\s*(?P<mark>(?:(?:number|no\.?|nr\.?|nummer|numéro|número|n°|nº|id|is|ist|est|es|it's|was|:|=|-|"
    rf",|"
    rf"with the|mit der|[(])\s*){{0,3}}"
    r"#?)\s?(?P<id>[A-Za-z]{0,6}[-_]?[0-9][A-Za-z0-9_-]{1,24})\b",
    re.IGNORECASE,
)
_HASHED = re.compile(r"(?<![\w&])#\s?(?P<id>[A-Za-z]{0,6}[-_]?[0-9][A-Za-z0-9_-]{1,24})\b")
_LISTED = re.compile(
    r"\s*(?:,|/|and|und|et|y|&|or|oder|ou|o)\s*#?(?P<id>[A-Za-z]{0,6}[-_]?[0-9][A-Za-z0-9_-]{2,24})\b", re.I
)
_BARE = re.compile(r"(?<![\w#.,/:€£$-])#?(?P<id>[A-Za-z]{0,6}-?[0-9][A-Za-z0-9-]{2,24})(?![\w/€£$%]|[.,:][0-9])")
_MARK: Final = re.compile(r"\b(?:number|no|nr|nummer|numéro|número|id)\b|[n][°º]|[:=]", re.IGNORECASE)
"""Says that an order number follows, however short, whatever stands behind it."""
LONG: Final = 4
"""Digits of a number that is hardly a quantity."""
_DATE: Final = re.compile(
    r"(?:19|20)[0-9]{2}[-./ ](?:0?[1-9]|1[0-2])[-./ ][0-3]?[0-9]|[0-3]?[0-9][-./ ][0-3]?[0-9][-./ ](?:19|20)[0-9]{2}"
)
_MEASURED: Final = re.compile(
    r"[0-9]+(?:st|nd|rd|th|er|x|k?g|[cmk]?m|m?l|k|eur|usd|gbp|chf|[ap]m|pcs|h)", re.IGNORECASE
)
"""A count with its unit, which has the shape of an order number."""
_COUNTED: Final = re.compile(
    rf"[.:][0-9]|,[0-9]{{1,2}}(?![0-9])|\s?(?:{SIGNS}|%|(?:{WORDS}|kr|pesos|lei|rupees|percent|prozent|points|more|"
    rf"other|pieces|pcs|"
    r"items|units|times|days|weeks|hours|people|kg|x|mehr|weitere|stück|mal|tagen?|wochen?|pièces|fois|jours|autres|"
    r"más|"
    r"piezas|unidades|veces|días)\b)",
    re.IGNORECASE,
)
"""Behind a number: the rest of a time or a price, a unit, or what is counted."""
_WISH: Final = re.compile(
    r"\b(?:(?:want|wanted|wish|like|love|need|able|going|try|trying|tried|how|have|happy|plan|planning|hope) to|please|"
    r"(?:can|could|may|shall|should|will|would) (?:i|we|you)|(?:i|we)(?:'d|'ll| will| would| just)?|je|j'ai) (?:re)?$",
    re.IGNORECASE,
)
"""Before "order" and "commande" as verbs."""
_AFTER: Final = frozenset(
    "is was has had have hasn't isn't wasn't will and or but from of for on in at to with that which the it not still "
    "never arrived came please thanks thank i "
    "ist war wurde hat und oder aber von vom für am im mit bitte danke nicht noch fehlt kam die der ich sein "
    "est a n'a n'est et ou mais de du pour avec svp s'il merci pas toujours qui que la le je "
    "es está no ha fue y o pero del para con por que llegó gracias el".split()
)
"""Words behind a short number that is no quantity of something."""
_BEFORE: Final = frozenset(
    "it's its is was the number numbers my no nr n nº n° number's think believe guess maybe mean meant and or not but "
    "yes ok sorry hi hello sure here be see under "
    "ist war es die der das meine nummer lautet glaube denke meinte und oder nicht sondern ja hallo hier unter "
    "est c'est était c'était la le ma mon numéro crois pense et ou pas mais oui bonjour voici "
    "era el mi número creo pienso y o sino sí hola aquí".split()
)
"""Words before a number that is given as an answer, and not named as something else."""
_LABEL: Final = re.compile(
    r"\b(?:post ?code|postal|zip|plz|postleitzahl|cp|phone|tel|telefon\w*|t[ée]l[ée]phone|teléfono|mobile|handy|error|"
    r"fehler\w*|erreur|street|road|avenue|\w*stra[sß]+e|rue|calle|house|hausnummer|apartment|room|card|\w*karte|carte|"
    r"tarjeta|iban|"
    r"account|konto\w*|compte|cuenta|model|modell|modèle|modelo|version|tracking|sendungs\w*|suivi|seguimiento|"
    r"customer|kundennummer|client|cliente|pin|voucher|gutschein\w*|article|artikel\w*|artículo|sku|size|größe|taille|"
    r"talla|invoice|bill|receipt|claim|quittung|beleg\w*|reçu|recibo|rechnung\w*|facture|factura|"
    r"ticket\w*|(?:my|support|this) case|case (?:number|no|id)|vorgang\w*|fallnummer|dossier|(?:de|mi) caso)\b",
    re.IGNORECASE,
)
"""Names what a number of its clause is instead."""
_WENT_WELL: Final = re.compile(
    r"\s+(?:(?:was|is|went|came|arrived|ist|war|kam|lief|était|est|s'est|est arrivée|llegó|fue|estuvo|estaba|está)\s+)"
    r"(?:(?:all|very|quite|passée|gut|sehr|tout|muy)\s+)?(?:fine|well|ok|okay|good|great|perfect|all ?right|"
    r"in ordnung|gut|an|bestens|"
    r"perfekt|bien|parfaite?|perfect[oa])\b(?!\s*,?\s*(?:until|but|at first|except|bis|aber|außer|jusqu|mais|sauf|"
    r"hasta|pero|salvo))",
    re.IGNORECASE,
)
"""Behind an order that is not the matter."""
_NEW_MATTER: Final = re.compile(
    r"\b(?:(?:this|it|that) (?:is|was) about|it's about|(?:now|but) (?:about|for|something)|es geht um|geht es um|"
    r"il s'agit d|c'est pour|"
    r"se trata de|es por)['\s]*(?:an?\s+|the\s+|une?\s+|eine?n?\s+|el\s+|un[oa]?\s+)?"
    r"(?:new|(?:an)?other|different|else|neue?n?|andere?n?|nouvelle|autre|nuevo|otro)\b",
    re.IGNORECASE,
)
"""Says that the order before it is not the one."""
_ANOTHER: Final = re.compile(r"\s*(?:,|&|\b(?:and|or|und|oder|et|ou|y|o)\b)\s*#?[0-9]", re.IGNORECASE)
_NO_PHONE: Final = re.compile(
    r"\b(?:iban|\w*cards?|\w*karten?|carte|tarjeta|account|konto\w*|compte|cuenta|customer|kundennummer|client|cliente|"
    r"tracking|sendungs\w*|suivi|seguimiento|article|artikel\w*|artículo)\b",
    re.IGNORECASE,
)
"""Names what digits without a country code are instead of a phone number."""
_CLAUSE: Final = re.compile(r"(?<!\bno)(?<!\bnr)\.|[;!?,\n]|\b(?:and|but|und|aber|et|mais|y|pero)\b", re.IGNORECASE)
_WORD_BEFORE: Final = re.compile(r"([\w'°º]+)[\s:#(\"-]*$")
_WORD_AFTER: Final = re.compile(r"\s*([\w']+)")
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
    orders = {one.start for one in order_numbers(text, asked=False)} if asked else set()
    for match in _PHONE.finditer(text):
        if _DATE.fullmatch(match.group()) or match.start() in orders:
            continue
        raw = match.group()
        digits = re.sub(r"[^0-9]", "", raw)
        abroad = raw.startswith(("+", "00"))
        if not abroad and _NO_PHONE.search(_clause(text, *match.span())):
            continue
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
    """Order numbers after a word for order or a `#`; when asked for, also bare tokens with a digit that nothing names
    otherwise. Quantities, prices and dates are none."""
    seen: set[int] = set()
    for match in (*_ORDER.finditer(text), *_HASHED.finditer(text)):
        if not _is_number(text, match):
            continue
        for one in (match, *_list_after(text, match.end())):
            if one.start("id") not in seen and _is_number(text, one):
                seen.add(one.start("id"))
                yield Found(one["id"], one.start("id"), one.end("id"), 0.92)
    if asked and not seen:
        yield from _bare(text)


def done_with(text: str, end: int) -> bool:
    """Whether the order that stands before `end` is not the matter: it went well, or "this is about a new one"."""
    return bool(_WENT_WELL.match(text, end) or _NEW_MATTER.search(text, end, end + 80))


def _is_number(text: str, match: re.Match[str]) -> bool:
    """Whether what has the shape of an order number is none of the things that share it."""
    token, end = match["id"], match.end("id")
    if _DATE.fullmatch(token) or _MEASURED.fullmatch(token) or _COUNTED.match(text, end):
        return False
    if not token.isdigit() or _MARK.search(match.groupdict().get("mark") or ""):
        return True
    if _WISH.search(text[max(0, match.start() - 40) : match.start()]):
        return False
    if len(token) >= LONG:
        return True
    if _ANOTHER.match(text, end):
        return False  # "orders 20 and 30 chairs", "orders 77 and 78"
    following = _WORD_AFTER.match(text, end)
    return text[end : end + 1] != "/" and (following is None or following[1].casefold() in _AFTER)


def _bare(text: str) -> Iterator[Found]:
    others = [(one.start, one.end) for one in phones(text, asked=False)]
    year = len(text.split()) > YEAR_ALONE
    for match in _BARE.finditer(text):
        start, end = match.span("id")
        if year and _YEAR.fullmatch(match["id"]):
            continue
        if any(first <= start < last for first, last in others):
            continue
        if _is_number(text, match) and _is_answer(text, match.start(), end):
            yield Found(match["id"], start, end, 0.85)


def _is_answer(text: str, start: int, end: int) -> bool:
    """Whether the words around give the number as what was asked for."""
    window = max(0, start - 80)
    before, after = _WORD_BEFORE.search(text[window:start]), _WORD_AFTER.match(text, end)
    named = before is not None and before[1].casefold() not in _BEFORE and ":" not in before.group()
    if named or (after and after[1].casefold() not in _AFTER):
        return False
    return _LABEL.search(_clause(text, start, end)) is None


def _clause(text: str, start: int, end: int) -> str:
    window = max(0, start - 80)
    borders = [match.end() for match in _CLAUSE.finditer(text[window:start])]
    last = _CLAUSE.search(text, end, end + 80)
    return text[window + (borders[-1] if borders else 0) : last.start() if last else end + 80]


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
