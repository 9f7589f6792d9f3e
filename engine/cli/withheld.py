"""What reports on many customers' words do not show of them: addresses and numbers that lead to a person."""

from collections.abc import Iterator

from engine.guardrails.numbers import cards, ibans
from engine.models.local.identifiers import emails, phones

__all__ = ["withheld"]


def withheld(text: str) -> str:
    """The text with `[email]`, `[phone]`, `[iban]` and `[card]` in place of these. Rather too much than too little: a
    long number that nothing names may be a phone's."""
    parts, at = [], 0
    for start, end, name in sorted(_found(text)):
        if end > at:  # of two that overlap, the first one's name stands for what is left of both
            parts += [text[at : max(start, at)], f"[{name}]"]
            at = end
    return "".join([*parts, text[at:]])


def _found(text: str) -> Iterator[tuple[int, int, str]]:
    yield from ((start, end, "card") for start, end in cards(text))
    yield from ((start, end, "iban") for start, end in ibans(text))
    yield from ((one.start, one.end, "email") for one in emails(text))
    yield from ((one.start, one.end, "phone") for one in phones(text, asked=True))
