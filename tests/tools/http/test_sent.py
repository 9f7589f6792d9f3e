"""HTTP tools over real sockets: what is sent, and that no value changes where it goes."""

from decimal import Decimal
from typing import Any

import pytest

from engine.expressions.values import Money
from engine.tools.base import (
    Failed,
)
from tests.tools.http.setup import FINE, Setup, refund
from tests.tools.server import Wire, answer


async def test_a_read_is_typed() -> None:
    async with Wire([FINE]) as wire:
        result = await Setup().call(wire.url)
    assert result.value == {"id": "4821", "total": Money(Decimal("59.90"), "EUR"), "currency": "EUR"}
    line, headers, body = wire.requests[0]
    assert (line, headers["authorization"], body) == ("GET /orders/4821 HTTP/1.1", "Bearer s3cr3t-canary-token", b"")
    assert "59.9" not in repr(result)


async def test_a_body_keeps_types_and_leaves_out_what_is_missing() -> None:
    async with Wire([answer("{}", 201)]) as wire:
        result = await refund().call(wire.url, order_id="4821", amount=Money(Decimal("40.5"), "EUR"))
    assert wire.requests[0][2] == b'{"order":"4821","amount":4050,"fixed":[1.50,true]}'
    assert (result.value, result.status) == ({}, 201)


@pytest.mark.parametrize(
    ("order_id", "path"),
    [
        ("4821?x=1", "/orders/4821%3Fx%3D1"), ("a/b", "/orders/a%2Fb"), ("4821#f", "/orders/4821%23f"),
        ("Jürgen ß", "/orders/J%C3%BCrgen%20%C3%9F"), ("%2e", "/orders/%252e"), ("a&b=c", "/orders/a%26b%3Dc"),
        ("@evil.example", "/orders/%40evil.example"), ("...", "/orders/..."), (":80", "/orders/%3A80"),
    ],
)  # fmt: skip
async def test_a_value_stays_in_its_segment(order_id: str, path: str) -> None:
    async with Wire([FINE]) as wire:
        if order_id == "%2e":
            with pytest.raises(Failed):
                await Setup().call(wire.url, order_id=order_id)
            return
        await Setup().call(wire.url, order_id=order_id)
    assert wire.requests[0][0] == f"GET {path} HTTP/1.1"


@pytest.mark.parametrize(
    "order_id",
    [
        "../admin",
        "..",
        ".",
        "a/../../b",
        "..\\x",
        "%2e%2e",
        "%252e%252e/x",
        "",
        "a\r\nX: 1",
        "a\x00",
        "x" * 3000,
        4821,
        None,
    ],
)
async def test_a_value_that_could_change_the_path_is_not_sent(order_id: Any) -> None:
    async with Wire([FINE]) as wire:
        with pytest.raises(Failed) as failed:
            await Setup().call(wire.url, order_id=order_id)
    assert (failed.value.code, failed.value.again, wire.requests) == ("argument", False, [])


@pytest.mark.parametrize(
    "url",
    [
        ["text", ["lit", "http://"], ["name", "order_id"], ["lit", ".example/orders"]],
        ["text", ["lit", "http://127.0.0.1"], ["name", "order_id"]],
        ["name", "order_id"],
        ["lit", "file:///etc/passwd"],
        ["text", ["lit", "http://a.example/x/.."], ["lit", "/y"]],
    ],
)
async def test_a_value_never_chooses_the_host(url: Any) -> None:
    with pytest.raises(Failed) as failed:
        await Setup(more={"url": url}).call("unused", order_id="127.0.0.1")
    assert failed.value.code == "url"


async def test_query_values_are_encoded_and_none_is_left_out() -> None:
    shape = {"type": "object", "properties": {"order_id": {}, "since": {"type": "string", "format": "date"}, "q": {}}}
    query = {"q": ["name", "q"], "since": ["name", "since"], "n": ["num", "2.50"]}
    async with Wire([FINE]) as wire:
        await Setup(input=shape, more={"query": query}).call(wire.url, order_id="1", q="a&b=../c")
    assert wire.requests[0][0] == "GET /orders/1?q=a%26b%3D..%2Fc&n=2.50 HTTP/1.1"


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\nb", "\x00", "é"])
async def test_a_header_holds_one_line_of_ascii(value: str) -> None:
    shape = {"type": "object", "properties": {"order_id": {"type": "string"}, "tag": {"type": "string"}}}
    async with Wire([FINE]) as wire:
        with pytest.raises(Failed) as failed:
            await Setup(input=shape, more={"headers": {"X-Tag": ["name", "tag"]}}).call(
                wire.url, order_id="1", tag=value
            )
    assert (failed.value.code, wire.requests) == ("header", [])


async def test_a_missing_secret_sends_nothing() -> None:
    async with Wire([FINE]) as wire:
        with pytest.raises(Failed) as failed:
            await Setup(more={"headers": {"X": ["dot", ["name", "secret"], "NOT_THERE"]}}).call(wire.url)
    assert (failed.value.code, failed.value.again, wire.requests) == ("secret", False, [])


async def test_a_template_in_a_value_is_not_rendered() -> None:
    async with Wire([FINE]) as wire:
        await Setup().call(wire.url, order_id="{{ secret.SHOP_TOKEN }}")
    assert wire.requests[0][0] == "GET /orders/%7B%7B%20secret.SHOP_TOKEN%20%7D%7D HTTP/1.1"


async def test_a_secret_that_comes_back_is_no_data() -> None:
    echo = answer('{"headers": {"Authorization": "Bearer s3cr3t-canary-token"}, "s3cr3t-canary-token": 1}')
    async with Wire([echo]) as wire:
        result = await Setup(output={}).call(wire.url)
    assert result.value == {"headers": {"Authorization": "Bearer [secret]"}, "[secret]": 1}


async def test_a_form_and_lists_are_written_as_systems_read_them() -> None:
    form = {name: ["name", name] for name in ("order_id", "tags[]", "meta", "lines", "none")}
    given = {"type": "object", "properties": {
        "order_id": {"type": "string"}, "tags[]": {"type": "array"}, "meta": {"type": "object"},
        "lines": {"type": "array"}, "none": {"type": "string"},
    }}  # fmt: skip
    more = {"form": form, "query": {"id": ["name", "tags[]"]}}
    setup = Setup(effect="write", input=given, output={}, more=more)
    values: dict[str, Any] = {
        "order_id": "a&b=ü",
        "tags[]": ["x", "y"],
        "meta": {"k": True},
        "lines": [{"n": 1}, {"n": 2}],
    }
    async with Wire([answer()]) as wire:
        await setup.call(wire.url, **values)
        line, headers, body = wire.requests[0]
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    assert body == b"order_id=a%26b%3D%C3%BC&tags[]=x&tags[]=y&meta[k]=true&lines[0][n]=1&lines[1][n]=2"
    assert line.partition("?")[2] == "id=x&id=y HTTP/1.1"


async def test_a_body_beyond_the_cap_is_not_sent() -> None:
    async with Wire([FINE]) as wire:
        with pytest.raises(Failed) as raised:
            await refund().call(wire.url, order_id="1", note="x" * 1_000_001)
        assert (raised.value.code, raised.value.again, wire.requests) == ("argument", False, [])
