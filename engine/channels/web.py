"""A team's own site or app: visitors chat with the engine, and no ticketing platform stands in between.

The store is the platform. A reply is there once its row has a number in the conversation, which is given once; notes
and changes for people are there with their rows, and the service shows them (`engine.service.people`).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Protocol

from engine.channels.base import Made, Outgoing, Received, Refused, Unsent
from engine.channels.web_token import SHORTEST, Visitor, visitor_of
from engine.errors import NotConfigured

__all__ = ["PROOF", "Transcript", "Web"]

PROOF: Final = "proof"
"""Where a message's data holds what the token proved with which it came."""


class Transcript(Protocol):
    """The conversations, where they are kept."""

    async def show(self, marker: str) -> Made | None:
        """Show a text to its visitor, once. None: its time is over."""

    async def shown(self, marker: str) -> Made | None:
        """The text with this marker, if its visitor can see it."""

    async def requester(self, channel: str, external_id: str) -> dict[str, Any]:
        """What the visitor's token said of them."""

    async def said(self, channel: str, external_id: str) -> Sequence[tuple[str | None, Any]]:
        """Author and data of all that was written as the customer, oldest first."""


class Web:
    """One site or app. `secret`: what the team's backend signs with; several with a blank between while one is
    replaced."""

    kind = "web"

    def __init__(self, *, name: str, secret: str, transcript: Transcript, origins: Sequence[str] = ()) -> None:
        self._secrets = tuple(secret.split())
        if not self._secrets or any(len(one.encode()) < SHORTEST for one in self._secrets):
            raise NotConfigured(f"the channel `{name}` needs a secret of at least {SHORTEST} bytes")
        self.name = name
        self.origins = frozenset(origins)
        """Whose pages a browser lets talk with the service."""
        self._transcript = transcript

    def visitor(self, token: str) -> Visitor:
        """Whom a token names. Raises Refused(401)."""
        return visitor_of(token, audience=self.name, secrets=self._secrets)

    def receive(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Received | None:
        """Nothing is delivered here: visitors write to the service itself."""
        del headers, body, now
        raise Refused(404, "this channel has no webhook: visitors post to /chat")

    async def requester(self, external_id: str) -> dict[str, Any]:
        """See `Channel.requester`."""
        return await self._transcript.requester(self.name, external_id)

    async def proof(self, external_id: str, author_id: str) -> Mapping[str, str]:
        """Of a visitor whose tokens said that they had signed in, with all that was written in this conversation; what
        the newest one proves."""
        said = await self._transcript.said(self.name, external_id)
        proofs = [data.get(PROOF) if isinstance(data, dict) else None for _, data in said]
        if not said or any(author != author_id for author, _ in said) or not all(proofs):
            return {}
        newest = proofs[-1]
        return {str(name): str(value) for name, value in newest.items()} if isinstance(newest, dict) else {}

    async def send(self, external_id: str, message: Outgoing) -> Made:
        """A reply is shown; the row in the store is all that there is of a note. Raises Unsent where its time is over,
        by the database's clock, so that a look past the deadline sees all that there will be."""
        del external_id
        if message.kind != "reply":
            return Made(f"{message.kind}/{message.marker}")
        made = await self._transcript.show(message.marker)
        if made is None:
            raise Unsent("late", retry_after=1.0)
        return made

    async def find(self, external_id: str, marker: str) -> Made | None:
        """A note is made with its row, and making it again is the same."""
        del external_id
        return await self._transcript.shown(marker)

    async def attachment(self, url: str, *, cap: int) -> bytes:
        """Nothing is attached here. Raises Unsent."""
        del url, cap
        raise Unsent("not_found")
