"""A shop that does what it is told: the retail database of tau-bench behind an HTTP API of our own.

It refuses nothing that can be done at all: whoever changes another customer's order through it, a delivered one, or
with somebody else's gift card, finds it changed. What may not be done is for the gates of the engine to stop.
"""

import copy
import json
import pickle
import threading
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from engine.testing.serving import Server, bearer, error, read_json

__all__ = ["DATA", "TOKEN", "WRITES", "TauShop", "World", "tasks"]

DATA: Final = Path(__file__).parents[3] / "shared" / "data" / "tau-retail"
TOKEN: Final = "shop-token"
World = dict[str, Any]
"""{orders, users, products}, each by its id, as the files have them; amounts are Decimal."""


@cache
def _read(name: str) -> bytes:
    """A file's content, pickled: another copy of it costs a tenth of `deepcopy`."""
    return pickle.dumps(json.loads((DATA / name).read_text("utf-8"), parse_float=Decimal))


def tasks() -> list[dict[str, Any]]:
    """The 115 tasks: what the customer wants, and the actions that are right."""
    found: list[dict[str, Any]] = pickle.loads(_read("tasks.json"))
    return found


class TauShop:
    """The database in memory, its actions, and every write that it was told, in order."""

    def __init__(self) -> None:
        self.reset()
        self._lock = threading.Lock()

    def reset(self) -> None:
        """Back to the data of the files."""
        names = ("orders", "users", "products")
        self.world: World = {name: pickle.loads(_read(f"{name}.json")) for name in names}
        self.writes: list[tuple[str, dict[str, Any]]] = []

    @property
    def orders(self) -> dict[str, Any]:
        return dict(self.world["orders"])

    @property
    def users(self) -> dict[str, Any]:
        return dict(self.world["users"])

    def do(self, action: str, arguments: Mapping[str, Any]) -> Any:
        """One action by its name. Raises LookupError where there is nothing of that name or number."""
        with self._lock:
            run = ACTIONS[action]
            found = run(self.world, **arguments)
            if action in WRITES:
                self.writes.append((action, dict(arguments)))
            return copy.deepcopy(found)

    # over HTTP

    def serve(self) -> "TauShop":
        """An API on loopback: `POST /<action>` with the arguments as JSON."""
        self._server = Server(Starlette(routes=[Route("/{action}", self._answer, methods=["POST"])])).start()
        return self

    @property
    def url(self) -> str:
        return self._server.url

    def stop(self) -> None:
        """Ends the API; the database stays to be looked at."""
        self._server.stop()

    async def _answer(self, request: Request) -> Response:
        if not bearer(request, TOKEN):
            return error(401, "unauthorized")
        action = request.path_params["action"]
        if action not in ACTIONS:
            return error(404, "no_such_action")
        given = await read_json(request)
        try:
            return JSONResponse(json.loads(json.dumps(self.do(action, given), default=float)))
        except LookupError:
            return error(404, "not_found")


# reads


def _by_email(world: World, email: str) -> Any:
    return _one(world, lambda user: user["email"].casefold() == email.strip().casefold())


def _by_name(world: World, **who: str) -> Any:
    wanted = (who["first_name"].casefold(), who["last_name"].casefold(), who["zip"])

    def same(user: Any) -> bool:
        name = user["name"]
        return (name["first_name"].casefold(), name["last_name"].casefold(), user["address"]["zip"]) == wanted

    return _one(world, same)


def _one(world: World, fits: Callable[[Any], bool]) -> Any:
    """Who it is; nobody if it could be two."""
    found = [name for name, user in world["users"].items() if fits(user)]
    if len(found) != 1:
        raise LookupError
    return _profile(world, found[0])


def _profile(world: World, customer_id: str) -> Any:
    user = world["users"][customer_id]
    return {
        "id": customer_id, "name": f"{user['name']['first_name']} {user['name']['last_name']}", "email": user["email"],
        "address": user["address"], "orders": user["orders"], "payment_methods": [*user["payment_methods"].values()],
    }  # fmt: skip


def _order(world: World, order_id: str) -> Any:
    order = world["orders"][order_id]
    return {**order, "customer_id": order["user_id"]}


def _payment_method(world: World, payment_method_id: str) -> Any:
    for name, user in world["users"].items():
        if payment_method_id in user["payment_methods"]:
            return {**user["payment_methods"][payment_method_id], "customer_id": name}
    raise LookupError


def _product(world: World, product_id: str) -> Any:
    product = world["products"][product_id]
    return {**product, "variants": [*product["variants"].values()]}


def _types(world: World) -> Any:
    return {"products": [{"product_id": name, "name": one["name"]} for name, one in world["products"].items()]}


def _items(world: World, item_ids: list[str]) -> Any:
    return {"items": [_item(world, name) for name in item_ids]}


