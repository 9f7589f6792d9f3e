"""One HTTP exchange: capped in size and time, never redirected, and honest about whether anything was sent.

ExchangeError
 +-- NotSent   no byte of the request left: no connection (`unreachable`, `timeout`), or no valid address (`url`)
 +-- Cut       something left, and no whole answer came: `timeout`, `cut`, `too_large`, `encoding`; `status` if it came

Every exchange has a connection of its own: one that a server closes while it idles would make a write's outcome
unknown for nothing. Errors and logs hold no address: query and path may be a customer's.
"""

import asyncio
import logging
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any, Final

import httpx

from engine.errors import EngineError

__all__ = ["CAP", "Answer", "Cut", "ExchangeError", "NotSent", "exchange", "retry_after"]

CAP: Final = 1_000_000
"""Bytes of an answer that are read."""

for _name in ("httpx", "httpcore"):  # both log whole addresses, httpcore also headers
    logging.getLogger(_name).setLevel(logging.WARNING)

_DIRECT: Final = {"all://127.0.0.1": None, "all://localhost": None, "all://[::1]": None}
"""Never by way of a proxy of the environment."""


class ExchangeError(EngineError):
    """Base of both: no whole answer."""

    code = "exchange"


class NotSent(ExchangeError):
    """Nothing was sent, for certain."""


class Cut(ExchangeError):
    """Sent in part or whole; `status` of the answer if its head came."""

    def __init__(self, code: str, *, status: int | None = None) -> None:
        super().__init__(code, code=code)
        self.status = status


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer. `headers` by lower-case name."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class _Progress:
    """How far an exchange came, as httpcore tells it."""

    def __init__(self) -> None:
        self.sent = False
        self.status: int | None = None

    async def trace(self, event: str, _: Mapping[str, Any]) -> None:
        if "send_request" in event or event.startswith("proxy"):
            self.sent = True

    def error(self, code: str) -> ExchangeError:
        if self.sent:
            return Cut(code, status=self.status)
        return NotSent(code if code == "timeout" else "unreachable", code=code if code == "timeout" else "unreachable")


async def exchange(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    content: bytes | None = None,
    seconds: float,
    cap: int = CAP,
) -> Answer:
    """Send once and read the whole answer. `seconds` is the total, connecting included. Raises NotSent or Cut."""
    progress = _Progress()
    try:
        async with asyncio.timeout(max(seconds, 0.0)):
            return await _exchange(progress, method, url, {**headers, "accept-encoding": "identity"}, content, cap)
    except TimeoutError:
        raise progress.error("timeout") from None
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError):
        raise NotSent(code="url") from None
    except (httpx.HTTPError, OSError, ValueError):
        raise progress.error("cut") from None


async def _exchange(
    progress: _Progress, method: str, url: str, headers: Mapping[str, str], content: bytes | None, cap: int
) -> Answer:
    async with (
        httpx.AsyncClient(verify=_tls(), follow_redirects=False, timeout=None, mounts=_DIRECT) as client,  # noqa: S113
        client.stream(
            method, url, headers=dict(headers), content=content, extensions={"trace": progress.trace}
        ) as answer,
    ):
        progress.status = answer.status_code
        if answer.headers.get("content-encoding", "identity") != "identity":
            raise Cut("encoding", status=answer.status_code)  # not asked for, and it could unpack without end
        body = bytearray()
        async for chunk in answer.aiter_raw():
            body += chunk
            if len(body) > cap:
                raise Cut("too_large", status=answer.status_code)
        return Answer(answer.status_code, {k.lower(): v for k, v in answer.headers.items()}, bytes(body))


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    return httpx.create_ssl_context()


def retry_after(headers: Mapping[str, str], *, now: datetime | None = None) -> float | None:
    """Seconds that `Retry-After` (RFC 9110, 10.2.3: seconds or a date) asks to wait, 0 to one day; None without."""
    said = headers.get("retry-after", "").strip()
    if not said:
        return None
    try:
        seconds = float(said) if said.isascii() and said.isdigit() else _until(said, now)
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(seconds, 0.0), 86_400.0)


def _until(said: str, now: datetime | None) -> float:
    when = parsedate_to_datetime(said)
    return (when.replace(tzinfo=when.tzinfo or UTC) - (now or datetime.now(UTC))).total_seconds()
