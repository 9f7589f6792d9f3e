"""What the functions of `python:` tools may import: this module is public, and stays as it is.

    from engine.calls import Call, CallError

    async def refund(order_id: str, amount: int, *, call: Call) -> dict[str, object]:
        if await already_refunded(order_id):
            raise CallError("already_refunded")
        return await pay_back(order_id, amount, key=call.key, token=call.secrets["SHOP_TOKEN"])

A function takes the arguments of its tool by name, in the form that the tool's `input` gives them (cents where it says
`minor: true`, ISO 8601 text for dates), and, if it has a parameter `call`, a `Call`. It gives what the tool's `output`
describes: JSON, with Decimal, date and datetime allowed in it.

An exception of a write other than these two leaves open whether it happened: then a person decides, unless the tool
declares how to find out.

FunctionError
 +-- CallError   an error that the tool's file declares, by its name
 +-- Unsent      certainly nothing was done: trying again may help
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["Call", "CallError", "FunctionError", "Unsent"]


class FunctionError(Exception):
    """Base of what a function raises on purpose."""


class CallError(FunctionError):
    """An error of the tool's file. `not_done` there, not here, says whether it proves that nothing was done."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Unsent(FunctionError):
    """Certainly nothing was done yet, such as where no connection was to be had."""


@dataclass(frozen=True, slots=True)
class Call:
    """What a function is told beside its arguments."""

    tool: str
    """Its name, such as `payments.refund`."""
    effect: str
    """`read`, `write` or `irreversible`."""
    key: str | None = field(repr=False)
    """The idempotency key of the write: the same for every try of it. None for a read, and without `idempotency`."""
    secrets: Mapping[str, str] = field(repr=False)
    """Those of the worker's environment that the tool's file names under `secrets`."""
    deadline: float
    """`time.monotonic()` after which nobody waits any more, and a write counts as unknown."""

    @property
    def left(self) -> float:
        """Seconds that are left, at least 0. A write must not begin anything that could end later."""
        return max(self.deadline - time.monotonic(), 0.0)
