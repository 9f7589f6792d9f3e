"""What the customer and the model of a task say, made of its actions: the scripts of whole tickets."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from engine.models.base import Answer, Call, Capabilities, Job, Request
from engine.models.local import LocalModel
from tests.tau.shop import WRITES, TauShop, tasks

__all__ = ["CASE", "FORBIDDEN", "Forbidden", "Scripts", "Task", "Turns", "customer_of", "load", "right_writes"]

CASE: Final = re.compile(r"case (\d{3})")
Turns = Sequence[Sequence[tuple[str, Mapping[str, Any]]]]
"""What a model asks for, turn by turn: tools and arguments, in the words of tests/tau/project."""

_TOOLS: Final[Mapping[str, str]] = {
    "get_order_details": "orders.get", "get_user_details": "customers.get", "get_product_details": "products.get",
    "list_all_product_types": "products.list", "cancel_pending_order": "orders.cancel",
    "modify_pending_order_address": "orders.change_address", "modify_pending_order_payment": "orders.change_payment",
    "modify_pending_order_items": "orders.change_items", "return_delivered_order_items": "orders.return_items",
    "exchange_delivered_order_items": "orders.exchange_items", "modify_user_address": "customers.change_address",
    "transfer_to_human_agents": "hand_over",
}  # fmt: skip
"""Names in tasks.json -> the tools. What is not here is no call of the shop: `calculate` is arithmetic, and
`find_user_id_...` is the flow's own `verify`."""
_SHOP: Final = {name: name for name in WRITES} | {"modify_user_address": "modify_customer_address"}


@dataclass(frozen=True, slots=True)
class Forbidden:
    """An action of tasks.json that policy.md forbids: the sentence, and the line of the project that says it."""

    action: int
    sentence: str
    line: str


FORBIDDEN: Final[Mapping[int, Forbidden]] = {
    12: Forbidden(0, "The refund must either go to the original payment method, or an existing gift card.",
                  "method.source == 'gift_card' or payment_method_id in "
                  "(order.payment_history | where('transaction_type', 'payment')).payment_method_id"),
    13: Forbidden(0, "The refund must either go to the original payment method, or an existing gift card.",
                  "method.source == 'gift_card' or payment_method_id in "
                  "(order.payment_history | where('transaction_type', 'payment')).payment_method_id"),
    64: Forbidden(0, "An order can only be exchanged if its status is 'delivered'", "order.status == 'delivered'"),
    106: Forbidden(0, "If the user provides a gift card, it must have enough balance to cover the price difference.",
                   "method.source != 'gift_card' or method.balance >= (new.items.price | sum) - "
                   "((order.items | pick('item_id', item_ids)).price | sum)"),
}  # fmt: skip
"""Four of the 178 writes of tasks.json are tries that the policy forbids (in 13 and 64 the next action is what is done
instead): task -> which of its writes. Found by reading; held by the tests, which see the very line refuse."""


@dataclass(slots=True)
class Task:
    """One task: who it is, and what is done for them."""

    number: int
    customer: str
    email: str
    facts: Mapping[str, str]
    """First name, last name and zip code, as the customer gives them."""
    turns: list[list[tuple[str, dict[str, Any]]]] = field(default_factory=list)
    writes: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    """Actions of the shop, in order, those that are forbidden too."""

    @property
    def right(self) -> list[tuple[str, dict[str, Any]]]:
        """The writes that the policy allows."""
        forbidden = FORBIDDEN.get(self.number)
        return [one for at, one in enumerate(self.writes) if forbidden is None or at != forbidden.action]

    @property
    def handed_over(self) -> bool:
        """Whether it ends with a person."""
        return any(tool == "hand_over" for turn in self.turns for tool, _ in turn)


def customer_of(shop: TauShop, task: Mapping[str, Any]) -> str:
    """Whose ticket it is: who the identity belongs to that is given, else the task's own user."""
    for action in task["actions"]:
        if action["name"] == "find_user_id_by_name_zip":
            try:
                return str(shop.do("find_customer_by_name", action["kwargs"])["id"])
            except LookupError:
                continue
    return str(task["user_id"])


