"""The one dynamic workflow class: every flow's name is a Workflow Type of its own, and all run this interpreter.

It decides nothing that matters: it keeps the position and the time, and calls one activity a side effect. A signal
only rings. It runs outside the sandbox, since it holds no code of users; recorded histories hold its determinism.
"""

from collections.abc import Sequence
from typing import Any

from temporalio import workflow
from temporalio.common import RawValue, SearchAttributeUpdate
from temporalio.exceptions import ActivityError, ApplicationError

from engine.plan import Node
from engine.runtime.attributes import AWAITING_TEAM, CATEGORY, FLOW, OUTCOME, ROLLOUT, STATE, TEAM
from engine.runtime.input import TicketInput
from engine.runtime.run import RUN
from engine.runtime.run.escalate import hand_off
from engine.runtime.run.ticket import Came, Ended, Gone, Handoff, Jump, Moved, Ticket

__all__ = ["TicketWorkflow"]


@workflow.defn(dynamic=True, sandboxed=False)
class TicketWorkflow:
    """One ticket, from its first message to its close, in as many runs as it takes."""

    @workflow.init
    def __init__(self, args: Sequence[RawValue]) -> None:
        """Everything stands here before a signal can arrive."""
        given = workflow.payload_converter().from_payload(args[0].payload, TicketInput)
        self._ticket = Ticket(given)
        self._ticket.step = self._step

    @workflow.signal(name="ring")
    def ring(self) -> None:
        """Something may have changed in the store. Carries nothing; repeated or forged, it costs one look."""
        self._ticket.rung = True

    @workflow.run
    async def run(self, args: Sequence[RawValue]) -> str:
        """Runs the plan. Gives the outcome when the ticket is closed, `gone` when the store says it was long ago."""
        ticket = self._ticket
        try:
            await self._flow(ticket)
        except Ended as ended:
            workflow.upsert_search_attributes([
                STATE.value_set("closed"), OUTCOME.value_set(ended.outcome), AWAITING_TEAM.value_unset(),
            ])  # fmt: skip
            workflow.set_current_details(f"**{ticket.plan.title}** · closed, {ended.outcome}")
            return ended.outcome
        except Gone:
            return "gone"
        except Moved as moved:
            await workflow.wait_condition(workflow.all_handlers_finished)
            workflow.continue_as_new(
                args=[TicketInput(ticket.id, ticket.epoch, moved.plan, ticket.checkpoint(resume=moved.resume))],
                workflow=moved.flow,
            )
        raise AssertionError("a flow ends by closing or by moving on")

    async def _flow(self, ticket: Ticket) -> None:
        """Walks from node to node until something ends the walk."""
        self._publish(ticket)
        name, same = ticket.start.node if ticket.start else ticket.plan.entry, False
        while True:
            node = ticket.plan.nodes[name]
            ticket.enter(node, same=same)
            same = False
            try:
                name = await self._step(ticket, node)
            except Jump as jump:
                name, same = jump.node, jump.same
            except Handoff as handoff:
                await hand_off(ticket, node, handoff)

    async def _step(self, ticket: Ticket, node: Node) -> str:
        """Runs one node and gives the next one. An outcome without an edge goes to people."""
        ticket.because = ""
        try:
            outcome = await RUN[node.kind](ticket, node)
        except ActivityError as error:
            raise Handoff(f"failed:{_code(error)}") from None
        ticket.note(node, outcome, ticket.because)
        ticket.came = Came(node.id, outcome, ticket.because)
        if outcome not in node.on:
            raise Handoff(outcome)
        return node.on[outcome]

    def _publish(self, ticket: Ticket) -> None:
        """What the Temporal UI can filter by; nothing personal."""
        updates: list[SearchAttributeUpdate[Any]] = [
            FLOW.value_set(ticket.plan.flow),
            ROLLOUT.value_set(str(ticket.plan.settings.get("rollout", {}).get("mode", "live"))),
        ]
        if ticket.plan.flow not in ("triage", "human"):
            updates += [CATEGORY.value_set(ticket.plan.flow), STATE.value_set("open"), AWAITING_TEAM.value_unset()]
            if ticket.plan.owner:
                updates.append(TEAM.value_set(ticket.plan.owner))
        workflow.upsert_search_attributes(updates)
        ticket.tell("running")


def _code(error: ActivityError) -> str:
    cause = error.cause
    return cause.type or "unexpected" if isinstance(cause, ApplicationError) else type(cause).__name__
