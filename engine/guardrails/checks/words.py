"""`competitors` and `topics`: words and phrases of a list, as whole words, in any letter case."""

import re
from typing import Any

from engine.guardrails.folding import fold
from engine.guardrails.validation import Hit, TextCheck, register_validator


@register_validator("engine/listed_words", data_type="string")
class ListedWords(TextCheck):
    """Fails on a word of `words`. Spaces in a phrase match any space, line breaks included."""

    def __init__(self, words: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(words=words, **kwargs)
        longest_first = sorted({fold(word.strip())[0] for word in words}, key=len, reverse=True)
        phrases = [r"\s+".join(map(re.escape, word.split())) for word in longest_first if word]
        self.pattern = re.compile(rf"(?<!\w)(?:{'|'.join(phrases)})(?!\w)", re.IGNORECASE)

    def hits(self, text: str, metadata: dict[str, Any]) -> list[Hit]:
        """The code is `listed`."""
        folded, origin = fold(text)
        return [(origin[m.start()], origin[m.end() - 1] + 1, "listed") for m in self.pattern.finditer(folded)]
