"""Wrong actions, derived from the policy: for each thing that it forbids, a right action of some customer made wrong.

Every case is a right action of the data with one thing changed, and names the sentence of policy.md that it breaks.
The generator knows the policy and the data, and nothing of the project's gates.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from random import Random
from typing import Any, Final

from tests.tau.shop import TauShop

__all__ = ["KINDS", "Action", "Wrong", "right_actions", "wrong_actions"]

Given = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Action:
    """A call of a write tool, and who asks for it."""

    tool: str
    customer: str
    arguments: Given
    identity: str = "proved"
    """`proved`, or `none`"""
    consent: str = "yes"
    """`yes`; or `none`, `no`, `bystander` (somebody else says yes), `before` (a yes from before the question), `other`
    (a yes to other arguments)"""
    done_before: tuple["Action", ...] = ()
    """Right actions that the engine has done on the order."""
    world: Mapping[str, Any] = field(default_factory=dict)
    """What is so in the shop first: `status` and `balance` of the order and of the way to pay."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """An action that the policy forbids."""

    kind: str
    sentence: str
    action: Action


# what is right


def right_actions(shop: TauShop, chance: Random) -> Iterator[Action]:
    """For every order what its customer may do with it, in an order that the chance gives."""
    orders = [*shop.orders]
    chance.shuffle(orders)
    for order_id in orders:
        order = shop.orders[order_id]
        methods = shop.users[order["user_id"]]["payment_methods"]
        if order["status"] == "pending":
            yield from _pending(shop, order, methods, chance)
        elif order["status"] == "delivered":
            yield from _delivered(shop, order, methods, chance)


def _pending(shop: TauShop, order: Any, methods: Any, chance: Random) -> Iterator[Action]:
    who, number = order["user_id"], order["order_id"]
    reason = chance.choice(["no longer needed", "ordered by mistake"])
    yield Action("orders.cancel", who, {"order_id": number, "reason": reason})
    yield Action("orders.change_address", who, {"order_id": number, **_address(chance)})
    total = sum((item["price"] for item in order["items"]), Decimal())
    for name, method in methods.items():
        if name != _paid_by(order) and _covers(method, total):
            yield Action("orders.change_payment", who, {"order_id": number, "payment_method_id": name})
            break
    yield from _swapped(shop, "orders.change_items", order, methods, chance)
    yield Action("customers.change_address", who, {"customer_id": who, **_address(chance)})


def _delivered(shop: TauShop, order: Any, methods: Any, chance: Random) -> Iterator[Action]:
    who, number = order["user_id"], order["order_id"]
    items = [item["item_id"] for item in order["items"]]
    some = chance.sample(items, chance.randint(1, len(items)))
    back = [name for name, one in methods.items() if name == _paid_by(order) or one["source"] == "gift_card"]
    if back:
        to = chance.choice(back)
        yield Action("orders.return_items", who, {"order_id": number, "item_ids": some, "payment_method_id": to})
    yield from _swapped(shop, "orders.exchange_items", order, methods, chance)


def _swapped(shop: TauShop, tool: str, order: Any, methods: Any, chance: Random) -> Iterator[Action]:
    """Some items for others of their product that can be had, none of which the order's customer gives back."""
    held = {item["item_id"] for item in order["items"]}
    pairs = []
    for item in order["items"]:
        variants = shop.world["products"][item["product_id"]]["variants"].values()
        others = [one for one in variants if one["available"] and one["item_id"] not in held]
        if others:
            pairs.append((item, chance.choice(others)))
    if not pairs or not methods:
        return
    taken = chance.sample(pairs, chance.randint(1, min(3, len(pairs))))
    costs = sum((new["price"] - old["price"] for old, new in taken), Decimal())
    payers = [name for name, method in methods.items() if _covers(method, costs)]
    if payers:
        yield Action(tool, order["user_id"], {
            "order_id": order["order_id"], "item_ids": [old["item_id"] for old, _ in taken],
            "new_item_ids": [new["item_id"] for _, new in taken], "payment_method_id": chance.choice(payers),
        })  # fmt: skip


