"""`no_card_numbers`: numbers that a card issuer could have given out, as they are printed or typed."""

import re
from typing import Any

from engine.guardrails.folding import fold
from engine.guardrails.validation import Hit, TextCheck, register_validator

_GROUPS = re.compile(r"\d+(?:[ \-._/]{1,2}\d+)*")
_ISSUERS = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})"  # Visa
    r"|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}"  # Mastercard
    r"|3[47]\d{13}"  # American Express
    r"|3(?:0[0-5]|[68]\d)\d{11}"  # Diners Club
    r"|35(?:2[89]|[3-8]\d)\d{12}"  # JCB
    r"|6(?:011\d{12}|5\d{14}|4[4-9]\d{13}|2\d{14,17})"  # Discover, UnionPay
    r"|(?:50|5[6-9]|6[0137-9])\d{14,17}"  # Maestro
)
_PRINTED = {(4, 4, 4, 4), (4, 6, 5), (4, 6, 4), (4, 4, 4, 4, 3), (6, 10), (8, 8), (6, 13), (4, 4, 4, 1)}
"""Lengths of the groups in which cards are printed; one group, single digits and pairs count too."""


@register_validator("engine/no_card_numbers", data_type="string")
class NoCardNumbers(TextCheck):
    """Fails on payment card numbers. Order numbers stay: issuer, length, grouping and check digit must all fit."""

    def hits(self, text: str, metadata: dict[str, Any]) -> list[Hit]:
        """The code is `card`."""
        if sum(map(str.isdigit, text)) < 13:
            return []
        folded, origin = fold(text)
        found: list[Hit] = []
        for run in _GROUPS.finditer(folded):
            found += [(origin[start], origin[end - 1] + 1, "card") for start, end in _cards(run)]
        return found


def _cards(run: re.Match[str]) -> list[tuple[int, int]]:
    groups = [(m.group(), run.start() + m.start(), run.start() + m.end()) for m in re.finditer(r"\d+", run.group())]
    found: list[tuple[int, int]] = []
    first = 0
    while first < len(groups):
        last = _card_from(groups, first)
        if last is None:
            first += 1
        else:
            found.append((groups[first][1], groups[last][2]))
            first = last + 1
    return found


def _card_from(groups: list[tuple[str, int, int]], first: int) -> int | None:
    """The index of the last group of the longest card number that begins with this group."""
    digits, best = "", None
    for last in range(first, len(groups)):
        digits += groups[last][0]
        if len(digits) > 19:
            break
        lengths = tuple(len(group) for group, _, _ in groups[first : last + 1])
        if _is_printed(lengths) and digits.isascii() and _ISSUERS.fullmatch(digits) and _luhn(digits):
            best = last
    return best


def _is_printed(lengths: tuple[int, ...]) -> bool:
    return len(lengths) == 1 or lengths in _PRINTED or set(lengths) == {1} or set(lengths[:-1]) == {2}


def _luhn(digits: str) -> bool:
    """ISO/IEC 7812-1, annex B."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
