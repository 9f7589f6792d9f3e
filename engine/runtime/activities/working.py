"""An agent's thinking: what the model is asked, what it may ask for, and what ends it.

Nothing here touches a tool. A call that the model asks for becomes a value, and the workflow takes it through the same
nodes as a step's own call. The model's words to the customer go through the guardrails of any reply; what tools and
articles tell it, and what it tells tools, through those of their positions.
"""

import asyncio
import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from temporalio import activity

from engine.errors import NotHere
from engine.expressions.values import canonical, decode, encode
from engine.guardrails.base import CheckError, Finding, Position, Verdict
from engine.models.base import Answer, Job, Model, Request, Tool
from engine.models.chain import Chain
from engine.models.errors import BudgetReached
from engine.runtime.activities.base import Group, guarded
from engine.runtime.activities.deciding import facts
from engine.runtime.activities.desk import Desk
from engine.runtime.activities.memory import Memory
from engine.runtime.activities.scope import Scope
from engine.runtime.activities.seeing import Viewer, files_in
from engine.runtime.activities.thinking import think
from engine.runtime.deadlines import after
from engine.runtime.input import Result
from engine.tools.base import Unreadable
from engine.tools.typed import typed

__all__ = ["Worker"]

SAY, FINISH, HAND_OVER, SEARCH = "write_to_customer", "finish", "hand_over", "search_articles"
_SAY = Tool(
    SAY, "Writes to the customer, and waits for the answer.",
    {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}, "additionalProperties": False},
)  # fmt: skip
_HAND_OVER = Tool(
    HAND_OVER, "Hands the customer over to a person, when the goal cannot be reached or it is not for you to decide.",
    {"type": "object", "properties": {}, "additionalProperties": False},
)  # fmt: skip
_SEARCH = Tool(
    SEARCH, "Searches the articles.",
    {"type": "object", "required": ["query"], "properties": {"query": {"type": "string"}},
     "additionalProperties": False},
)  # fmt: skip
_SAME = 3
"""Times that the same call is asked for with the same arguments while nothing changes; then it goes in circles."""
_FOUND = 5
_LONGEST = 4_000
"""Characters of a text to the customer."""


_AT_ONCE = 8
"""Reads of one answer that run at once; more of them follow."""
_ATTEMPTS = 10
"""Tries at one answer of the model, over some minutes; then a person has the ticket rather than nobody."""


class _Made(NamedTuple):
    """A call that may be made: its id, and its arguments as its tool takes them."""

    name: str
    tool: str
    arguments: Any


