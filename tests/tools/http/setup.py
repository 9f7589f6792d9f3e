"""A tool over HTTP, as much of it as a test says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from engine.network import Network
from engine.plan import ToolContract
from engine.tools.base import (
    Result,
    Surroundings,
    Tool,
    ToolDefinition,
)
from engine.tools.registry import tool
from tests.tools.server import answer

HERE = Surroundings(network=Network(["127.0.0.1"]))
SECRETS = {"SHOP_TOKEN": "s3cr3t-canary-token", "SHOP_URL": ""}
URL = ["text", ["dot", ["name", "secret"], "SHOP_URL"], ["lit", "/orders/"], ["name", "order_id"]]
BINDING = {
    "method": "GET", "url": URL,
    "headers": {"Authorization": ["text", ["lit", "Bearer "], ["dot", ["name", "secret"], "SHOP_TOKEN"]]},
    "retry": {"backoff": 0.01},
}  # fmt: skip
TEXT = {"type": "object", "properties": {"order_id": {"type": "string"}}, "required": ["order_id"]}
ORDER = {
    "type": "object", "required": ["id", "total"],
    "properties": {
        "id": {"type": "string"}, "currency": {"type": "string"},
        "total": {"type": "integer", "money": {"currency": "currency", "minor": True}},
    },
}  # fmt: skip
FINE = answer('{"id": "4821", "total": 5990, "currency": "EUR"}')


@dataclass
class Setup:
    """A tool, as much of it as a test says."""

    effect: str = "read"
    input: Mapping[str, Any] = field(default_factory=lambda: TEXT)
    output: Mapping[str, Any] = field(default_factory=lambda: ORDER)
    errors: Mapping[str, Any] = field(default_factory=dict)
    idempotency: Mapping[str, Any] = field(default_factory=dict)
    timeout: float = 5.0  # a contract has whole seconds; a test has not the time
    more: Mapping[str, Any] = field(default_factory=dict)

    async def call(self, url: str, *, key: str | None = None, **arguments: Any) -> Result:
        contract = ToolContract(
            "orders.get", self.effect, self.input, self.output, errors=self.errors, idempotency=self.idempotency,
            timeout=cast("int", self.timeout),
        )  # fmt: skip
        made = tool(ToolDefinition(contract, "http", {**BINDING, **self.more}), HERE)
        assert isinstance(made, Tool)
        return await made.call(
            contract, arguments or {"order_id": "4821"}, secrets={**SECRETS, "SHOP_URL": url}, key=key
        )


WRITE = {
    "type": "object",
    "properties": {
        "order_id": {"type": "string"}, "note": {"type": "string"},
        "amount": {"type": "integer", "money": {"currency": "EUR", "minor": True}},
    },
}  # fmt: skip
REFUND = {
    "method": "POST", "url": ["text", ["dot", ["name", "secret"], "SHOP_URL"], ["lit", "/refunds"]],
    "json": {"map": {
        "order": {"tree": ["name", "order_id"]}, "amount": {"tree": ["name", "amount"]},
        "note": {"tree": ["name", "note"]}, "fixed": {"list": [{"tree": ["num", "1.50"]}, {"tree": ["lit", True]}]},
    }},
}  # fmt: skip


def refund(**more: Any) -> Setup:
    return Setup(effect="irreversible", input=WRITE, output={"type": "object"}, more=REFUND, **more)
