"""Recorded histories run on today's code: the same commands, and the same inputs of activities.

Made by `engine demo --record tests/histories`. A change that breaks one needs `workflow.patched` or a new plan schema.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from temporalio import workflow
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHistory
from temporalio.converter import DataConverter
from temporalio.worker import (
    Interceptor,
    Replayer,
    StartActivityInput,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
    WorkflowOutboundInterceptor,
)

from engine.runtime.workflow import TicketWorkflow

HISTORIES = sorted((Path(__file__).parent.parent / "histories").glob("*.json"))


class Recorder(Interceptor):
    """Keeps the activities that a replay asks for: the replayer itself does not look at their inputs."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Any]] = []

    def workflow_interceptor_class(
        self,
        input: WorkflowInterceptorClassInput,  # noqa: A002 - temporalio's name
    ) -> type[WorkflowInboundInterceptor]:
        asked = self.asked

        class Outbound(WorkflowOutboundInterceptor):
            def start_activity(self, input: StartActivityInput) -> workflow.ActivityHandle[Any]:  # noqa: A002
                [payload] = DataConverter.default.payload_converter.to_payloads(input.args)
                asked.append((input.activity, json.loads(payload.data)))
                return super().start_activity(input)

        class Inbound(WorkflowInboundInterceptor):
            def init(self, outbound: WorkflowOutboundInterceptor) -> None:
                super().init(Outbound(outbound))

        return Inbound


def read(path: Path) -> WorkflowHistory:
    return WorkflowHistory.from_json("ticket", path.read_text(encoding="utf-8"))


def recorded(history: WorkflowHistory) -> list[tuple[str, Any]]:
    """The activities of a history with their inputs."""
    found = []
    for event in history.events:
        if event.HasField("activity_task_scheduled_event_attributes"):
            scheduled = event.activity_task_scheduled_event_attributes
            found.append((scheduled.activity_type.name, json.loads(scheduled.input.payloads[0].data)))
    return found


async def replay(history: WorkflowHistory) -> list[tuple[str, Any]]:
    recorder = Recorder()
    await Replayer(workflows=[TicketWorkflow], interceptors=[recorder]).replay_workflow(history)
    return recorder.asked


def test_each_of_the_six_tickets_is_recorded() -> None:
    assert len({path.name.split("-")[0] for path in HISTORIES}) == 6


def test_a_refund_that_waits_for_a_person_is_recorded() -> None:
    waiting = [read(path).events[-1].event_type for path in HISTORIES if "-waiting-0-refund" in path.name]
    assert waiting
    assert EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED not in waiting


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
async def test_a_recorded_history_replays(path: Path) -> None:
    history = read(path)
    wanted = recorded(history)
    assert wanted, "a history without activities would show nothing"
    assert await replay(history) == wanted


async def test_a_changed_input_is_noticed() -> None:
    path = next(path for path in HISTORIES if "refund" in path.name)
    history = read(path)
    wanted = recorded(history)
    wanted[0][1]["node"] = "another"
    assert await replay(history) != wanted


def test_histories_hold_no_texts() -> None:
    """Contents live in the store: what customers wrote, and who they are, stands in no history."""
    for path in HISTORIES:
        decoded = json.dumps(_decoded(json.loads(path.read_text(encoding="utf-8"))))
        for private in ("jonas.weber", "80331", "28013", "10115", "lawyer will", "arrived damaged", "Maya"):
            assert private not in decoded, f"{private} stands in {path.name}"


def _decoded(data: Any) -> Any:
    import base64

    if isinstance(data, dict):
        if "data" in data and "metadata" in data:
            return base64.b64decode(data["data"]).decode(errors="replace")
        return {key: _decoded(value) for key, value in data.items()}
    return [_decoded(item) for item in data] if isinstance(data, list) else data