def _item(world: World, item_id: str) -> Any:
    for product in world["products"].values():
        if item_id in product["variants"]:
            return {**product["variants"][item_id], "product_id": product["product_id"], "name": product["name"]}
    raise LookupError


# writes


def _cancel(world: World, order_id: str, reason: str) -> Any:
    order = world["orders"][order_id]
    for paid in [one for one in order["payment_history"] if one["transaction_type"] == "payment"]:
        _money(world, order, paid["payment_method_id"], -paid["amount"])
    order |= {"status": "cancelled", "cancel_reason": reason}
    return _order(world, order_id)


def _modify_address(world: World, order_id: str, **address: str) -> Any:
    world["orders"][order_id]["address"] = address
    return _order(world, order_id)


def _modify_payment(world: World, order_id: str, payment_method_id: str) -> Any:
    """The new way pays all, the ways that had paid get it back."""
    order = world["orders"][order_id]
    paid = [one for one in order["payment_history"] if one["transaction_type"] == "payment"]
    total = sum((item["price"] for item in order["items"]), Decimal())
    _money(world, order, payment_method_id, total)
    for one in paid:
        _money(world, order, one["payment_method_id"], -one["amount"])
    return _order(world, order_id)


def _modify_items(
    world: World, order_id: str, item_ids: list[str], new_item_ids: list[str], payment_method_id: str
) -> Any:
    order = world["orders"][order_id]
    _money(world, order, payment_method_id, _difference(world, order, item_ids, new_item_ids))
    for old, new in zip(item_ids, new_item_ids, strict=False):
        item = _item(world, new)
        at = next((n for n, one in enumerate(order["items"]) if one["item_id"] == old), len(order["items"]))
        order["items"][at : at + 1] = [
            {name: item[name] for name in ("name", "product_id", "item_id", "price", "options")}
        ]
    order["status"] = "pending (item modified)"
    return _order(world, order_id)


_IN_ORDERS = ("name", "product_id", "item_id", "price", "options")


def _return_items(world: World, order_id: str, item_ids: list[str], payment_method_id: str) -> Any:
    """Asked for; the money follows when the parcel is there."""
    world["orders"][order_id] |= {
        "status": "return requested", "return_items": sorted(item_ids), "return_payment_method_id": payment_method_id,
    }  # fmt: skip
    return _order(world, order_id)


def _exchange_items(
    world: World, order_id: str, item_ids: list[str], new_item_ids: list[str], payment_method_id: str
) -> Any:
    """Asked for; the difference is settled when the parcel is there."""
    order = world["orders"][order_id]
    order |= {
        "status": "exchange requested", "exchange_items": sorted(item_ids), "exchange_new_items": sorted(new_item_ids),
        "exchange_payment_method_id": payment_method_id,
        "exchange_price_difference": _difference(world, order, item_ids, new_item_ids),
    }  # fmt: skip
    return _order(world, order_id)


def _modify_profile(world: World, customer_id: str, **address: str) -> Any:
    world["users"][customer_id]["address"] = address
    return _profile(world, customer_id)


def _difference(world: World, order: Any, old: list[str], new: list[str]) -> Decimal:
    """What the new items cost more; an item that the order does not hold counts by the catalogue."""
    paid = {item["item_id"]: item["price"] for item in order["items"]}
    before = sum((paid.get(name) or _item(world, name)["price"] for name in old), Decimal())
    return Decimal(sum((_item(world, name)["price"] for name in new), Decimal()) - before)


def _money(world: World, order: Any, payment_method_id: str, amount: Decimal) -> None:
    """Taken from a way to pay, or given back; a gift card's balance moves at once, below zero too."""
    kind = "payment" if amount > 0 else "refund"
    order["payment_history"].append(
        {"transaction_type": kind, "amount": abs(amount), "payment_method_id": payment_method_id}
    )
    for user in world["users"].values():
        method = user["payment_methods"].get(payment_method_id)
        if method is not None and "balance" in method:
            method["balance"] -= amount


_READS: Final[Mapping[str, Callable[..., Any]]] = {
    "find_customer_by_email": _by_email, "find_customer_by_name": _by_name, "get_customer": _profile,
    "get_order": _order, "get_payment_method": _payment_method, "get_product": _product, "list_products": _types,
    "get_items": _items,
}  # fmt: skip
WRITES: Final[Mapping[str, Callable[..., Any]]] = {
    "cancel_pending_order": _cancel, "modify_pending_order_address": _modify_address,
    "modify_pending_order_payment": _modify_payment, "modify_pending_order_items": _modify_items,
    "return_delivered_order_items": _return_items, "exchange_delivered_order_items": _exchange_items,
    "modify_customer_address": _modify_profile,
}  # fmt: skip
ACTIONS: Final[Mapping[str, Callable[..., Any]]] = {**_READS, **WRITES}