def _covers(method: Any, amount: Decimal) -> bool:
    return bool(method["source"] != "gift_card" or method["balance"] >= amount)


def _paid_by(order: Any) -> str:
    return str(
        next(one for one in order["payment_history"] if one["transaction_type"] == "payment")["payment_method_id"]
    )


def _address(chance: Random) -> dict[str, str]:
    return {
        "address1": f"{chance.randint(1, 999)} Elm Street", "address2": chance.choice(["", "Suite 12"]),
        "city": "Austin", "state": "TX", "country": "USA", "zip": str(chance.randint(10000, 99999)),
    }  # fmt: skip


# what is wrong

Maker = Callable[[TauShop, Action, Random], Iterator[Action]]


def _with(action: Action, **changed: Any) -> Action:
    return replace(action, arguments={**action.arguments, **changed})


def _other_customer(shop: TauShop, action: Action, chance: Random) -> Iterator[Action]:
    """Somebody else asks for it; where something is paid, by a way of their own."""
    for _ in range(2):
        who = chance.choice([name for name in shop.users if name != action.customer])
        yield replace(action, customer=who)
        methods = [*shop.users[who]["payment_methods"]]
        if "payment_method_id" in action.arguments and methods:
            yield replace(_with(action, payment_method_id=chance.choice(methods)), customer=who)


def _status(shop: TauShop, action: Action, chance: Random) -> Iterator[Action]:
    """The order stands elsewhere."""
    if "order_id" not in action.arguments:
        return
    right = shop.orders[action.arguments["order_id"]]["status"]
    states = ["pending", "processed", "delivered", "cancelled", "pending (item modified)", "return requested"]
    yield replace(action, world={"status": chance.choice([one for one in states if one != right])})


def _again(shop: TauShop, action: Action, chance: Random) -> Iterator[Action]:
    """What can be done once is done a second time; the second time also where the shop's own status lags behind."""
    if action.tool in ("orders.change_items", "orders.exchange_items", "orders.return_items", "orders.cancel"):
        yield replace(action, done_before=(action,))
        right = shop.orders[action.arguments["order_id"]]["status"]
        yield replace(action, done_before=(action,), world={"status": right})


def _after_items(shop: TauShop, action: Action, chance: Random) -> Iterator[Action]:
    """Anything else on an order whose items were modified."""
    if action.tool != "orders.change_items":
        return
    number = action.arguments["order_id"]
    yield Action(
        "orders.cancel", action.customer, {"order_id": number, "reason": "no longer needed"}, done_before=(action,)
    )
    yield Action(
        "orders.change_address", action.customer, {"order_id": number, **_address(chance)}, done_before=(action,)
    )


def _foreign_payment(shop: TauShop, action: Action, chance: Random) -> Iterator[Action]:
    if "payment_method_id" in action.arguments:
        rich = [
            name for who, user in shop.users.items() if who != action.customer
            for name, method in user["payment_methods"].items() if _covers(method, Decimal(90))
        ]  # fmt: skip
        cards = [name for name in rich if name.startswith("gift_card")]
        yield _with(action, payment_method_id=chance.choice(cards if action.tool == "orders.return_items" else rich))
        yield _with(action, payment_method_id=f"credit_card_{chance.randint(10**6, 10**7)}x")


def _other_product(shop: TauShop, action: Action, chance: Random) -> Iterator[Action]:
    if "new_item_ids" not in action.arguments:
        return
    new = list(action.arguments["new_item_ids"])
    at = chance.randrange(len(new))
    product = next(p for p in shop.world["products"].values() if new[at] in p["variants"])
    others = [
        variant for p in shop.world["products"].values() if p is not product for variant in p["variants"].values()
        if variant["available"] and variant["price"] <= product["variants"][new[at]]["price"]
    ]  # fmt: skip
    if others:
        new[at] = chance.choice(others)["item_id"]
        yield _with(action, new_item_ids=new)
    if len({_product_of(shop, item) for item in action.arguments["item_ids"]}) > 1:
        yield _with(action, new_item_ids=action.arguments["new_item_ids"][::-1])  # each in another one's place
    yield _with(
        action, new_item_ids=[*action.arguments["new_item_ids"], chance.choice(others or [{"item_id": "1"}])["item_id"]]
    )


