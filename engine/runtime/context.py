"""What activities work with: the store, the project of the moment, and the adapters. One object a worker."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Literal, Protocol

from engine.channels.base import Channel
from engine.guardrails.base import Guard
from engine.knowledge.base import Passage
from engine.models.base import Model
from engine.models.local.synonyms import Synonyms
from engine.plan import Plan
from engine.project.premises import Premises
from engine.prompts.render import PromptSet
from engine.store import Store
from engine.tools.base import Tool

__all__ = ["Context", "Projects"]


class Searcher(Protocol):
    """What a worker needs of the knowledge."""

    @property
    def synonyms(self) -> Synonyms:
        """The team's own words."""

    async def asearch(
        self,
        query: str,
        *,
        collections: Sequence[str] = (),
        prefer: str | None = None,
        audience: str = "public",
        limit: int = 5,
    ) -> list[Passage]:
        """The passages that fit best, best first; those in the language `prefer` before others."""


class Projects(Protocol):
    """The project that this worker has loaded and found sound; it may be replaced while the worker runs."""

    @property
    def plans(self) -> Mapping[str, Plan]:
        """The newest sound plan of each flow."""

    @property
    def tools(self) -> Mapping[str, Tool]:
        """How each tool is called."""

    def people(self, team: str) -> tuple[str, ...]:
        """Who is entitled to decide for a team."""

    def notified(self, team: str) -> list[tuple[Literal["mail", "chat"], str]]:
        """Who is told of what waits for a team, beside the platform: people by mail, the team's chat by its name."""

    def group(self, team: str) -> str | None:
        """The ticketing platform's group of a team."""

    def secrets(self, given: Mapping[str, str]) -> dict[str, str]:
        """Those of the given values that must never leave."""

    @property
    def premises(self) -> Premises:
        """What runs on the premises."""

    @property
    def prompts(self) -> PromptSet:
        """What models are told, as the project has it today."""

    @property
    def budget(self) -> tuple[Decimal | None, Decimal | None]:
        """What models may cost for a ticket, and for a day, in USD."""

    @property
    def sla(self) -> float:
        """Seconds within which a person must have a handed-off ticket."""

    @property
    def handoff_team(self) -> str:
        """Who takes over where a flow names nobody."""


async def _nothing() -> None:
    """Where no model holds connections."""


@dataclass(slots=True)
class Context:
    """Made once a worker. Nothing here is written to by an activity."""

    store: Store
    projects: Projects
    channels: Mapping[str, Channel]
    model: Callable[[Plan, str], Model]
    """plan, job (`answer`, `ask`, `route`, `agent`) -> the model that the plan names for it: a `Chain`, if hosted"""
    library: Searcher
    guard: Callable[[Plan], Guard]
    """plan -> the output checks that it names"""
    secrets: Mapping[str, str]
    close: Callable[[], Awaitable[None]] = field(default=_nothing)
    """Lets go of the models' connections, once the worker has ended."""
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    sending: timedelta = timedelta(seconds=40)
    """How long a text may be on its way; longer than a channel's own time-out. After it nobody can still be sending."""

    @property
    def budget(self) -> tuple[Decimal | None, Decimal | None]:
        """Today's budgets, for a ticket and for a day: they are rights, and not pinned with the plan."""
        return self.projects.budget

    plans: dict[str, Plan] = field(default_factory=dict)
    """revision -> plan, as the store has it: a plan never changes"""
