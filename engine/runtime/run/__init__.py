"""What the interpreter does for each kind of node. Workflow code."""

from collections.abc import Awaitable, Callable, Mapping

from engine.plan import Node
from engine.runtime.run import ask, branch, close, escalate, reply, search, tool, transfer, verify, wait
from engine.runtime.run import set as set_
from engine.runtime.run.ticket import Ticket

__all__ = ["RUN"]

RUN: Mapping[str, Callable[[Ticket, Node], Awaitable[str]]] = {
    "ask": ask.run,
    "branch": branch.run,
    "call": tool.run_call,
    "close": close.run,
    "escalate": escalate.run,
    "gate": tool.run_gate,
    "propose": tool.run_propose,
    "read": tool.run_read,
    "reply": reply.run,
    "search": search.run,
    "set": set_.run,
    "transfer": transfer.run,
    "verify": verify.run,
    "wait": wait.run,
}
