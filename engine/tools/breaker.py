"""A circuit breaker per host: a system that fails again and again is left alone for a while.

Closed, every call passes. After `FAILURES` failures in a row it opens: calls are refused, unsent, until the pause is
over; then it is half open, one call is let through as a probe, and what the probe comes to closes it or opens it for
twice as long (M. Nygard, "Release It!", 2007). A process has its own; it knows nothing that a restart may not lose.

A failure is no connection, no whole answer in time, or a 5xx; an answer of any other status is a success, and a call
that was refused or given up before it was sent is neither.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from engine.tools.base import Failed

__all__ = ["FAILURES", "LONGEST", "PAUSE", "Breakers", "Outcome"]

FAILURES: Final = 5
PAUSE: Final = 10.0
"""Seconds that it stays open the first time."""
LONGEST: Final = 300.0
_HOSTS: Final = 1_000


@dataclass(slots=True)
class Outcome:
    """What the call came to, as the caller tells it; None: nothing that says anything of the host."""

    good: bool | None = None


@dataclass(slots=True)
class _Circuit:
    failures: int = 0
    pause: float = 0.0
    until: float = 0.0
    probing: bool = False


class Breakers:
    """The circuits of all hosts of a process. For one event loop: nothing here waits or locks."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._circuits: dict[str, _Circuit] = {}

    @contextmanager
    def passing(self, host: str) -> Iterator[Outcome]:
        """Around one exchange with a host (`name:port`). Raises Failed `circuit_open`: then nothing may be sent."""
        circuit = self._circuits.setdefault(host, _Circuit())
        probe = self._admitted(circuit)
        outcome = Outcome()
        try:
            yield outcome
        finally:
            if probe:
                circuit.probing = False
            self._told(host, circuit, outcome.good)

    def _admitted(self, circuit: _Circuit) -> bool:
        """Whether this call is the probe."""
        if circuit.failures < FAILURES:
            return False
        left = circuit.until - self._clock()
        if left > 0 or circuit.probing:
            raise Failed("circuit_open", retry_after=max(left, 1.0))
        circuit.probing = True
        return True

    def _told(self, host: str, circuit: _Circuit, good: bool | None) -> None:
        if good:
            self._circuits.pop(host, None)
        elif good is False:
            circuit.failures += 1
            if circuit.failures >= FAILURES:
                circuit.pause = min(circuit.pause * 2 or PAUSE, LONGEST)
                circuit.until = self._clock() + circuit.pause
        elif not circuit.failures:
            self._circuits.pop(host, None)
        if len(self._circuits) > _HOSTS:
            self._circuits.pop(next(iter(self._circuits)))
