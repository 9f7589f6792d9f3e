"""An index in an object store, for any number of hosts: the pointer is an object put under the condition that nobody
else has written it, and the right to write a lease.

Nothing but this place knows of addresses and credentials. These are the providers' own variables of the environment, as
LanceDB and obstore (two users of one library) read them.
"""

import hashlib
import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

from engine.knowledge import disk, objects
from engine.knowledge.base import IndexSilent, IndexTaken
from engine.knowledge.faults import told
from engine.knowledge.kept import Kept
from engine.knowledge.lance import connect
from engine.knowledge.lease import LENGTH, Lease, leased
from engine.knowledge.objects import Changed, Objects, Stored
from engine.knowledge.place import AGAIN_SECONDS, OUTLIVED_SECONDS, Doing
from engine.knowledge.pointer import FILE, Pointer, decode, encode
from engine.knowledge.replica import Replica

__all__ = ["AGAIN_SECONDS", "KNOWN_SECONDS", "OUTLIVED_SECONDS", "Bucket"]

KNOWN_SECONDS: Final = 2.0
"""How old the pointer may be that a search goes by: asking for it takes a way to the server and back."""
_ENDPOINTS: Final = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT")


class _Known(NamedTuple):
    """The version that counted when the server was last asked."""

    pointer: Pointer | None
    learnt: float
    until: float
    """When it is asked again, by the same clock."""
    silent: str = ""
    """What is said of a server that did not answer when it was last asked."""
    whole: bool = False
    """Whether it was found beside the copy, which has all of it."""

    @property
    def outlived(self) -> bool:
        return time.monotonic() - self.learnt > OUTLIVED_SECONDS

    def counts(self) -> Pointer | None:
        """What a search goes by; raises `IndexSilent` where that is nothing."""
        if self.silent and (self.pointer is None or self.outlived):
            raise IndexSilent(self.silent)
        return self.pointer


