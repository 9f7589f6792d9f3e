"""Currencies by the signs and words that stand beside an amount, and what stands there and is none."""

import re
from typing import Final

_SYMBOLS: Final = {
    "€": "EUR", "£": "GBP", "¥": "JPY", "$": "USD", "us$": "USD", "a$": "AUD", "au$": "AUD", "c$": "CAD", "ca$": "CAD",
    "nz$": "NZD", "hk$": "HKD", "s$": "SGD", "mx$": "MXN", "r$": "BRL", "₹": "INR", "₺": "TRY", "₽": "RUB", "₩": "KRW",
    "₪": "ILS", "₴": "UAH", "₫": "VND", "฿": "THB",
}  # fmt: skip
_PLAIN_CODES: Final = "EUR USD GBP CHF SEK NOK DKK PLN CZK HUF CAD AUD JPY CNY".split()
_CAPITAL_CODES: Final = "RON BGN ISK NZD HKD SGD KRW INR BRL MXN ARS CLP ZAR ILS AED SAR THB UAH RUB VND".split()
"""Read in capital letters only. Codes that are words (TRY, PEN, COP) are not read."""
_SPELT: Final = {
    "euro": "EUR", "euros": "EUR", "dollar": "USD", "dollars": "USD", "bucks": "USD", "dólar": "USD", "dólares": "USD",
    "dolares": "USD", "quid": "GBP", "sterling": "GBP", "franken": "CHF", "francs": "CHF", "kronor": "SEK",
    "zł": "PLN", "zl": "PLN", "zloty": "PLN", "złoty": "PLN", "złotych": "PLN", "zlotys": "PLN", "kč": "CZK",
    "ft": "HUF", "forint": "HUF", "forints": "HUF", "yuan": "CNY", "yuans": "CNY", "yuanes": "CNY", "rmb": "CNY",
    "renminbi": "CNY", "reais": "BRL", "yen": "JPY", "yens": "JPY", "yenes": "JPY",
}  # fmt: skip
_UNSURE: Final = dict.fromkeys(("pound", "pounds", "pfund", "livre", "livres", "libra", "libras"), "GBP") | {
    "ft": "HUF"
}
"""Weights, lengths and, in French, books too: money only where the text speaks of money."""
_DOLLARS: Final = frozenset("USD CAD AUD NZD HKD SGD".split())
_SHARED: Final = {
    "$": _DOLLARS | frozenset("MXN ARS CLP COP".split()),
    **dict.fromkeys(("dollar", "dollars", "bucks", "dólar", "dólares", "dolares"), _DOLLARS),
}
"""What several countries write so: the project's currency, if it is one of these, else that of the United States."""
NAMES: Final = _SYMBOLS | {code.lower(): code for code in (*_PLAIN_CODES, *_CAPITAL_CODES)} | _SPELT | _UNSURE
"""Small letters -> ISO 4217. What several countries call theirs (kr, crowns, pesos, rupees, lei) is none of these."""
SIGNS: Final = "|".join(re.escape(one) for one in sorted(_SYMBOLS, key=len, reverse=True))
WORDS: Final = "|".join(sorted(NAMES.keys() - _SYMBOLS.keys(), key=len, reverse=True))

_ABROAD: Final = re.compile(
    r"\s+(?:canad|austral|n[eé]o|neu[sz]|nuev|hong|singap|namib|jama|liban|egipc|[eé]gypt|malvin|cfa\b|pacifi|belg|"
    r"fran[cç]ais|congol|ruand|maroc|guin)",
    re.IGNORECASE,
)
"""Behind dollars, francs or pounds: those of another country than one thinks of first."""
_WEIGHED: Final = re.compile(r"\s+(?:of\b|de\b|d'|(?!Sterling)[A-ZÄÖÜ]\w+)")
"""Behind pounds: what they are of, in German a noun."""
_WEIGHS: Final = re.compile(r"\b(?:weigh|wieg|wog|gewicht|p[eè]se|poids|pesa|peso\b)", re.IGNORECASE)
_MONEY_TALK: Final = re.compile(
    r"\b(?:pay|paid|cost|price|charg|refund|bill|owe|spen[dt]|fee|invoic|credit|money|debit|deduct|discount|voucher|"
    r"sterling|(?:be|ge|aus|zurück|an)?zahl|bezahl|kost|gekost|preis|abgebucht|rechnung|erstatt|berechnet|geld|"
    r"pa(?:y|i)[eé]|co[uû]t|prix|factur|débit|rembours|argent|remise|pag[aoué]|precio|cobr|reembols|dinero|descuento)",
    re.IGNORECASE,
)


def currency(name: str, text: str, end: int, *, asked: bool, home: str | None = None) -> str | None:
    """The ISO code of the sign or word `name` of an amount that ends at `end`; None where it may mean something else.

    `asked`: our question was for an amount of money. `home`: the project's currency.
    """
    if _ABROAD.match(text, end):
        return None
    if name.upper() in _CAPITAL_CODES and not name.isupper():
        return None
    if home in _SHARED.get(name.lower(), ()):
        return home
    if name.lower() not in _UNSURE:
        return NAMES[name.lower()]
    measured = _WEIGHS.search(text) or _WEIGHED.match(text, end)
    return NAMES[name.lower()] if (asked or speaks_of_money(text)) and not measured else None


def speaks_of_money(text: str) -> bool:
    """Whether it has a word of price or payment."""
    return bool(_MONEY_TALK.search(text))
