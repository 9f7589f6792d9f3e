"""Answers over HTTP that are read up to a size, for clients that would hold the whole of one in memory.

`library` is httpx or its successor: SDKs are made for the one or the other. `engine.exchange` reads by itself.
"""

from collections.abc import AsyncIterator, Iterator
from functools import lru_cache
from typing import Any, Final, TypeVar

__all__ = ["PLAIN", "bounded"]

T = TypeVar("T")

PLAIN: Final = {"accept-encoding": "identity"}
"""Headers that ask for answers as they are: a thousandth of the size may be packed, and is unpacked by the client."""


def bounded(library: Any, answer: T, most: int) -> T:
    """The answer, which is read up to `most` bytes. Reading further, or one that came packed all the same, raises the
    library's ReadError, as a connection that is lost does."""
    taken: Any = answer
    packed = taken.headers.get("content-encoding", "identity").strip().lower() != "identity"
    taken.stream = _stream(library)(library, taken.stream, 0 if packed else most)
    return answer


@lru_cache(maxsize=2)
def _stream(library: Any) -> type:
    class Stream(library.AsyncByteStream, library.SyncByteStream):  # type: ignore[misc]  # one of two libraries
        """The clients know by its kind how a stream is read: this one is of both."""

        def __init__(self, library: Any, inner: Any, most: int) -> None:
            self._library = library
            self._inner = inner
            self._left = most

        def _count(self, chunk: bytes) -> bytes:
            self._left -= len(chunk)
            if self._left < 0:
                raise self._library.ReadError("the answer is too long, or packed")
            return chunk

        def __iter__(self) -> Iterator[bytes]:
            for chunk in self._inner:
                yield self._count(chunk)

        async def __aiter__(self) -> AsyncIterator[bytes]:
            async for chunk in self._inner:
                yield self._count(chunk)

        def close(self) -> None:
            self._inner.close()

        async def aclose(self) -> None:
            await self._inner.aclose()

    return Stream
