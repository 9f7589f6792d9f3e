"""A worker in a process of its own that kills or stops itself at one point of a ticket's way.

The points are not written down anywhere: each activity runs step by step, and every place where it gives up control
is one. What it waited for is done then, and not yet seen by the code. Two more kinds are added: an activity's begin,
and the moments at which an HTTP request is out and its answer is not there. The workflow's own are the moments at
which it is about to ask for something: an activity, the next run.
"""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import Callable, Coroutine, Generator
from datetime import timedelta
from pathlib import Path
from typing import Any

from temporalio import activity, workflow
from temporalio.client import Client, OutboundInterceptor, StartWorkflowInput, WorkflowHandle
from temporalio.client import Interceptor as ClientInterceptor
from temporalio.common import RetryPolicy
from temporalio.worker import (
    ActivityInboundInterceptor,
    ContinueAsNewInput,
    ExecuteActivityInput,
    Interceptor,
    StartActivityInput,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
    WorkflowOutboundInterceptor,
)

from engine.runtime.client import connect
from engine.runtime.context import Context
from engine.runtime.projects import LoadedProject
from engine.runtime.worker import make_worker
from engine.settings import Settings
from engine.store import Store
from tests.runtime.bench import light_context

HEARTBEAT = timedelta(seconds=2)
"""After so long a silent worker counts as gone; ten seconds in service."""
SENDING = timedelta(seconds=4)
"""How long a text may be on its way; 40 seconds in service. As there, longer than the channel's own time-out."""
EXCHANGE = 2.0
_WORKFLOW_TASK = timedelta(seconds=2)
_STICKY = timedelta(seconds=1)
_RETRY = RetryPolicy(initial_interval=timedelta(seconds=0.5), maximum_interval=timedelta(seconds=2))


class Points:
    """Names every point that is passed, in a file; at one of them a signal hits the process."""

    def __init__(self, at: str, number: int, passed: Path) -> None:
        self.at, self.number = at, number
        self._count: Counter[str] = Counter()
        self._passed = passed.open("a", encoding="utf-8", buffering=1)

    def reach(self, name: str) -> None:
        """A name is counted over the whole ticket, so that one more look at the inbox does not move it."""
        self._count[name] += 1
        point = f"{name} ({self._count[name]})"
        self._passed.write(f"{point}\n")
        if point == self.at:
            os.kill(os.getpid(), self.number)


class Stepped:
    """A coroutine, seen at each of its awaits."""

    def __init__(self, coroutine: Coroutine[Any, Any, Any], prefix: str, points: Points) -> None:
        self._coroutine, self._prefix, self._points = coroutine, prefix, points

    def __await__(self) -> Generator[Any, Any, Any]:
        """Runs it to its end."""
        self._points.reach(f"{self._prefix}: begin")
        error: BaseException | None = None
        while True:
            try:
                waited = self._coroutine.send(None) if error is None else self._coroutine.throw(error)
            except StopIteration as done:
                return done.value
            error = None
            where = place(self._coroutine)
            if "receive_response_headers" in where:
                self._points.reach(f"{self._prefix}: {where}, sent")
            try:
                yield waited
            except BaseException as raised:  # cancelled, perhaps: the code itself is to see it
                error = raised
            self._points.reach(f"{self._prefix}: {where}")


def place(coroutine: Any) -> str:
    """Where a coroutine waits: the engine's function nearest to it, and what that waits for."""
    engine, at = "", ""
    while coroutine is not None:
        frames = (getattr(coroutine, name, None) for name in ("cr_frame", "ag_frame", "gi_frame"))
        frame = next((found for found in frames if found is not None), None)
        if frame is None:
            break
        name, module = frame.f_code.co_qualname, frame.f_globals.get("__name__", "")
        if name == "Store.run":
            return f"{engine} > {frame.f_locals['method'].__qualname__}"
        if module.startswith("engine.") and module != "engine.exchange":
            engine = name
        at = name.removeprefix("AsyncConnectionPool.").removeprefix("AsyncHTTP11Connection.")
        if name.endswith("_receive_response_headers"):
            break
        manager = frame.f_locals.get("self") if name.startswith("_AsyncGeneratorContextManager.") else None
        coroutine = manager.gen if manager is not None else _awaited(coroutine)
    return f"{engine} > {at}"


def _awaited(coroutine: Any) -> Any:
    return next((w for name in ("cr_await", "ag_await", "gi_yieldfrom") if (w := getattr(coroutine, name, None))), None)


class Watched(Interceptor):
    """The worker's side: points, and patience for tests."""

    def __init__(self, points: Points) -> None:
        self.points = points

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002
        return _Activities(next, self.points)

    def workflow_interceptor_class(
        self,
        input: WorkflowInterceptorClassInput,  # noqa: A002 - temporalio's name
    ) -> type[WorkflowInboundInterceptor]:
        points = self.points

        class Outbound(WorkflowOutboundInterceptor):
            def start_activity(self, input: StartActivityInput) -> workflow.ActivityHandle[Any]:  # noqa: A002
                _reach(points, f"asks for {input.activity}")
                input.heartbeat_timeout = HEARTBEAT
                input.retry_policy = _RETRY
                return super().start_activity(input)

            def continue_as_new(self, input: ContinueAsNewInput) -> Any:  # noqa: A002
                _reach(points, f"goes on as {input.workflow}")
                return super().continue_as_new(input)

        class Inbound(WorkflowInboundInterceptor):
            def init(self, outbound: WorkflowOutboundInterceptor) -> None:
                super().init(Outbound(outbound))

        return Inbound


def _reach(points: Points, what: str) -> None:
    if not workflow.unsafe.is_replaying():
        points.reach(f"{workflow.info().workflow_type}/workflow: {what}")


class _Activities(ActivityInboundInterceptor):
    def __init__(self, next: ActivityInboundInterceptor, points: Points) -> None:  # noqa: A002
        super().__init__(next)
        self._points = points

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002
        info = activity.info()
        coroutine = super().execute_activity(input)
        return await Stepped(coroutine, f"{info.workflow_type}/{info.activity_type}", self._points)


class _Hasty(ClientInterceptor):
    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:  # noqa: A002
        return _Starts(next)


class _Starts(OutboundInterceptor):
    async def start_workflow(self, input: StartWorkflowInput) -> WorkflowHandle[Any, Any]:  # noqa: A002
        input.task_timeout = _WORKFLOW_TASK
        return await super().start_workflow(input)


def hasty(client: Client) -> Client:
    """A client whose workflows notice soon that a worker died in the middle of a workflow task."""
    config: Any = client.config()
    return Client(**{**config, "interceptors": [_Hasty()]})


def main(root: str, env: dict[str, str], at: str, number: int, passed: str) -> None:
    """Works until it is ended. `at` is a point's name, empty for none; the names of those passed go to a file."""
    asyncio.run(run(Path(root), env, Points(at, number, Path(passed)), light_context))


async def run(root: Path, env: dict[str, str], points: Points, furnish: Callable[..., Context]) -> None:
    """Works until it is told to end."""
    settings = Settings.from_env(root, env)
    project = LoadedProject(root)
    store = Store.open(settings.store_url)
    context = furnish(settings, project, store)
    context.sending = SENDING
    for channel in context.channels.values():
        channel.seconds = EXCHANGE  # type: ignore[attr-defined]
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    worker = make_worker(
        await connect(settings), context, task_queue=settings.task_queue, interceptors=[Watched(points)],
        sticky_queue_schedule_to_start_timeout=_STICKY, build_id="faulty",
    )  # fmt: skip
    async with worker:  # without a build id it would hash all modules first, for half a second
        await stop.wait()
