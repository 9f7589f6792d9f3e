"""One call on its way through the real gates, without a ticket's whole way there.

The engine's own activities `propose` and `call` over a real store, with the tools' real HTTP, in the environment that
Temporal gives for tests of activities. The ticket's beginning (who was verified, what was asked and answered) is
written through the store's own methods. What stands in for nothing here is a gate: they are what is looked at.
"""

import copy
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

from temporalio.api.common.v1 import Payload
from temporalio.common import RawValue
from temporalio.converter import PayloadConverter
from temporalio.testing import ActivityEnvironment

from engine.expressions.values import encode
from engine.models.local import LocalModel
from engine.plan import Plan, revision
from engine.runtime.activities import ToolCalls
from engine.runtime.activities.desk import Desk
from engine.runtime.activities.reading import Reader
from engine.runtime.activities.writing import Writer
from engine.runtime.context import Context
from engine.runtime.input import Result, Work
from engine.runtime.projects import LoadedProject
from engine.store import Arrival, Began, Store
from engine.testing.zendesk import ZendeskStandIn
from tests.runtime.bench import NoArticles
from tests.tau.shop import TOKEN, TauShop
from tests.tau.world import PROJECT
from tests.tau.wrong import Action

__all__ = ["SHOP_ACTIONS", "Gates", "Judged", "kept", "set_up"]

HUB = "outcome"
_MINUTE = timedelta(minutes=1)
SHOP_ACTIONS = {
    "orders.cancel": "cancel_pending_order", "orders.change_address": "modify_pending_order_address",
    "orders.change_payment": "modify_pending_order_payment", "orders.change_items": "modify_pending_order_items",
    "orders.return_items": "return_delivered_order_items", "orders.exchange_items": "exchange_delivered_order_items",
    "customers.change_address": "modify_customer_address",
}  # fmt: skip
"""Tools of the project -> what the shop calls it."""


@dataclass(slots=True)
class Judged:
    """What came of one action."""

    action: Action
    proposed: Result
    called: Result | None
    writes: int
    """Writes that reached the shop."""

    @property
    def done(self) -> bool:
        return self.writes > 0

    @property
    def by(self) -> str:
        """Which gate stopped it."""
        if self.proposed.because.startswith("argument:"):
            return "input"
        failed = self.proposed.data.get("failed")
        if failed:
            return str(failed[0])
        return str(self.called.because or self.called.outcome) if self.called else self.proposed.outcome


