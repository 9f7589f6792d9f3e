"""`each` and `repeat`: how far a loop is stands in `Ticket.loops`, so that it outlives a run."""

from engine.plan import Node
from engine.runtime.input import Result
from engine.runtime.run.branch import holds
from engine.runtime.run.ticket import Ticket

__all__ = ["run_each", "run_next", "run_repeat", "run_until"]


async def run_each(ticket: Ticket, node: Node) -> str:
    """Takes the list as it is now, and its first element."""
    return _taken(ticket, node, node.id, 0, await ticket.act("each", node))


async def run_next(ticket: Ticket, node: Node) -> str:
    """Keeps what this round gives, and takes the next element."""
    name = node.data["of"]
    loop = ticket.loops[name]
    done = await ticket.act("each.next", node, data={"list": loop["list"], "given": loop["given"], "at": loop["at"]})
    for local in node.data["local"]:
        ticket.bind(local, None)
    return _taken(ticket, node, name, loop["at"] + 1, done)


def _taken(ticket: Ticket, node: Node, name: str, at: int, done: Result) -> str:
    ticket.bind(node.data["item"], done.value if done.outcome == "next" else None)
    if done.outcome == "next":
        ticket.loops[name] = {"at": at, "list": done.data["list"], "given": done.data["given"]}
    else:
        ticket.loops.pop(name, None)
        ticket.bind(node.binds, done.value)
    return done.outcome


async def run_repeat(ticket: Ticket, node: Node) -> str:
    """The first round."""
    ticket.loops[node.id] = {"at": 1}
    return "next"


async def run_until(ticket: Ticket, node: Node) -> str:
    """Whether that was enough; if not, another round, or `exhausted`."""
    name = node.data["of"]
    if node.data.get("where") == "activity":
        enough = (await ticket.act("if", node)).outcome == "yes"
    else:
        enough = holds(ticket, node.data["test"])
    loop = ticket.loops.setdefault(name, {"at": 1})
    if not enough and loop["at"] < node.data["most"]:
        loop["at"] += 1
        return "next"
    ticket.loops.pop(name)
    return "done" if enough else "exhausted"
