"""The sample shop's own faults, as the http adapter tells them: its ledger is the judge of what happened."""

import asyncio
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from engine.expressions.values import Money
from engine.network import Network
from engine.plan import ToolContract
from engine.testing.shop import SMALL_ORDER, Shop
from engine.tools.base import CallError, InProgress, Surroundings, ToolDefinition, Unknown, Unreadable
from engine.tools.registry import tool

TOKEN = "shop-token-of-the-test"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with Shop.start(db=tmp_path_factory.mktemp("shop") / "shop.db", token=TOKEN) as shop:
        yield shop


@pytest.fixture
def shop(running: Shop) -> Shop:
    running.clear_faults()
    return running


REFUND = ToolContract(
    "payments.refund", "irreversible",
    input={
        "type": "object", "required": ["order_id", "amount"],
        "properties": {
            "order_id": {"type": "string"}, "currency": {"type": "string"},
            "amount": {"type": "integer", "money": {"currency": "currency", "minor": True}},
        },
    },
    output={
        "type": "object", "required": ["id", "amount", "currency"],
        "properties": {
            "id": {"type": "string"}, "currency": {"type": "string"}, "order_id": {"type": "string"},
            "amount": {"type": "integer", "money": {"currency": "currency", "minor": True}},
        },
    },
    idempotency={"header": "Idempotency-Key", "keeps": 86400}, timeout=2,
)  # fmt: skip
BINDING = {
    "method": "POST",
    "url": ["text", ["dot", ["name", "secret"], "SHOP_URL"], ["lit", "/refunds"]],
    "headers": {"Authorization": ["text", ["lit", "Bearer "], ["dot", ["name", "secret"], "SHOP_TOKEN"]]},
    "json": {"map": {name: {"tree": ["name", name]} for name in ("order_id", "amount", "currency")}},
}


async def refund(shop: Shop, key: str, cents: int = 100) -> Any:
    made = tool(ToolDefinition(REFUND, "http", BINDING), Surroundings(network=Network(["127.0.0.1"])))
    arguments = {"order_id": SMALL_ORDER.order_id, "amount": Money(Decimal(cents) / 100, "EUR")}
    secrets = {"SHOP_URL": shop.url, "SHOP_TOKEN": TOKEN}
    return await made.call(REFUND, arguments, secrets=secrets, key=key)


@pytest.mark.parametrize(
    ("kind", "error", "happened"),
    [
        ("status", Unknown, False),
        ("drop", Unknown, False),
        ("drop_after_work", Unknown, True),
        ("status_after_work", Unknown, True),
        ("garbage", Unreadable, True),
        ("bad_schema", Unreadable, True),
    ],
)
async def test_an_uncertain_write_repeated_under_its_key_pays_once(
    shop: Shop, kind: str, error: type[CallError], happened: bool
) -> None:
    before = len(shop.refunds(SMALL_ORDER.order_id))
    shop.fault("/refunds", kind=kind)
    with pytest.raises(error):
        await refund(shop, f"key-{kind}")
    assert len(shop.refunds(SMALL_ORDER.order_id)) == before + happened
    again = await refund(shop, f"key-{kind}")
    assert again.value["amount"] == Money(Decimal("1.00"), "EUR")
    assert len(shop.refunds(SMALL_ORDER.order_id)) == before + 1


async def test_a_call_at_work_is_waited_for(shop: Shop) -> None:
    before = len(shop.refunds(SMALL_ORDER.order_id))
    shop.fault("/refunds", kind="slow_work", seconds=0.6)
    first = asyncio.create_task(refund(shop, "key-slow"))
    await asyncio.sleep(0.2)
    with pytest.raises(InProgress):
        await refund(shop, "key-slow")
    await first
    assert len(shop.refunds(SMALL_ORDER.order_id)) == before + 1
