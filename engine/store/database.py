"""The connection: transactions that hold what the store promises, on SQLite and on PostgreSQL.

SQLite: WAL, `synchronous=FULL`, `BEGIN IMMEDIATE` for every transaction that writes (a deferred one cannot be made to
wait for the lock), one writer at a time per process. PostgreSQL: READ COMMITTED, rows locked by hand,
`synchronous_commit`.
"""

import json
import os
import secrets
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import exc
from sqlalchemy.engine import URL, make_url

from engine.store.columns import MICROSECOND
from engine.store.faults import StoreRefused, StoreUnavailable
from engine.store.transaction import Transaction

BUSY_SECONDS = 30.0
"""How long a SQLite writer waits for others. SQLite's waiting is not fair, so this is far more than a commit takes."""

_NETWORK_FILE_SYSTEMS = frozenset(
    {
        "nfs",
        "nfs4",
        "cifs",
        "smb3",
        "smbfs",
        "ncpfs",
        "afs",
        "9p",
        "ceph",
        "glusterfs",
        "lustre",
        "fuse.sshfs",
        "fuse.glusterfs",
    }
)


@dataclass(slots=True)
class Clock:
    """Added to the database's clock, in tests that skip time. Zero in service."""

    shift: timedelta = field(default=timedelta())


