"""Every test of the store runs on SQLite and on PostgreSQL."""

import itertools
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from engine.store import Clock, Store, schema
from tests import postgres

_numbers = itertools.count()


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def opened(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One store of each kind, open for all tests: compiling its statements for each would take most of the time."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('sqlite')}/store.db"
    else:
        url = postgres.create(request.getfixturevalue("postgresql"), f"tests_{next(_numbers)}")
    with Store.open(url) as store:
        yield store


@pytest.fixture
def store(opened: Store) -> Store:
    """An open store that holds what a migration leaves in it."""
    opened.database.clock.shift = timedelta()
    with opened.database.write() as tx:
        for table in reversed(schema.metadata.sorted_tables):
            tx.connection.execute(table.delete())
        tx.insert(schema.meta, key="store_generation", value="tests")
        tx.insert(schema.meta, key="writes_held", value=False)
    return opened


@pytest.fixture
def url(store: Store) -> str:
    """The store's address, for another process."""
    return store.database.url.render_as_string(hide_password=False)


@pytest.fixture
def clock(store: Store) -> Clock:
    """What a test skips time with."""
    return store.database.clock


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database of this test's own, without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/empty.db"
    return postgres.create(request.getfixturevalue("postgresql"), f"empty_{next(_numbers)}")
