"""What the interpreter does for each kind of node. Workflow code."""

from collections.abc import Awaitable, Callable, Mapping

from engine.plan import Node
from engine.runtime.run import (
    agent,
    ask,
    branch,
    close,
    escalate,
    judge,
    loop,
    parallel,
    reply,
    search,
    start,
    tool,
    transfer,
    use,
    verify,
    wait,
)
from engine.runtime.run import set as set_
from engine.runtime.run.ticket import Ticket

__all__ = ["RUN"]

RUN: Mapping[str, Callable[[Ticket, Node], Awaitable[str]]] = {
    "agent": agent.run,
    "ask": ask.run,
    "branch": branch.run,
    "call": tool.run_call,
    "close": close.run,
    "each": loop.run_each,
    "escalate": escalate.run,
    "gate": tool.run_gate,
    "give": use.run_give,
    "join": parallel.run_join,
    "judge": judge.run,
    "next": loop.run_next,
    "parallel": parallel.run,
    "propose": tool.run_propose,
    "read": tool.run_read,
    "repeat": loop.run_repeat,
    "reply": reply.run,
    "search": search.run,
    "set": set_.run,
    "start": start.run,
    "switch": branch.run_switch,
    "transfer": transfer.run,
    "until": loop.run_until,
    "use": use.run,
    "verify": verify.run,
    "wait": wait.run,
}
