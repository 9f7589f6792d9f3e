"""The database underneath: its settings, its migrations, and what a kill leaves behind."""

import sqlite3
import stat
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

import engine.store
from engine.store import Clock, Store, StoreRefused, StoreUnavailable, schema
from engine.store.database import Database, file_system
from engine.store.migrate import HEAD
from tests.store import given
from tests.store.racing import Racer, race, running

MIGRATIONS = Path(engine.store.__file__).with_name("migrations")


def _on(url: str, kind: str) -> bool:
    return url.startswith(kind)


def test_migrations_bring_an_empty_database_to_the_tables(empty_url: str) -> None:
    with Store.open(empty_url) as store, store.database.read() as tx:
        context = MigrationContext.configure(tx.connection, opts={"compare_type": True})
        assert compare_metadata(context, schema.metadata) == []
        assert context.get_current_revision() == HEAD


def test_the_head_is_the_newest_version() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_a_column_more_would_be_noticed(empty_url: str) -> None:
    """The comparison above can fail."""
    with Store.open(empty_url) as store, store.database.write() as tx:
        tx.connection.execute(sa.text("ALTER TABLE tickets ADD COLUMN forgotten VARCHAR"))
        assert compare_metadata(MigrationContext.configure(tx.connection), schema.metadata) != []


def test_several_processes_open_an_empty_database_at_once(empty_url: str) -> None:
    generations = race(empty_url, "opening", [[{}]] * 3)
    assert len(set(generations)) == 1
    assert len(generations) == 3


def test_a_store_of_a_newer_release_is_refused(empty_url: str) -> None:
    with Store.open(empty_url) as store, store.database.write() as tx:
        tx.connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreRefused, match="newer release"):
        Store.open(empty_url)


def test_kill_in_the_middle_of_a_transaction_leaves_a_consistent_store(store: Store, url: str) -> None:
    row = given.ticket(store)
    intent = given.intent(store, row)
    racer = Racer(url, "stuck", [{"ticket": row.id}])
    with running(racer):
        racer.go()
        racer.wait_for("middle")
    with Store.open(url) as reopened:
        now = reopened.tickets.get(row.id)
        assert (now.last_seq, now.state) == (1, "open")
        assert reopened.intents.get(intent.id).state == "reserved"
        assert given.code(given.begin(reopened, reopened.intents.get(intent.id))) == "began"
        with reopened.database.read() as tx:
            if _on(url, "sqlite"):
                assert tx.connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
                assert tx.connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []


def test_a_second_store_of_this_process_takes_no_locks_away(empty_url: str) -> None:
    """A descriptor that is closed beside SQLite's own would: the next process then deletes the log under our feet."""
    with Store.open(empty_url) as first:
        Store.open(empty_url).close()
        race(empty_url, "opening", [[{}]])
        row = given.ticket(first)
        ((ticket_id, opened, accepted, _),) = race(empty_url, "ingest", [[{"external_id": "1", "content": "second"}]])
        assert (ticket_id, opened, accepted) == (row.id, False, [2])
        assert first.tickets.get(row.id).last_seq == 2


def test_an_exception_rolls_everything_back(store: Store) -> None:
    row = given.ticket(store)
    with pytest.raises(KeyError), store.database.write() as tx:  # noqa: PT012 - the transaction is what is tested
        tx.update(schema.tickets, schema.tickets.c.id == row.id, last_seq=7)
        raise KeyError
    assert store.tickets.get(row.id).last_seq == 1


def test_what_is_committed_is_on_disk(store: Store, url: str) -> None:
    with store.database.write() as tx:
        sql = tx.connection.exec_driver_sql
        if _on(url, "sqlite"):
            settings = {
                name: sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous", "foreign_keys")
            }
            assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
            assert int(str(sql("PRAGMA busy_timeout").scalar())) >= 5000
        else:
            assert sql("SHOW synchronous_commit").scalar() == "on"
            assert sql("SHOW transaction_isolation").scalar() == "read committed"


def test_errors_do_not_quote_contents(store: Store) -> None:
    row = given.ticket(store)
    with pytest.raises(StoreRefused) as refused, store.database.write() as tx:
        tx.insert(schema.tickets, id=row.id, channel="canary Zoë", external_id="canary Zoë")
    assert "canary" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__
    assert refused.value.code == "store_refused"


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://x/y", "nonsense", ""])
def test_what_cannot_hold_a_store_is_refused(url: str) -> None:
    with pytest.raises(StoreRefused):
        Store.open(url)


def test_a_network_file_system_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert file_system(tmp_path) not in (None, "nfs4")
    monkeypatch.setattr("engine.store.database.file_system", lambda folder: "nfs4")
    with pytest.raises(StoreRefused, match="nfs4"):
        Store.open(f"sqlite:///{tmp_path}/store.db")


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "store.db").write_bytes(b"not a database " * 1000)
    with pytest.raises(StoreRefused):
        Store.open(f"sqlite:///{tmp_path}/store.db")


def test_a_server_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable):
        Store.open(f"postgresql://postgres@/x?unix_sock={tmp_path}/.s.PGSQL.5432")


def test_only_the_owner_reads_the_file(tmp_path: Path) -> None:
    path = tmp_path / "new folder %" / "store.db"
    with Store.open(f"sqlite:///{path}") as store:
        given.ticket(store)
        for file in path.parent.iterdir():
            assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_locked_file_is_waited_for_and_then_unavailable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "store.db"
    Store.open(f"sqlite:///{path}").close()
    monkeypatch.setattr("engine.store.database.BUSY_SECONDS", 0.1)
    blocker = sqlite3.connect(path, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    database = Database(f"sqlite:///{path}", clock=Clock())
    with pytest.raises(StoreUnavailable, match="SQLITE_BUSY"), database.write():
        pass
    with database.read() as tx:
        assert tx.now() is not None, "readers do not wait"
    blocker.close()
    database.dispose()


@pytest.mark.parametrize("opened", ["postgresql"], indirect=True)
def test_a_connection_that_the_server_closed_is_replaced(store: Store) -> None:
    row = given.ticket(store)
    with pytest.raises(StoreUnavailable), store.database.write() as tx:
        tx.connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")
    assert store.tickets.get(row.id).id == row.id
