"""The right to write to an index in a bucket: an object that says which run has it, renewed for as long as that run
lives.

Clocks of hosts differ, so none is compared with another's. A run that waits watches the object by its own clock, and
takes over what has not changed for the whole length of the lease. The run that has it takes it for lost after two
thirds of that without a renewal: the last third is for the write that is then under way. What is slower still is
refused where it lands: by LanceDB (`Tables.writable`), and by the condition under which the pointer is put.
"""

import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from secrets import token_hex
from typing import Final, NamedTuple

from engine.knowledge.base import IndexTaken, KnowledgeError
from engine.knowledge.objects import Changed, Objects, Stored

__all__ = ["FILE", "LENGTH", "Lease", "leased"]

FILE: Final = "lease.json"
LENGTH: Final = 30.0
"""Seconds."""
_LONGEST: Final = 600.0
"""That is believed of another run: whoever waits, waits so long."""
_RENEWALS: Final = 6
"""In the length of a lease."""
_POLLS: Final = 20
"""In the length of a lease, by a run that waits."""
_LOST: Final = 2 / 3
_FREE: Final = ""
_CLOCK: Final = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""One that goes on while the machine sleeps, where there is one."""


class _Content(NamedTuple):
    """What a lease's object says. Host and process are for people."""

    run: str
    """A word that no other run has; empty for nobody."""
    length: float = LENGTH
    """Seconds, as the run that has it counts them."""
    renewals: int = 0
    host: str = ""
    process: int = 0

    def encode(self) -> bytes:
        return json.dumps(self._asdict()).encode()


class Lease:
    """One run's, from when it has it. Made by `leased`."""

    def __init__(
        self, objects: Objects, url: str, stored: Stored, content: _Content, *, since: float, taken_over: bool
    ) -> None:
        self._objects, self._url = objects, url
        self._stored, self._content, self._renewed = stored, content, since
        self._lost = False
        self.taken_over = taken_over

    @property
    def run(self) -> str:
        """The word that no other run has."""
        return self._content.run

    def check(self) -> None:
        """Raises `IndexTaken` where the lease is lost, or has not been renewed for so long that it may be."""
        if self._lost or _now() - self._renewed > self._content.length * _LOST:
            raise IndexTaken(
                f"this run could not keep the lease of the index in {self._url}, and another may write to it by now: "
                "what was published stays; run `engine kb index` again"
            )

    def prove(self) -> None:
        """Raises `KnowledgeError` where the server does not hold a put to its condition, or refuses one that it holds
        for: one that takes every put would let two runs write at once."""
        self._renew()
        self.check()
        wrong = Stored(b"", '"00000000000000000000000000000000"', "1")
        for over in (None, wrong):
            try:
                self._objects.put(FILE, _Content("unproven").encode(), over)
            except Changed:
                continue
            raise KnowledgeError(
                f"the index in {self._url} cannot be written: its server does not hold a put to its condition "
                "(If-None-Match, If-Match), and so two runs could write at once"
            )

    def renew(self) -> None:
        """Says that the run lives. What goes wrong is tried again the next time, until `check` finds it too late."""
        with suppress(Exception):
            self._renew()

    def _renew(self) -> None:
        began = _now()
        content = self._content._replace(renewals=self._content.renewals + 1)
        try:
            self._stored = self._objects.put(FILE, content.encode(), self._stored)
        except Changed:
            self._lost = True
            return
        self._content, self._renewed = content, began

    @contextmanager
    def renewed(self) -> Iterator[None]:
        """By a thread, for as long as the context lasts."""
        done = threading.Event()

        def work() -> None:
            while not self._lost and not done.wait(self._content.length / _RENEWALS):
                self.renew()

        renewing = threading.Thread(target=work, name="lease", daemon=True)
        renewing.start()
        try:
            yield
        finally:
            done.set()
            renewing.join()

    def give_back(self) -> None:
        """Lets the next run have it at once; one that cannot be told waits its length."""
        if not self._lost:
            with suppress(Exception):
                self._objects.put(FILE, self._content._replace(run=_FREE).encode(), self._stored)


@contextmanager
def leased(objects: Objects, url: str, length: float = LENGTH) -> Iterator[Lease]:
    """The right to write to the index at `url`; waits for whoever has it. `length` in seconds.

    Raises `KnowledgeError` as `Lease.prove` does, and what `objects` raise.
    """
    lease = _acquired(objects, url, _Content(token_hex(8), length, host=socket.gethostname(), process=os.getpid()))
    try:
        lease.prove()
        with lease.renewed():
            yield lease
    finally:
        lease.give_back()


def _acquired(objects: Objects, url: str, mine: _Content) -> Lease:
    seen: Stored | None = None
    since = _now()
    while True:
        found = objects.read(FILE)
        holder = _content(found, mine.length)
        if found != seen:
            seen, since = found, _now()
        lapsed = holder.run != _FREE and _now() - since >= holder.length
        if holder.run == _FREE or lapsed:
            began = _now()
            try:
                stored = objects.put(FILE, mine.encode(), found)
            except Changed:
                continue
            return Lease(objects, url, stored, mine, since=began, taken_over=lapsed)
        time.sleep(holder.length / _POLLS)


def _content(found: Stored | None, length: float) -> _Content:
    """Of a lease that nobody can read, no more is known than that it is somebody's."""
    if found is None:
        return _Content(_FREE)
    try:
        said = json.loads(found.body)
        run, theirs = str(said["run"]), said["length"]
    except (KeyError, RecursionError, TypeError, ValueError):
        return _Content("unknown", length)
    sound = type(theirs) in (int, float) and 0 < theirs <= _LONGEST  # no NaN either
    return _Content(run, float(theirs) if sound else length)


def _now() -> float:
    return time.clock_gettime(_CLOCK)
