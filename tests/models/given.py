"""Requests and models that the tests of hosted models share."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from engine.models.base import (
    Capabilities,
    Choice,
    Field,
    Image,
    Job,
    Message,
    Option,
    Passage,
    Request,
    Tool,
    Turn,
)
from engine.models.hosted import HostedModel, Spec
from engine.models.registry import PROVIDERS

CANARY = "Kanarienvogel-4711"
KEY = "sk-canary-key"
PNG = bytes.fromhex("89504e470d0a1a0a")
CLASSIFY = Request(
    Job.CLASSIFY, (Message("customer", f"I want my money back, {CANARY}"),), instruction="What is it?",
    choices=(Choice("refund", "Money back", ("Give me my money",)), Choice("faq", "Else")), facts={"order": CANARY},
)  # fmt: skip
EXTRACT = Request(
    Job.EXTRACT, (Message("engine", "Which order?"), Message("customer", f"Order 4821, {CANARY}, please.")),
    fields=(Field("order"), Field("which", kind="one_of", options=(Option("a lamp", "L"), Option("a chair", "C")))),
    asked="order",
)  # fmt: skip
ANSWER = Request(
    Job.ANSWER, (Message("customer", f"May I send it back? {CANARY}", images=(Image("image/png", PNG),)),),
    instruction="Answer kindly.", passages=(Passage(id="p1", text="Within 30 days.", title="Returns"),), language="en",
)  # fmt: skip
TOOLS = (
    Tool("orders.get", "Gives an order.",
         {"type": "object", "properties": {"order_id": {"type": "string"}}, "required": ["order_id"]}),
    Tool("finish", "Ends.", {"type": "object", "properties": {}, "additionalProperties": False}),
)  # fmt: skip
WORK = Request(Job.WORK, (Message("customer", CANARY),), instruction="Help.", tools=TOOLS)
JOBS = {one.job: one for one in (CLASSIFY, EXTRACT, ANSWER, WORK)}
GOOD: dict[Job, dict[str, Any]] = {
    Job.CLASSIFY: {"choice": "refund", "confidence": 0.9},
    Job.EXTRACT: {
        "order": {"value": "4821", "quote": "Order 4821", "confidence": 0.95},
        "which": None,
    },
    Job.ANSWER: {"answer": "Yes, within 30 days.", "citations": ["p1"], "supported": True, "confidence": 0.8},
}


def hosted(provider: str, url: str, *, model: str = "m-1", **more: Any) -> HostedModel:
    """A model of this provider behind an address."""
    can = Capabilities(vision=True, tools=True, schema=True)
    spec = Spec(name="mine", provider=provider, model=model, base_url=url, api_key=KEY, capabilities=can, seconds=20)
    return HostedModel(replace(spec, **more), PROVIDERS[provider])


def worked(request: Request, *turns: Turn) -> Request:
    """With turns."""
    return replace(request, turns=turns)


def chain_of(error: BaseException | None) -> Iterator[BaseException]:
    """An exception with all that it drags along."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
