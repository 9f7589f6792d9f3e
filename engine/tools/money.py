"""Money as tools write it: minor or major units, a fixed currency or one that stands beside the amount."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

__all__ = ["MoneyForm", "money_form"]

_EXPONENTS: Final = {
    **dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
    **dict.fromkeys("CLF UYW".split(), 4),
}
"""ISO 4217: digits of the minor unit where they are not 2."""
_CURRENCY = re.compile(r"[A-Za-z]{3}", re.ASCII)
_AMOUNT = re.compile(r"-?\d{1,30}(?:\.\d{1,10})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class MoneyForm:
    """The annotation `money: EUR`, or `money: {currency: EUR or the name of a field, minor: true}`."""

    currency: str | None
    """The currency, None where a field beside the amount names it."""
    sibling: str | None
    minor: bool = False

    def read(self, amount: Any, currency: str) -> tuple[Decimal, str]:
        """Amount in major units and currency in capitals, of a number or of text digits. Raises ValueError."""
        if not isinstance(currency, str) or not _CURRENCY.fullmatch(currency):
            raise ValueError("currency")
        number = _number(amount)
        code = currency.upper()
        if not self.minor:
            return number, code
        if number != number.to_integral_value():
            raise ValueError("parts of a minor unit")
        return number.scaleb(-_EXPONENTS.get(code, 2)), code

    def write(self, amount: Decimal, currency: str, *, text: bool) -> int | Decimal | str:
        """What the tool is given; text with the currency's digits after the point. Raises ValueError."""
        digits = _EXPONENTS.get(currency, 2)
        if self.minor:
            minor = amount.scaleb(digits)
            if minor != minor.to_integral_value():
                raise ValueError("parts of a minor unit")
            return str(int(minor)) if text else int(minor)
        if not text:
            return amount
        return format(amount.quantize(Decimal(1).scaleb(-digits)) if _fits(amount, digits) else amount, "f")


def money_form(schema: Mapping[str, Any]) -> MoneyForm | None:
    """The form that a schema's `money` annotation gives, None without one. Three capitals are a currency."""
    said = schema.get("money")
    if said is None:
        return None
    detail = said if isinstance(said, Mapping) else {"currency": said}
    currency = str(detail.get("currency", ""))
    minor = detail.get("minor") in (True, "true", "yes")
    if len(currency) == 3 and currency.isascii() and currency.isupper():
        return MoneyForm(currency, None, minor)
    return MoneyForm(None, currency or "currency", minor)


def _number(amount: Any) -> Decimal:
    if isinstance(amount, bool) or not isinstance(amount, int | Decimal | str):
        raise ValueError("amount")
    if isinstance(amount, str) and not _AMOUNT.fullmatch(amount):
        raise ValueError("amount")
    return Decimal(amount)


def _fits(amount: Decimal, digits: int) -> bool:
    exponent = amount.as_tuple().exponent
    return isinstance(exponent, int) and -exponent <= digits
