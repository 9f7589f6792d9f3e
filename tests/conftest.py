"""What tests of several parts share."""

import gc
import os
from collections.abc import Iterator

import pytest

from engine.imports import without
from tests import postgres

with without("rfc3987_syntax"):  # seconds of every worker, for formats that no schema here has
    import jsonschema  # noqa: F401

SLOWEST = (
    "tests/runtime/",
    "tests/test_wheel.py",
    "tests/service/",
    "tests/cli/",
    "tests/golden/",
    "tests/expressions/",
)
"""Where tests mostly wait for other processes. They begin first: none is left to one worker at the end."""


gc.set_threshold(50_000, 20, 20)
"""Most tests make many objects and little garbage: by default a tenth of their time goes into looking for it."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the slowest first; a sort keeps the order of the rest, and of the tests of a file."""
    items.sort(
        key=lambda item: next((at for at, part in enumerate(SLOWEST) if item.nodeid.startswith(part)), len(SLOWEST))
    )


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
