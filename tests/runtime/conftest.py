"""One embedded Temporal server for all tests here."""

import asyncio
from collections.abc import Iterator

import pytest
from temporalio.client import Client

from engine.runtime.server import TemporalServer
from engine.store import Store


@pytest.fixture(scope="package")
def temporal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TemporalServer]:
    """A running server without its UI. It ends with the last test here: idle it takes an eighth of a core."""
    server = TemporalServer(tmp_path_factory.mktemp("temporal") / "temporal.db", ui=False)
    asyncio.run(server.start())
    yield server
    server.kill()


@pytest.fixture
async def client(temporal: TemporalServer) -> Client:
    """A client without keys."""
    return await Client.connect(temporal.address)


@pytest.fixture
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store of this test's own."""
    with Store.open(f"sqlite:///{tmp_path_factory.mktemp('store')}/store.db") as opened:
        yield opened
