"""`length`: texts that are too long or too short."""

from typing import Any

from engine.guardrails.validation import Hit, TextCheck, register_validator


@register_validator("engine/length", data_type="string")
class Length(TextCheck):
    """Fails outside `min`..`max` characters, not counting space around the text."""

    def __init__(self, max: int | None = None, min: int = 1, **kwargs: Any) -> None:  # noqa: A002  (as in the YAML)
        super().__init__(max=max, min=min, **kwargs)
        self.most, self.least = max, min

    def hits(self, text: str, metadata: dict[str, Any]) -> list[Hit]:
        """Codes: `too_short` (the whole text) and `too_long` (from the first character that is too much)."""
        length = len(text.strip())
        if length < self.least:
            return [(0, len(text), "too_short")]
        if self.most is not None and length > self.most:
            return [(self.most, len(text), "too_long")]
        return []
