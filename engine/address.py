"""Addresses of the servers that engine.yaml names, of models, embedders and indexes: which could be asked at all.

Only the standard library: the checker asks here, and so does who is about to ask the server.
"""

import re
from typing import Final
from urllib.parse import urlsplit

__all__ = ["LOOPBACK", "address_fault", "is_server", "on_this_machine"]

LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
"""Names of this machine, which no proxy could reach."""

_TEMPLATE: Final = re.compile(r"\{\{|\$[{A-Za-z_]|%[A-Z_]{3,}%")
_ODD: Final = re.compile(r"[\x00-\x20\x7f\\]")
_HOST: Final = re.compile(r"[^\s/?#@:\[\]<>{}|^`\"%]{1,253}|[0-9a-f:.]+(?:%[\w.-]+)?", re.IGNORECASE)


def address_fault(url: str) -> str | None:
    """What is wrong with the address of a server, path included, without repeating it: it may hold a password. None:
    nothing."""
    if _TEMPLATE.search(url):
        return "it is taken as it stands, without templates and variables"
    if not url.lower().startswith(("http://", "https://")):
        return "it begins with neither `http://` nor `https://`"
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return "it is no URL"
    try:
        port = parts.port
    except ValueError:
        port = 0
    if port == 0:
        return "its port is no number from 1 to 65535"
    if "@" in parts.netloc:
        return "it has credentials in it"
    if _ODD.search(url) or not _HOST.fullmatch(host) or ".." in host:
        return "it names no host"
    return "more than a server and a path stands in it" if parts.query or parts.fragment else None


def is_server(url: str) -> bool:
    """Whether it is the address of a server alone, without a path."""
    return address_fault(url) is None and not urlsplit(url).path.strip("/")


def on_this_machine(url: str) -> bool:
    """Whether it is an address of loopback."""
    try:
        return urlsplit(url).hostname in LOOPBACK
    except ValueError:
        return False
