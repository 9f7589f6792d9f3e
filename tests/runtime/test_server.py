"""The embedded server: what it is told, and that it comes back, goes away, and never outlives its parent."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client, WorkflowExecutionStatus

from engine.runtime.attributes import SEARCH_ATTRIBUTES
from engine.runtime.server import RETENTION, ServerFailed, TemporalServer, free_ports


def alive(pid: int) -> bool:
    """Whether the process runs; one that only waits to be collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def gone(pid: int, within: float = 5.0) -> bool:
    """Whether the process ends in time."""
    until = time.monotonic() + within
    while alive(pid):
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


async def test_it_knows_the_search_attributes_and_keeps_what_is_closed(client: Client) -> None:
    known = await client.operator_service.list_search_attributes(ListSearchAttributesRequest(namespace="default"))
    types = {key.name: IndexedValueType.Name(known.custom_attributes[key.name]) for key in SEARCH_ATTRIBUTES}
    assert types["Escalated"] == "INDEXED_VALUE_TYPE_BOOL"
    assert types["SlaDue"] == "INDEXED_VALUE_TYPE_DATETIME"
    assert {types[name] for name in ("Flow", "TicketState", "Outcome")} == {"INDEXED_VALUE_TYPE_KEYWORD"}
    described = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace="default"))
    assert described.config.workflow_execution_retention_ttl.ToTimedelta() == RETENTION


async def test_a_workflow_survives_a_crash_of_the_server_on_the_same_ports(tmp_path: Path) -> None:
    server = TemporalServer(tmp_path / "t.db", ui=False)
    await server.start()
    try:
        address, first = server.address, server.pid
        client = await Client.connect(address)
        await client.start_workflow("refund", id="ticket/desk/t_1", task_queue="nobody")
        server.kill()
        assert server.pid is None
        await server.start()
        assert (server.address, server.pid != first) == (address, True)
        described = await client.get_workflow_handle("ticket/desk/t_1").describe()
        assert described.status == WorkflowExecutionStatus.RUNNING
        last = server.pid
    finally:
        server.stop()
    assert last is not None
    assert gone(last)


async def test_another_process_on_the_port_is_not_taken_for_ours(tmp_path: Path, temporal: TemporalServer) -> None:
    began = time.monotonic()
    with pytest.raises(ServerFailed, match="taken"):
        await TemporalServer(tmp_path / "t.db", port=temporal.port, ui=False).start()
    assert time.monotonic() - began < 20


async def test_a_file_that_is_no_database_is_told_and_leaves_no_process(tmp_path: Path) -> None:
    (tmp_path / "t.db").write_bytes(b"no database at all, but long enough to have a header" * 100)
    server = TemporalServer(tmp_path / "t.db", ui=False)
    with pytest.raises(ServerFailed, match="did not start"):
        await server.start()
    assert server.pid is None


def test_free_ports_differ_and_can_be_had() -> None:
    ports = free_ports(20)
    assert len(set(ports)) == 20
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", ports[0]))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel's help is Linux's")
def test_it_dies_with_its_parent(tmp_path: Path) -> None:
    script = (
        "import asyncio, sys, time; from pathlib import Path; from engine.runtime.server import TemporalServer\n"
        "async def main():\n"
        "    server = TemporalServer(Path(sys.argv[1]), ui=False); await server.start()\n"
        "    print(server.pid, flush=True); time.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script, str(tmp_path / "t.db")], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    try:
        child = int(parent.stdout.readline())
        assert alive(child)
        os.kill(parent.pid, signal.SIGKILL)
        assert gone(child)
    finally:
        parent.kill()
        parent.wait()
        parent.stdout.close()


async def test_cancelled_while_it_starts_it_leaves_nothing(tmp_path: Path) -> None:
    server = TemporalServer(tmp_path / "t.db", ui=False)
    starting = asyncio.create_task(server.start())
    while (pid := server.pid) is None:  # noqa: ASYNC110 - the very first moment is wanted
        await asyncio.sleep(0)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert gone(pid)
