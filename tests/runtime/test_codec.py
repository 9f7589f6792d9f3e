"""The codec: what is sealed opens for its ticket alone, and what is not sealed is never executed."""

import asyncio
import base64
import json
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from google.protobuf.json_format import MessageToDict
from temporalio import activity, workflow
from temporalio.api.common.v1 import Payload, Payloads
from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import StartWorkflowExecutionRequest
from temporalio.client import Client, WorkflowFailureError
from temporalio.converter import ActivitySerializationContext, SerializationContext, WorkflowSerializationContext
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError
from temporalio.worker import Worker

from engine.runtime.codec import KeyRing, KeysRefused, NotSealed, SealedCodec, data_converter, opened, ring_of
from engine.runtime.server import TemporalServer
from engine.settings import Settings

CANARY = "canary-Müller-4821"
CONTEXT = WorkflowSerializationContext(namespace="default", workflow_id="ticket/desk/t_1")


def payload(text: str = CANARY) -> Payload:
    return Payload(metadata={"encoding": b"json/plain"}, data=json.dumps(text).encode())


def codec(ring: KeyRing, context: SerializationContext = CONTEXT) -> SealedCodec:
    return SealedCodec(ring).with_context(context)


def in_activity(workflow_id: str | None) -> ActivitySerializationContext:
    return ActivitySerializationContext(
        namespace="default", activity_id="1", activity_type="reply", activity_task_queue="q", workflow_id=workflow_id,
        workflow_type="refund", is_local=False,
    )  # fmt: skip


# sealing and opening


async def test_what_is_sealed_shows_nothing_and_opens_again() -> None:
    ring = KeyRing.make()
    [sealed] = await codec(ring).encode([payload()])
    assert b"canary" not in sealed.SerializeToString()
    assert await codec(ring).decode([sealed]) == [payload()]


async def test_an_activity_opens_what_its_workflow_sealed() -> None:
    ring = KeyRing.make()
    sealed = await codec(ring).encode([payload()])
    assert await codec(ring, in_activity("ticket/desk/t_1")).decode(sealed) == [payload()]


async def test_what_is_not_sealed_is_refused() -> None:
    with pytest.raises(NotSealed):
        await codec(KeyRing.make()).decode([payload()])


@pytest.mark.parametrize(
    "context",
    [
        WorkflowSerializationContext(namespace="default", workflow_id="ticket/desk/t_2"),
        WorkflowSerializationContext(namespace="other", workflow_id="ticket/desk/t_1"),
        in_activity("ticket/desk/t_2"),
        in_activity(None),
    ],
)
async def test_a_payload_of_one_ticket_does_not_open_in_another(context: SerializationContext) -> None:
    ring = KeyRing.make()
    sealed = await codec(ring).encode([payload()])
    with pytest.raises(NotSealed):
        await codec(ring, context).decode(sealed)


@pytest.mark.parametrize("field", ["workflow", "namespace", "key", "data", "cut", "no key"])
async def test_what_somebody_changed_is_refused_by_worker_and_codec_server(field: str) -> None:
    ring = KeyRing.make().rotated()
    [sealed] = await codec(ring).encode([payload()])
    other = next(name for name in ring.keys if name != ring.active)
    match field:
        case "workflow":
            sealed.metadata["workflow"] = b"ticket/desk/t_2"
        case "namespace":
            sealed.metadata["namespace"] = b"other"
        case "key":
            sealed.metadata["key"] = other.encode()
        case "data":
            sealed.data = sealed.data[:-1] + bytes([sealed.data[-1] ^ 1])
        case "cut":
            sealed.data = sealed.data[:5]
        case "no key":
            del sealed.metadata["key"]
    with pytest.raises(NotSealed):
        await SealedCodec(ring, reads_any=True).decode([sealed])
    claimed = sealed.metadata.get("workflow", b"").decode(), sealed.metadata.get("namespace", b"").decode()
    with pytest.raises(NotSealed):
        await codec(ring, WorkflowSerializationContext(workflow_id=claimed[0], namespace=claimed[1])).decode([sealed])


