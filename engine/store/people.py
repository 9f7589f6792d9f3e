"""People's access tokens. The store keeps digests: who reads it cannot sign in as anybody."""

import hashlib
import secrets

import sqlalchemy as sa

from engine.store import schema
from engine.store.database import Database
from engine.store.rows import PersonTokenRow


class People:
    """Who may sign in."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def mint(self, person: str) -> str:
        """A new token (256 random bits) for a person. It is returned this once and kept as a digest only."""
        token = secrets.token_urlsafe(32)
        with self._database.write() as tx:
            tx.insert(schema.people_tokens, digest=_digest(token), person=person, created_at=tx.now())
        return token

    def who(self, token: str) -> str | None:
        """The person of a token that was not revoked."""
        row = schema.people_tokens.c
        query = sa.select(row.person).where(row.digest == _digest(token), row.revoked_at.is_(None))
        with self._database.read() as tx:
            person: str | None = tx.connection.execute(query).scalar()
            return person

    def revoke(self, person: str) -> int:
        """Revoke every token of a person; how many there were."""
        row = schema.people_tokens.c
        with self._database.write() as tx:
            return tx.update(schema.people_tokens, row.person == person, row.revoked_at.is_(None), revoked_at=tx.clock)

    def listing(self) -> list[PersonTokenRow]:
        """Every token's row, by person."""
        row = schema.people_tokens.c
        with self._database.read() as tx:
            return tx.all(PersonTokenRow, sa.select(schema.people_tokens).order_by(row.person, row.created_at))


def _digest(token: str) -> str:
    # the token is random and long: a slow hash would add nothing
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