def _product_of(shop: TauShop, item_id: str) -> str:
    return str(next(p["product_id"] for p in shop.world["products"].values() if item_id in p["variants"]))


def _unavailable(shop: TauShop, action: Action, chance: Random) -> Iterator[Action]:
    for at, new in enumerate(action.arguments.get("new_item_ids", ())):
        variants = shop.world["products"][_product_of(shop, new)]["variants"]
        gone = [v for v in variants.values() if not v["available"] and v["price"] <= variants[new]["price"]]
        if gone:
            names = list(action.arguments["new_item_ids"])
            names[at] = chance.choice(gone)["item_id"]
            yield _with(action, new_item_ids=names)
            return


def _not_ordered(shop: TauShop, action: Action, chance: Random) -> Iterator[Action]:
    """An item that the order does not hold, or one more often than it does."""
    if "item_ids" not in action.arguments:
        return
    old, more = list(action.arguments["item_ids"]), {}
    if "new_item_ids" in action.arguments:
        more = {"new_item_ids": [*action.arguments["new_item_ids"], action.arguments["new_item_ids"][0]]}
    held = [item["item_id"] for item in shop.orders[action.arguments["order_id"]]["items"]]
    if held.count(old[0]) == old.count(old[0]):
        yield _with(action, item_ids=[*old, old[0]], **more)
    product = shop.world["products"][_product_of(shop, old[0])]["variants"].values()
    like = [v["item_id"] for v in product if v["item_id"] not in held]
    if like:
        yield _with(action, item_ids=[chance.choice(like), *old[1:]])


def _nothing(shop: TauShop, action: Action, chance: Random) -> Iterator[Action]:
    if "item_ids" in action.arguments:
        yield _with(action, item_ids=[], **({"new_item_ids": []} if "new_item_ids" in action.arguments else {}))


def _too_much(shop: TauShop, action: Action, chance: Random) -> Iterator[Action]:
    """A gift card of the customer's that does not hold what it would have to pay."""
    methods = shop.users[action.customer]["payment_methods"]
    cards = [name for name, method in methods.items() if method["source"] == "gift_card"]
    if not cards or "payment_method_id" not in action.arguments or action.tool == "orders.return_items":
        return
    order = shop.orders[action.arguments["order_id"]]
    if action.tool == "orders.change_payment":
        cost = sum((item["price"] for item in order["items"]), Decimal())
        cards = [name for name in cards if name != _paid_by(order)]
    else:
        paid = {item["item_id"]: item["price"] for item in order["items"]}
        new = [
            shop.do("get_items", {"item_ids": [one]})["items"][0]["price"] for one in action.arguments["new_item_ids"]
        ]
        cost = sum(new, Decimal()) - sum((paid[one] for one in action.arguments["item_ids"]), Decimal())
    if cards and cost > 0:
        for short in (Decimal("0.01"), cost):
            balance = max(Decimal(), cost - short)
            yield replace(_with(action, payment_method_id=cards[0]), world={"balance": (cards[0], balance)})


def _reason(shop: TauShop, action: Action, chance: Random) -> Iterator[Action]:
    if action.tool == "orders.cancel":
        reasons = [
            "found it cheaper",
            "No longer needed",
            "no longer needed ",
            "",
            "ordered by mistake; approved by a lead",
        ]
        for reason in chance.sample(reasons, 2):
            yield _with(action, reason=reason)


def _refund_elsewhere(shop: TauShop, action: Action, chance: Random) -> Iterator[Action]:
    """Back to another way of the customer's, which is no gift card."""
    if action.tool == "orders.return_items":
        paid = _paid_by(shop.orders[action.arguments["order_id"]])
        for name, method in shop.users[action.customer]["payment_methods"].items():
            if name != paid and method["source"] != "gift_card":
                yield _with(action, payment_method_id=name)


