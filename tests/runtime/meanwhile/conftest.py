"""A bench with that flow, or the one of the parameter."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine.runtime.server import TemporalServer
from tests.runtime import made
from tests.runtime.bench import Bench
from tests.runtime.meanwhile.around import FLOW


@pytest.fixture
async def bench(temporal: TemporalServer, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Bench]:
    root = made.project(tmp_path, flow=getattr(request, "param", FLOW))
    async with Bench(tmp_path, temporal.address, f"q-{tmp_path.name}", root=root) as running:
        yield running
