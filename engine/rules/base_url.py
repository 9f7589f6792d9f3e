"""What is wrong with the `base_url` of a model or an embedder: what the SDKs would make of it, word for word."""

import ipaddress
import re
from collections.abc import Iterator
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from engine.address import address_fault
from engine.diagnostics import Edit, Place
from engine.rules.secret_in_file import found
from engine.syntax import Text

__all__ = ["Wrong", "is_pasted", "written_anew", "wrong_address"]

_EXAMPLES: Final = {
    "openai": "http://127.0.0.1:8000/v1",
    "mistral": "http://10.0.0.5:8000",
    "anthropic": "https://gateway.example",
    "google": "https://gateway.example",
}
_ENDPOINT: Final = re.compile(
    r"/+(?:chat/completions|completions|embeddings|responses|messages|models(?:/[^/]*:\w+)?)/*$"
)
"""What the SDKs put behind the address by themselves."""
_VERSION: Final = {"anthropic": re.compile(r"/+v1/*$"), "google": re.compile(r"/+v1(?:beta)?/*$")}
"""The same, before that."""
_BARE: Final = re.compile(
    r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)(?::\d{1,5})?(?:/[^\s?#]*)?"
)


class Wrong(NamedTuple):
    """One finding of a model or an embedder."""

    message: str
    tip: str
    place: Place | None = None
    """Where it is, if it is not the model's name."""
    warning: bool = False
    fix: Edit | None = None


def wrong_address(what: str, provider: str, url: Text, *, embeds: bool = False) -> Iterator[Wrong]:
    """Of `what`, such as "the model `fast`". `embeds`: it makes vectors, by `POST /embeddings`."""
    text = url.value.strip()
    why = address_fault(text)
    if why is not None and "credentials" in why and is_pasted(url):
        return
    if why is not None:
        yield Wrong(f"{what} cannot be asked at this `base_url`: {why}", _tip(why, provider, text, embeds), url.place)
        return
    short = _ENDPOINT.sub("", text).rstrip("/")
    if provider in _VERSION:
        short = _VERSION[provider].sub("", short)
    if short != text.rstrip("/"):
        message = f"the end of this `base_url` is what the engine adds to it: {what} would be asked where nothing is"
        yield Wrong(message, f"write `{short}`", url.place, fix=written_anew(url, short))
    elif (provider == "openai" or embeds) and not urlsplit(text).path.strip("/"):
        message = f"this `base_url` has no path: most servers (vLLM, Ollama) answer {what} below `/v1` alone"
        yield Wrong(message, f"write `{short}/v1`", url.place, warning=True)


def written_anew(text: Text, value: str) -> Edit | None:
    """The change that writes `value` in double quotes in place of a text, where that stands on one line."""
    place = text.place
    old = text.source.text[text.start : text.end]
    return Edit(place, old, f'"{value}"') if place.line == place.end_line and '"' not in value else None


def is_pasted(text: Text) -> bool:
    """Whether it looks like a secret, or has one in it: `secret-in-file` says so."""
    return any(one.start < text.end and one.end > text.start for one in found(text.source.text))


def _tip(why: str, provider: str, text: str, embeds: bool) -> str:
    example = f"such as `{_EXAMPLES['openai' if embeds else provider]}`"
    if "templates" in why:
        return f"write the address itself, {example}; secrets stand in `api_key`"
    if "credentials" in why or "more than" in why:
        key = '`api_key: "{{ secret.NAME }}"`'
        return f"write the address alone, {example}, and a key as {key}: git keeps this file"
    match = _BARE.fullmatch(text) if "begins with neither" in why else None
    if match is not None:
        return f"write `{'http' if _near(match['host']) else 'https'}://{text}`"
    return f"write its address, {example}"


def _near(host: str) -> bool:
    """Whether it is this machine or one of the house, where there is seldom a certificate."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_private
    except ValueError:
        return "." not in host
