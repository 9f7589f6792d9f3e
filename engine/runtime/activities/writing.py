"""Writes. `propose` mints the intent and judges the gates for people; the call judges them again and sends.

The call is given an intent's id and believes nothing else: arguments, version, contract, decisions and mode come from
the store. Between `sending` and an answer nobody but the holder of the token may act before the deadline.
"""

import contextlib
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from temporalio import activity

from engine.errors import EngineError
from engine.expressions.evaluate import EvaluationError, condition, evaluate
from engine.expressions.values import decode, encode
from engine.plan import Plan, ToolContract, digest
from engine.runtime.activities.base import Group, guarded, later
from engine.runtime.activities.desk import Desk
from engine.runtime.activities.reading import Reader
from engine.runtime.activities.scope import Scope
from engine.runtime.gates import (
    applying,
    deciders,
    failing,
    first_failing,
    gate_names,
    limits_of,
    seal,
    typed_arguments,
    used_up,
)
from engine.runtime.input import Result
from engine.store import LastCheck, Limit, Stopped
from engine.store.rows import ApprovalRow, IntentRow, TicketRow
from engine.tools.base import Failed, InProgress, ToolError, Unknown, Unreadable

__all__ = ["DECIDED_AGAINST", "REJECTIONS", "Writer"]

REJECTIONS = 2
"""How often people may say no to calls of one tool in a ticket; what comes then goes to a person, whatever its
arguments: an amount that differs by a cent is no new wish."""
DECIDED_AGAINST = ("rejected", "late")
"""Why an intent was withdrawn that is not to be brought back by proposing the same again."""

_HELD = 15.0
"""Seconds between two looks at whether writes are let go again."""
_MARGIN = timedelta(seconds=5)
"""Beyond the tool's total time-out: after both nobody can still be sending."""
_LONGEST_WAIT = 60.0
"""Seconds before a write that was certainly not sent is tried again, whatever a breaker or a server asks for."""


