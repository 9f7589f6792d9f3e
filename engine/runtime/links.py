"""Signed links: one person, one approval, one version, until one moment. Nothing else hangs on them, no session either.

`base64url(JSON payload) . base64url(HMAC-SHA256)`, under a key of the store's own. Whoever holds such a link is that
person for that one decision: the mailbox is what signs in. Single use follows from the row, which is decided once: a
link to a version that is decided, edited or withdrawn shows what became of it and can do no more. After a restore of
the store the key is another one.
"""

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

__all__ = ["Link", "NoLink", "form_proof", "sign", "unsign"]

_MAX: Final = 2_000
"""Characters of a link that is looked at."""


class NoLink(Exception):
    """It was not signed here, or its time is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What a link says."""

    approval: str
    version: int
    person: str
    until: datetime


def sign(key: bytes, link: Link) -> str:
    """The link as text for a path: the same for the same link, so that a mail that is sent again is the same mail."""
    said = json.dumps([link.approval, link.version, link.person, int(link.until.timestamp())], separators=(",", ":"))
    body = said.encode()
    return f"{_text(body)}.{_text(_mac(key, b'link', body))}"


def unsign(key: bytes, text: str, *, now: datetime) -> Link:
    """What it says. Raises NoLink."""
    body, _, mac = text.partition(".")
    try:
        if len(text) > _MAX:
            raise ValueError("long")
        raw = _bytes(body)
        if not hmac.compare_digest(_bytes(mac), _mac(key, b"link", raw)):
            raise ValueError("forged")
        approval, version, person, until = json.loads(raw)
        link = Link(approval=approval, version=version, person=person, until=datetime.fromtimestamp(until, UTC))
    except (ValueError, TypeError, binascii.Error, OverflowError, OSError):
        raise NoLink from None
    if now >= link.until:
        raise NoLink
    return link


def form_proof(key: bytes, text: str) -> str:
    """What a form of the page of a link carries back: that the page was seen, and not only its address."""
    return _text(_mac(key, b"form", text.encode()))


def _mac(key: bytes, what: bytes, body: bytes) -> bytes:
    return hmac.new(key, what + b"\0" + body, hashlib.sha256).digest()


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    if not text.isascii():
        raise ValueError("no link")
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
