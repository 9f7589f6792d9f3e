"""A breaker a provider: what has just failed several times is left alone for a while, for all tickets of a worker.

Closed: requests go through. Open: none does, until the time that the provider asked for, or half a minute, is over.
Then one request tries it out, and what comes of that closes it or opens it again (Nygard, "Release It!", 2007).
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

__all__ = ["Attempt", "Breaker"]

FAILURES: Final = 5
"""In a row."""
REST: Final = 30.0
"""Seconds."""
LONGEST: Final = 300.0
"""Seconds that a provider's own wish is followed for; then it is tried out."""


class Breaker:
    """State of one worker; no lock, since an event loop runs one piece of it at a time."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures = 0
        self._rest = 0.0
        """When it may be tried out, after failures in a row."""
        self._wish = 0.0
        """Until when the provider asked to be left alone."""
        self._turned = 0
        """How often there was a failure."""
        self._probe: Attempt | None = None

    @property
    def rest(self) -> float:
        """Seconds until a request may go through; 0 if one may now."""
        if self._probe is not None:
            return 1.0
        return max(max(self._rest, self._wish) - self._clock(), 0.0)

    def begin(self) -> "Attempt | None":
        """A request that may go through; None where none may. After a rest, one may at a time, until it has worked."""
        if self.rest > 0:
            return None
        attempt = Attempt(self, self._turned)
        if self._failures >= FAILURES:
            self._probe = attempt
        return attempt

    def _worked(self, attempt: "Attempt") -> None:
        self._failures, self._rest = 0, 0.0
        if attempt.since == self._turned:  # one that was sent before the provider asked says nothing of that
            self._wish = 0.0
        self._left(attempt)

    def _failed(self, attempt: "Attempt", retry_after: float | None) -> None:
        self._failures += 1
        self._turned += 1
        self._left(attempt)
        now = self._clock()
        if retry_after:
            self._wish = max(self._wish, now + min(retry_after, LONGEST))
        elif self._failures >= FAILURES:
            self._rest = now + REST

    def _left(self, attempt: "Attempt") -> None:
        if self._probe is attempt:
            self._probe = None


@dataclass(frozen=True, slots=True, eq=False)
class Attempt:
    """One request, of which its caller tells once what came of it."""

    breaker: Breaker
    since: int
    """How many failures there had been when it began."""

    def worked(self) -> None:
        """An answer came, whatever was in it."""
        self.breaker._worked(self)

    def failed(self, retry_after: float | None = None) -> None:
        """No answer came; the provider may have said for how long none will."""
        self.breaker._failed(self, retry_after)

    def left(self) -> None:
        """The caller went away before anything came of it."""
        self.breaker._left(self)
