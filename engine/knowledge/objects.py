"""Objects in a bucket; small ones are written only where nobody else has written in between (conditional puts).

An object has a version, its etag (on Google's storage its generation). A server that lost the answer to a put is asked
again, so that the second attempt may find the first one's object: whoever writes therefore writes what no other does,
and finds its own words there.

Etags come in quotes and are sent back so (RFC 9110, 13.1.1). Ceph's gateway (16.2) holds a put against the bare one: it
refuses each that comes as it was sent, and is sent it bare.
"""

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from engine.knowledge.base import KnowledgeError
from engine.knowledge.faults import no_bucket, status

if TYPE_CHECKING:
    from obstore import PutMode, UpdateVersion
    from obstore.store import ObjectStore

__all__ = ["CONNECT_SECONDS", "RETRIES", "RETRY_SECONDS", "SECONDS", "Changed", "Objects", "Stored"]

CONNECT_SECONDS: Final = 5
SECONDS: Final = 30
"""For one request."""
RETRIES: Final = 3
RETRY_SECONDS: Final = 10
"""After which no request is tried again: a search has somebody who waits for it."""
_TOO_SOON: Final = 5
"""Times that a put is made again, each after a second: Google's storage takes one write of an object a second, and
answers 429 to the next (cloud.google.com/storage/quotas)."""
_PART: Final = 8_000_000
"""Bytes."""


class Stored(NamedTuple):
    """An object as it was read or written."""

    body: bytes
    e_tag: str | None
    version: str | None = None

    def seen(self, *, bare: bool = False) -> "UpdateVersion":
        """What is held against the object when it is written. `bare`: its etag without quotes."""
        found: UpdateVersion = {}
        if self.e_tag is not None:
            found["e_tag"] = self.e_tag.strip('"') if bare else self.e_tag
        if self.version is not None:
            found["version"] = self.version
        return found


class Changed(Exception):
    """Somebody else has written the object since. `found`: as it is now."""

    def __init__(self, found: Stored | None) -> None:
        super().__init__(found)
        self.found = found


class Objects:
    """Those below one URL. Raises obstore's own errors but for those that it says."""

    def __init__(self, url: str, endpoint: str) -> None:
        """`endpoint`: of a server that speaks S3; empty: the provider's."""
        from obstore.store import S3Store, from_url

        options: Any = {  # each provider has a type of its own
            "client_options": {
                "allow_http": True,  # where the address says so
                "connect_timeout": timedelta(seconds=CONNECT_SECONDS),
                "timeout": timedelta(seconds=SECONDS),
            },
            "retry_config": {"max_retries": RETRIES, "retry_timeout": timedelta(seconds=RETRY_SECONDS)},
        }
        self._url = url
        self._bare: bool | None = None
        """Whether the server knows its etags without quotes only; None: it has held none yet."""
        self._store: ObjectStore
        if endpoint:
            bucket, _, prefix = url.removeprefix("s3://").partition("/")
            # of all names that an address has in the environment, the one that counts before the others
            self._store = S3Store(bucket, prefix=prefix or None, config={"aws_endpoint_url_s3": endpoint}, **options)
        else:
            self._store = from_url(url, **options)

    def read(self, name: str) -> Stored | None:
        """None where there is none."""
        import obstore

        try:
            found = obstore.get(self._store, name)
            return Stored(bytes(found.bytes()), found.meta["e_tag"], found.meta["version"])
        except FileNotFoundError as error:
            if no_bucket(error):
                raise
            return None

    def sizes(self, folder: str) -> Iterator[tuple[str, int]]:
        """Names below a folder, with bytes."""
        import obstore

        for some in obstore.list(self._store, folder):
            yield from ((one["path"], one["size"]) for one in some)

    def parts(self, name: str, size: int) -> Iterator[bytes]:
        """What an object of so many bytes holds, each part by a request of its own: a large one takes longer than one
        may."""
        import obstore

        for start in range(0, size, _PART):
            yield bytes(obstore.get_range(self._store, name, start=start, end=min(start + _PART, size)))

    def put(self, name: str, body: bytes, over: Stored | None) -> Stored:
        """Writes the object in place of `over`; None: where there is none. Raises `Changed`, and `KnowledgeError` where
        the server refuses what it should let through."""
        if over is None:
            return self._put(name, body, "create")
        if self._bare is not None:
            return self._put(name, body, over.seen(bare=self._bare))
        for bare in (False, True):
            try:
                made = self._put(name, body, over.seen(bare=bare))
            except Changed as error:
                if error.found is None or error.found.body != over.body:
                    raise
                continue
            self._bare = bare
            return made
        raise KnowledgeError(
            f"the index in {self._url} cannot be written: its server refuses a put whose condition (If-Match) holds"
        )

    def _put(self, name: str, body: bytes, mode: "PutMode") -> Stored:
        import obstore
        from obstore.exceptions import AlreadyExistsError, GenericError, PreconditionError

        again = 0
        while True:
            try:
                made = obstore.put(self._store, name, body, mode=mode, use_multipart=False)
                return Stored(body, made["e_tag"], made["version"])
            except (AlreadyExistsError, PreconditionError):
                found = self.read(name)
                if found is None or found.body != body:
                    raise Changed(found) from None
                return found
            except GenericError as error:
                if again == _TOO_SOON or status(error) != 429:
                    raise
            again += 1
            time.sleep(1)
