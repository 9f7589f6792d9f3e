"""Files that customers attach: looked at once, by their first bytes, and known to a flow as references."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

from engine.channels.base import ChannelError, Unsent
from engine.channels.files import family, sniffed
from engine.runtime.activities.base import Group, later
from engine.runtime.activities.scope import Scope
from engine.runtime.context import Context
from engine.store.rows import AttachmentRow, MessageRow

__all__ = ["LARGEST", "Attacher", "accepted", "fetched", "reference"]

LARGEST: Final = 20_000_000
"""Bytes: the most that any flow may take of one file."""


class Attacher(Group):
    """What the fields `files` of a step are given."""

    async def files(self, scope: Scope, spec: Mapping[str, Any], said: Sequence[MessageRow]) -> list[AttachmentRow]:
        """The files of the customer's messages that the field takes, the first ones if they are too many."""
        rows = [await self._looked(scope, row) for row in await self.of(said)]
        return [row for row in rows if _fits(row, spec)][: spec["most"]]

    async def of(self, said: Sequence[MessageRow]) -> list[AttachmentRow]:
        """All that the customer attached to these messages, of whatever kind."""
        ids = [message.id for message in said if message.author_role == "customer"]
        return await self.store.run(self.store.attachments.of_messages, ids) if ids else []

    async def _looked(self, scope: Scope, row: AttachmentRow) -> AttachmentRow:
        """With its type and size. What cannot be had for good is refused; what cannot be had now is tried again."""
        if row.state != "new":
            return row
        try:
            await fetched(self.context, scope, row)
        except ChannelError as error:
            wait = error.retry_after if isinstance(error, Unsent) and error.retry_after is not None else 2.0
            raise later(error.code, wait) from None
        return await self.store.run(self.store.attachments.get, row.id)


async def fetched(context: Context, scope: Scope, row: AttachmentRow) -> bytes | None:
    """The contents, looked at once for all: the row then says what they are. None where they cannot be had for good, or
    are not those that were looked at. Raises ChannelError for what a later attempt may mend."""
    store = context.store
    if row.state == "refused":
        return None
    try:
        content = await context.channels[scope.ticket.channel].attachment(row.url, cap=LARGEST)
    except Unsent as error:
        if error.retry_after is not None:
            raise
        if row.state == "new":
            await store.run(store.attachments.refused, row.id, error.code)
        return None
    digest = hashlib.sha256(content).hexdigest()
    if row.state == "new":
        row = await store.run(
            store.attachments.seen, row.id, media_type=sniffed(content), size=len(content), digest=digest
        )
    return content if row.digest == digest else None


def reference(row: AttachmentRow) -> dict[str, Any]:
    """A file as a flow knows it."""
    return {"id": row.id, "name": row.name, "type": row.type, "size": row.size}


def _fits(row: AttachmentRow, spec: Mapping[str, Any]) -> bool:
    return row.state == "seen" and family(row.type or "") in spec["types"] and 0 < (row.size or 0) <= spec["size"]


def accepted(spec: Mapping[str, Any]) -> str:
    """What a field takes, for the customer."""
    kinds = {"image": "picture", "pdf": "PDF", "text": "text file"}
    words = " or ".join(kinds[word] for word in spec["types"])
    many = f"up to {spec['most']} files" if spec["most"] > 1 else "one file"
    return f"({many}, each a {words} of at most {spec['size'] // 1_000_000} MB)"
