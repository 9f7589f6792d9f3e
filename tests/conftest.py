"""What tests of several parts share."""

import asyncio
import gc
import os
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

import pytest

from engine.imports import without
from tests import postgres

if TYPE_CHECKING:
    from engine.runtime.server import TemporalServer
    from tests.buckets import Server

with without("rfc3987_syntax"):  # seconds of every worker, for formats that no schema here has
    import jsonschema  # noqa: F401

WAITING = (
    "tests/test_wheel.py",
    "tests/cli/test_dev.py",
    "tests/tau/",
    "tests/attacks/",
    "tests/runtime/",
    "tests/service/",
)
"""Where tests mostly wait for other processes. Their files and the others take turns, so that there is always work for
every core, and they are through long before the end, when one worker might be left with them."""


os.environ.setdefault("GOGC", "400")
"""Temporal's servers look for garbage less often: a seventh of their time."""
os.environ.setdefault("TEMPORAL_DEBUG", "1")
"""The SDK takes a workflow's thread for deadlocked after two seconds, which a busy machine may need to get to it, and
then interrupts whatever it does, be it the garbage collector's. Each test has a time-out of its own."""

gc.set_threshold(50_000, 20, 20)
"""Most tests make many objects and little garbage: by default a tenth of their time goes into looking for it."""


TURN = int(os.environ.get("ENGINE_TURN") or date.today().toordinal())
"""Which of the whole tickets `--tickets some` plays; others the next day."""
_EVERY = 4
_STACKS = ("tests/test_wheel.py", "tests/cli/test_dev.py")
"""Files that play whole tickets in processes of their own."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """How many of the tests that play whole tickets through a Temporal server are run: they take half of all time."""
    parser.addoption(
        "--tickets", choices=("all", "some", "others"), default="all",
        help=f"of the tests that play whole tickets: all, one of {_EVERY} (others the next day), or those left out so",
    )  # fmt: skip


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out what `--tickets` does, and puts the files in that order; a sort keeps the order within a file."""
    whole = [
        item for item in items if item.nodeid.startswith(_STACKS) or "temporal" in getattr(item, "fixturenames", ())
    ]
    others = set(whole) - set(whole[TURN % _EVERY :: _EVERY])
    left_out = {"all": set(), "some": others, "others": set(items) - others}[config.getoption("--tickets")]
    config.hook.pytest_deselected(items=[item for item in items if item in left_out])
    items[:] = [item for item in items if item not in left_out]
    files = dict.fromkeys(item.nodeid.partition("::")[0] for item in items)
    waiting = [name for part in WAITING for name in files if name.startswith(part)]
    working = [name for name in files if not name.startswith(WAITING)]
    turns = {name: (at, 0) for at, name in enumerate(waiting)} | {name: (at, 1) for at, name in enumerate(working)}
    items.sort(key=lambda item: turns[item.nodeid.partition("::")[0]])


@pytest.fixture(scope="session")
def temporal(tmp_path_factory: pytest.TempPathFactory) -> Iterator["TemporalServer"]:
    """An embedded Temporal server without its UI."""
    from engine.runtime.server import TemporalServer

    server = TemporalServer(tmp_path_factory.mktemp("temporal") / "temporal.db", ui=False)
    asyncio.run(server.start())
    yield server
    server.kill()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """A PostgreSQL server; its URL has `{}` in place of a database's name."""
    folder = postgres.binaries()
    if folder is None:
        if "CI" in os.environ:
            pytest.fail("PostgreSQL's server is not installed: apt-get install postgresql")
        pytest.skip("PostgreSQL's server is not installed")
    with postgres.server(folder) as url:
        yield url


@pytest.fixture(scope="session")
def bucket_server() -> Iterator["Server"]:
    """A server that speaks S3, for all tests of a process."""
    from tests import buckets

    with buckets.server() as running:
        yield running


@pytest.fixture
def s3(bucket_server: "Server", monkeypatch: pytest.MonkeyPatch) -> Iterator["Server"]:
    """The same, sound, with the environment that it is found by."""
    from tests import buckets

    for name, value in {**buckets.ENVIRONMENT, "AWS_ENDPOINT_URL": bucket_server.url}.items():
        monkeypatch.setenv(name, value)
    bucket_server.sound()
    yield bucket_server
    bucket_server.sound()
