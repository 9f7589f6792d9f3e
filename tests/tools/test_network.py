"""The network policy, over real sockets: what is listed, which addresses are judged, and where the connection goes."""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Callable
from typing import Any

import pytest

from engine import exchange as exchanging
from engine.exchange import NotSent, exchange
from engine.network import Network, Refused, is_special, parse
from tests.tools.server import Wire, answer

Names = Callable[..., None]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    """A resolver of the test's: each name gives its answers in turn, the last one for ever."""
    known: dict[str, list[list[str]]] = {}
    real = asyncio.BaseEventLoop.getaddrinfo

    async def resolve(self: Any, host: Any, port: Any, **more: Any) -> Any:
        if host not in known:
            return await real(self, host, port, **more)
        answers = known[host]
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        six = [":" in one for one in found]
        return [(socket.AF_INET6 if v6 else socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port))
                for one, v6 in zip(found, six, strict=True)]  # fmt: skip

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", resolve)
    return lambda name, *answers: known.update({name: [list(one) for one in answers]})


_IDNA = "ümläut.example".encode("idna").decode()


async def get(url: str, allow: list[str], *, listed: bool = False) -> int:
    found = await exchange("GET", url, headers={}, seconds=5.0, network=Network(allow), listed=listed)
    return found.status


@pytest.mark.parametrize(
    "text",
    ["0.0.0.0", "10.1.2.3", "127.0.0.1", "169.254.169.254", "192.168.1.1", "172.16.0.1", "100.64.0.1", "224.0.0.1",
     "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "fec0::1", "ff02::1", "::ffff:127.0.0.1", "64:ff9b::a00:1",
     "2002:7f00:1::1", "2002:a00:1::"],
)  # fmt: skip
def test_special_addresses_are_known_in_every_dress(text: str) -> None:
    assert is_special(ipaddress.ip_address(text))


@pytest.mark.parametrize("text", ["93.184.216.34", "8.8.8.8", "2606:4700::1111", "64:ff9b::808:808"])
def test_public_addresses_are_not(text: str) -> None:
    assert not is_special(ipaddress.ip_address(text))


@pytest.mark.parametrize(
    "text",
    ["", "*", "*.com", "https://x.example", "x.example/path", "a b", "-x.example", "x..example", "x:99999", "x:0",
     "1.2", "0421", "12:30", "*.1.2.3", "10.0.0.1/8", "user@x.example", "x" * 300],
)  # fmt: skip
def test_what_is_no_entry(text: str) -> None:
    assert parse(text) is None
    with pytest.raises(ValueError, match="network"):
        Network([text])


def test_hosts_are_listed_by_name_domain_range_and_port() -> None:
    network = Network(["API.shop.example", "*.store.example", "10.1.0.0/16", "127.0.0.1:8080", "[fd00::1]:443", _IDNA])
    listed = [("api.shop.example", 1), ("api.SHOP.example.", 443), ("a.b.store.example", 443), ("10.1.9.9", 80),
              ("127.0.0.1", 8080), ("[fd00::1]", 443), ("ümläut.example", 443)]  # fmt: skip
    assert [one for one in listed if not network.lists(*one)] == []
    others = [("shop.example", 443), ("xapi.shop.example", 443), ("store.example", 443), ("evilstore.example", 443),
              ("10.2.0.1", 80), ("127.0.0.1", 8081), ("api.shop.example.evil.example", 443)]  # fmt: skip
    assert [one for one in others if network.lists(*one)] == []


async def test_only_listed_hosts_are_spoken_to(names: Names) -> None:
    async with Wire([answer()]) as wire:
        port = wire.url.rpartition(":")[2]
        names("shop.example", ["127.0.0.1"])
        assert await get(f"http://shop.example:{port}/", ["shop.example"]) == 200
        for url, allow, code in (
            (f"http://shop.example:{port}/", [], "host"),
            (f"http://shop.example:{port}/", ["127.0.0.1"], "host"),
            (f"http://shop.example:{port}/", ["*.example.org", f"shop.example:{int(port) + 1}"], "host"),
            (f"http://127.0.0.1:{port}/", [], "host"),
            ("ftp://shop.example/", ["shop.example"], "url"),
        ):
            with pytest.raises(NotSent) as raised:
                await get(url, allow)
            assert raised.value.code == code
        assert len(wire.requests) == 1
        assert wire.requests[0][1]["host"] == f"shop.example:{port}"


