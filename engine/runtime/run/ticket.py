"""What the code of a step kind may use of the running ticket. Workflow code: deterministic, no contents."""

from collections.abc import Awaitable, Callable, Mapping
from copy import copy
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from temporalio import workflow
from temporalio.common import RetryPolicy

from engine.plan import Node, Plan, revision
from engine.runtime.attributes import AWAITING_TEAM, ESCALATED, SLA_DUE, STATE, TEAM
from engine.runtime.input import Checkpoint, Frame, Result, Step, TicketInput, Value, Work

__all__ = ["CAP", "Came", "Ended", "Gone", "Handoff", "Jump", "Moved", "Ticket"]

_RETRY = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=30))
_TIMEOUT = timedelta(seconds=60)
_THINKING = timedelta(minutes=5)
"""For what may ask a model, several times and with others that stand in for it."""
_THINKS = frozenset({"answer", "ask.read", "judge", "listen", "reply", "route"})
_HEARTBEAT = timedelta(seconds=10)
"""A worker that was killed is noticed after so long; every activity beats five times as often."""
CAP = 6
"""Transfers of one ticket in one epoch before a person takes it: two flows that hand a ticket to each other, or a
customer whose mind changes with every message."""


class Handoff(Exception):
    """People take over: `reason` is a code, `team` the one that the flow names, if any."""

    def __init__(self, reason: str, team: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.team = team


class Jump(Exception):
    """The ticket goes on at another node of its flow; `same` if it is still the same visit to that node."""

    def __init__(self, node: str, *, same: bool = False) -> None:
        super().__init__(node)
        self.node = node
        self.same = same


class Moved(Exception):
    """The ticket goes on in another run: the flow's plan and what it starts from."""

    def __init__(self, flow: str, plan: Mapping[str, Any], *, resume: bool = False) -> None:
        super().__init__(flow)
        self.flow = flow
        self.plan = plan
        self.resume = resume


class Ended(Exception):
    """The ticket is closed; `outcome` says how."""

    def __init__(self, outcome: str) -> None:
        super().__init__(outcome)
        self.outcome = outcome


class Gone(Exception):
    """The store says that this run is of the past: the ticket was closed, or is in a later epoch."""


@dataclass(frozen=True, slots=True)
class _Entry:
    node: Node
    iteration: str


class Came(NamedTuple):
    """The node before, and what it came to."""

    node: str = ""
    outcome: str = ""
    because: str = ""


@dataclass(slots=True)
class _Account:
    """Steps so far in this epoch, and the lines that no activity has written yet."""

    steps: int
    lines: list[Step]


class Ticket:
    """The running ticket: position, references, and the one way to reach an activity."""

    def __init__(self, given: TicketInput) -> None:
        start = given.checkpoint or Checkpoint()
        self.plan = Plan.from_json(given.plan)
        self.revision = revision(self.plan.flow, self.plan.body())
        self.id = given.ticket_id
        self.epoch = given.epoch
        self.cursor = start.cursor
        self.values: dict[str, Value] = dict(start.values)
        self.visits: dict[str, int] = dict(start.visits)
        self.transfers = start.transfers
        self.loops: dict[str, dict[str, Any]] = {name: dict(loop) for name, loop in start.loops.items()}
        """node of an `each` or a `repeat` -> how far it is: {at}, and for a list {list, given}: ids of values"""
        self.start = start.frames[0] if start.frames else None
        self.rung = False
        self.last_ask = start.last_ask
        self.because = ""
        """Why the node came to its outcome, as a code for the account; its code may say so."""
        self.judged: dict[str, dict[str, Any]] = {}
        """propose node -> what the gates said: {intent, failed: [gate, line] | None, approve: [line]}"""
        self._awaited: str | None = None
        self._told = "waits"
        """Whose turn it is, for the timers of the Temporal UI."""
        self.came = Came()
        self._account = _Account(start.ordinal, [])
        self.step: Callable[[Ticket, Node], Awaitable[str]]
        """Runs one node and gives the next one; set by the workflow."""
        self._at: _Entry | None = None
        self._plan_json = given.plan

    # position

    def enter(self, node: Node, *, same: bool = False) -> None:
        """Counts the visit: the iteration of intents and texts, so that a second visit is a second wish."""
        self.awaits(None)
        resumed = self.start is not None and self.start.node == node.id and self._at is None
        if resumed and self.start is not None:
            self._at = _Entry(node, self.start.iteration)
            return
        place = f"{self.plan.flow}/{node.id}"
        if not same or place not in self.visits:
            self.visits[place] = self.visits.get(place, 0) + 1
        self._at = _Entry(node, str(self.visits[place]))

    def beside(self) -> "Ticket":
        """The same ticket for a branch that runs beside others: with a place of its own, all else shared."""
        return copy(self)

    def goes_round(self, node: Node) -> bool:
        """Whether a loop around the node is past its first round."""
        return any(loop["at"] > 0 and node.id.startswith(f"{name}/do/") for name, loop in self.loops.items())

    def entrance(self, node_id: str) -> str:
        """The node itself, or the loop around it that is over: that begins again."""
        parts = node_id.split("/do/")
        loops = ("/do/".join(parts[:count]) for count in range(1, len(parts)))
        return next((name for name in loops if name not in self.loops), node_id)

    @property
    def iteration(self) -> str:
        """The iteration path of the node where the ticket stands."""
        return self._at.iteration if self._at else ""

    def iteration_of(self, node_id: str) -> str:
        """The iteration path of the latest visit to another node, such as the `propose` that a gate belongs to."""
        return str(self.visits.get(f"{self.plan.flow}/{node_id}", 1))

    def note(self, node: Node, outcome: str, because: str = "") -> None:
        """One line for the account; written by the next activity, in the same transaction as nothing else."""
        self._account.steps += 1
        place, at = self.plan.places.get(node.id, ""), workflow.now().isoformat()
        line = Step(self._account.steps, node.id, self.iteration, node.kind, place, outcome, at, because)
        self._account.lines.append(line)

    def checkpoint(self, *, resume: bool) -> Checkpoint:
        """For the next run: with the frame where it stands, or (in another flow) with what outlives a flow."""
        if resume and self._at is not None:
            frames, values = [Frame(self._at.node.id, self._at.iteration)], self.values
        else:
            frames, values = [], {n: v for n, v in self.values.items() if n in ("customer", "details")}
        return Checkpoint(
            cursor=self.cursor,
            frames=frames,
            values=values,
            ordinal=self._account.steps,
            visits=self.visits,
            transfers=self.transfers if resume else self.transfers + 1,
            last_ask=self.last_ask if resume else None,
            loops=self.loops if resume else {},
        )

    @property
    def plan_json(self) -> Mapping[str, Any]:
        """The plan as it came in."""
        return self._plan_json

    # values

    def bind(self, name: str | None, value: Value | None) -> None:
        """Gives a value its name; None in place of a value leaves the name missing."""
        if name is None:
            return
        if value is None:
            self.values.pop(name, None)
        else:
            self.values[name] = value

    def scalars(self) -> dict[str, Any]:
        """Nested names for the evaluator, made of the scalars at hand alone, still encoded."""
        names: dict[str, Any] = {}
        for name, value in self.values.items():
            for path, scalar in value.scalars.items():
                target = names.setdefault(name, {}) if path else names
                keys = path.split(".") if path else [name]
                for key in keys[:-1]:
                    target = target.setdefault(key, {})
                target[keys[-1]] = scalar
        return names

    # activities

    async def act(
        self,
        name: str,
        node: Node,
        *,
        data: Mapping[str, Any] | None = None,
        iteration: str | None = None,
        summary: str | None = None,
        timeout: timedelta | None = None,
    ) -> Result:
        """One side effect. Raises Gone when the store says that this run is of the past; ActivityError when it can't
        be done and trying again will not help."""
        trace, self._account.lines = self._account.lines, []
        work = Work(
            ticket_id=self.id,
            epoch=self.epoch,
            revision=self.revision,
            node=node.id,
            iteration=self.iteration if iteration is None else iteration,
            cursor=self.cursor,
            refs={name: value.id for name, value in self.values.items()},
            data=dict(data or {}),
            trace=trace,
            run=workflow.info().run_id,
        )
        result: Result = await workflow.execute_activity(
            name,
            work,
            result_type=Result,
            start_to_close_timeout=timeout or (_THINKING if name in _THINKS else _TIMEOUT),
            heartbeat_timeout=_HEARTBEAT,
            retry_policy=_RETRY,
            summary=summary or self.plan.places.get(node.id) or node.kind,
        )
        if result.outcome == "gone":
            raise Gone
        if result.outcome == "handed_off":
            raise Handoff(result.because)
        return result

    async def flush(self, node: Node) -> None:
        """Writes the lines that no later activity would."""
        if self._account.lines:
            await self.act("record", node)

    # waiting

    async def ring_or(self, until: datetime | None) -> bool:
        """Waits for a ring, at most until an absolute instant. True if it rang. The one quiescent point: a run whose
        history has grown hands over to the next one here."""
        if workflow.info().is_continue_as_new_suggested():
            raise Moved(self.plan.flow, self._plan_json, resume=True)
        # at least a second: what decides is the store's clock, and Temporal's may be ahead of it
        timeout = None if until is None else max(until - workflow.now(), timedelta(seconds=1))
        try:
            await workflow.wait_condition(lambda: self.rung, timeout=timeout, timeout_summary=self._told)
        except TimeoutError:
            return False
        return True

    def tell(self, text: str) -> None:
        """A short account for the Temporal UI: kind, place, whose turn it is. Nothing personal."""
        self._told = text
        at = self._at.node if self._at else None
        place = self.plan.places.get(at.id, "") if at else ""
        workflow.set_current_details(f"**{self.plan.title or self.plan.flow}** · {text}\n\n`{self.revision}` {place}")

    def handed_to(self, team: str, due: datetime) -> None:
        """People have it: shown in the Temporal UI until they give it back or it is closed."""
        workflow.upsert_search_attributes([
            ESCALATED.value_set(True), STATE.value_set("handed_off"), TEAM.value_set(team),
            AWAITING_TEAM.value_set(team), SLA_DUE.value_set(due),
        ])  # fmt: skip

    def awaits(self, team: str | None) -> None:
        """Whose turn it is, for the filters of the Temporal UI: a team's, or (None) the customer's or the engine's."""
        if team == self._awaited:
            return
        self._awaited = team
        workflow.upsert_search_attributes([AWAITING_TEAM.value_set(team) if team else AWAITING_TEAM.value_unset()])
