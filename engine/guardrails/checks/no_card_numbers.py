"""`no_card_numbers`: numbers that a card issuer could have given out, as they are printed or typed."""

from typing import Any

from engine.guardrails.numbers import cards
from engine.guardrails.validation import Hit, TextCheck, register_validator


@register_validator("engine/no_card_numbers", data_type="string")
class NoCardNumbers(TextCheck):
    """Fails on payment card numbers. Order numbers stay: issuer, length, grouping and check digit must all fit."""

    def hits(self, text: str, metadata: dict[str, Any]) -> list[Hit]:
        """The code is `card`."""
        return [(start, end, "card") for start, end in cards(text)]
