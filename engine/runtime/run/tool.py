"""Tool calls: a read in one activity; a write as its intent, its gates, then the call."""

from datetime import datetime, timedelta

from engine.plan import Node
from engine.runtime.run.listen import hear, listen, silence
from engine.runtime.run.ticket import Handoff, Jump, Ticket

__all__ = ["run_call", "run_gate", "run_propose", "run_read"]

_MARGIN = timedelta(seconds=60)
_DECIDED = {"approved": "pass", "used": "pass", "rejected": "rejected", "expired": "late"}


async def run_read(ticket: Ticket, node: Node) -> str:
    """A read, judged on what it would hand over: refused means that nobody sees it."""
    tool = node.data["tool"]
    done = await ticket.act(tool, node, data={"read": True}, timeout=_timeout(ticket, tool))
    ticket.bind("refused" if done.outcome == "refused" else node.binds, done.value)
    return done.outcome


async def run_propose(ticket: Ticket, node: Node) -> str:
    """Mints the intent, reads the facts and judges every `only_if` and limit. What it says is for routing and for
    people; the call judges again on its own."""
    proposed = await ticket.act("propose", node, timeout=_timeout(ticket, node.data["tool"]))
    if proposed.outcome == "conflict":
        raise Handoff("intent_conflict")
    ticket.bind("refused", proposed.value)
    if proposed.outcome in ("not_live", "rejected_again", "edit_refused"):
        ticket.because = proposed.because
        return proposed.outcome
    ticket.judged[node.id] = proposed.data
    if (proposed.data.get("failed") or [""])[0] == "rights":  # the call's own gate says so: nobody is asked before it
        raise Jump(next(one.id for one in ticket.plan.nodes.values() if _calls(one, node.id)), same=True)
    return "done" if proposed.outcome in ("done", "refused") else proposed.outcome


async def run_gate(ticket: Ticket, node: Node) -> str:
    """Routing for one gate."""
    judged = ticket.judged.get(node.data["intent"])
    if judged is None:  # a later run resumed here: judge again, which mints nothing new
        await run_propose(ticket, ticket.plan.nodes[node.data["intent"]])
        judged = ticket.judged[node.data["intent"]]
    match node.data["gate"]:
        case "only_if" | "limit" as gate:
            failed = judged.get("failed")
            return "refused" if failed == [gate, node.data.get("line", 0)] else "pass"
        case "confirm":
            return await _confirm(ticket, node, judged["intent"])
        case "approve":
            if node.data.get("line", 0) not in judged["approve"]:
                return "pass"
            return await _approve(ticket, node, judged["intent"])
        case unknown:
            raise Handoff(f"unknown_gate:{unknown}")


def _calls(node: Node, intent: str) -> bool:
    return node.kind == "call" and node.data["intent"] == intent


async def _confirm(ticket: Ticket, node: Node, intent: str) -> str:
    """The customer's yes to these arguments, after the delivered question. What is neither yes nor no is asked about
    once more, and then goes to a person: it must not be taken for either."""
    path = ticket.iteration_of(node.data["intent"])
    for attempt in (1, 2):
        asked = await ticket.act("confirm", node, iteration=f"{path}/{attempt}", data={"intent": intent})
        if asked.outcome == "blocked":
            raise Handoff(f"blocked:{asked.because}")
        if asked.outcome != "done":
            return {"given": "pass"}.get(asked.outcome, asked.outcome)
        ticket.tell("waits for the customer's yes")
        for number, at in [*enumerate(asked.data["remind"], 1), (0, asked.data["until"])]:
            heard = await listen(
                ticket, node, "confirm", until=datetime.fromisoformat(at), data={"consent": asked.data["consent"]}
            )
            if heard.outcome == "given":
                return "pass"
            if heard.outcome == "declined":
                return "declined"
            if heard.outcome == "again":
                break
            if number:
                await ticket.act("confirm.remind", node, iteration=f"{path}/{attempt}/remind.{number}")
        else:
            return await silence(ticket, node, "silent")
    raise Handoff("unclear_answer")


async def _approve(ticket: Ticket, node: Node, intent: str) -> str:
    """Waits for people. The row decides: this only looks at it, and expires it when its time has come."""
    reminded = 0
    while True:
        await hear(ticket, node, "approve", {})
        # runs that began under an earlier release have judged no version
        judged = (ticket.judged.get(node.data["intent"]) or {}).get("version")
        given = {"intent": intent, "reminded": reminded, **({"version": judged} if judged is not None else {})}
        seen = await ticket.act("approval", node, data=given)
        ticket.bind("refused", seen.value)
        if seen.outcome == "changed":  # a person has edited the arguments: they pass every gate anew
            ticket.judged.pop(node.data["intent"], None)
            raise Jump(node.data["intent"], same=True)
        if seen.outcome != "open":
            return _DECIDED.get(seen.outcome, "rejected")
        team = seen.data.get("team", node.data["team"])
        ticket.tell(f"waits for {team} to approve")
        ticket.awaits(team)
        if not ticket.rung and not await ticket.ring_or(datetime.fromisoformat(seen.data["next"])):
            reminded = seen.data["reminders"]


async def run_call(ticket: Ticket, node: Node) -> str:
    """The last gate and the call are one activity, which is given the intent's id and believes nothing else."""
    judged = ticket.judged.get(node.data["intent"]) or {}
    tool = node.data["tool"]
    given, timeout = {"intent": judged.get("intent", "")}, _timeout(ticket, tool) + _MARGIN
    done = await ticket.act(tool, node, data=given, timeout=timeout)
    while done.outcome == "unheard":  # what the customer wrote just now may take all of it back
        await hear(ticket, node, "call", {})
        done = await ticket.act(tool, node, data=given, timeout=timeout)
    match done.outcome:
        case "unknown" | "unreadable" | "conflict" | "not_contract" as bad:
            raise Handoff(f"write_{bad}")
        case "again":  # facts or version moved between the gates and the call: judge anew
            ticket.judged.pop(node.data["intent"], None)
            return await _again(ticket, node)
        case "refused":
            ticket.bind("refused", done.value)
            return "refused"
        case "done":
            ticket.bind(node.binds, done.value)
            return "done"
        case outcome:
            return outcome


async def _again(ticket: Ticket, node: Node) -> str:
    key = f"again:{node.id}"
    ticket.visits[key] = ticket.visits.get(key, 0) + 1
    if ticket.visits[key] > 3:
        raise Handoff("gates_keep_moving")
    raise Jump(node.data["intent"], same=True)


def _timeout(ticket: Ticket, tool: str) -> timedelta:
    contract = ticket.plan.tools.get(tool)
    return timedelta(seconds=3 * (contract.timeout if contract else 30) + 30)
