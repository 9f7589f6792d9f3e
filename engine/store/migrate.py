"""Brings a database to the newest revision, once, however many processes open it at the same time."""

import secrets
from pathlib import Path

import sqlalchemy as sa

from engine.store import schema
from engine.store.database import Database
from engine.store.faults import StoreRefused
from engine.store.transaction import Transaction

HEAD = "0009"
"""The newest revision in `migrations/versions`. Alembic is imported only for a database that is not there yet."""

_LOCK = 0x656E67696E65
"""Key of PostgreSQL's advisory lock for migrations."""


def migrate(database: Database) -> None:
    """Upgrade to `HEAD`. Raises StoreRefused for a database that a newer release wrote."""
    with database.read() as tx:
        if _revision(tx) == HEAD:
            return
    with database.write() as tx:
        if not database.sqlite:
            tx.connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        if _revision(tx) != HEAD:
            _upgrade(tx)


def _revision(tx: Transaction) -> str | None:
    if not sa.inspect(tx.connection).has_table("alembic_version"):
        return None
    return tx.connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()


def _upgrade(tx: Transaction) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util.exc import CommandError

    config = Config(attributes={"connection": tx.connection})
    # the configuration file's syntax would interpolate a percent sign of the path
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    try:
        command.upgrade(config, "head")
    except CommandError:
        raise StoreRefused("the store was written by a newer release of the engine") from None
    tx.insert_new(schema.meta, key="store_generation", value=secrets.token_hex(16))
    tx.insert_new(schema.meta, key="writes_held", value=False)
