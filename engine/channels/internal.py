"""The channel of tickets that stand on no platform: a schedule or an event began them, and no customer reads along.

Notes and changes for people stay in the store, where the service shows them. There is nobody to reply to.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from engine.channels.base import Made, Outgoing, Received, Refused, Unsent

__all__ = ["INTERNAL", "Internal"]

INTERNAL: Final = "_engine"
"""Its name; that of no channel of engine.yaml, whose names have no `_` in front."""


class Internal:
    """See `Channel`."""

    kind = "internal"
    name = INTERNAL

    def receive(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Received | None:
        """Nothing is delivered here."""
        del headers, body, now
        raise Refused(404, "this channel has no webhook")

    async def requester(self, external_id: str) -> dict[str, Any]:
        """Nobody asked."""
        del external_id
        return {}

    async def proof(self, external_id: str, author_id: str) -> Mapping[str, str]:
        """Nobody signed in."""
        del external_id, author_id
        return {}

    async def send(self, external_id: str, message: Outgoing) -> Made:
        """The row in the store is all that there is of a note. Raises Unsent for a reply."""
        del external_id
        if message.kind == "reply":
            raise Unsent("no_customer")
        return Made(f"{message.kind}/{message.marker}")

    async def find(self, external_id: str, marker: str) -> Made | None:
        """A note is made with its row, and making it again is the same."""
        del external_id, marker
        return None

    async def attachment(self, url: str, *, cap: int) -> bytes:
        """Nothing is attached here. Raises Unsent."""
        del url, cap
        raise Unsent("not_found")