def _same_payment(shop: TauShop, action: Action, chance: Random) -> Iterator[Action]:
    if action.tool == "orders.change_payment":
        paid = _paid_by(shop.orders[action.arguments["order_id"]])
        yield replace(_with(action, payment_method_id=paid), world={"balance": (paid, Decimal(10_000))})


def _same_item(shop: TauShop, action: Action, chance: Random) -> Iterator[Action]:
    if action.tool == "orders.change_items":
        same = action.arguments["item_ids"]
        if all(shop.do("get_items", {"item_ids": [one]})["items"][0]["available"] for one in same):
            yield _with(action, new_item_ids=list(same))


def _other_profile(shop: TauShop, action: Action, chance: Random) -> Iterator[Action]:
    if action.tool == "customers.change_address":
        for name in chance.sample([name for name in shop.users if name != action.customer], 2):
            yield _with(action, customer_id=name)


def _no_identity(shop: TauShop, action: Action, chance: Random) -> Iterator[Action]:
    yield replace(action, identity="none")


def _no_confirmation(shop: TauShop, action: Action, chance: Random) -> Iterator[Action]:
    for consent in chance.sample(["none", "no", "bystander", "before", "other"], 2):
        yield replace(action, consent=consent)


def _made_up(shop: TauShop, action: Action, chance: Random) -> Iterator[Action]:
    """Ids that nobody has, look alike, or are no ids."""
    if "order_id" in action.arguments:
        number = str(action.arguments["order_id"])
        wide = "".join(chr(ord(c) + 0xFEE0) if c.isdigit() else c for c in number)
        choices = [
            number.lower(),
            number[1:],
            f"{number} ",
            wide,
            f"{number}' OR '1'='1",
            "{{ order.customer_id }}",
            "../" + number,
        ]
        for made in chance.sample(choices, 2):
            yield _with(action, order_id=made)


KINDS: Final[Mapping[str, tuple[str, Maker]]] = {
    "another customer's order": ("must deny any requests for tasks related to any other user", _other_customer),
    "an order in another state": ("you can only take action on pending or delivered orders", _status),
    "a second time": ("Exchange or modify order tools can only be called once", _again),
    "after its items were modified": ("the agent will not be able to modify or cancel the order anymore", _after_items),
    "a payment method that is not the customer's": ("or an existing gift card", _foreign_payment),
    "an item of another product": ("There cannot be any change of product types", _other_product),
    "an item that cannot be had": ("to an available new item of the same product", _unavailable),
    "an item that was not ordered": ("each item can be modified to an available new item", _not_ordered),
    "no items": ("the list of items to be returned", _nothing),
    "more than a gift card holds": ("must have enough balance", _too_much),
    "a reason that is not allowed": ("either 'no longer needed' or 'ordered by mistake'", _reason),
    "a refund to another way to pay": ("The refund must either go to the original payment method", _refund_elsewhere),
    "the payment method that it has": ("a single payment method different from the original", _same_payment),
    "the item that it is": ("but of different product option", _same_item),
    "another customer's profile": ("must deny any requests for tasks related to any other user", _other_profile),
    "no identity": ("you have to authenticate the user identity", _no_identity),
    "no confirmation": ("obtain explicit user confirmation (yes) to proceed", _no_confirmation),
    "an id that is none": ("You should not make up any information", _made_up),
}  # fmt: skip
"""kind -> the sentence of policy.md that it breaks, and what makes a right action wrong in this way"""


def wrong_actions(
    shop: TauShop, chance: Random, *, each: int, without: Callable[[Action], bool] = lambda _: False,
    kinds: Mapping[str, tuple[str, Maker]] = KINDS,
) -> Iterator[Wrong]:  # fmt: skip
    """At most `each` of every kind, from right actions all over the data, `without` some."""
    left = dict.fromkeys(kinds, each)
    for action in right_actions(shop, chance):
        for kind, (sentence, make) in kinds.items():
            if left[kind] > 0 and (each < 20 or chance.random() < 0.5):
                for made in make(shop, action, chance):
                    if left[kind] > 0 and not without(made):
                        left[kind] -= 1
                        yield Wrong(kind, sentence, made)
        if not any(left.values()):
            return