async def test_a_rotation_opens_the_old_and_seals_with_the_new() -> None:
    old = KeyRing.make()
    new = old.rotated()
    before = await codec(old).encode([payload()])
    after = await codec(new).encode([payload()])
    assert await codec(new).decode([*before, *after]) == [payload(), payload()]
    with pytest.raises(NotSealed, match="not in the ring"):
        await codec(old).decode(after)


async def test_outside_a_workflow_nothing_is_sealed() -> None:
    with pytest.raises(NotSealed):
        await SealedCodec(KeyRing.make()).encode([payload()])
    with pytest.raises(NotSealed):
        await codec(KeyRing.make(), in_activity(None)).encode([payload()])


async def test_the_codec_server_opens_what_the_ui_shows_it() -> None:
    ring = KeyRing.make()
    sealed = await codec(ring).encode([payload()])
    answer = await opened(ring, MessageToDict(Payloads(payloads=sealed)))
    assert json.loads(base64.b64decode(answer["payloads"][0]["data"])) == CANARY
    with pytest.raises(NotSealed):
        await opened(KeyRing.make(), MessageToDict(Payloads(payloads=sealed)))
    wrongs: tuple[object, ...] = ({"payloads": "x"}, {"payloads": [{"metadata": 1}]}, {"nothing": []}, [])
    for wrong in wrongs:
        with pytest.raises(ValueError, match="expected payloads"):
            await opened(ring, wrong)


# the ring


def test_the_file_is_its_owners_alone_and_made_once(tmp_path: Path) -> None:
    path = tmp_path / "state" / "keys.json"
    first = KeyRing.load_or_make(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert KeyRing.load_or_make(path) == first
    assert [found.name for found in path.parent.iterdir()] == ["keys.json"]
    first.rotated().save(path)
    assert first.keys.items() < KeyRing.load(path).keys.items()
    path.chmod(0o640)
    with pytest.raises(KeysRefused, match="chmod 600"):
        KeyRing.load_or_make(path)


async def test_processes_that_start_at_once_get_the_same_keys(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    rings = await asyncio.gather(*(asyncio.to_thread(KeyRing.load_or_make, path) for _ in range(8)))
    assert len({ring.active for ring in rings}) == 1


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"active": "a", "keys": {}}', '{"active": "a", "keys": {"a": "c2hvcnQ="}}',
     '{"active": "a", "keys": {"a": "%%SECRET%%"}}', '{"active": [], "keys": {"a": 1}}'],
)  # fmt: skip
def test_a_wrong_ring_is_refused_without_being_quoted(text: str) -> None:
    with pytest.raises(KeysRefused) as refused:
        KeyRing.from_json(text)
    assert "SECRET" not in str(refused.value)


def test_nothing_of_a_ring_is_shown() -> None:
    ring = KeyRing.make()
    assert all(repr(key)[2:-1] not in repr(ring) for key in ring.keys.values())
    assert KeyRing.from_json(ring.to_json()) == ring


def test_several_hosts_share_keys_that_nobody_makes_for_them(tmp_path: Path) -> None:
    server = {"ENGINE_STORE": "postgresql://db/engine", "ENGINE_CODEC": "on"}
    with pytest.raises(KeysRefused, match="same keys"):
        ring_of(Settings.from_env(tmp_path, server))
    ring = KeyRing.make()
    assert ring_of(Settings.from_env(tmp_path, {**server, "ENGINE_CODEC_KEYS": ring.to_json()})) == ring


# on a real server

DONE: list[str] = []


@activity.defn(name="touch")
async def touch(text: str) -> str:
    """A side effect that a test can see."""
    DONE.append(text)
    if text.startswith("fail"):
        raise ApplicationError(f"could not: {text}", CANARY, non_retryable=True)
    return f"touched {text}"


@workflow.defn(name="sealed-test", sandboxed=False)
class Sealed:
    """Runs one activity with what it was given."""

    @workflow.run
    async def run(self, text: str) -> str:
        """The activity's answer."""
        return await workflow.execute_activity(touch, text, start_to_close_timeout=timedelta(seconds=5))