class Writer(Group):
    """The propose and the call of every write tool."""

    def __init__(self, desk: Desk, reader: Reader) -> None:
        super().__init__(desk)
        self.reader = reader

    @activity.defn(name="propose")
    @guarded
    async def propose(self, scope: Scope) -> Result:
        """Mints or finds the intent of this place; says the first gate that fails and which approvals apply."""
        if scope.ticket.revision != scope.work.revision:
            raise EngineError(code="revision")
        node, tool = scope.node, str(scope.node.data["tool"])
        contract = scope.plan.tools[tool]
        now = await self.store.run(self.store.now)
        try:
            arguments = typed_arguments(
                {k: evaluate(t, scope.names, now=now) for k, t in node.data["arguments"].items()}, contract
            )
        except (EvaluationError, Unreadable) as error:
            return Result("else", because=f"argument:{error.code}")
        facts = await self.facts(scope, contract, arguments)
        proposed = await self.store.run(
            self.store.intents.propose, scope.ticket.id, scope.work.epoch, scope.place, scope.work.iteration,
            tool=tool, contract_digest=digest(contract.to_json()), arguments=encode(arguments),
            digest=seal(scope.ticket.salt, arguments), facts=encode(facts),
            author_id=scope.ticket.verified.author if scope.ticket.verified else None,
        )  # fmt: skip
        if proposed.kind == "conflict":
            if proposed.intent.state == "sending":  # people are told what became of it, where that can be known
                await self._repeat(scope, proposed.intent)
            return Result("conflict")
        intent = proposed.intent
        if intent.state in ("withdrawn", "refused") and intent.because not in DECIDED_AGAINST:
            renewed = await self.store.run(self.store.intents.renew, intent.id)
            intent = renewed or intent
        if intent.state == "reserved" and (stopped := await self._rights(scope, intent)) is not None:
            return stopped
        if intent.proposed is not None and intent.state == "reserved":  # a person has edited what is to be done
            arguments = decode(intent.arguments)
            facts = await self.facts(scope, contract, arguments)
            await self.store.run(self.store.intents.refresh, intent.id, intent.version, encode(facts))
        return await self._judge(scope, intent, arguments, facts, now)

    async def _rights(self, scope: Scope, intent: IntentRow) -> Result | None:
        """What stands before every line of the grant: nobody is asked for what may not be done at all.

        `not_live` and `rejected_again` have no edge: they go to people, with the write as it was meant.
        """
        if scope.ticket.mode != "live":
            return Result("not_live", because=scope.ticket.mode)
        counted = await self.store.run(
            self.store.approvals.rejections, scope.ticket.id, scope.work.epoch, intent.tool, but=intent.id
        )  # fmt: skip
        return Result("rejected_again") if counted >= REJECTIONS else None

    async def _judge(
        self, scope: Scope, intent: IntentRow, arguments: Mapping[str, Any], facts: Mapping[str, Any], now: datetime
    ) -> Result:
        grant = scope.plan.grants[intent.tool]
        data: dict[str, Any] = {"intent": intent.id, "failed": None, "approve": [], "version": intent.version}
        if intent.state not in ("reserved", "refused") and intent.because not in DECIDED_AGAINST:
            return Result("done", data=data)  # sent in a future that Temporal has forgotten: nothing to judge
        names = gate_names(scope.names, arguments, facts)
        if await self.store.run(self.store.revocations.is_revoked, intent.tool):
            return await self._fails(scope, intent, ["rights", 0], f"revoked: {intent.tool}", data)
        if self.desk.leaves(scope, intent.tool):
            return await self._fails(scope, intent, ["rights", 0], f"leaves the premises: {intent.tool}", data)
        failed = failing(grant, names, now)
        if failed is not None:
            return await self._fails(scope, intent, ["only_if", failed], str(grant.only_if[failed - 1]["text"]), data)
        full = await self.store.run(used_up, self.store, limits_of(grant, names, arguments, now), intent.tool)
        if full is not None:
            return await self._fails(scope, intent, ["limit", 0], full, data)
        data["approve"] = applying(grant, names, now)
        return Result("done", data=data)

    async def _fails(
        self, scope: Scope, intent: IntentRow, failed: list[Any], because: str, data: dict[str, Any]
    ) -> Result:
        """The gate that is closed, for routing. What a person has edited so that a gate closes is that person's to
        mend: the customer is not told of a refusal that is none."""
        if intent.proposed is not None and failed[0] != "rights":
            return Result("edit_refused", because=because)
        data["failed"] = failed
        return Result("done", value=await self.desk.refused(scope, because), data=data)

    async def facts(self, scope: Scope, contract: ToolContract, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """What the gates need, read by the engine from the call's own arguments. One that fails to load is missing,
        and a missing value closes a gate."""
        found: dict[str, Any] = {}
        for name, fact in contract.facts.items():
            now = await self.store.run(self.store.now)
            with contextlib.suppress(ToolError, Failed, Unknown, Unreadable, EvaluationError):
                asked = {k: evaluate(tree, arguments, now=now) for k, tree in fact["arguments"].items()}
                found[name] = await self.reader.look(scope, fact["tool"], asked)
        return found

    async def call(self, scope: Scope) -> Result:
        """The last gate and the call. Repeating it is safe: the row's state says what a repeat may do."""
        intent = await self.store.run(self.store.intents.get, str(scope.work.data["intent"]))
        if intent.ticket_id != scope.ticket.id or intent.tool != activity.info().activity_type:
            raise EngineError(code="intent")
        match intent.state:
            case "reserved":
                return await self._first_try(scope, intent)
            case "sending":
                return await self._repeat(scope, intent)
            case _:
                return await self._settled(scope, intent)

    async def _settled(self, scope: Scope, intent: IntentRow) -> Result:
        """What a row that is through says; a result is bound only if the write is known to have happened."""
        if intent.counts_as_done and intent.result_value:
            content = decode(await self.store.run(self.store.values.get, intent.result_value))
            return Result("done", value=await self.desk.keep(scope, scope.node.binds or scope.node.id, content))
        match intent.state:
            case "not_done":
                return Result(intent.because or "else")
            case "refused":
                return Result("refused", value=await self.desk.refused(scope, intent.because or "refused"))
            case "withdrawn":
                return Result("else", because="withdrawn")
            case "done" | "reconciled" if intent.counts_as_done:  # there is no answer of the tool's to go on with
                return Result("unreadable")
            case _:
                return Result("unknown")

    async def _first_try(self, scope: Scope, intent: IntentRow) -> Result:
        """Takes the token, reads fresh facts, judges, and moves the row to `sending` in one transaction."""
        plan = await self._pinned(scope, intent)
        if plan is None:
            return Result("not_contract")
        contract = plan.tools[intent.tool]
        token = await self.store.run(self.store.intents.hold, intent.id)
        if token is None:
            raise later("fenced", 1.0)
        if self.desk.leaves(scope, intent.tool):
            return await self._refuse(scope, intent, f"leaves the premises: {intent.tool}")
        arguments = decode(intent.arguments)
        facts = await self.facts(scope, contract, arguments)
        now = await self.store.run(self.store.now)
        names = gate_names(scope.names, arguments, facts)
        limits: list[Limit] = []
        needs: dict[int, frozenset[str]] = {}
        consent = False
        for grant in await self.desk.grants(plan, intent.tool):
            failed = first_failing(grant, names, now) if grant is not None else "no longer granted"
            if grant is None or failed is not None:
                return await self._refuse(scope, intent, failed or "")
            limits += limits_of(grant, names, arguments, now)
            for line in applying(grant, names, now):
                teams = deciders(grant, line)
                needs[line] = needs.get(line, teams) & teams
            consent = consent or grant.confirm is not None
        began = await self.store.run(
            self.store.intents.begin, intent.id, token, deadline=timedelta(seconds=contract.timeout) + _MARGIN,
            limits=tuple(dict.fromkeys(limits)), needs=tuple(needs), consent=consent, tool=intent.tool,
            contract_digest=digest(contract.to_json()), version=intent.version, check=self._last_look(scope, needs),
        )  # fmt: skip
        if isinstance(began, Stopped):
            return await self._stopped(scope, intent, began)
        return await self._send(scope, intent, contract, arguments, token)

    async def _refuse(self, scope: Scope, intent: IntentRow, because: str) -> Result:
        await self.store.run(self.store.intents.refuse, intent.id, because)
        return Result("refused", value=await self.desk.refused(scope, because))

    def _last_look(self, scope: Scope, needs: Mapping[int, frozenset[str]]) -> LastCheck:
        """At the moment of use: whether everything that came in was heard, and whether who decided still belongs to the
        team that must decide."""

        def check(_: IntentRow, ticket: TicketRow, approvals: tuple[ApprovalRow, ...]) -> Stopped | None:
            if ticket.last_seq > scope.work.cursor:
                return Stopped("unheard", f"message {ticket.last_seq} came in")
            for row in approvals:
                teams = needs.get(row.line)
                if teams is not None and not (
                    row.team in teams and row.decided_by in self.context.projects.people(row.team)
                ):
                    return Stopped("approval", f"line {row.line} was decided by somebody who may not")
            return None

        return check

    async def _pinned(self, scope: Scope, intent: IntentRow) -> Plan | None:
        """The plan of the ticket's row, if the intent was made under the contract that it pins."""
        if scope.ticket.revision is None:
            return None
        plan = await self.desk.plan(scope.ticket.revision)
        contract = plan.tools.get(intent.tool)
        if contract is None or digest(contract.to_json()) != intent.contract_digest:
            return None
        here = self.context.projects.tools.get(intent.tool)
        if here is None or digest(here.contract.to_json()) != intent.contract_digest:
            raise later("not_here", 5.0)
        return plan

    async def _stopped(self, scope: Scope, intent: IntentRow, stopped: Stopped) -> Result:
        match stopped.code:
            case "token" | "state":
                raise later("fenced", 1.0)
            case "unheard":
                return Result("unheard")
            case "superseded" | "approval" | "consent" | "identity":
                return Result("again", because=stopped.code)
            case "mode":  # drafts and answers go on, writes are people's: no edge, so they get it
                return Result("not_live", because=stopped.detail)
            case "held":  # the ledger is behind: nothing is refused for that, it waits until a person lifts it
                raise later("held", _HELD)
            case "limit" | "revoked":
                return await self._refuse(scope, intent, f"{stopped.code}: {stopped.detail}")
            case _:
                return Result("not_contract", because=stopped.code)

    async def _repeat(self, scope: Scope, intent: IntentRow) -> Result:
        """A repeat that finds the row sent: the vendor's own key, or a person; never a blind second call."""
        plan = await self._pinned(scope, intent)
        if plan is None:
            return Result("not_contract")
        contract = plan.tools[intent.tool]
        keeps = contract.idempotency.get("keeps")
        again = await self.store.run(
            self.store.intents.again, intent.id, keeps=timedelta(seconds=keeps) if keeps else None,
            has_find=bool(contract.find),
        )  # fmt: skip
        match again.what:
            case "wait":
                raise later("in_flight", again.seconds + 0.5)
            case "send_same_key":
                token = await self.store.run(self.store.intents.retake, intent.id, again.token)
                if token is None:
                    raise later("fenced", 1.0)
                return await self._send(scope, intent, contract, decode(intent.arguments), token)
            case "not_sending":
                raise later("moved", 0.2)
            case "look" if contract.find:
                return await self._look_back(scope, intent, contract)
            case _:
                await self.store.run(self.store.intents.mark_unknown, intent.id)
                return Result("unknown")

    async def _look_back(self, scope: Scope, intent: IntentRow, contract: ToolContract) -> Result:
        """The tool's own read-back: `where` over the answer says whether the write is there. What the flow would go on
        with, it does not say."""
        arguments = decode(intent.arguments)
        now = await self.store.run(self.store.now)
        try:
            asked = {k: evaluate(t, arguments, now=now) for k, t in contract.find["arguments"].items()}
            seen = await self.reader.look(scope, contract.find["tool"], asked)
            there = condition(contract.find["where"], {**arguments, "result": seen}, now=now)
        except (ToolError, Failed, Unknown, Unreadable, EvaluationError):
            there = False
        await self.store.run(self.store.intents.mark_unknown, intent.id)
        if there:
            await self.store.run(
                self.store.intents.reconcile, intent.id, as_done=True, by="find", why="read-back"
            )  # fmt: skip
            return await self._settled(scope, await self.store.run(self.store.intents.get, intent.id))
        return Result("unknown")

    async def _send(
        self, scope: Scope, intent: IntentRow, contract: ToolContract, arguments: Mapping[str, Any], token: str
    ) -> Result:
        """Only the process that moved the row to `sending` comes here."""
        settle = self.store.intents.settle
        tool = self.context.projects.tools[intent.tool]
        try:
            result = await tool.call(
                contract,
                arguments,
                secrets=self.context.secrets,
                key=intent.vendor_key if contract.idempotency else None,
            )
        except ToolError as error:
            if not error.not_done:
                return await self._unknown(intent, error.name)
            await self.store.run(settle, intent.id, token, "not_done", because=error.name, result=None)
            return Result(error.name)
        except Failed as error:
            if not error.again:  # it can never be sent as it is: the flow's own error branch, by default a person
                await self.store.run(settle, intent.id, token, "not_done", because=error.code, result=None)
                return Result("else", because=error.code)
            await self.store.run(self.store.intents.release, intent.id, token)  # certainly not sent: tried again
            raise later(error.code, min(error.retry_after or 2.0, _LONGEST_WAIT)) from None
        except InProgress:
            raise later("in_progress", 2.0) from None
        except Unreadable as error:
            await self.store.run(settle, intent.id, token, "done", because=f"unreadable:{error.path}", result=None)
            return Result("unreadable", because=error.path)
        except Unknown as error:
            return await self._unknown(intent, error.code)
        await self.store.run(settle, intent.id, token, "done", because=None, result=encode(result.value))
        return Result("done", value=await self.desk.keep(scope, scope.node.binds or scope.node.id, result.value))

    async def _unknown(self, intent: IntentRow, code: str) -> Result:
        """No answer, or one that says nothing of what happened. The row stays `sending`; the next look decides."""
        row = await self.store.run(self.store.intents.get, intent.id)
        now = await self.store.run(self.store.now)
        left = (row.deadline - now).total_seconds() if row.deadline else 1.0
        raise later(code, max(left, 0.0) + 0.5 if not row.vendor_key else 1.0)


def hmac_key(salt: bytes, intent_id: str) -> str:
    """The vendor's idempotency key: of the intent, never of the arguments (DURABILITY R1)."""
    return hmac.new(salt, intent_id.encode(), hashlib.sha256).hexdigest()[:40]
