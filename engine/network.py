"""Where calls may go: hosts that are listed, at addresses that are nobody's private network.

A host is listed by an entry of `network.allow` in engine.yaml, or by standing in the tool's own file. Its name is
resolved once, all of its addresses are judged, and the connection is made to one that was judged: a name that answers
otherwise the second time (DNS rebinding) leads nowhere else. An address that is private, loopback, link-local or
otherwise of special use (IANA's registries, as `ipaddress` knows them) needs an entry: its own, a range that holds it,
or the exact host; neither `*.example.com` nor a tool's own file opens one.
"""

import ipaddress
import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple, TypeAlias

from engine.errors import EngineError

__all__ = ["Address", "Entry", "Network", "Refused", "is_special", "parse"]

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
_HOST: Final = re.compile(
    r"(?=.{1,253}$)(\*\.)?([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.?"
)
_MOST: Final = 16
"""Addresses of one name that are judged; a name with more is refused."""
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")


class Refused(EngineError):
    """The policy lets nothing go there. Codes: `host` (not listed), `address` (a private one that is not listed)."""


class Entry(NamedTuple):
    """One line of `network.allow`: a host, all hosts below a domain, or a range of addresses; of one port or of all."""

    host: str
    """Lower case without the last dot; empty for a range."""
    below: bool
    range: ipaddress.IPv4Network | ipaddress.IPv6Network | None
    port: int | None


def parse(text: str) -> Entry | None:
    """`api.shop.example`, `*.shop.example`, `10.1.0.0/16`, `127.0.0.1:8080`, `[::1]:8080`; None for anything else."""
    text = text.strip().lower()
    host, port = _port(text)
    try:
        return Entry("", False, ipaddress.ip_network(host.strip("[]")), port)
    except ValueError:
        pass
    name = host.removeprefix("*.")
    if not _HOST.fullmatch(host) or name.replace(".", "").isdigit() or (name != host and "." not in name):
        return None
    return Entry(_plain(name), name != host, None, port)


def _port(text: str) -> tuple[str, int | None]:
    head, colon, tail = text.rpartition(":")
    if colon and tail.isascii() and tail.isdigit() and 0 < int(tail) < 65536 and (":" not in head or head[-1:] == "]"):
        return head, int(tail)
    return text, None


def is_special(address: Address) -> bool:
    """Whether it is no address of the public internet, also where an IPv6 address only wraps such an IPv4 one."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_special(inner)
        if address.is_site_local:
            return True
    return not address.is_global or address.is_multicast


class Network:
    """The policy of a project. It knows nothing of single calls and may be shared."""

    def __init__(self, allow: Iterable[str] = ()) -> None:
        """`allow` as engine.yaml has it. Raises ValueError for an entry that is none."""
        self._entries: list[Entry] = []
        for text in allow:
            entry = parse(text)
            if entry is None:
                raise ValueError("no entry of network.allow")
            self._entries.append(entry)

    def lists(self, host: str, port: int) -> bool:
        """Whether an entry names this host, or holds it where it is an address."""
        host, address = _plain(host), _address(host)
        return any(self._names(entry, host) or _holds(entry, address) for entry in self._of(port))

    def opens(self, host: str, port: int, address: Address) -> bool:
        """Whether an entry lets this host have this private address: one of exactly this name, or of the address."""
        host = _plain(host)
        entries = self._of(port)
        return any((entry.host == host and not entry.below) or _holds(entry, address) for entry in entries)

    async def addresses(self, host: str, port: int, *, listed: bool = False) -> Sequence[Address]:
        """The addresses to connect to, in the resolver's order. `listed`: the tool's own file names the host.

        Raises Refused; OSError where the name has no address.
        """
        if not (listed or self.lists(host, port)):
            raise Refused(code="host")
        found = await _resolved(host, port)
        if not found:
            raise OSError("no address")
        if len(found) > _MOST or any(is_special(one) and not self.opens(host, port, one) for one in found):
            raise Refused(code="address")
        return found

    def _of(self, port: int) -> list[Entry]:
        return [entry for entry in self._entries if entry.port in (None, port)]

    @staticmethod
    def _names(entry: Entry, host: str) -> bool:
        return bool(entry.host) and (host.endswith(f".{entry.host}") if entry.below else host == entry.host)


def _plain(host: str) -> str:
    """As entries are compared: lower case, without the root's dot; a name in another script as DNS has it."""
    host = host.strip("[]").lower().removesuffix(".")
    try:
        return host.encode("idna").decode() if not host.isascii() else host
    except UnicodeError:
        return host


def _address(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return None


def _holds(entry: Entry, address: Address | None) -> bool:
    if entry.range is None or address is None:
        return False
    inner = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return address in entry.range or (inner is not None and inner in entry.range)


async def _resolved(host: str, port: int) -> Sequence[Address]:
    """All addresses of a name, once each. `0x7f.1` and other spellings of numbers are what the resolver makes of them,
    so they are judged like any name."""
    import asyncio  # the checker reads entries, and has no use for these
    import socket

    found = await asyncio.get_running_loop().getaddrinfo(_plain(host), port, type=socket.SOCK_STREAM)
    texts = [str(info[4][0]) for info in found]
    return tuple(dict.fromkeys(one for one in map(_address, texts) if one is not None))