class Gates:
    """A store, a shop and the engine's activities."""

    def __init__(self, folder: Path) -> None:
        self.project = LoadedProject(PROJECT)
        self.store = Store.open(f"sqlite:///{folder / 'store.db'}")
        self.project.activate(self.store)
        self.shop = TauShop()
        self.plan: Plan = self.project.plans["orders"]
        self.revision = revision(self.plan.flow, self.plan.body())
        self._tickets = 0
        self._done: set[tuple[str, str | None]] = set()

    def __enter__(self) -> Self:
        self.shop.serve()
        self.desk = ZendeskStandIn.start(token="desk-token", secret="hook-secret")
        secrets = {
            "SHOP_URL": self.shop.url, "SHOP_TOKEN": TOKEN, "ZENDESK_URL": self.desk.url, "ZENDESK_USER": "a",
            "ZENDESK_TOKEN": "desk-token", "ZENDESK_WEBHOOK_SECRET": "hook-secret",
        }  # fmt: skip
        model = LocalModel()
        context = Context(
            store=self.store, projects=self.project, channels=self.project.channels(secrets, self.store),
            model=lambda plan, job: model, library=NoArticles(), guard=lambda plan: None, secrets=secrets,  # type: ignore[arg-type,return-value]
        )  # fmt: skip
        desk = Desk(context)
        self.reader = Reader(desk)
        self.writer = Writer(desk, self.reader)
        self.calls = ToolCalls(self.reader, self.writer)
        return self

    def __exit__(self, *_: object) -> None:
        self.store.close()
        self.desk.stop()
        self.shop.stop()

    async def judge(self, action: Action) -> Judged:
        """Proposes and calls it as a hostile history would: whatever `propose` said, the call is tried as well; where a
        line of `only_if` failed without a yes, which that comes before. The shop is as it was afterwards; what was done
        in it is counted."""
        with kept(self.shop, action):
            for earlier in action.done_before:
                if self.used_up(earlier):  # by an earlier case; the shop has forgotten, the ledger has not
                    self.shop.do(SHOP_ACTIONS[earlier.tool], earlier.arguments)
                else:
                    assert (await self._one(earlier)).done, f"not done first: {earlier}"
            set_up(self.shop, action)
            return await self._one(action)

    def used_up(self, action: Action) -> bool:
        """Whether the engine has done it on this order already: then a limit may stop it, and hide what else would."""
        return (action.tool, action.arguments.get("order_id")) in self._done

    def counted(self, action: Action) -> bool:
        """Whether a limit would stop it for an earlier case's sake: what stops it by itself would not be seen."""
        return not action.done_before and self.used_up(action)

    async def _one(self, action: Action) -> Judged:
        work = self._ticket(action)
        before = len(self.shop.writes)
        node = f"{HUB}/{action.tool}"
        proposed = await self._run("propose", self.writer.propose, replace(work, node=node))
        intent = str(proposed.data.get("intent", ""))
        called = None
        if intent:
            cursor = 1 if (proposed.data["failed"] or [""])[0] == "only_if" else self._answered(intent, action)
            last = replace(work, node=f"{node}/call", cursor=cursor, data={"intent": intent})
            called = await self._run(action.tool, self.calls.tool, last)
        writes = len(self.shop.writes) - before
        if writes:
            self._done.add((action.tool, action.arguments.get("order_id")))
        return Judged(action, proposed, called, writes)

    async def _run(self, name: str, activity: Any, work: Work) -> Result:
        env = ActivityEnvironment()
        env.info = replace(env.info, activity_type=name)
        given: Any = work
        if activity == self.calls.tool:
            payload: Payload = PayloadConverter.default.to_payload(work)
            given = [RawValue(payload)]
        found: Result = await env.run(activity, given)
        return found

    def _customer(self, action: Action) -> Mapping[str, Any]:
        return dict(self.shop.do("get_customer", {"customer_id": action.customer}))

    # the ticket's beginning

    def _ticket(self, action: Action) -> Work:
        """A ticket on which the customer was proved, and a model has asked for the call."""
        self._tickets += 1
        number = str(self._tickets)
        self._say(number, "first", "I want something.", "ana")
        row = self.store.tickets.find("zendesk", number)
        assert row is not None
        self.store.tickets.update(row.id, revision=self.revision, flow=self.plan.flow)
        if action.identity == "proved":
            known = self._typed_customer(action)
            value = self.store.values.put(row.id, row.epoch, "customer", encode(known))
            until = self.store.now() + timedelta(days=1)
            assert self.store.tickets.verify(row.id, "ana", "customers.by_name", until, value)
        asked = self.store.values.put(row.id, row.epoch, f"{HUB}/call", encode(dict(action.arguments)))
        return Work(ticket_id=row.id, epoch=row.epoch, revision=self.revision, iteration="1", cursor=1,
                    refs={f"{HUB}/call": asked})  # fmt: skip

    def _typed_customer(self, action: Action) -> Any:
        """What `verify` would have bound: the tool's answer, typed by its schema."""
        from engine.tools.typed import typed

        return typed(self._customer(action), self.plan.tools["customers.by_name"].output)

    def _say(self, number: str, name: str, text: str, author: str) -> int:
        """A message of a customer's; its number in the ticket."""
        made = self.store.messages.ingest(
            "zendesk", number,
            [Arrival(content_id=f"{number}-{name}", author_id=author, text=text, platform_time=self.store.now())],
            subject="Orders", requester={"id": "ana"}, owner="support", sla=timedelta(minutes=15),
        )  # fmt: skip
        row = self.store.tickets.get(made.ticket_id)
        return int(row.last_seq)

    def _answered(self, intent_id: str, action: Action) -> int:
        """The question for consent and its answer; how far the ticket has heard afterwards."""
        intent = self.store.intents.get(intent_id)
        ticket = self.store.tickets.get(intent.ticket_id)
        if action.consent == "none" or intent.state != "reserved":
            return int(ticket.last_seq)
        number = str(ticket.external_id)
        early = self._say(number, "early", "Yes", "ana") if action.consent == "before" else 0
        question = self._asked(ticket)
        version = intent.version
        consent = self.store.consents.open(intent_id, version, question, self.store.now() + timedelta(days=1))
        author = "bo" if action.consent == "bystander" else "ana"
        seq = early or self._say(number, "answer", "Yes", author)
        self.store.consents.decide(consent.id, given=action.consent != "no", author_id=author, message_seq=seq)
        if action.consent == "other":  # the arguments change after the yes
            self.store.intents.void(ticket.id, ticket.epoch)
        return int(self.store.tickets.get(ticket.id).last_seq)

    def _asked(self, ticket: Any) -> str:
        """A question that was sent just now."""
        row = self.store.outbound.propose(
            ticket.id, ticket.epoch, "orders/confirm", "1", "reply", {"text": "Shall I?"}, {"set": "customer"}
        )
        token = self.store.outbound.hold(row.id)
        assert token is not None
        assert isinstance(self.store.outbound.begin(row.id, token, deadline=_MINUTE), Began)
        assert self.store.outbound.settle(row.id, token, "sent", external_id=row.id, platform_time=self.store.now())
        return row.id

    # the shop


@contextmanager
def kept(shop: TauShop, action: Action) -> Iterator[None]:
    """Puts back what an action may change: orders and people that it names."""
    world, given = shop.world, action.arguments
    names = {action.customer, given.get("customer_id")} | {
        who for who, user in world["users"].items() if given.get("payment_method_id") in user["payment_methods"]
    }  # fmt: skip
    orders = {one.arguments.get("order_id") for one in (action, *action.done_before)}
    rows = [("orders", name, copy.deepcopy(world["orders"][name])) for name in orders if name in world["orders"]]
    rows += [("users", name, copy.deepcopy(world["users"][name])) for name in names if name in world["users"]]
    try:
        yield
    finally:
        for table, name, row in rows:
            world[table][name] = row


def set_up(shop: TauShop, action: Action) -> None:
    """What is so in the shop before the action."""
    if "status" in action.world:
        shop.world["orders"][action.arguments["order_id"]]["status"] = action.world["status"]
    if "balance" in action.world:
        name, balance = action.world["balance"]
        for user in shop.world["users"].values():
            if name in user["payment_methods"]:
                user["payment_methods"][name]["balance"] = balance
