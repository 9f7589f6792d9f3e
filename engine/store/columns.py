"""Column types of the store: one portable form for each kind of thing, equal on SQLite and PostgreSQL.

Times are whole microseconds since 1970 UTC in a BIGINT, so that they compare alike everywhere; the API sees aware
datetimes. Texts lose what a database cannot hold (NUL, lone surrogates): a hostile message must be storable, or its
platform sends it again for ever.
"""

import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import JSON, BigInteger, String, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

from engine.store.rows import Verified

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
KEY_LENGTH = 500
"""Characters of an indexed text; a PostgreSQL index entry holds about 2,700 bytes."""

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def micros(moment: datetime) -> int:
    """Whole microseconds since 1970 UTC. Raises ValueError for a datetime without an offset."""
    if moment.tzinfo is None:
        raise ValueError("a time without an offset")
    return (moment - EPOCH) // MICROSECOND


def moment_of(value: int) -> datetime:
    """The aware UTC datetime of whole microseconds since 1970."""
    return EPOCH + value * MICROSECOND


def storable(text: str) -> str:
    """The text with NUL and lone surrogates replaced by U+FFFD."""
    return _UNSTORABLE.sub("\ufffd", text)


def key_of(text: str) -> str:
    """The text as an index holds it: storable, and replaced by its SHA-256 when it is longer than `KEY_LENGTH`."""
    text = storable(text)
    return text if len(text) <= KEY_LENGTH else "sha256:" + hashlib.sha256(text.encode()).hexdigest()


class Moment(TypeDecorator[datetime]):
    """An aware datetime, kept as whole microseconds since 1970 UTC."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """To microseconds."""
        return None if value is None else micros(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """From microseconds."""
        return None if value is None else moment_of(value)


class Prose(TypeDecorator[str]):
    """A text that somebody wrote, of any length."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """To what both databases can hold."""
        return None if value is None else storable(value)


class Key(TypeDecorator[str]):
    """A text from outside that an index holds: an external id, an author, the subject of a limit."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """To a text of bounded length, the same when written and when looked for."""
        return None if value is None else key_of(value)


class Content(TypeDecorator[Any]):
    """A JSON value; None is NULL."""

    impl = JSON(none_as_null=True)
    cache_ok = True


class Moments(TypeDecorator[Sequence[datetime]]):
    """Several times, kept as a JSON list of microseconds."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Sequence[datetime] | None, dialect: Dialect) -> list[int]:
        """To a list of microseconds; none is the empty list."""
        return [micros(moment) for moment in value or ()]

    def process_result_value(self, value: list[int] | None, dialect: Dialect) -> tuple[datetime, ...]:
        """From a list of microseconds."""
        return tuple(moment_of(moment) for moment in value or ())


class Identity(TypeDecorator[Verified]):
    """Who proved to be the customer, as a JSON object."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def process_bind_param(self, value: Verified | None, dialect: Dialect) -> dict[str, Any] | None:
        """To author, how, and until in microseconds."""
        if value is None:
            return None
        return {"author": value.author, "how": value.how, "until": None if value.until is None else micros(value.until)}

    def process_result_value(self, value: dict[str, Any] | None, dialect: Dialect) -> Verified | None:
        """From the JSON object."""
        if value is None:
            return None
        until = value["until"]
        return Verified(value["author"], how=value["how"], until=None if until is None else moment_of(until))


class database_now(FunctionElement[int]):  # noqa: N801 - reads as the SQL function that it is
    """The database's own clock, in microseconds: when the statement runs, not when its transaction began.

    SQLite's clock has milliseconds. PostgreSQL's `now()` stands still in a transaction that waited for a lock, so it is
    not used.
    """

    type = BigInteger()
    inherit_cache = True


@compiles(database_now, "sqlite")
def _sqlite_now(element: database_now, compiler: SQLCompiler, **kw: Any) -> str:
    # %f is seconds with milliseconds; 'now' is the same for both within one statement
    return (
        "(CAST(strftime('%s', 'now') AS INTEGER) * 1000000 + CAST(substr(strftime('%f', 'now'), 4) AS INTEGER) * 1000)"
    )


@compiles(database_now, "postgresql")
def _postgresql_now(element: database_now, compiler: SQLCompiler, **kw: Any) -> str:
    return "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)"
