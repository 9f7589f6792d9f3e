"""A breaker a provider: what has just failed several times is left alone for a while, for all tickets of a worker.

Closed: requests go through. Open: none does, until the time that the provider asked for, or half a minute, is over.
Then one request tries it out, and what comes of that closes it or opens it again (Nygard, "Release It!", 2007).
"""

import time
from collections.abc import Callable
from typing import Final

__all__ = ["Breaker"]

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
        self._until = 0.0
        self._trying = False

    @property
    def rest(self) -> float:
        """Seconds until a request may go through; 0 if one may now."""
        if self._trying:
            return 1.0
        return max(self._until - self._clock(), 0.0)

    def begin(self) -> bool:
        """Whether a request may go through. After a rest, one may at a time, until it has worked."""
        if self.rest > 0:
            return False
        self._trying = self._failures >= FAILURES
        return True

    def worked(self) -> None:
        """An answer came, whatever was in it."""
        self._failures, self._until, self._trying = 0, 0.0, False

    def failed(self, retry_after: float | None = None) -> None:
        """No answer came; the provider may have said for how long none will."""
        self._failures += 1
        self._trying = False
        wait = min(retry_after, LONGEST) if retry_after else (REST if self._failures >= FAILURES else 0.0)
        self._until = max(self._until, self._clock() + wait)

    def left(self) -> None:
        """The caller went away before anything came of it."""
        self._trying = False
