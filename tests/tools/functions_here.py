"""Functions that the tests call as tools."""

import asyncio
import threading
from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from engine.calls import Call, CallError, Unsent

SEEN: list[Any] = []
HOLD = threading.Event()


async def refund(order_id: str, amount: int, *, call: Call) -> dict[str, Any]:
    SEEN.append((order_id, amount, call.key, dict(call.secrets), call.tool, call.effect, 0 < call.left <= 5))
    return {"id": "r1", "amount": amount, "note": f"token {call.secrets['SHOP_TOKEN']}"}


def look(order_id: str) -> dict[str, Any]:
    SEEN.append(threading.current_thread().name)
    at = datetime(2026, 3, 1, tzinfo=UTC)
    return {"price": 0.1, "exact": Decimal("1.10"), "on": date(2026, 3, 1), "at": at, "list": (1,)}


def declared(order_id: str) -> None:
    raise CallError(order_id)


def unsent(order_id: str) -> None:
    raise Unsent


def broken(order_id: str) -> None:
    raise ValueError(f"can{'ary'} of {order_id}")


def odd(order_id: str) -> Any:
    return SimpleNamespace(a=1)


async def slow(order_id: str) -> None:
    await asyncio.sleep(60)


def held(order_id: str) -> None:
    HOLD.wait(20)


def needs_more(order_id: str, other: str) -> None:
    raise AssertionError(other)


nothing = 1
