"""What decides the way of a flow where contents are read: values, conditions, loops, and questions to the model."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from temporalio import activity

from engine.expressions.evaluate import EvaluationError, condition, evaluate
from engine.expressions.values import decode, encode
from engine.models.base import Choice, Job, Request
from engine.runtime.activities.base import Group, guarded
from engine.runtime.activities.desk import Desk
from engine.runtime.activities.scope import Scope
from engine.runtime.activities.seeing import Viewer, files_in
from engine.runtime.activities.thinking import think
from engine.runtime.input import Result

__all__ = ["Decider", "facts"]


class Decider(Group):
    """Nothing here changes the world."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.viewer = Viewer(desk)

    @activity.defn(name="set")
    @guarded
    async def set_value(self, scope: Scope) -> Result:
        """Evaluates and keeps a value."""
        value = await self._value(scope, scope.node.data["value"])
        return Result("done", value=await self.desk.keep(scope, scope.node.binds or scope.node.id, value))

    @activity.defn
    @guarded
    async def give(self, scope: Scope) -> Result:
        """Keeps what a shared piece gives, under one name."""
        values = {key: await self._value(scope, tree) for key, tree in scope.node.data["values"].items()}
        return Result("done", value=await self.desk.keep(scope, scope.node.binds or scope.node.id, values))

    @activity.defn(name="if")
    @guarded
    async def branch(self, scope: Scope) -> Result:
        """A condition that reads contents."""
        now = await self.store.run(self.store.now)
        return Result("yes" if condition(scope.node.data["test"], scope.names, now=now) else "no")

    @activity.defn(name="switch")
    @guarded
    async def switch(self, scope: Scope) -> Result:
        """The first case that holds, where the value is contents."""
        now = await self.store.run(self.store.now)
        cases = scope.node.data["cases"]
        found = next((case["is"] for case in cases if condition(case["test"], scope.names, now=now)), None)
        return Result("else" if found is None else f"={found}")

    @activity.defn(name="each")
    @guarded
    async def each(self, scope: Scope) -> Result:
        """Keeps the list as it is now, so that what changes meanwhile changes no loop; gives its first element."""
        items = await self._value(scope, scope.node.data["in"])
        if not isinstance(items, list):
            raise EvaluationError(code="missing" if items is None else "type")
        if len(items) > scope.node.data["most"]:
            return Result("too_many")
        kept = await self.desk.keep(scope, scope.node.id, items)
        return await self._element(scope, items, 0, kept.id, [])

    @activity.defn(name="each.next")
    @guarded
    async def next_element(self, scope: Scope) -> Result:
        """Adds what this round gives to the list of these; gives the next element, or that list."""
        items_id, given_id = scope.work.data["list"], scope.work.data["given"]
        stored = await self.store.run(self.store.values.many, (items_id, given_id), scope.ticket.id)
        items, given = decode(stored[items_id]), decode(stored[given_id])
        assert isinstance(items, list), "kept by `each`"
        assert isinstance(given, list), "kept by `each`"
        if scope.node.data["gives"] is not None:
            given = [*given, await self._value(scope, scope.node.data["gives"])]
        return await self._element(scope, items, scope.work.data["at"] + 1, items_id, given)

    async def _element(self, scope: Scope, items: list[Any], at: int, items_id: str, given: list[Any]) -> Result:
        kept = await self.desk.keep(scope, scope.node.binds or "given", given)
        if at >= len(items):
            return Result("done", value=kept)
        item = await self.desk.keep(scope, scope.node.data["item"], items[at])
        return Result("next", value=item, data={"list": items_id, "given": kept.id})

    @activity.defn(name="judge")
    @guarded
    async def judge(self, scope: Scope) -> Result:
        """The model's answer, if it is one of the words and sure enough."""
        data = scope.node.data
        words = tuple(Choice(word, said[0] if said else word, tuple(said)) for word, said in data["answers"].items())
        named = files_in(scope, data["using"])
        request = Request(
            Job.CLASSIFY, await self.viewer.conversation(scope, named=named), instruction=data["question"],
            facts=facts(scope, data["using"]), choices=words, language=scope.told_language,
        )  # fmt: skip
        answer = await think(self.desk, scope, "route", request)
        word = answer.data.get("choice")
        if word not in data["answers"] or Decimal(str(answer.confidence)) < Decimal(data["threshold"]):
            return Result("unsure")
        return Result("done", value=await self.desk.keep(scope, scope.node.binds or scope.node.id, word))

    async def _value(self, scope: Scope, tree: Any) -> Any:
        return evaluate(tree, scope.names, now=await self.store.run(self.store.now))


def facts(scope: Scope, using: Sequence[str]) -> dict[str, Any]:
    """Values by path, as JSON: data for the model, which never stands among its instructions."""
    found = {}
    for path in using:
        value: Any = scope.names
        for key in path.split("."):
            value = value.get(key) if isinstance(value, Mapping) else None
        if value is not None:
            found[path] = encode(value)
    return found