async def test_private_addresses_need_an_entry_of_their_own(names: Names) -> None:
    async with Wire([answer()]) as wire:
        port = wire.url.rpartition(":")[2]
        names("a.store.example", ["127.0.0.1"])
        url = f"http://a.store.example:{port}/"
        for allow, listed in ((["*.store.example"], False), ([], True), (["*.store.example", "10.0.0.0/8"], True)):
            with pytest.raises(NotSent) as raised:
                await get(url, allow, listed=listed)
            assert raised.value.code == "address"
        assert wire.requests == []
        assert await get(url, ["*.store.example", "127.0.0.0/8"]) == 200
        assert await get(url, ["a.store.example"]) == 200
        with pytest.raises(NotSent, match="address"):
            await get(f"http://localhost:{port}/", [], listed=True)


async def test_one_private_address_among_public_ones_refuses_the_name(names: Names) -> None:
    names("mixed.example", ["93.184.216.34", "127.0.0.1"])
    with pytest.raises(Refused, match="address"):
        await Network(["*.example.org"]).addresses("mixed.example", 443, listed=True)
    names("many.example", [f"93.184.216.{n}" for n in range(40)])
    with pytest.raises(Refused, match="address"):
        await Network(["many.example"]).addresses("many.example", 443)


async def test_a_name_that_changes_its_mind_leads_nowhere_else(names: Names) -> None:
    """DNS rebinding: judged at 127.0.0.2, and by the time of the connection at 127.0.0.1, which is not listed."""
    async with Wire([answer()]) as inside:
        port = inside.url.rpartition(":")[2]
        names("rebound.example", ["127.0.0.2"], ["127.0.0.1"])
        with pytest.raises(NotSent, match="unreachable"):
            await get(f"http://rebound.example:{port}/", ["*.rebound.example", "127.0.0.2"], listed=True)
        assert inside.requests == []
        with pytest.raises(NotSent, match="address"):
            await get(f"http://rebound.example:{port}/", ["*.rebound.example", "127.0.0.2"], listed=True)


async def test_the_next_address_is_tried_where_the_first_refuses(names: Names) -> None:
    async with Wire([answer()]) as wire:
        port = wire.url.rpartition(":")[2]
        names("two.example", ["127.0.0.3", "127.0.0.1"])
        assert await get(f"http://two.example:{port}/", ["two.example"]) == 200


async def test_a_name_without_an_address_is_unreachable(names: Names) -> None:
    names("gone.example", [])
    with pytest.raises(NotSent, match="unreachable"):
        await get("http://gone.example/", ["gone.example"])


async def test_tls_is_held_against_the_name_and_not_the_address(
    names: Names, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path_factory.mktemp("tls")
    served, trusted = certificate(folder, "good.example")
    monkeypatch.setattr(exchanging, "_tls", lambda: trusted)
    seen: list[str | None] = []
    served.sni_callback = lambda _, name, __: seen.append(name)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=served)
    port = server.sockets[0].getsockname()[1]
    names("good.example", ["127.0.0.1"])
    names("other.example", ["127.0.0.1"])
    async with server:
        assert await get(f"https://good.example:{port}/", ["good.example"]) == 200
        assert seen == ["good.example"]
        with pytest.raises(NotSent):
            await get(f"https://other.example:{port}/", ["other.example"])


def certificate(folder: Any, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context with a certificate of this name, and a client's that trusts it alone."""
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(who).issuer_name(who).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    chain, private = folder / "chain.pem", folder / "key.pem"
    chain.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.PrivateFormat.PKCS8
    private.write_bytes(key.private_bytes(serialization.Encoding.PEM, plain, serialization.NoEncryption()))
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(chain, private)
    return served, ssl.create_default_context(cafile=str(chain))
