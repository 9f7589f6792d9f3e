"""Starts what is due by the clock. The store is the truth: one row for a flow and its time, whoever looks."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Final

from engine.channels.internal import INTERNAL
from engine.plan import Plan
from engine.runtime.schedules import due
from engine.store import Beginning, Store

__all__ = ["Schedules"]

log = logging.getLogger("engine.schedules")
_KEPT: Final = timedelta(hours=1)
"""How far the mark of the last look may lag behind where nothing was due."""


class Schedules:
    """One a service; any number of services may look at once."""

    def __init__(
        self, store: Store, plans: Callable[[], Mapping[str, Plan]], ring: Callable[[str], Awaitable[object]], *,
        sla: timedelta, team: str,
    ) -> None:  # fmt: skip
        self._store = store
        self._plans = plans
        self._ring = ring
        self._sla = sla
        self._team = team

    async def look(self) -> None:
        """One round over the flows that a schedule starts."""
        for flow, plan in sorted(self._plans().items()):
            if "schedule" in plan.settings.get("start", {}):
                await self._one(flow, plan)

    async def _one(self, flow: str, plan: Plan) -> None:
        source = f"schedule/{flow}"
        since, now = await self._store.run(self._store.starts.look, source)
        found = due(plan.settings, since, now)
        if found is not None:
            await self._start(source, found.key, plan)
        if found is not None or now - since > _KEPT:
            await self._store.run(self._store.starts.looked, source, now)

    async def _start(self, source: str, key: str, plan: Plan) -> None:
        active = await self._store.run(self._store.revisions.active, plan.flow)
        if active is None:
            log.error("%s is due, and no revision of it is active", plan.flow)
            return
        begun = await self._store.run(
            self._store.starts.begin, source, key,
            Beginning(
                flow=plan.flow, revision=active, owner=plan.owner or self._team,
                mode=plan.settings["rollout"]["mode"], channel=INTERNAL, external_id=f"{source}/{key}",
                subject=plan.title, sla=self._sla,
            ),
        )  # fmt: skip
        if begun.outcome == "new":
            log.info("%s starts, as it is due at %s", plan.flow, key)
            await self._ring(begun.ticket_id)
