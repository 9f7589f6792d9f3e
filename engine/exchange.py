"""One HTTP exchange: capped in size and time, never redirected, and honest about whether anything was sent.

ExchangeError
 +-- NotSent   no byte of the request left: no connection (`unreachable`, `timeout`), no valid address (`url`), or one
 |             that the network policy refuses (`host`, `address`)
 +-- Cut       something left, and no whole answer came: `timeout`, `cut`, `too_large`, `encoding`; `status` if it came

Every exchange has a connection of its own: one that a server closes while it idles would make a write's outcome
unknown for nothing. Errors and logs hold no address: query and path may be a customer's.

With a policy (`engine.network`), the connection is made to an address that it has judged; the name goes on standing in
the `Host` header and in TLS, whose certificate is held against it.
"""

import asyncio
import logging
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any, Final
from urllib.request import getproxies, proxy_bypass

import httpx

from engine.address import LOOPBACK
from engine.errors import EngineError
from engine.network import Network, Refused

__all__ = ["CAP", "Answer", "Cut", "ExchangeError", "NotSent", "exchange", "retry_after"]

_NUMBER: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?")
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
    network: Network | None = None,
    listed: bool = False,
) -> Answer:
    """Send once and read the whole answer. `seconds` is the total, connecting included. Raises NotSent or Cut.

    `network` is the policy to hold the host against, `listed` whether the caller's own file names it.
    """
    progress = _Progress()
    sent = {**headers, "accept-encoding": "identity"}
    try:
        async with asyncio.timeout(max(seconds, 0.0)):
            if network is None:
                return await _exchange(progress, method, httpx.URL(url), sent, content, cap, {})
            return await _checked(progress, method, httpx.URL(url), sent, content, cap, network, seconds, listed)
    except TimeoutError:
        raise progress.error("timeout") from None
    except Refused as refused:
        raise NotSent(code=refused.code) from None
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError):
        raise NotSent(code="url") from None
    except (httpx.HTTPError, OSError, ValueError):
        raise progress.error("cut") from None


async def _checked(
    progress: _Progress, method: str, url: httpx.URL, headers: Mapping[str, str], content: bytes | None, cap: int,
    network: Network, seconds: float, listed: bool,
) -> Answer:  # fmt: skip
    """To the first of the judged addresses that can be connected to; where nothing was sent, the next is as good."""
    if url.scheme not in ("http", "https") or not url.host:
        raise NotSent(code="url")
    found = await network.addresses(url.host, url.port or (443 if url.scheme == "https" else 80), listed=listed)
    named = {**headers, "host": url.netloc.decode("ascii")}
    if _proxied(url):
        return await _exchange(progress, method, url, headers, content, cap, {})
    for left, address in zip(range(len(found), 0, -1), found, strict=True):
        more = {
            "sni_hostname": url.raw_host.decode("ascii"),
            "timeout": {"connect": seconds / left if left > 1 else None},
        }
        try:
            there = url.copy_with(host=str(address))
            return await _exchange(progress, method, there, named, content, cap, more)
        except (httpx.ConnectError, httpx.ConnectTimeout):
            if progress.sent or left == 1:
                raise
    raise NotSent(code="unreachable")


def _proxied(url: httpx.URL) -> bool:
    """Whether a proxy of the environment makes the connection: then it resolves the name, and answers for that."""
    proxies = getproxies()
    direct = url.host in LOOPBACK or proxy_bypass(url.host)
    return not direct and (url.scheme in proxies or "all" in proxies)


async def _exchange(
    progress: _Progress, method: str, url: httpx.URL, headers: Mapping[str, str], content: bytes | None, cap: int,
    more: Mapping[str, Any],
) -> Answer:  # fmt: skip
    extensions = {"trace": progress.trace, **more}
    async with (
        httpx.AsyncClient(verify=_tls(), follow_redirects=False, timeout=None, mounts=_DIRECT) as client,  # noqa: S113
        client.stream(method, url, headers=dict(headers), content=content, extensions=extensions) as answer,
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
    """Seconds that `Retry-After` (RFC 9110, 10.2.3: seconds or a date) asks to wait, 0 to one day; None without. Some
    write fractions of a second, or milliseconds as `retry-after-ms` (OpenAI, Azure), which then counts."""
    milliseconds = headers.get("retry-after-ms", "").strip()
    if _NUMBER.fullmatch(milliseconds):
        return min(float(milliseconds) / 1000, 86_400.0)
    said = headers.get("retry-after", "").strip()
    if not said:
        return None
    try:
        seconds = float(said) if _NUMBER.fullmatch(said) else _until(said, now)
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(seconds, 0.0), 86_400.0)


def _until(said: str, now: datetime | None) -> float:
    when = parsedate_to_datetime(said)
    return (when.replace(tzinfo=when.tzinfo or UTC) - (now or datetime.now(UTC))).total_seconds()
