"""`no_iban`: bank account numbers by ISO 13616, country, length and check digits."""

import re
from typing import Any

from engine.guardrails.folding import fold
from engine.guardrails.validation import Hit, TextCheck, register_validator

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


@register_validator("engine/no_iban", data_type="string")
class NoIban(TextCheck):
    """Fails on an IBAN, with or without spaces, in any letter case."""

    def hits(self, text: str, metadata: dict[str, Any]) -> list[Hit]:
        """The code is `iban`."""
        folded, origin = fold(text)
        found: list[Hit] = []
        for match in _START.finditer(folded):
            end = _end(folded, match.start())
            if end is not None:
                found.append((origin[match.start()], origin[end - 1] + 1, "iban"))
        return found


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
