"""`no_iban`: bank account numbers by ISO 13616, country, length and check digits."""

from typing import Any

from engine.guardrails.numbers import ibans
from engine.guardrails.validation import Hit, TextCheck, register_validator


@register_validator("engine/no_iban", data_type="string")
class NoIban(TextCheck):
    """Fails on an IBAN, with or without spaces, in any letter case."""

    def hits(self, text: str, metadata: dict[str, Any]) -> list[Hit]:
        """The code is `iban`."""
        return [(start, end, "iban") for start, end in ibans(text)]