class Bucket:
    """The place of an index below `url`: `s3://bucket/prefix`, `gs://...` or `az://...`.

    `copies`: a folder for what searches read, one copy an index. `base_url`: another server that speaks S3; empty: what
    AWS_ENDPOINT_URL says, else Amazon's. `lease`: seconds after which a run that has died is taken up by the next.
    """

    def __init__(self, url: str, copies: Path, *, base_url: str = "", lease: float = LENGTH) -> None:
        self._url = url.rstrip("/")
        self._endpoint = base_url or _endpoint(url, os.environ)
        self._copy = copies / hashlib.sha256(f"{self._endpoint} {self._url}".encode()).hexdigest()[:12]
        self._length = lease
        self._lock = threading.Lock()
        self._objects: Objects | None = None
        self._replica: Replica | None = None
        self._kept = Kept(self._copy)
        self._asking = threading.Lock()
        self._known: _Known | None = None
        self._silent: tuple[float, str] | None = None
        """When the server did not answer, while nothing is known, and what was said."""

    def read(self) -> Pointer | None:
        """The version that counts; raises `KnowledgeError`, also where the server does not answer."""
        with told(self._url, "read"):
            found = self._below().read(FILE)
        pointer = decode(found.body, f"what is below {self._url}") if found else None
        self.learnt(pointer)
        return pointer

    def known(self) -> Pointer | None:
        """At most `KNOWN_SECONDS` old, or `OUTLIVED_SECONDS` while the server does not answer."""
        began = time.monotonic()
        known = self._known
        if known is not None and began < known.until:
            return known.counts()
        # one search asks; where the server answered the last time, others wait for what it says, but not for long
        wait = 0.0 if known and known.silent else KNOWN_SECONDS
        if not self._asking.acquire(timeout=-1 if known is None or known.outlived else wait):
            assert known is not None
            return known.counts()
        try:
            known = self._known
            if known is not None and time.monotonic() < known.until:
                return known.counts()
            if known is None and self._silent and self._silent[0] >= began:
                raise IndexSilent(self._silent[1])  # which this thread has waited for already
            return self._asked(known)
        finally:
            self._asking.release()

    def _asked(self, known: _Known | None) -> Pointer | None:
        try:
            found = self.read()
        except IndexSilent as error:
            now = time.monotonic()
            kept = self._kept.found() if known is None else None
            if kept is not None:
                pointer, age = kept
                known = _Known(pointer, now - age, now, whole=True)
            if known is None:
                self._silent = now, str(error)
                raise
            self._known = known._replace(until=now + AGAIN_SECONDS, silent=str(error))
            return self._known.counts()
        self._kept.still(found)
        return found

    def there(self) -> bool:
        """Whether anything is shows only the server."""
        return True

    def connect(self) -> Any:
        """LanceDB's connection to the bucket."""
        return connect(self._url, self._options())

    def reading(self, pointer: Pointer) -> Any:
        """To the copy of them on this machine, with this version brought there."""
        known = self._known
        if known is not None and known.whole and known.pointer == pointer:
            return connect(self._copy)
        replica = self._copied()
        with disk.told(self._copy, "kept", f"it is this machine's copy of {self._url}"):
            folder = replica.bring(pointer)
            self._kept.write(pointer)
            return connect(folder)

    @contextmanager
    def alone(self) -> Iterator["_Held"]:
        """The lease."""
        with leased(self._below(), self._url, self._length) as lease:
            yield _Held(self, self._below(), lease, self._url)

    def told(self, doing: Doing) -> AbstractContextManager[None]:
        """What the server, or the way to it, raises, said plainly."""
        if doing == "written":
            return told(self._url, doing, "what was indexed before stays")
        return told(self._url, doing, broken=f"if that lasts, remove the copy in {self._copy}")

    def learnt(self, pointer: Pointer | None) -> None:
        """What counts as of now."""
        now = time.monotonic()
        self._known = _Known(pointer, now, now + KNOWN_SECONDS)

    def _below(self) -> Objects:
        with self._lock:
            if self._objects is None:
                self._objects = Objects(self._url, self._endpoint)
            return self._objects

    def _copied(self) -> Replica:
        below = self._below()
        with self._lock:
            if self._replica is None:
                self._replica = Replica(self._copy, below)
            return self._replica

    def _options(self) -> dict[str, str]:
        """As LanceDB wants them."""
        # by every name: where the environment has another value for one of them, LanceDB takes either, by chance
        endpoint = dict.fromkeys(map(str.lower, _ENDPOINTS), self._endpoint) if self._endpoint else {}
        return {
            "allow_http": "true",  # where the address says so
            "connect_timeout": f"{objects.CONNECT_SECONDS}s",
            "timeout": f"{objects.SECONDS}s",
            "client_max_retries": str(objects.RETRIES),
            "client_retry_timeout": str(objects.RETRY_SECONDS),
            **endpoint,
        }


class _Held:
    """The lease of a bucket, and the pointer as this run knows it."""

    def __init__(self, bucket: Bucket, below: Objects, lease: Lease, url: str) -> None:
        self._bucket, self._objects, self._lease, self._url = bucket, below, lease, url
        self._stored: Stored | None = below.read(FILE)
        self._pointer = decode(self._stored.body, f"what is below {url}") if self._stored else None
        if lease.taken_over:
            self._put(self._pointer)  # other words, another etag: whoever had the lease before publishes no more

    @property
    def pointer(self) -> Pointer | None:
        return self._pointer

    @property
    def taken_over(self) -> bool:
        return self._lease.taken_over

    def check(self) -> None:
        self._lease.check()

    def publish(self, pointer: Pointer) -> None:
        """Puts the object, if it is what this run knows it as."""
        self.check()
        self._put(pointer)
        self._bucket.learnt(pointer)

    def _put(self, pointer: Pointer | None) -> None:
        try:
            self._stored = self._objects.put(FILE, encode(pointer, run=self._lease.run), self._stored)
        except Changed:
            raise IndexTaken(
                f"another run has published the index in {self._url} meanwhile: this one publishes nothing; "
                "run `engine kb index` again"
            ) from None
        self._pointer = pointer


def _endpoint(url: str, env: Mapping[str, str]) -> str:
    """Of a server that speaks S3, as Amazon's own tools are told it."""
    if not url.startswith("s3:"):
        return ""
    return next((env[name] for name in _ENDPOINTS if env.get(name)), "")