class Worker(Group):
    """The one activity of `agent`."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.viewer = Viewer(desk)

    @activity.defn(name="agent")
    @guarded
    async def work(self, scope: Scope) -> Result:
        """Takes up what came of the last calls, and goes on to the next: `think` after an answer of the model, so that
        each answer is kept before anything follows from it and none is paid for twice but the one that a crash cut."""
        memory = await self._memory(scope)
        if memory.out:
            await self._take_up(scope, memory)
        while memory.queue and not memory.stopped:
            result = await self._next(scope, memory)
            if result is not None:
                return result
        if memory.stopped:
            return Result("unsure", because=f"guardrail:{memory.stopped}")
        spent = await self._spent(scope, memory)
        if spent:
            return Result("exhausted", because=spent)
        if activity.info().attempt > _ATTEMPTS:
            return Result("unsure", because="model_failed")
        answer = await self._ask(scope, memory)
        if answer.finish != "stop" or not (answer.calls or answer.text):
            return Result("unsure", because=answer.finish if answer.finish != "stop" else "empty")
        memory.take(answer)
        return Result("think", data={"memory": await self._kept(scope, memory)})

    async def _memory(self, scope: Scope) -> Memory:
        ref = str(scope.work.data.get("memory") or "")
        if ref:
            stored = await self.store.run(self.store.values.many, (ref,), scope.ticket.id)
            return Memory.load(decode(stored[ref]))
        memory, time = Memory(), scope.node.data["max"].get("time")
        if time is not None:
            now = await self.store.run(self.store.now)
            memory.until = after(now, time, scope.plan.settings.get("calendar", {})).isoformat()
        return memory

    async def _spent(self, scope: Scope, memory: Memory) -> str:
        """Which bound is reached."""
        most = scope.node.data["max"]
        if memory.model_calls >= most["model_calls"]:
            return "model_calls"
        if most["cost"] is not None and Decimal(memory.cost) >= Decimal(most["cost"]):
            return "cost"
        over = memory.until and await self.store.run(self.store.now) >= datetime.fromisoformat(memory.until)
        return "time" if over else ""

    # what came of calls

    async def _take_up(self, scope: Scope, memory: Memory) -> None:
        """The model is told of every call that was under way: the tool's answer, or why there is none."""
        reads = scope.work.data.get("reads")
        if isinstance(reads, list) and len(reads) == len(memory.out):
            refs = tuple(read["value"] for read in reads if read["value"])
            stored = await self.store.run(self.store.values.many, refs, scope.ticket.id)
            for name, read in zip(memory.out, reads, strict=True):
                value = decode(stored[read["value"]]) if read["value"] else None
                memory.tell(name, await self._seen(scope, memory, _read_told(read["outcome"], value)))
        else:
            told = self._came(scope)
            for name in memory.out:  # one, or several whose run was lost
                memory.tell(name, await self._seen(scope, memory, told if len(memory.out) == 1 else _LOST))
            if "result" in told and memory.writing:
                memory.written = memory.writing
                memory.changed()
            elif scope.work.data.get("came", {}).get("outcome") == "1":
                memory.changed()
        memory.out, memory.writing = [], ""

    def _came(self, scope: Scope) -> dict[str, Any]:
        came = scope.work.data.get("came") or {}
        result = scope.names.get(f"{scope.node.id}/result")
        if came.get("outcome") == "done" and result is not None:
            return {"result": encode(result)}
        if came.get("outcome") == "1":
            return {"result": "The customer has answered; it stands at the end of the conversation."}
        if came.get("outcome") == "refused":
            return _read_told("refused", scope.names.get("refused"))
        because = came.get("because")
        return {"not_done": came.get("outcome", "interrupted"), **({"because": because} if because else {})}

    async def _seen(self, scope: Scope, memory: Memory, told: dict[str, Any]) -> dict[str, Any]:
        """A result as the guardrails let the model see it: with masks, or not at all."""
        if "result" not in told:
            return told
        text = json.dumps(told["result"], ensure_ascii=False)
        verdict = await self._looked(scope, memory, text, "result")
        if not verdict.passed:
            return {"not_done": "withheld", "because": _checks(verdict)}
        if verdict.text == text:
            return told
        try:
            return {"result": json.loads(verdict.text)}
        except ValueError:  # a mask in place of a number
            return {"result": verdict.text}

    async def _looked(self, scope: Scope, memory: Memory, text: str, position: Position) -> Verdict:
        """What the flow's checks say of a text in this position; a guard that cannot be had has not passed it. One that
        wants a person to see it ends the step."""
        try:
            guard = self.context.guard(scope.plan)
        except CheckError as error:
            return Verdict(False, (Finding("guard", None, error.code),), "")
        verdict = await asyncio.to_thread(guard.check, text, position=position)
        if verdict.escalates:
            memory.stopped = _checks(verdict)
        return verdict

    # the model

    async def _ask(self, scope: Scope, memory: Memory) -> Answer:
        data = scope.node.data
        named = files_in(scope, data["using"])
        request = Request(
            Job.WORK, await self.viewer.conversation(scope, named=named),
            instruction=data["goal"] + await self._policy(data), facts=facts(scope, data["using"]),
            tools=self._tools(scope), turns=memory.past(), language=scope.language,
            now=await self.store.run(self.store.now),
        )  # fmt: skip
        if data["max"]["cost"] is not None and _unpriced(self.context.model(scope.plan, "agent")):
            raise BudgetReached("a bound on the cost, and a model whose price is not known", code="budget_unpriced")
        answer = await think(self.desk, scope, "agent", request)
        memory.model_calls += 1
        memory.cost = str(Decimal(memory.cost) + (answer.cost or 0))
        return answer

    async def _policy(self, data: Mapping[str, Any]) -> str:
        """The document that it keeps to, as it was when the plan was made. Raises NotHere where the store lacks it."""
        if "policy" not in data:
            return ""
        text = await self.store.run(self.store.meta.document, data["policy"]["digest"])
        if text is None:
            raise NotHere(code="policy")
        return f"\n\nKeep to this policy ({data['policy']['path']}):\n\n{text.strip()}\n"

    def _tools(self, scope: Scope) -> tuple[Tool, ...]:
        data = scope.node.data
        granted = [
            Tool(name, about, scope.plan.tools[name].input)
            for name, about in data["tools"].items()
            if name in scope.plan.tools
        ]
        finish = Tool(FINISH, "Ends the work, with what came of it.", data["gives"])
        talk = [_SAY] if "say" in scope.node.on else []
        return (*granted, *([_SEARCH] if data["collections"] else []), *talk, finish, _HAND_OVER)

    # its calls

    async def _next(self, scope: Scope, memory: Memory) -> Result | None:
        """The next call, or the next ones if they only read: what the workflow goes on with. None where the model is
        told at once."""
        reads: list[_Made] = []
        while memory.queue and len(reads) < _AT_ONCE:
            if reads and not self._reads(scope, memory.call(memory.queue[0])["tool"]):
                break
            made = await self._checked(scope, memory, memory.queue.pop(0))
            if isinstance(made, Result):
                return made
            if made is None:
                continue
            if not self._reads(scope, made.tool):
                return await self._begun(scope, memory, made)
            reads.append(made)
        if len(reads) > 1:
            return await self._at_once(scope, memory, reads)
        return await self._begun(scope, memory, reads[0]) if reads else None

    def _reads(self, scope: Scope, tool: str) -> bool:
        return tool in scope.node.data["tools"] and scope.plan.tools[tool].effect == "read"

    async def _checked(self, scope: Scope, memory: Memory, name: str) -> _Made | Result | None:
        """The call if it is one: a tool that is offered, arguments that it takes, and not the same again and again.
        Result: the step ends here. None: the model was told what is wrong with it."""
        call = memory.call(name)
        offered = {tool.name: tool for tool in self._tools(scope)}
        if call["tool"] not in offered:
            memory.tell(name, {"not_done": "unknown_tool", "because": f"there are {', '.join(offered)}"})
            return None
        given = json.loads(json.dumps(call["arguments"]), parse_float=Decimal)
        try:
            if call.get("broken"):
                raise Unreadable("$")
            arguments = typed(given, offered[call["tool"]].schema)
            same = canonical(encode({"tool": call["tool"], "arguments": arguments})).decode()
        except (Unreadable, TypeError, ValueError) as error:
            path = error.path if isinstance(error, Unreadable) else "$"
            memory.tell(name, {"not_done": "invalid_arguments", "because": path})
            return None
        memory.seen[same] = memory.seen.get(same, 0) + 1
        if memory.seen[same] >= _SAME:
            return Result("exhausted", because="repeats")
        if call["tool"] in scope.node.data["tools"] and not await self._may_go(scope, memory, call, same):
            return None
        return _Made(name, call["tool"], arguments)

    async def _may_go(self, scope: Scope, memory: Memory, call: Mapping[str, Any], same: str) -> bool:
        """Whether a call of a tool passes the checks of its arguments, and does not write once more what was written
        last."""
        text = json.dumps(call["arguments"], ensure_ascii=False)
        verdict = await self._looked(scope, memory, text, "arguments")
        if not verdict.passed or verdict.text != text:
            memory.tell(call["id"], {"not_done": "withheld", "because": _checks(verdict)})
            return False
        if self._reads(scope, call["tool"]):
            return True
        if same == memory.written:
            memory.tell(call["id"], {"not_done": "repeated", "because": "it was done just before"})
            return False
        memory.writing = same
        return True

    async def _begun(self, scope: Scope, memory: Memory, made: _Made) -> Result | None:
        """What one call comes to."""
        match made.tool:
            case "finish" if not memory.alone(made.name):
                memory.tell(made.name, {"not_done": "not_alone", "because": "see first what came of the other calls"})
                return None
            case "finish":
                value = await self.desk.keep(scope, scope.node.binds or scope.node.id, made.arguments)
                return Result("done", value=value)
            case "hand_over":
                return Result("unsure", because="handed_over")
            case "search_articles":
                memory.tell(made.name, {"result": await self._found(scope, memory, made.arguments["query"])})
                return None
            case "write_to_customer":
                return await self._say(scope, memory, made.name, made.arguments["text"])
        memory.out = [made.name]
        value = await self.desk.keep(scope, f"{scope.node.id}/call", made.arguments)
        return Result(f"={made.tool}", value=value, data={"memory": await self._kept(scope, memory)})

    async def _at_once(self, scope: Scope, memory: Memory, reads: list[_Made]) -> Result:
        memory.out = [made.name for made in reads]
        kept = [await self.desk.keep(scope, f"{scope.node.id}/call", made.arguments) for made in reads]
        calls = [{"tool": made.tool, "value": value.id} for made, value in zip(reads, kept, strict=True)]
        return Result("reads", data={"calls": calls, "memory": await self._kept(scope, memory)})

    async def _say(self, scope: Scope, memory: Memory, name: str, text: str) -> Result:
        if memory.customer_turns >= scope.node.data["max"]["customer_turns"]:
            return Result("exhausted", because="customer_turns")
        memory.customer_turns += 1
        memory.out = [name]
        value = await self.desk.keep(scope, f"{scope.node.id}/text", text[:_LONGEST])
        return Result("say", value=value, data={"memory": await self._kept(scope, memory)})

    async def _found(self, scope: Scope, memory: Memory, query: str) -> list[dict[str, str]]:
        """Passages, as the guardrails let the model see them."""
        collections = tuple(scope.node.data["collections"])
        found = []
        for one in await self.desk.search(scope, query, collections, limit=_FOUND):
            verdict = await self._looked(scope, memory, one.text, "passage")
            if verdict.passed:
                found.append({"id": one.id, "title": one.title, "text": verdict.text})
        return found

    async def _kept(self, scope: Scope, memory: Memory) -> str:
        return (await self.desk.keep(scope, f"{scope.node.id}/memory", memory.dump())).id


_LOST = {"not_done": "interrupted"}


def _read_told(outcome: str, value: Any) -> dict[str, Any]:
    """A read's answer, or why there is none: of a gate, the line that did not hold."""
    if outcome == "done" and value is not None:
        return {"result": encode(value)}
    because = value.get("because") if outcome == "refused" and isinstance(value, Mapping) else None
    return {"not_done": outcome, **({"because": because} if because else {})}


def _checks(verdict: Verdict) -> str:
    return ",".join(sorted({finding.check for finding in verdict.findings}))


def _unpriced(model: Model) -> bool:
    links = [link.model for link in model.links] if isinstance(model, Chain) else [model]
    return any(one.capabilities.price is None and not one.capabilities.free for one in links)
