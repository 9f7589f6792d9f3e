"""The conversations of web channels as their adapter sees them: in the store."""

from collections.abc import Sequence
from typing import Any

from engine.channels.base import Made
from engine.store import Missing, Store

__all__ = ["StoredTranscript"]


class StoredTranscript:
    """See `engine.channels.web.Transcript`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def show(self, marker: str) -> Made | None:
        """Raises Missing."""
        return _made(await self._store.run(self._store.chats.show, marker))

    async def shown(self, marker: str) -> Made | None:
        """None also for a marker that nobody has given out."""
        try:
            return _made(await self._store.run(self._store.chats.shown, marker))
        except Missing:
            return None

    async def requester(self, channel: str, external_id: str) -> dict[str, Any]:
        """As the token of the first message said it."""
        ticket = await self._store.run(self._store.tickets.find, channel, external_id)
        return dict(ticket.requester) if ticket else {}

    async def said(self, channel: str, external_id: str) -> Sequence[tuple[str | None, Any]]:
        """In every epoch: whoever wrote before and did not sign in proves nothing now."""
        ticket = await self._store.run(self._store.tickets.find, channel, external_id)
        rows = await self._store.run(self._store.messages.of_ticket, ticket.id) if ticket else []
        return [(row.author_id, row.data) for row in rows if row.kind == "message" and row.author_role == "customer"]


def _made(shown: Any) -> Made | None:
    return None if shown is None else Made(f"line/{shown[0]}", shown[1])
