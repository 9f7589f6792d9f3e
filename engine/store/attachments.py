"""What customers attached: references, and what a first look at each said. Contents stay on the platform."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from engine.store import schema
from engine.store.database import Database
from engine.store.rows import AttachmentRow, TicketRow
from engine.store.transaction import Transaction, mint

__all__ = ["Attachments", "attach"]


class Attachments:
    """Rows of attachments, each looked at once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_messages(self, message_ids: Sequence[str]) -> list[AttachmentRow]:
        """Those of messages, in the order of the messages given."""
        row = schema.attachments.c
        with self._database.read() as tx:
            query = sa.select(schema.attachments).where(row.message_id.in_(list(message_ids))).order_by(row.number)
            found = tx.all(AttachmentRow, query)
        return sorted(found, key=lambda one: (message_ids.index(one.message_id), one.number))

    def shown(self, ticket_id: str, message_ids: Sequence[str], ids: Sequence[str]) -> list[AttachmentRow]:
        """Those of messages, and those with these ids, as far as they are of this ticket."""
        row = schema.attachments.c
        with self._database.read() as tx:
            either = sa.or_(row.message_id.in_(list(message_ids)), row.id.in_(list(ids)))
            query = sa.select(schema.attachments).where(row.ticket_id == ticket_id, either)
            return tx.all(AttachmentRow, query.order_by(row.created_at, row.number))

    def get(self, attachment_id: str) -> AttachmentRow:
        """One of them. Raises Missing."""
        with self._database.read() as tx:
            return tx.by_id(AttachmentRow, schema.attachments, attachment_id)

    def seen(self, attachment_id: str, *, media_type: str, size: int, digest: str) -> AttachmentRow:
        """What the content is; the first look counts. The row as it stands."""
        return self._looked(attachment_id, state="seen", type=media_type, size=size, digest=digest)

    def refused(self, attachment_id: str, because: str) -> AttachmentRow:
        """It cannot be had for good; `because` is a code."""
        return self._looked(attachment_id, state="refused", because=because)

    def _looked(self, attachment_id: str, **columns: Any) -> AttachmentRow:
        row = schema.attachments.c
        with self._database.write() as tx:
            tx.update(schema.attachments, row.id == attachment_id, row.state == "new", **columns)
            return tx.by_id(AttachmentRow, schema.attachments, attachment_id)


def attach(tx: Transaction, ticket: TicketRow, message_id: str, attachments: Sequence[Mapping[str, Any]]) -> None:
    """The references of a message, once each."""
    for number, one in enumerate(attachments, 1):
        tx.insert_new(
            schema.attachments, id=mint("f"), ticket_id=ticket.id, epoch=ticket.epoch, message_id=message_id,
            number=number, name=one["name"], stated_type=one["type"], stated_size=one["size"], url=one["url"],
            state="new", created_at=tx.now(),
        )  # fmt: skip
