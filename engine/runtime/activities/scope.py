"""What one activity sees of its ticket."""

from typing import Any

from engine.plan import Node, Plan
from engine.runtime.input import Work
from engine.runtime.languages import language_of, spoken, told
from engine.store.rows import TicketRow

__all__ = ["Scope", "stays"]


class Scope:
    """One activity's view: the ticket's row, its pinned plan, the node, and the values that it was given."""

    def __init__(self, work: Work, ticket: TicketRow, plan: Plan, names: dict[str, Any]) -> None:
        self.work = work
        self.ticket = ticket
        self.plan = plan
        self.names = names

    @property
    def node(self) -> Node:
        """The node of the plan in the store, not of the plan in the history."""
        return self.plan.nodes[self.work.node]

    @property
    def place(self) -> str:
        """The place in the ledger: a node of a flow."""
        return f"{self.plan.flow}/{self.work.node}"

    @property
    def stays(self) -> bool:
        """Whether contents stay on the premises, as the pinned plan says it, or that of a flow that it was in before:
        what was written there is part of the conversation for good."""
        return self.ticket.stays or stays(self.plan)

    @property
    def currency(self) -> str:
        """The project's currency."""
        return str(self.plan.settings.get("currency", "EUR"))

    @property
    def timezone(self) -> str:
        """IANA name of the project's timezone."""
        return str(self.plan.settings.get("timezone", "UTC"))

    @property
    def told_language(self) -> str | None:
        """What the customer's own words are in; None while they do not tell it."""
        return told(self.ticket)

    @property
    def language(self) -> str | None:
        """The same, or else what the channel claims: what a model writes to the customer in."""
        return language_of(self.ticket)

    @property
    def spoken_language(self) -> str:
        """What fixed texts, amounts and days are written in."""
        return spoken(self.ticket, self.plan.settings)


def stays(plan: Plan) -> bool:
    """Whether a plan keeps contents on the premises."""
    return bool(plan.settings.get("data", {}).get("location") == "on_premises")