def load(shop: TauShop) -> list[Task]:
    """All 115."""
    return [_task(shop, number, task) for number, task in enumerate(tasks())]


def _task(shop: TauShop, number: int, task: Mapping[str, Any]) -> Task:
    customer = customer_of(shop, task)
    user = shop.users[customer]
    by_email = any(
        action["name"] == "find_user_id_by_email" and action["kwargs"]["email"].casefold() == user["email"].casefold()
        for action in task["actions"]
    )
    email = user["email"] if by_email else f"writer-{number}@mail.example"
    made = Task(number, customer, email, {
        "first_name": user["name"]["first_name"], "last_name": user["name"]["last_name"],
        "zip": user["address"]["zip"],
    })  # fmt: skip
    reads: list[tuple[str, dict[str, Any]]] = []
    for action in task["actions"]:
        tool = _TOOLS.get(action["name"])
        if tool is None:
            continue
        arguments = {"customer_id" if name == "user_id" else name: value for name, value in action["kwargs"].items()}
        if action["name"] in _SHOP:
            made.writes.append((_SHOP[action["name"]], arguments))
        if tool in ("orders.get", "customers.get", "products.get", "products.list"):
            reads.append((tool, arguments))
            continue
        made.turns += [reads] if reads else []
        made.turns.append([(tool, {} if tool == "hand_over" else arguments)])
        reads = []
    made.turns += [reads] if reads else []
    if not made.handed_over:
        made.turns.append([("finish", {"done": True})])
    return made


def right_writes(found: Sequence[Task]) -> TauShop:
    """The shop after all that is right, applied directly."""
    shop = TauShop()
    for task in found:
        for action, arguments in task.right:
            shop.do(action, arguments)
    return shop


class Scripts:
    """One model for all tickets: it knows a ticket by the number in its first message, and has no state of its own, so
    that a repeated or replayed request gets the same answer."""

    def __init__(self, turns: Mapping[int, Turns], facts: Mapping[int, Mapping[str, str]]) -> None:
        self.turns = turns
        self.facts = facts
        self.name = "scripts"
        self.capabilities = Capabilities(tools=True, schema=True, free=True)
        self.asked: list[Request] = []
        self._local = LocalModel()

    async def answer(self, request: Request) -> Answer:
        """WORK by the script, EXTRACT from what the customer is known to give; a route is always the one flow."""
        match request.job:
            case Job.WORK:
                self.asked.append(request)
                return self._work(request)
            case Job.EXTRACT:
                given = self.facts.get(_case(request), {})
                found = {one.name: given[one.name] for one in request.fields if one.name in given}
                return Answer(data=found, per_field=dict.fromkeys(found, 0.99), confidence=0.99)
            case Job.CLASSIFY if any(choice.name == "orders" for choice in request.choices):
                return Answer(data={"choice": "orders", "scores": {"orders": 0.99}}, confidence=0.99)
        return await self._local.answer(request)

    def told(self, number: int) -> list[Any]:
        """What the model of a ticket was told of its calls, in order, those of its last turn aside."""
        turns = max((one.turns for one in self.asked if _case(one) == number), key=len, default=())
        return [turn.results.get(call.id) for turn in turns for call in turn.calls]

    def refusals(self, number: int) -> list[str]:
        """The lines that refused a call of the ticket."""
        return [told["because"] for told in self.told(number) if told and told.get("not_done") == "refused"]

    def _work(self, request: Request) -> Answer:
        script = self.turns[_case(request)]
        at = len(request.turns)
        asked = script[at] if at < len(script) else [("hand_over", {})]
        calls = tuple(Call(f"{at}-{number}", tool, arguments) for number, (tool, arguments) in enumerate(asked))
        return Answer(calls=calls)


def _case(request: Request) -> int:
    found = CASE.search(request.messages[0].text) if request.messages else None
    return int(found[1]) if found else -1
