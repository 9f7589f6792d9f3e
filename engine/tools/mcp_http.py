"""The way to an MCP server over streamable HTTP that keeps to the network policy, as any other call does."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Final

import httpx2
from mcp.client.streamable_http import streamable_http_client

from engine.bounded import PLAIN, bounded
from engine.network import Address, Network, Refused
from engine.tools.base import Failed

__all__ = ["way_to"]

_CONNECT: Final = 10.0
_LARGEST: Final = 32_000_000
"""Bytes of one answer. A list of tools is one, so that it is much more than a result may have."""


class _Judged(httpx2.AsyncHTTPTransport):
    """Connects to one of the addresses that were judged, whatever the name says by now."""

    def __init__(self, host: str, addresses: Sequence[Address]) -> None:
        super().__init__()
        self._host = host
        self._addresses = addresses

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.host != self._host:
            raise httpx2.UnsupportedProtocol("another host")
        name = request.url.raw_host.decode("ascii")
        request.headers.update(PLAIN)
        request.headers["host"] = request.url.netloc.decode("ascii")
        request.extensions = {**request.extensions, "sni_hostname": name}
        for left, address in zip(range(len(self._addresses), 0, -1), self._addresses, strict=True):
            request.url = request.url.copy_with(host=str(address))
            try:
                return bounded(httpx2, await super().handle_async_request(request), _LARGEST)
            except (httpx2.ConnectError, httpx2.ConnectTimeout):
                if left == 1:
                    raise
        raise httpx2.ConnectError("no address")


@asynccontextmanager
async def way_to(
    url: str, headers: Mapping[str, str], network: Network, *, listed: bool
) -> AsyncIterator[AbstractAsyncContextManager[Any]]:
    """A transport for `mcp.Client`. Raises Failed `url`, `host`, `address` or `unreachable`; nothing was sent then."""
    try:
        there = httpx2.URL(url)
    except (httpx2.InvalidURL, TypeError):
        raise Failed("url", again=False) from None
    if there.scheme not in ("http", "https") or not there.host:
        raise Failed("url", again=False)
    try:
        port = there.port or (443 if there.scheme == "https" else 80)
        addresses = await network.addresses(there.host, port, listed=listed)
    except Refused as refused:
        raise Failed(refused.code, again=False) from None
    except (OSError, UnicodeError):
        raise Failed("unreachable") from None
    judged = _Judged(there.host, addresses)
    timeout = httpx2.Timeout(None, connect=_CONNECT)
    async with httpx2.AsyncClient(
        transport=judged, headers=dict(headers), timeout=timeout, follow_redirects=False, max_redirects=0
    ) as client:
        yield streamable_http_client(url, http_client=client)
