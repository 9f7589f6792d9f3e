"""What tests of several parts share."""

import os
from collections.abc import Iterator

import pytest

from tests import postgres


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