@asynccontextmanager
async def working(temporal: TemporalServer, ring: KeyRing) -> AsyncIterator[Client]:
    """A client with keys, and a worker with the same."""
    DONE.clear()
    client = await Client.connect(temporal.address, data_converter=data_converter(ring))
    async with Worker(client, task_queue="sealed", workflows=[Sealed], activities=[touch]):
        yield client


async def history(client: Client, workflow_id: str) -> bytes:
    """All that Temporal keeps of a workflow."""
    found = [event async for event in client.get_workflow_handle(workflow_id).fetch_history_events()]
    return b"".join(event.SerializeToString() for event in found)


async def test_a_sealed_workflow_runs_and_its_history_shows_nothing(temporal: TemporalServer, client: Client) -> None:
    async with working(temporal, KeyRing.make()) as keyed:
        run = keyed.execute_workflow
        made = await run("sealed-test", CANARY, id="s-1", task_queue="sealed", static_summary=f"about {CANARY}")
        with pytest.raises(WorkflowFailureError):
            await run("sealed-test", f"fail {CANARY}", id="s-2", task_queue="sealed")
    assert made == f"touched {CANARY}"
    assert f"fail {CANARY}" in DONE
    for workflow_id in ("s-1", "s-2"):
        kept = await history(client, workflow_id)
        assert b"touch" in kept, "the names stay readable"
        assert b"canary" not in kept
        assert b"could not" not in kept


async def test_a_client_without_keys_starts_nothing(temporal: TemporalServer, client: Client) -> None:
    async with working(temporal, KeyRing.make()) as keyed:
        await client.start_workflow("sealed-test", "forged", id="s-3", task_queue="sealed")
        stranger = await Client.connect(temporal.address, data_converter=data_converter(KeyRing.make()))
        await stranger.start_workflow("sealed-test", "forged", id="s-4", task_queue="sealed")
        await _replay(keyed, client)
        alone = await client.start_activity(
            "touch", "forged", id="a-1", task_queue="sealed", start_to_close_timeout=timedelta(seconds=5),
            schedule_to_close_timeout=timedelta(seconds=2),
        )  # fmt: skip
        await keyed.execute_workflow("sealed-test", "sound", id="s-6", task_queue="sealed")
        for refused in ("s-3", "s-4", "s-5"):
            await _until_refused(client, refused)
        with pytest.raises(Exception):  # noqa: B017, PT011 - refused, timed out: anything but a result
            await alone.result()
    assert DONE == ["first", "sound"]


async def test_without_the_codec_all_of_that_would_run(temporal: TemporalServer, client: Client) -> None:
    DONE.clear()
    async with Worker(client, task_queue="plain", workflows=[Sealed], activities=[touch]):
        await client.execute_workflow("sealed-test", "forged", id="p-1", task_queue="plain")
        await client.execute_activity(
            "touch", "forged alone", id="a-2", task_queue="plain", start_to_close_timeout=timedelta(seconds=5)
        )
    assert DONE == ["forged", "forged alone"]


async def _until_refused(client: Client, workflow_id: str) -> None:
    """Until a worker has looked at it and failed its task."""
    for _ in range(200):
        events = [event async for event in client.get_workflow_handle(workflow_id).fetch_history_events()]
        if any(event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED for event in events):
            return
        await asyncio.sleep(0.05)
    pytest.fail(f"no worker looked at {workflow_id}")


async def _replay(keyed: Client, client: Client) -> None:
    """Starts another workflow with the sealed input of one that was run."""
    await keyed.execute_workflow("sealed-test", "first", id="s-0", task_queue="sealed")
    [started] = [e async for e in client.get_workflow_handle("s-0").fetch_history_events() if e.event_id == 1]
    sealed = started.workflow_execution_started_event_attributes.input
    request = StartWorkflowExecutionRequest(namespace="default", workflow_id="s-5", request_id="replayed", input=sealed)
    request.workflow_type.name = "sealed-test"
    request.task_queue.name = "sealed"
    try:
        await client.workflow_service.start_workflow_execution(request)
    except RPCError as error:
        pytest.fail(f"the replay was not even taken: {error.status}")