class Database:
    """An engine with its two kinds of transaction. Safe to use from several threads."""

    def __init__(self, url: str, *, clock: Clock) -> None:
        self.url = _driver(url)
        self.clock = clock
        self.sqlite = self.url.get_backend_name() == "sqlite"
        self._writing = threading.Lock()
        if self.sqlite:
            _prepare_file(self.url)
        self._engine = _engine(self.url)
        self._writer = self._engine.execution_options(engine_writes=True)

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """A transaction that may write; committed at the end, rolled back by any exception."""
        with _typed_faults(), self._one_writer(), self._writer.begin() as connection:
            yield Transaction(connection, shift_us=self.clock.shift // MICROSECOND)

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """A transaction that reads; it never waits for writers."""
        with _typed_faults(), self._engine.begin() as connection:
            yield Transaction(connection, shift_us=self.clock.shift // MICROSECOND)

    def now(self) -> datetime:
        """The database's clock, shifted."""
        with self.read() as tx:
            return tx.now()

    def dispose(self) -> None:
        """Close every pooled connection."""
        self._engine.dispose()

    @contextmanager
    def _one_writer(self) -> Iterator[None]:
        if not self.sqlite:
            yield
            return
        with self._writing:
            yield


def _driver(url: str) -> URL:
    """The URL with our driver. Raises StoreRefused for other databases and for SQLite without a file."""
    try:
        parsed = make_url(url)
    except (exc.ArgumentError, ValueError):
        raise StoreRefused("the store's address is not a database URL") from None
    backend = parsed.get_backend_name()
    if backend in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+pg8000")
    if backend != "sqlite":
        raise StoreRefused(f"the store runs on sqlite and postgresql, not on {backend}")
    if parsed.database in (None, "", ":memory:"):
        raise StoreRefused("the store needs a file: what is only in memory does not survive a crash")
    return parsed.set(drivername="sqlite+pysqlite")


def _prepare_file(url: URL) -> None:
    """Make the folder and a file that only its owner reads. Raises StoreRefused on a network file system."""
    path = Path(str(url.database)).absolute()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        kind = file_system(path.parent)
        if kind in _NETWORK_FILE_SYSTEMS:
            raise StoreRefused(
                f"SQLite's locks do not hold on {kind}: put the store on a local disk, or use PostgreSQL"
            )
        if not path.exists():
            _create_private(path)
    except OSError as error:
        raise StoreRefused(f"the store's file cannot be opened: {error.strerror}") from None


def _create_private(path: Path) -> None:
    """Make the empty file under another name first: the file itself is opened by SQLite only.

    POSIX drops all of a process's locks on a file when it closes any descriptor of it, SQLite's too.
    https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_
    """
    blank = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    os.close(os.open(blank, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        os.link(blank, path)
    except FileExistsError:
        pass  # another process was faster
    finally:
        blank.unlink()


def file_system(folder: Path) -> str | None:
    """The kind of file system that holds a folder, where Linux tells it; else None."""
    try:
        lines = Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    real = folder.resolve()
    best: tuple[int, str | None] = (-1, None)
    for line in lines:
        left, _, right = line.partition(" - ")
        # spaces in a mount point are written as \040
        mount = Path(left.split(" ")[4].encode().decode("unicode_escape"))
        if real.is_relative_to(mount) and len(mount.parts) >= best[0]:
            best = (len(mount.parts), right.split(" ")[0])
    return best[1]


def _engine(url: URL) -> sa.Engine:
    # parameters are left out of errors: they hold what customers wrote
    if url.get_backend_name() == "sqlite":
        engine = sa.create_engine(
            url, hide_parameters=True, connect_args={"timeout": BUSY_SECONDS}, json_serializer=_json
        )
        sa.event.listen(engine, "connect", _open_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
        return engine
    engine = sa.create_engine(
        url, hide_parameters=True, isolation_level="READ COMMITTED", pool_pre_ping=True, json_serializer=_json
    )
    sa.event.listen(engine, "connect", _open_postgresql)
    return engine


def _json(value: Any) -> str:
    # ASCII, so that lone surrogates and NUL travel as escapes; NaN is no JSON and PostgreSQL refuses it
    return json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))


def _open_sqlite(connection: Any, record: Any) -> None:
    connection.isolation_level = None  # sqlite3 must not begin transactions behind our back
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")
    _turn_on_wal(cursor)
    for pragma in ("synchronous = FULL", "foreign_keys = ON", "fullfsync = ON", "checkpoint_fullfsync = ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _turn_on_wal(cursor: Any) -> None:
    """The change to WAL needs the file alone and does not heed the busy time-out, so first openers try again."""
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.01)


def _begin_sqlite(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get("engine_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _open_postgresql(connection: Any, record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("SHOW synchronous_commit")
    # a stricter setting of the server (remote_apply, ...) stays
    if cursor.fetchone()[0] in ("off", "local"):
        cursor.execute("SET synchronous_commit = on")
    cursor.close()
    connection.commit()


@contextmanager
def _typed_faults() -> Iterator[None]:
    """The driver's errors as ours, without their text: it quotes what customers wrote."""
    try:
        yield
    except exc.DBAPIError as error:
        reason = _reason(error)
        if error.connection_invalidated or reason.startswith(_PASSING):
            raise StoreUnavailable(f"the store is not available ({reason})") from None
        raise StoreRefused(f"the store refused a statement ({reason})") from None
    except exc.StatementError as error:
        # a value that is no JSON, or a time without an offset: the caller's mistake, before anything was sent
        kind = TypeError if isinstance(error.orig, TypeError) else ValueError
        raise kind(str(error.orig)) from None
    except (exc.TimeoutError, OSError) as error:
        raise StoreUnavailable(f"the store is not available ({type(error).__name__})") from None


_PASSING = (
    "SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN",
    "08", "40", "53", "55P03", "57", "InterfaceError",
)  # fmt: skip
"""What may be over at the next try: SQLite's error names, PostgreSQL's SQLSTATEs by class, and a lost connection.

https://www.postgresql.org/docs/current/errcodes-appendix.html
"""


def _reason(error: exc.DBAPIError) -> str:
    """SQLite's error name, PostgreSQL's SQLSTATE, or the class of the error."""
    name = getattr(error.orig, "sqlite_errorname", None)
    if name is None and error.orig is not None and error.orig.args and isinstance(error.orig.args[0], Mapping):
        name = error.orig.args[0].get("C")
    return str(name or type(error.orig).__name__)
