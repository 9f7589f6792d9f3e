"""Runs whose history no longer replays: Temporal was set back under workers that still held the run's later state, or
the workflow's code was changed without a patch. Retrying cannot help such a run; the store can: it begins again there.
"""

import logging
from datetime import timedelta
from typing import Final, NamedTuple

from temporalio.service import RPCError, RPCStatusCode

from engine.runtime.ring import Ringer

__all__ = ["Stuck", "begin_again", "stuck"]

log = logging.getLogger("engine.stuck")
_QUERY: Final = (
    "ExecutionStatus = 'Running' AND TaskQueue = '{queue}' "
    "AND TemporalReportedProblems IN ('cause=WorkflowTaskFailedCauseNonDeterministicError')"
)
"""The server sets the attribute when a run's workflow tasks keep failing, and takes it away when one succeeds. Temporal
Cloud does by itself, the embedded server is told to, and any other needs the dynamic configuration
`system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute`, else it reports nothing:
https://docs.temporal.io/web-ui#activate-task-failures-view. Other causes are left: the next worker may lack the fault.
"""
_TIMEOUT: Final = timedelta(seconds=10)


class Stuck(NamedTuple):
    """A run that cannot go on."""

    id: str
    """The ticket's."""
    workflow: str
    run: str


async def stuck(ringer: Ringer) -> list[Stuck]:
    """Those that the server reports. Raises RPCError while Temporal is away, or is too old to know the attribute."""
    runs = ringer.client.list_workflows(_QUERY.format(queue=ringer.task_queue), rpc_timeout=_TIMEOUT)
    return [Stuck(run.id.rpartition("/")[2], run.id, run.run_id) async for run in runs]


async def begin_again(ringer: Ringer, found: Stuck) -> bool:
    """Ends that very run, and starts the ticket's next one from the store. False if it has ended by itself meanwhile.

    The ring is in the store first: whoever dies in between leaves a ticket that the sweep starts.
    """
    await ringer.store.run(ringer.store.tickets.ring, found.id)
    handle = ringer.client.get_workflow_handle(found.workflow, run_id=found.run)
    try:
        await handle.terminate(reason="its history does not replay: begun again from the store", rpc_timeout=_TIMEOUT)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return False
    log.error("the run of ticket %s does not replay: begun again from the store", found.id)
    await ringer.ring(found.id)
    return True
