"""Many tickets of the tau shop at once: one Temporal server, one worker, one store, one shop."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.models.local import LocalModel
from tests.runtime.bench import Bench
from tests.tau.script import Scripts, Task
from tests.tau.shop import TauShop

__all__ = ["PROJECT", "TauBench", "waves"]

PROJECT = Path(__file__).parent / "project"
_SECOND = 1.1
"""The platform's clock has seconds, and a yes counts if it comes after its question."""


@dataclass
class TauBench(Bench):
    """`Bench` with the tau shop and with customers who say yes to every question for consent."""

    root: Path = PROJECT
    say: Callable[[int, str], str | None] = lambda number, question: "Yes, please"
    """Ticket and the engine's text -> what the customer says to it, None for nothing."""
    _seen: dict[int, float] = field(default_factory=dict)
    """comment -> when it was first seen"""

    def open_shop(self) -> TauShop:
        return TauShop().serve()

    def open(self, task: Task, text: str = "I want to change something about my orders.") -> int:
        """The ticket of a task; its number on the platform."""
        facts = task.facts
        body = f"{text} I am {facts['first_name']} {facts['last_name']}, {facts['zip']} (case {task.number:03})"
        return int(self.desk.open_ticket(task.email, "My orders", body)["id"])

    def scripted(self, tasks: Sequence[Task], turns: Mapping[int, Any] | None = None) -> Scripts:
        """The model that does what the tasks say."""
        return Scripts(turns or {task.number: task.turns for task in tasks}, {t.number: t.facts for t in tasks})

    def worker(self, model: Scripts) -> Any:
        local = LocalModel()
        return self.work(model=lambda plan, job: local if job == "answer" else model)

    async def pump(self) -> None:
        """As `Bench`; what a busy service refuses is delivered again, as the platform does."""
        for one in self.desk.deliveries(self.seen):
            if (await self.post(one.headers, one.body)).status_code != 200:
                break
            self.seen = max(self.seen, one.seq)
        await self._answer()
        await self.ringer.sweep()

    async def _answer(self) -> None:
        for ticket in self.desk.desk.records.all("ticket"):
            newest = [c for c in self.desk.comments(ticket["id"]) if c["public"]][-1]
            if newest["author_id"] == ticket["requester_id"] or "yes or no" not in newest["body"]:
                continue
            since = self._seen.setdefault(newest["id"], time.monotonic())
            said = self.say(ticket["id"], newest["body"]) if time.monotonic() - since > _SECOND else None
            if said is not None:
                self.desk.customer_writes(ticket["id"], said)


def waves(tasks: Sequence[Task]) -> list[list[Task]]:
    """Groups in which no customer comes twice: within one, no task touches what another one does."""
    groups: list[list[Task]] = []
    for task in tasks:
        group = next((one for one in groups if all(other.customer != task.customer for other in one)), None)
        if group is None:
            groups.append(group := [])
        group.append(task)
    return groups
