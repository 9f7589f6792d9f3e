"""What a way of telling people is, and what sending can come to.

NoticeError
 +-- NotSent     it certainly did not arrive; `again`: trying again may help
 +-- Unsure      it may have arrived: it is sent again all the same, for a notice twice is better than none

They hold codes, never an address, a text or a secret.
"""

from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from engine.errors import EngineError

__all__ = ["NotSent", "Notice", "NoticeError", "Notifier", "Unsure"]


class NoticeError(EngineError):
    """Base of what sending raises."""

    code = "notice"

    def __init__(self, code: str, *, again: bool = True) -> None:
        super().__init__(code, code=code)
        self.again = again


class NotSent(NoticeError):
    """Codes: `unreachable`, `busy` (told to come later); and for good (`again` is False): `unauthorised`, `refused`."""


class Unsure(NoticeError):
    """Codes: `timeout`, `cut`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One message to people of a team. `marker` is the same whenever it is sent again."""

    to: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    marker: str


@runtime_checkable
class Notifier(Protocol):
    """One way of telling people."""

    async def send(self, notice: Notice) -> None:
        """Send it. Raises NoticeError."""
