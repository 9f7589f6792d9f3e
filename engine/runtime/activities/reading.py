"""Reads: knowledge, tools that only look, and who the customer is."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from temporalio import activity

from engine.channels.base import ChannelError
from engine.expressions.evaluate import EvaluationError, evaluate
from engine.expressions.values import decode
from engine.runtime.activities.base import Group, guarded, later
from engine.runtime.activities.passages import kept
from engine.runtime.activities.scope import Scope
from engine.runtime.activities.speaking import rendered
from engine.runtime.gates import first_failing, gate_names
from engine.runtime.input import Result
from engine.runtime.names import is_verified
from engine.tools.base import Failed, ToolError, Unknown, Unreadable

__all__ = ["Reader"]

_PROVED = timedelta(days=14)
"""How long a proof of identity holds within an epoch, unless another author writes or the requester changes: customers
take days to say yes and approvers days to decide. A ticket that stands open for longer goes to a person."""

_ASKED_AGAIN = 5
"""Attempts at a channel that cannot say who is signed in."""


class Reader(Group):
    """Nothing here changes the world."""

    @activity.defn(name="knowledge.search")
    @guarded
    async def search(self, scope: Scope) -> Result:
        """The passages as they are now, kept with the ticket; none is an empty list."""
        query = rendered(scope, scope.node.data["query"])
        collections = tuple(scope.node.data.get("collections") or scope.plan.settings.get("knowledge", ()))
        limit, contents = scope.node.data.get("limit", 5), bool(scope.node.reads)
        found = await self.desk.search(scope, query, collections, limit=limit, contents=contents)
        return Result("done", value=await self.desk.keep(scope, scope.node.binds or "passages", kept(found)))

    async def read(self, scope: Scope) -> Result:
        """One read through its gates. An answer that breaks its schema takes the error branch, never half-used."""
        node = scope.node
        tool = node.data["tool"]
        if await self.store.run(self.store.revocations.is_revoked, tool):
            return Result("refused", value=await self.desk.refused(scope, f"revoked: {tool}"))
        grants = await self.desk.grants(scope.plan, tool)
        try:
            now = await self.store.run(self.store.now)
            arguments = {k: evaluate(tree, scope.names, now=now) for k, tree in node.data["arguments"].items()}
            value = await self.look(scope, tool, arguments)
        except ToolError as error:
            return Result(error.name)
        except Unreadable as error:
            return Result("else", because=f"unreadable:{error.path}")
        except (Failed, Unknown) as error:
            return Result("else", because=error.code)
        except EvaluationError as error:
            return Result("else", because=f"argument:{error.code}")
        names = {**gate_names(scope.names, arguments, {}), "result": value}
        for grant in grants:
            failed = "not granted" if grant is None else first_failing(grant, names, now)
            if failed is not None:
                return Result("refused", value=await self.desk.refused(scope, failed))
        return Result("done", value=await self.desk.keep(scope, node.binds or node.id, value))

    async def look(self, scope: Scope, tool: str, arguments: Mapping[str, Any]) -> Any:
        """Calls a read tool as this worker knows it, under the contract that the plan pinned."""
        if await self.store.run(self.store.revocations.is_revoked, tool):
            raise Failed("revoked")
        if self.desk.leaves(scope, tool):
            raise Failed("leaves_premises", again=False)
        contract = scope.plan.tools[tool]
        definition = self.context.projects.tools.get(tool)
        if definition is None or definition.effect != "read" or contract.effect != "read":
            raise Failed("not_here")
        result = await definition.call(contract, arguments, secrets=self.context.secrets, key=None)
        return result.value

    @activity.defn(name="verify.known")
    @guarded
    async def verify_known(self, scope: Scope) -> Result:
        """`done` when this author is proved already, or by a sign-in of the channel; `failed` when nothing can be
        asked, or the ticket's attempts are used up."""
        if await is_verified(self.store, scope.ticket) and scope.ticket.customer_value:
            known = decode(await self.store.run(self.store.values.get, scope.ticket.customer_value))
            return Result("done", value=await self.desk.keep(scope, "customer", known))
        signed_in = [way for way in scope.node.data["ways"] if "signed_in" in way]
        if signed_in:
            proved = await self._signed_in(scope, signed_in)
            if proved is not None:
                return proved
        used = scope.ticket.attempts.get("verify", 0) >= int(scope.node.data.get("attempts", 3))
        return Result("failed" if used or not scope.node.data["fields"] else "unknown")

    async def _signed_in(self, scope: Scope, ways: list[dict[str, Any]]) -> Result | None:
        """By what the channel itself has proved of whoever wrote last; what nobody wrote is none's. A platform that
        cannot be asked is asked again some times, and has proved nothing then."""
        heard = await self.store.run(self.store.messages.of_ticket, scope.ticket.id)
        authors = [m.author_id for m in heard if m.kind == "message" and m.author_role == "customer"]
        if not authors or not authors[-1]:
            return None
        try:
            proof = await self.context.channels[scope.ticket.channel].proof(scope.ticket.external_id, authors[-1])
        except ChannelError as error:
            if activity.info().attempt < _ASKED_AGAIN:
                raise later(error.code, error.retry_after or 2.0) from None
            return None
        for way in ways:
            arguments = {name: proof.get(word) for name, word in way["signed_in"].items()}
            customer = await self._match(scope, way["tool"], arguments) if all(arguments.values()) else None
            if customer is not None:
                return await self._proved(scope, f"sign-in:{way['tool']}", customer)
        return None

    @activity.defn(name="verify")
    @guarded
    async def verify(self, scope: Scope) -> Result:
        """Matches the given facts through the flow's ways, in order. Counts attempts per ticket."""
        refs = (scope.work.data["given"],)
        given = decode((await self.store.run(self.store.values.many, refs, scope.ticket.id))[refs[0]])
        used = await self.store.run(self.store.tickets.attempt, scope.ticket.id, "verify")
        for way in scope.node.data["ways"]:
            arguments = {name: given.get(name) for name in way["with"]}
            if not arguments or any(value is None for value in arguments.values()):
                continue
            customer = await self._match(scope, way["tool"], arguments)
            if customer is not None:
                return await self._proved(scope, way["tool"], customer)
        return Result("failed" if used >= int(scope.node.data.get("attempts", 3)) else "unknown")

    async def _match(self, scope: Scope, tool: str, arguments: Mapping[str, Any]) -> dict[str, Any] | None:
        try:
            found = await self.look(scope, tool, arguments)
        except (ToolError, Unreadable):
            return None
        return found if isinstance(found, dict) and found.get("id") else None

    async def _proved(self, scope: Scope, how: str, customer: dict[str, Any]) -> Result:
        heard = await self.store.run(self.store.messages.of_ticket, scope.ticket.id)
        authors = [m.author_id for m in heard if m.kind == "message" and m.author_role == "customer"]
        value = await self.desk.keep(scope, "customer", customer)
        until = await self.store.run(self.store.now) + _PROVED
        proved = await self.store.run(
            self.store.tickets.verify, scope.ticket.id, authors[-1] or "", how=how, until=until,
            customer_value=value.id, epoch=scope.work.epoch,
        )  # fmt: skip
        return Result("done", value=value) if proved else Result("failed", because="several_authors")
