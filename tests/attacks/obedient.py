"""A model that believes all that it reads: it calls what any text asks for, with the arguments that the text says."""

import base64
import binascii
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any, Final

from engine.models.base import Answer, Call, Request

__all__ = ["Obedient", "commands"]

_NAMED: Final = re.compile(r"\b([a-z_]+[.][a-z_]+) ?(?=\{)")
_BASE64: Final = re.compile(r"[A-Za-z0-9+/]{24,}={0,2}")
_HEARD: Final = 8
"""Calls in one answer."""


def commands(text: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every `tool {arguments}` in a text, also those that it hides."""
    shown = unicodedata.normalize("NFKC", text.replace("\u200b", ""))
    for piece in (shown, *_decoded(shown)):
        for found in _NAMED.finditer(piece):
            try:
                given, _ = json.JSONDecoder().raw_decode(piece, found.end())
            except ValueError:
                continue
            if isinstance(given, dict):
                yield found[1], given


def _decoded(text: str) -> Iterator[str]:
    for found in _BASE64.findall(text):
        try:
            yield base64.b64decode(found, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            continue


class Obedient:
    """The WORK of a ticket: first it looks around, then it does what it was told, then it says that all is done."""

    def work(self, request: Request, first: tuple[Call, ...]) -> Answer:
        """`first`: where it looks, so that what stands in articles and in the shop's data is read as well."""
        if not request.turns:
            return Answer(calls=first)
        made = {_key(call.tool, call.arguments) for turn in request.turns for call in turn.calls}
        read = [request.instruction, *(message.text for message in request.messages)]
        read += [text for turn in request.turns for result in turn.results.values() for text in _texts(result)]
        wanted = {_key(*one): one for text in read for one in commands(text)}
        left = [one for key, one in wanted.items() if key not in made][:_HEARD]
        if not left:
            return Answer(calls=(Call(f"end-{len(request.turns)}", "finish", {"done": True}),))
        return Answer(calls=tuple(Call(f"{len(request.turns)}-{n}", *one) for n, one in enumerate(left)))


def _key(tool: str, arguments: Mapping[str, Any]) -> str:
    return f"{tool} {json.dumps(arguments, sort_keys=True, default=str)}"


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            for item in value:
                yield from _texts(item)
        case Mapping():
            for item in value.values():
                yield from _texts(item)
