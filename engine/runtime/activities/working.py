"""An agent's thinking: what the model is asked, what it may ask for, and what ends it.

Nothing here touches a tool. A call that the model asks for becomes a value, and the workflow takes it through the same
nodes as a step's own call. The model's words to the customer go through the guardrails of any reply.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any, Self

from temporalio import activity

from engine.errors import NotHere
from engine.expressions.values import canonical, decode, encode
from engine.models.base import Answer, Call, Job, Request, Tool, Turn
from engine.runtime.activities.base import Group, Scope, guarded
from engine.runtime.activities.deciding import facts, turns
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
"""Times that the same call is made with the same arguments; then it goes in circles."""
_FOUND = 5
_LONGEST = 4_000
"""Characters of a text to the customer."""


@dataclass(slots=True)
class _Memory:
    """What an agent has said and was told, and what it took. Kept in the store between calls."""

    turns: list[dict[str, Any]] = field(default_factory=list)
    queue: list[str] = field(default_factory=list)
    """Ids of calls of the last turn that are still to be made."""
    out: str | None = None
    """The id of the call that is under way."""
    model_calls: int = 0
    customer_turns: int = 0
    cost: str = "0"
    seen: dict[str, int] = field(default_factory=dict)

    @classmethod
    def load(cls, kept: Any) -> Self:
        return cls(**json.loads(kept))

    def dump(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)

    def call(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = next(call for call in self.turns[-1]["calls"] if call["id"] == name)
        return found

    def tell(self, name: str, result: Any) -> None:
        self.turns[-1]["results"][name] = result

    def past(self) -> tuple[Turn, ...]:
        return tuple(
            Turn(turn["text"], tuple(Call(**call) for call in turn["calls"]), turn["results"]) for turn in self.turns
        )


class Worker(Group):
    """The one activity of `agent`."""

    @activity.defn(name="agent")
    @guarded
    async def work(self, scope: Scope) -> Result:
        """Takes up what came of the last call, and asks on until there is a call to make, or an end."""
        memory = await self._memory(scope)
        if memory.out is not None:
            memory.tell(memory.out, self._came(scope))
            memory.out = None
        while True:
            while memory.queue:
                result = await self._next(scope, memory, memory.queue.pop(0))
                if result is not None:
                    return result
            spent = _spent(memory, scope.node.data["max"])
            if spent:
                return Result("exhausted", because=spent)
            answer = await self._ask(scope, memory)
            if answer.finish != "stop" or not (answer.calls or answer.text):
                return Result("unsure", because=answer.finish)
            _take(memory, answer)

    async def _memory(self, scope: Scope) -> _Memory:
        ref = str(scope.work.data.get("memory") or "")
        if not ref:
            return _Memory()
        stored = await self.store.run(self.store.values.many, (ref,), scope.ticket.id)
        return _Memory.load(decode(stored[ref]))

    def _came(self, scope: Scope) -> dict[str, Any]:
        """What the model is told of its call: the tool's answer, or why there is none."""
        came = scope.work.data.get("came") or {}
        result = scope.names.get(f"{scope.node.id}/result")
        if came.get("outcome") == "done" and result is not None:
            return {"result": encode(result)}
        if came.get("outcome") == "1":
            return {"result": "The customer has answered; it stands at the end of the conversation."}
        refused = scope.names.get("refused")
        because = refused.get("because") if isinstance(refused, Mapping) else None
        told = because if came.get("outcome") == "refused" else came.get("because")
        return {"not_done": came.get("outcome", "interrupted"), **({"because": told} if told else {})}

    async def _ask(self, scope: Scope, memory: _Memory) -> Answer:
        data = scope.node.data
        model = self.context.model(scope.plan, "agent")
        instruction = data["goal"] + await self._policy(data) + facts(scope, data["using"])
        request = Request(
            Job.WORK, await turns(self.store, scope), instruction=instruction,
            tools=self._tools(scope), turns=memory.past(), language=scope.ticket.language,
            now=await self.store.run(self.store.now),
        )  # fmt: skip
        answer = await model.answer(request)
        memory.model_calls += 1
        memory.cost = str(Decimal(memory.cost) + answer.cost)
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

    async def _next(self, scope: Scope, memory: _Memory, name: str) -> Result | None:
        """One call: what the workflow goes on with, or None where the model is told at once."""
        call = memory.call(name)
        given = json.loads(json.dumps(call["arguments"]), parse_float=Decimal)
        offered = {tool.name: tool for tool in self._tools(scope)}
        if call["tool"] not in offered:
            memory.tell(name, {"not_done": "unknown_tool", "because": f"there are {', '.join(offered)}"})
            return None
        try:
            arguments = typed(given, offered[call["tool"]].schema)
        except Unreadable as error:
            memory.tell(name, {"not_done": "invalid_arguments", "because": error.path})
            return None
        same = canonical(encode({"tool": call["tool"], "arguments": arguments})).decode()
        memory.seen[same] = memory.seen.get(same, 0) + 1
        if memory.seen[same] >= _SAME:
            return Result("exhausted", because="repeats")
        match call["tool"]:
            case "finish":
                return Result("done", value=await self.desk.keep(scope, scope.node.binds or scope.node.id, arguments))
            case "hand_over":
                return Result("unsure", because="handed_over")
            case "search_articles":
                memory.tell(name, {"result": await self._found(scope, arguments["query"])})
                return None
            case "write_to_customer":
                return await self._say(scope, memory, name, arguments["text"])
        memory.out = name
        value = await self.desk.keep(scope, f"{scope.node.id}/call", arguments)
        return Result(f"={call['tool']}", value=value, data={"memory": await self._kept(scope, memory)})

    async def _say(self, scope: Scope, memory: _Memory, name: str, text: str) -> Result:
        if memory.customer_turns >= scope.node.data["max"]["customer_turns"]:
            return Result("exhausted", because="customer_turns")
        memory.customer_turns += 1
        memory.out = name
        value = await self.desk.keep(scope, f"{scope.node.id}/text", text[:_LONGEST])
        return Result("say", value=value, data={"memory": await self._kept(scope, memory)})

    async def _found(self, scope: Scope, query: str) -> list[dict[str, str]]:
        collections = tuple(scope.node.data["collections"])
        passages = await self.context.library.asearch(query, collections=collections, limit=_FOUND)
        return [{"id": one.id, "title": one.title, "text": one.text} for one in passages]

    async def _kept(self, scope: Scope, memory: _Memory) -> str:
        return (await self.desk.keep(scope, f"{scope.node.id}/memory", memory.dump())).id


def _take(memory: _Memory, answer: Answer) -> None:
    """A text without a call is one to the customer: nothing that a model says is lost between the calls."""
    calls = answer.calls or (Call(f"say-{memory.model_calls}", SAY, {"text": answer.text}),)
    said = [{"id": call.id, "tool": call.tool, "arguments": dict(call.arguments)} for call in calls]
    memory.turns.append({"text": answer.text, "calls": said, "results": {}})
    memory.queue = [call.id for call in calls]


def _spent(memory: _Memory, most: Mapping[str, Any]) -> str:
    """Which bound is reached."""
    if memory.model_calls >= most["model_calls"]:
        return "model_calls"
    return "cost" if most["cost"] is not None and Decimal(memory.cost) >= Decimal(most["cost"]) else ""
