"""A worker: the interpreter and its activities on one task queue."""

from datetime import timedelta
from typing import Any

from temporalio.client import Client
from temporalio.worker import Worker

from engine.runtime.activities import activities
from engine.runtime.context import Context
from engine.runtime.workflow import TicketWorkflow

__all__ = ["make_worker"]

_CACHED = 0
"""Runs that are kept in memory between two of their tasks. Temporal may be set back to an older copy of its database
while workers live; a run in memory is then ahead of its history, and either takes new events for some that it has seen,
or writes into the history what no replay comes to. So each task is computed from the history, which costs a worker
about a third more."""
_GRACE = timedelta(seconds=20)
"""A stopping worker lets what it has begun come to an end: a write is awaited, never cancelled."""


def make_worker(client: Client, context: Context, *, task_queue: str, **more: Any) -> Worker:
    """Workflows run outside the sandbox (they hold no code of users); contents stay in activities.

    `more`: further arguments of Temporal's `Worker`, such as `interceptors`.
    """
    return Worker(
        client,
        task_queue=task_queue,
        workflows=[TicketWorkflow],
        activities=activities(context),
        graceful_shutdown_timeout=_GRACE,
        max_concurrent_activities=50,
        max_cached_workflows=_CACHED,
        **more,
    )
