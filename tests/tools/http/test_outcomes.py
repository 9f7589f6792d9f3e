"""HTTP tools over real sockets: how often a call is sent, and what each answer comes to."""

import socket
import traceback
from decimal import Decimal
from typing import Any

import pytest

from engine.expressions.values import Money
from engine.plan import ToolContract
from engine.tools.base import (
    CallError,
    Failed,
    InProgress,
    ToolDefinition,
    ToolError,
    Unknown,
    Unreadable,
)
from engine.tools.http import HttpTool
from tests.tools.http.setup import BINDING, FINE, HERE, SECRETS, Setup, refund
from tests.tools.server import Wire, answer


@pytest.mark.parametrize(
    ("answers", "code", "calls"),
    [
        ([None, None, FINE], None, 3),
        ([answer(status=503), FINE], None, 2),
        ([answer(status=429, retry_after="0"), FINE], None, 2),
        ([answer(status=500)], "status_500", 3),
        ([None], "cut", 3),
        ([answer(status=429, retry_after="60")], "rate_limited", 1),
        ([answer(status=404)], "status_404", 1),
        ([answer(status=302, location="http://127.0.0.1:1/")], "redirect", 1),
        ([b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{", FINE], None, 2),
        ([b"\x00garbage\r\n\r\n", FINE], None, 2),
    ],
)
async def test_a_read_is_tried_again_where_that_may_help(answers: list[Any], code: str | None, calls: int) -> None:
    async with Wire(answers) as wire:
        if code is None:
            assert (await Setup().call(wire.url)).value["id"] == "4821"
        else:
            with pytest.raises(Failed) as failed:
                await Setup().call(wire.url)
            assert failed.value.code == code
            assert failed.value.retry_after == (60 if code == "rate_limited" else None)
    assert len(wire.requests) == calls


async def test_the_timeout_is_for_all_attempts_together() -> None:
    async with Wire([9.0]) as wire:
        with pytest.raises(Failed) as failed:
            await Setup(timeout=0.3).call(wire.url)
    assert (failed.value.code, len(wire.requests)) == ("timeout", 1)


@pytest.mark.parametrize(
    ("first", "error", "code"),
    [
        (None, Unknown, "cut"),
        (9.0, Unknown, "timeout"),
        (answer(status=500), Unknown, "status_500"),
        (answer(status=503, retry_after="1"), Unknown, "status_503"),
        (answer(status=429, retry_after="0"), Unknown, "status_429"),
        (answer(status=400), Unknown, "status_400"),
        (answer(status=303, location="/refunds/1"), Unknown, "redirect"),
        (b"HTTP/1.1 201 Created\r\ncontent-length: 50\r\n\r\n{", Unknown, "cut"),
        (answer("[1", 200), Unreadable, "unreadable"),
        (answer("[]", 200), Unreadable, "unreadable"),
        (answer(b"x" * 1_000_001), Unreadable, "unreadable"),
        (answer(b"{}", content_encoding="gzip"), Unreadable, "unreadable"),
    ],
)
async def test_a_write_is_sent_once_whatever_comes(first: Any, error: type[CallError], code: str) -> None:
    patience = 1.0 if code == "timeout" else 30.0
    async with Wire([first, answer("{}")]) as wire:
        with pytest.raises(CallError) as raised:
            await refund(timeout=patience).call(wire.url, order_id="1", amount=Money(Decimal(1), "EUR"))
    assert (type(raised.value), raised.value.code, len(wire.requests)) == (error, code, 1)


@pytest.mark.parametrize("effect", ["read", "write"])
async def test_no_connection_is_certainly_not_done(effect: str) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(Failed) as failed:
        await Setup(effect=effect).call(url)
    assert (failed.value.code, failed.value.again) == ("unreachable", True)


CODES = {"used": {"status": 422, "body": "already_used", "not_done": True}, "anywhere": {"body": "odd_code"}}


@pytest.mark.parametrize(
    ("given", "came_to"),
    [
        (answer('{"error": "already_used"}', 422), "ToolError used"),
        (answer('{"errors": [{"code": "already_used", "field": "id"}]}', 422), "ToolError used"),
        (answer('{"error": "not already_used"}', 422), "Unknown status_422"),
        (answer('{"already_used": "yes"}', 422), "Unknown status_422"),
        (answer('{"error": "already_used"}', 409), "Unknown status_409"),
        (answer('{"error": {"type": "odd_code"}}', 400), "ToolError anywhere"),
        (answer('{"note": "odd_code"}', 200), "done"),
    ],
)
async def test_a_text_is_a_value_somewhere_in_a_refusal(given: bytes, came_to: str) -> None:
    """A vendor's code has a place that the tool file need not know; in an answer that went well it may be an echo."""
    async with Wire([given]) as wire:
        try:
            await refund(errors=CODES).call(wire.url)
            found = "done"
        except CallError as error:
            found = f"{type(error).__name__} {error.code}"
    assert found == came_to


ERRORS = {
    "gone": {"status": 404},
    "too_late": {"status": 422, "body": {"error": {"code": "window"}}, "not_done": True},
    "any_422": {"status": [422, 423]},
    "quiet": {"body": {"ok": False}, "not_done": True},
}


@pytest.mark.parametrize(
    ("given", "name", "not_done"),
    [
        (answer("nonsense", 404), "gone", False),
        (answer('{"error": {"code": "window", "more": 1}}', 422), "too_late", True),
        (answer('{"error": {"code": "other"}}', 422), "any_422", False),
        (answer("{}", 423), "any_422", False),
        (answer('{"ok": false}', 200), "quiet", True),
    ],
)
@pytest.mark.parametrize("effect", ["read", "irreversible"])
async def test_declared_errors_go_by_status_and_body(given: bytes, name: str, not_done: bool, effect: str) -> None:
    async with Wire([given]) as wire:
        with pytest.raises(ToolError) as raised:
            await Setup(effect=effect, errors=ERRORS, output={}).call(wire.url)
    assert raised.value.name == name
    assert raised.value.not_done is (not_done or effect == "read")


KEYED = {"header": "Idempotency-Key", "keeps": 86400}


async def test_the_key_goes_with_the_write() -> None:
    async with Wire([answer("{}")]) as wire:
        await refund(idempotency=KEYED).call(wire.url, key="k1", order_id="1", amount=Money(Decimal(1), "EUR"))
    assert wire.requests[0][1]["idempotency-key"] == "k1"


async def test_a_keyed_write_without_a_key_is_not_sent() -> None:
    async with Wire([answer("{}")]) as wire:
        with pytest.raises(Failed) as failed:
            await refund(idempotency=KEYED).call(wire.url, order_id="1", amount=Money(Decimal(1), "EUR"))
    assert (failed.value.code, wire.requests) == ("no_key", [])


@pytest.mark.parametrize(
    ("body", "keyed", "error"),
    [
        ('{"error": "in_progress"}', True, InProgress),
        ('{"error": {"type": "idempotency-key-in-use"}}', True, InProgress),
        ('{"code": "REQUEST_IN_PROGRESS"}', True, InProgress),
        ('{"error": "in_progress"}', False, Unknown),
        ('{"error": "different_body"}', True, Unknown),
        ("in_progress", True, Unknown),
    ],
)
async def test_a_call_still_at_work_is_no_failure(body: str, keyed: bool, error: type[CallError]) -> None:
    async with Wire([answer(body, 409, retry_after="2")]) as wire:
        with pytest.raises(error) as raised:
            await refund(idempotency=KEYED if keyed else {}).call(
                wire.url, key="k1" if keyed else None, order_id="1", amount=Money(Decimal(1), "EUR")
            )
    assert isinstance(raised.value, CallError)
    assert raised.value.retry_after == 2


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ('{"id": "4821", "currency": "EUR"}', "$.total"),
        ('{"id": "4821", "total": "canary", "currency": "EUR"}', "$.total"),
        ('{"id": "4821", "total": 12.5, "currency": "EUR"}', "$.total"),
        ('{"id": "4821", "total": 12, "currency": "canary"}', "$.total"),
        ('{"id": "4821", "total": 12}', "$.total"),
        ('{"id": 4821, "total": 12, "currency": "EUR"}', "$.id"),
        ("[]", "$"), ("", "$"), ("canary", "$"), ('{"id": "1", "id": "2", "total": 1}', "$"), ('{"total": NaN}', "$"),
        ('{"total": 1e999999999}', "$"), ("[" * 5000, "$"), ('{"total":' + "9" * 5000 + "}", "$"),
    ],
)  # fmt: skip
async def test_an_answer_that_breaks_its_schema_says_where_and_not_what(body: str, path: str) -> None:
    async with Wire([answer(body)]) as wire:
        with pytest.raises(Unreadable) as raised:
            await Setup().call(wire.url)
    assert raised.value.path == path
    assert len(wire.requests) == 1
    assert "canary" not in repr(raised.value) + str(raised.value)
    assert raised.value.__suppress_context__ or raised.value.__context__ is None


@pytest.mark.parametrize("given", [None, answer(status=500), 9.0, answer("[]")])
@pytest.mark.parametrize("effect", ["read", "write"])
async def test_no_error_and_no_log_holds_a_value(
    given: Any, effect: str, caplog: pytest.LogCaptureFixture
) -> None:  # fmt: skip
    caplog.set_level(0)
    async with Wire([given]) as wire:
        with pytest.raises(CallError) as raised:
            await Setup(
                effect=effect, timeout=0.3, more={"query": {"k": ["dot", ["name", "secret"], "SHOP_TOKEN"]}}
            ).call(wire.url, order_id="canary-name")
    chain = "".join(traceback.format_exception(raised.value))
    told = chain + caplog.text
    for word in ("s3cr3t", "canary-name", wire.url):
        assert word not in told


async def test_contracts_of_another_effect_are_refused() -> None:
    contract = ToolContract("x", "read", {}, {})
    made = HttpTool(ToolDefinition(ToolContract("x", "write", {}, {}), "http", BINDING), HERE)
    with pytest.raises(Failed) as failed:
        await made.call(contract, {}, secrets={**SECRETS, "SHOP_URL": "http://127.0.0.1:1"}, key=None)
    assert failed.value.code == "contract"
