"""What a ticketing platform is to the engine: deliveries in, texts and changes out.

ChannelError
 +-- Unsent    it certainly did not happen; `retry_after` in seconds where trying again may help
 +-- Unknown   it may have happened: look for the marker, never send again blindly
Refused        a delivery that is not taken in, with the HTTP status to answer

None of them holds a text of a customer, a URL or a secret: codes alone reach logs and histories.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol, runtime_checkable

from engine.channels.files import Attached
from engine.errors import EngineError

__all__ = ["Arrival", "Channel", "ChannelError", "Made", "Outgoing", "Received", "Refused", "Unknown", "Unsent"]


class ChannelError(EngineError):
    """Base of what a channel raises while it talks to its platform."""

    code = "channel"

    def __init__(self, code: str, *, retry_after: float | None = None) -> None:
        super().__init__(code, code=code)
        self.retry_after = retry_after


class Unsent(ChannelError):
    """Nothing was changed on the platform.

    Codes: `unreachable` (no connection), `rate_limited`, `conflict` (somebody changed the ticket in between),
    `unavailable` (a look before the change failed), `late` (its time is over), and for good: `unauthorised`,
    `forbidden`, `not_found`, `rejected`, `no_group`. `retry_after`: seconds, None where repeating changes nothing or
    nobody said when.
    """


class Unknown(ChannelError):
    """The request was on its way and no usable answer came: `timeout`, `cut`, `status_503`, ..."""


class Refused(EngineError):
    """A delivery that is turned away before anything is stored. `why` is for the platform's own log: no contents."""

    code = "refused"

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why, code="refused")
        self.status = status
        self.why = why


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One message or event of a delivery. `content_id` is the platform's id of the content, not of the delivery.

    `data` of a ticket's first message says what it came with: `tags`, and its `form`.
    `same_as_first`: the platform sends a ticket's description again as its first comment. `wants_person` and `topics`
    are the service's to fill, not a channel's.
    """

    content_id: str
    kind: Literal["message", "event"] = "message"
    author_id: str | None = field(default=None, repr=False)
    author_role: Literal["customer", "agent", "engine", "system"] = "customer"
    text: str | None = field(default=None, repr=False)
    event: str | None = None
    data: Any = field(default=None, repr=False)
    platform_time: datetime | None = None
    delivery_id: str | None = None
    wants_person: bool = False
    topics: Sequence[str] = ()
    same_as_first: bool = False
    attachments: tuple[Attached, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A delivery that passed its signature: a ticket of the platform and what is new there.

    `requester` holds what the platform claims about who asks (id, email, name, language), as far as the delivery says
    it. `ours` are content ids that staff or the engine's own account wrote: the same form as `Channel.send` returns,
    so that the engine's own comments are known again by the id it stored, not by their author.
    """

    external_id: str
    subject: str | None = field(default=None, repr=False)
    requester: dict[str, Any] = field(default_factory=dict, repr=False)
    arrivals: tuple[Arrival, ...] = ()
    ours: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """Something for the platform: a text for the customer, a note for people, or a change of the ticket alone.

    `status`, `tags` (added to those there), `group` (by name) and `fields` (platform's field id -> value) go in the
    same change as the text. `marker` is what `find` looks for. `until`, of `time.monotonic`: from then on somebody else
    may send it, so that a process that was stopped in between sends it no more.
    """

    kind: Literal["reply", "note", "update"] | str
    text: str = field(default="", repr=False)
    marker: str
    status: str | None = None
    tags: tuple[str, ...] = ()
    group: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict, repr=False)
    until: float | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """A change that the platform has. `id` has the form of an arrival's `content_id`; `at` is the platform's own time
    of it, where it says so: a customer's answer to it is later than that."""

    id: str
    at: datetime | None = None


@runtime_checkable
class Channel(Protocol):
    """One connection to one ticketing platform; `name` is that of engine.yaml, `kind` the adapter's."""

    @property
    def name(self) -> str:
        """The instance, as engine.yaml names it."""

    @property
    def kind(self) -> str:
        """The adapter, as `CHANNELS` names it."""

    def receive(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Received | None:
        """Verify a delivery over its raw bytes, then read it. None: sound, and of no interest. Raises `Refused`."""

    async def requester(self, external_id: str) -> dict[str, Any]:
        """What the platform claims about the ticket's requester: id, email, name, language. Raises `ChannelError`."""

    async def proof(self, external_id: str, author_id: str) -> Mapping[str, str]:
        """What the platform itself has proved of a message's author, so that nobody need be asked: `email`, an address
        that it has verified, and `external_id`, the id under which the customer signed in. In doubt nothing: what
        anybody merely wrote, an address of a sender too, is no proof. Raises `ChannelError`."""

    async def send(self, external_id: str, message: Outgoing) -> Made:
        """Make one change; what was made. Sends once, and never after `until`. Raises `Unsent` or `Unknown`."""

    async def find(self, external_id: str, marker: str) -> Made | None:
        """The change with this marker; None only if it is certainly not there."""

    async def attachment(self, url: str, *, cap: int) -> bytes:
        """The content of a file that a message had. Raises `Unsent` (`too_large` over `cap` bytes, `foreign` for an
        address that is not the platform's own, `not_found`) or `Unknown`."""
