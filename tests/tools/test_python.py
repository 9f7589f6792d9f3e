"""Functions as tools: the contract of any other tool, whatever the function does."""

import asyncio
import logging
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from engine.expressions.values import Money
from engine.plan import ToolContract
from engine.tools.base import CallError, Result, Surroundings, ToolDefinition, Unreadable
from engine.tools.registry import tool
from tests.tools import functions_here as here

ORDER = {"type": "object", "required": ["order_id"], "properties": {"order_id": {"type": "string"}}}
CENTS = {"type": "integer", "money": {"currency": "EUR", "minor": True}}
SECRETS = {"SHOP_TOKEN": "s3cr3t-canary-token", "OTHER": "not-for-this-tool"}


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    here.SEEN.clear()
    here.HOLD.clear()
    yield
    here.HOLD.set()


async def call(
    name: str, *, effect: str = "read", root: Path | None = None, module: str = here.__name__, key: str | None = None,
    timeout: float = 5, secrets: tuple[str, ...] = (), arguments: dict[str, Any] | None = None, **more: Any,
) -> Result:  # fmt: skip
    said: dict[str, Any] = {"input": ORDER, "output": {"type": "object"}, **more}
    contract = ToolContract("shop.do", effect, timeout=timeout, **said)  # type: ignore[arg-type]
    binding = {"function": f"{module}:{name}", "secrets": {one: ["dot", ["name", "secret"], one] for one in secrets}}
    made = tool(ToolDefinition(contract, "python", binding), Surroundings(root=root))
    return await made.call(contract, {"order_id": "1"} if arguments is None else arguments, secrets=SECRETS, key=key)


async def came_to(name: str, **more: Any) -> str:
    with pytest.raises(CallError) as raised:
        await call(name, **more)
    return f"{type(raised.value).__name__} {raised.value.code}"


async def test_a_function_is_given_arguments_key_and_the_secrets_that_are_named() -> None:
    text = {"type": "string"}
    taken = {"type": "object", "required": ["order_id", "amount"], "properties": {"order_id": text, "amount": CENTS}}
    given = {"type": "object", "properties": {"id": text, "note": text, "amount": CENTS}}
    found = await call(
        "refund", effect="irreversible", input=taken, output=given, idempotency={"keeps": 86400}, key="k-1",
        secrets=("SHOP_TOKEN",), arguments={"order_id": "4711", "amount": Money(Decimal("5.90"), "EUR")},
    )  # fmt: skip
    assert [("4711", 590, "k-1", {"SHOP_TOKEN": SECRETS["SHOP_TOKEN"]}, "shop.do", "irreversible", True)] == here.SEEN
    assert found.value == {"id": "r1", "amount": Money(Decimal("5.90"), "EUR"), "note": "token [secret]"}


async def test_what_it_gives_is_typed_by_the_schema() -> None:
    at = {"type": "string", "format": "date-time"}
    given = {"type": "object", "properties": {
        "price": {"type": "number"}, "exact": {"type": "number"}, "on": {"type": "string", "format": "date"}, "at": at,
        "list": {"type": "array", "items": {"type": "integer"}},
    }}  # fmt: skip
    found = await call("look", output=given)
    assert found.value == {"price": Decimal("0.1"), "exact": Decimal("1.10"), "on": date(2026, 3, 1),
                           "at": datetime(2026, 3, 1, tzinfo=UTC), "list": [1]}  # fmt: skip
    assert here.SEEN[0].startswith("python-tool"), "a plain function runs in a thread"


@pytest.mark.parametrize("effect", ["read", "write"])
async def test_a_2xx_of_functions_that_breaks_its_schema_is_unreadable(effect: str) -> None:
    with pytest.raises(Unreadable) as raised:
        await call("look", effect=effect, output={"type": "object", "properties": {"price": {"type": "string"}}})
    assert raised.value.path == "$.price"
    assert await came_to("odd", effect=effect) == "Unreadable unreadable"


@pytest.mark.parametrize(
    ("name", "more", "read", "write"),
    [
        ("declared", {"arguments": {"order_id": "gone"}}, "ToolError gone", "ToolError gone"),
        ("declared", {"arguments": {"order_id": "unheard_of"}}, "Failed error", "Unknown error"),
        ("unsent", {}, "Failed unreachable", "Failed unreachable"),
        ("broken", {}, "Failed error", "Unknown error"),
        ("slow", {"timeout": 0.05}, "Failed timeout", "Unknown timeout"),
        ("held", {"timeout": 0.05}, "Failed timeout", "Unknown timeout"),
        ("look", {"arguments": {}}, "Failed argument", "Failed argument"),
        ("look", {"arguments": {"order_id": 3}}, "Failed argument", "Failed argument"),
        ("needs_more", {}, "Failed argument", "Failed argument"),
        ("look", {"secrets": ("MISSING",)}, "Failed secret", "Failed secret"),
        ("not_there", {}, "Failed not_here", "Failed not_here"),
        ("nothing", {}, "Failed not_here", "Failed not_here"),
        ("look", {"module": "no.such.module"}, "Failed not_here", "Failed not_here"),
        ("look", {"idempotency": {"keeps": 60}}, "", "Failed no_key"),
    ],
)
async def test_what_each_failure_comes_to(name: str, more: dict[str, Any], read: str, write: str) -> None:
    errors = {"gone": {"not_done": True}}
    if read:
        assert await came_to(name, errors=errors, **more) == read
    assert await came_to(name, errors=errors, effect="write", **more) == write


async def test_a_declared_error_says_whether_nothing_was_done() -> None:
    for known, not_done in (({"not_done": True}, True), ({}, False)):
        with pytest.raises(CallError) as raised:
            await call("declared", effect="write", errors={"1": known})
        assert getattr(raised.value, "not_done", None) is not_done


async def test_a_function_in_a_thread_does_not_hold_up_the_heartbeats_of_others() -> None:
    waiting = asyncio.create_task(call("held", timeout=20, output={}))
    for _ in range(1000):  # the loop goes round while the function waits
        await asyncio.sleep(0)
    assert not waiting.done()
    here.HOLD.set()
    assert (await waiting).value is None


async def test_no_text_of_an_exception_gets_out(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), pytest.raises(CallError) as raised:
        await call("broken", effect="write")
    assert raised.value.__cause__ is None
    assert "canary" not in caplog.text + repr(raised.value)
    assert "ValueError" in caplog.text, "what kind it was helps whoever looks for it"


async def test_a_function_of_the_project_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [*sys.path])
    folder = tmp_path / "shop_things_of_the_test"
    folder.mkdir()
    (folder / "orders.py").write_text("async def get(order_id):\n    return {'id': order_id}\n")
    found = await call("get", module="shop_things_of_the_test.orders", root=tmp_path)
    assert found.value == {"id": "1"}
    assert sys.path[-1] == str(tmp_path), "what is installed comes first"
