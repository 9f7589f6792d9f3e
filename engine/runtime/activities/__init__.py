"""Everything that touches the store, a model, a tool or a channel: groups of activities, one instance a worker."""

from collections.abc import Callable, Sequence
from typing import Any

from temporalio import activity
from temporalio.common import RawValue

from engine.runtime.activities.approving import Approver
from engine.runtime.activities.asking import Asker
from engine.runtime.activities.base import Group, guarded
from engine.runtime.activities.deciding import Decider
from engine.runtime.activities.desk import Desk
from engine.runtime.activities.hearing import Hearer
from engine.runtime.activities.questions import Questioner
from engine.runtime.activities.reading import Reader
from engine.runtime.activities.speaking import Speaker
from engine.runtime.activities.tickets import Clerk
from engine.runtime.activities.working import Worker
from engine.runtime.activities.writing import Writer
from engine.runtime.context import Context
from engine.runtime.input import Result, Work

__all__ = ["activities"]


class ToolCalls:
    """The dynamic activity: a tool's name is an Activity Type, so that the UI shows `orders.get`."""

    def __init__(self, reader: Reader, writer: Writer) -> None:
        self.reader = reader
        self.writer = writer

    @activity.defn(dynamic=True)
    async def tool(self, args: Sequence[RawValue]) -> Result:
        """A call of a tool. Whether it may read or write is for the plan in the store to say, not for the caller."""
        work = activity.payload_converter().from_payload(args[0].payload, Work)
        if work.data.get("read"):
            return await _read(self.reader, work)
        return await _call(self.writer, work)


_read = guarded(Reader.read)
_call = guarded(Writer.call, always=True)


def activities(context: Context) -> list[Callable[..., Any]]:
    """The activities of one worker."""
    desk = Desk(context)
    speaker, reader = Speaker(desk), Reader(desk)
    asker = Asker(desk, speaker)
    hearer, writer = Hearer(desk, asker), Writer(desk, reader)
    groups: tuple[Group, ...] = (
        speaker, reader, Decider(desk), asker, hearer, writer, Approver(desk, speaker, asker),
        Questioner(desk, speaker), Worker(desk),
        Clerk(desk, speaker, hearer),
    )  # fmt: skip
    return [ToolCalls(reader, writer).tool, *(method for group in groups for method in _defined(group))]


def _defined(group: Group) -> list[Callable[..., Any]]:
    methods = (getattr(group, name) for name in dir(group) if not name.startswith("_"))
    return [method for method in methods if hasattr(method, "__temporal_activity_definition")]
