"""Masks: what a model is given in place of a number that it may not see, and the way back.

A flow names them under `data: {mask: [...]}`. One `Masks` serves one question to a model: the same words get the same
label, and what the model says of a label is put back into the words that it stands for.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from engine.guardrails.base import CheckError
from engine.guardrails.numbers import cards, ibans

__all__ = ["MASKS", "Masks"]

MASKS: Final[Mapping[str, Callable[[str], list[tuple[int, int]]]]] = {"card": cards, "iban": ibans}
"""Name, as flows write it and labels show it -> where such numbers stand in a text."""
_LABEL = re.compile(rf"\[({'|'.join(MASKS)})_[0-9]+\]", re.IGNORECASE)


class Masks:
    """Labels of one question, such as `[CARD_1]`, and the words behind them. Raises CheckError for an unknown mask: a
    model is asked nothing rather than shown too much."""

    def __init__(self, names: Iterable[str]) -> None:
        self._find = {}
        for name in dict.fromkeys(names):
            if name not in MASKS:
                raise CheckError(f"no mask {name!r}; masks: {', '.join(MASKS)}", code="unknown_mask")
            self._find[name.upper()] = MASKS[name]
        self._labels: dict[str, str] = {}
        self._words: dict[str, str] = {}

    def __bool__(self) -> bool:
        """Whether anything is hidden at all."""
        return bool(self._find)

    def hide(self, text: str) -> str:
        """With labels. What looks like one already, since somebody wrote it, gets a label of its own."""
        if not self._find:
            return text
        spans = [(*match.span(), match[1].upper()) for match in _LABEL.finditer(text)]
        spans += [(start, end, name) for name, find in self._find.items() for start, end in find(text)]
        parts, at = [], 0
        for start, end, name in sorted(spans):
            if end > at:  # of two that overlap, the first one's label stands for what is left of both
                parts += [text[at : max(start, at)], self._label(name, text[max(start, at) : end])]
                at = end
        return "".join([*parts, text[at:]])

    def undo(self, text: str) -> str:
        """With the words that its labels stand for."""
        return _LABEL.sub(lambda match: self._words.get(match[0].upper(), match[0]), text)

    def behind(self, text: str) -> list[str]:
        """The words behind the labels of a text, in order."""
        return [self._words[match[0]] for match in _LABEL.finditer(text) if match[0] in self._words]

    def _label(self, name: str, words: str) -> str:
        if words not in self._labels:
            count = sum(label.startswith(f"[{name}_") for label in self._words) + 1
            label = self._labels[words] = f"[{name}_{count}]"
            self._words[label] = words
        return self._labels[words]
