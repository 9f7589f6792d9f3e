"""Secrets by their value: found in a text, also quoted for a URL or in base64, and taken out of one."""

import base64
from collections.abc import Iterable, Iterator, Mapping
from typing import Final
from urllib.parse import quote

from engine.guardrails.folding import fold

__all__ = ["HIDDEN", "Secrets", "hidden", "own"]

HIDDEN: Final = "[secret]"
_SHORTEST: Final = 8
"""A value shorter than this is no secret that could be told from a word."""
Secrets = Mapping[str, str] | Iterable[str]


def own(text: str, secrets: Secrets) -> list[tuple[int, int]]:
    """Where the values stand in the text: start and end, in order."""
    folded, origin = fold(text)
    found: set[tuple[int, int]] = set()
    for form in _forms(secrets):
        at = folded.find(form)
        while at >= 0:
            found.add((origin[at], origin[at + len(form) - 1] + 1))
            at = folded.find(form, at + 1)
    return sorted(found)


def hidden(text: str, secrets: Secrets) -> str:
    """The text with `HIDDEN` in place of each."""
    parts: list[str] = []
    at = 0
    for start, end in own(text, secrets):
        if start >= at:
            parts += [text[at:start], HIDDEN]
        at = max(at, end)
    return "".join([*parts, text[at:]])


def _forms(secrets: Secrets) -> Iterator[str]:
    for value in secrets.values() if isinstance(secrets, Mapping) else secrets:
        if len(value) >= _SHORTEST:
            yield from {fold(value)[0], quote(value, safe=""), *_base64(value.encode("utf-8", "replace"))}


def _base64(value: bytes) -> Iterator[str]:
    """What every base64 of a text that holds the value holds, wherever in its three bytes the value begins."""
    for before in range(3):
        padded = base64.b64encode(b"\0" * before + value).decode().rstrip("=")
        whole = padded[(0, 2, 3)[before] : len(padded) - (0 if (before + len(value)) % 3 == 0 else 1)]
        yield whole
        yield whole.replace("+", "-").replace("/", "_")
