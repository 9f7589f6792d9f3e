"""Numbers of cards and accounts in a text, without guardrails-ai: for checks and masks alike."""

import re

from engine.guardrails.folding import fold

__all__ = ["cards", "ibans"]

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
_LENGTHS = {
    entry[:2]: int(entry[2:])
    for entry in (
        "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 "
        "FI18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 "
        "LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 "
        "SA24 SC31 SE24 SI19 SK24 SM27 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20"
    ).split()
}
_START = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}[ \-.]?\d[ \-.]?\d")
_SEPARATORS = " -.\t"


def cards(text: str) -> list[tuple[int, int]]:
    """Where payment card numbers stand, as they are printed or typed: start and end. Order numbers are none: issuer,
    length, grouping and check digit must all fit."""
    if sum(map(str.isdigit, text)) < 13:
        return []
    folded, origin = fold(text)
    found = [span for run in _GROUPS.finditer(folded) for span in _cards(run)]
    return [(origin[start], origin[end - 1] + 1) for start, end in found]


def ibans(text: str) -> list[tuple[int, int]]:
    """Where account numbers by ISO 13616 stand, with or without spaces, in any letter case: country, length and check
    digits fit."""
    folded, origin = fold(text)
    ends = ((match.start(), _end(folded, match.start())) for match in _START.finditer(folded))
    return [(origin[start], origin[end - 1] + 1) for start, end in ends if end is not None]


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


def _end(text: str, start: int) -> int | None:
    """Where the account number that starts here ends, if it is one."""
    length = _LENGTHS.get(text[start : start + 2].upper())
    if length is None:
        return None
    taken, at = "", start
    while at < len(text) and len(taken) < length:
        character = text[at]
        if character.isascii() and character.isalnum():
            taken += character.upper()
        elif character not in _SEPARATORS or text[at - 1] in _SEPARATORS:
            return None
        at += 1
    follows = text[at : at + 1]
    if len(taken) < length or (follows.isascii() and follows.isalnum()):
        return None
    number = "".join(str(int(character, 36)) for character in taken[4:] + taken[:4])
    return at if int(number) % 97 == 1 else None
