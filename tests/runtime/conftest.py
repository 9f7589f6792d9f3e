"""What the tests of the runtime share."""

from collections.abc import Iterator

import pytest
from temporalio.client import Client

from engine.runtime.server import TemporalServer
from engine.store import Store


@pytest.fixture
async def client(temporal: TemporalServer) -> Client:
    """A client without keys."""
    return await Client.connect(temporal.address)


@pytest.fixture
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store of this test's own."""
    with Store.open(f"sqlite:///{tmp_path_factory.mktemp('store')}/store.db") as opened:
        yield opened
