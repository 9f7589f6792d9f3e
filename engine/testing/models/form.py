"""What a model is asked and what it says, without any wire format; a provider's file turns one into the other."""

import base64
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

__all__ = ["Asked", "Fails", "Form", "Says", "image", "pieces"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request as the stand-in understood it."""

    provider: str
    path: str
    model: str
    body: Mapping[str, Any] = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    system: str = field(repr=False)
    said: str = field(repr=False)
    """All texts of the user's turns."""
    schema: Mapping[str, Any] | None
    """That of the answer."""
    tools: tuple[str, ...]
    results: int
    """Results of calls that it was told."""
    images: tuple[tuple[str, bytes], ...] = field(repr=False)
    """Media type and content of each, in their order."""
    stream: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Says:
    """A reply. `data` is the answer to a schema; `calls` are tools, by their names on the wire, with arguments."""

    text: str = ""
    data: Mapping[str, Any] | None = None
    calls: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    finish: Literal["stop", "length", "refused"] = "stop"
    ends: str | None = None
    """The word that stands for `finish`, where it is another than the provider's own."""
    cut: int | None = None
    """Characters that come of `data`, and of the arguments of each call, where the reply ends in the middle of them."""
    tokens: tuple[int, int, int] = (100, 0, 20)
    """Of input, with the cached ones among them, and of output."""
    counted: Callable[[dict[str, Any]], Any] = dict
    """What becomes of the provider's record of these, wherever it stands in a reply: it may be lost, or nonsense."""
    pace: Callable[[int], object] | None = None
    """Called before each event of a stream with the number of those that were sent: it may wait, and what it raises
    cuts the stream."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fails:
    """A failure. `cut`: half of the answer, then the connection ends; `stalls`: half, then nothing; `hangs`: nothing
    until the caller goes away; `garbage`: a page of HTML with status 200; `endless`: an answer that never ends;
    `packed`: one of 40 MB that takes 40 kB as gzip, which nobody asked for; else an error of the provider's own form
    with `status`, which `inside` puts into the middle of a stream."""

    status: int = 500
    kind: Literal["status", "inside", "cut", "stalls", "garbage", "hangs", "endless", "packed"] = "status"
    retry_after: float | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    code: str | None = None
    """The provider's own word for the error, where its form has one."""


class Form(Protocol):
    """The wire format of one provider."""

    @property
    def path(self) -> str:
        """Of its one method, as Starlette matches it."""
        ...

    def asked(self, path: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> Asked:
        """Reads a request. Raises LookupError, TypeError or ValueError for what the provider would refuse."""
        ...

    def whole(self, asked: Asked, says: Says) -> Mapping[str, Any]:
        """The answer's body."""
        ...

    def events(self, asked: Asked, says: Says) -> Iterator[str]:
        """The answer as server-sent events, in several pieces."""
        ...

    def error(self, status: int, code: str | None = None) -> Mapping[str, Any]:
        """The body of an error."""
        ...


def image(media_type: str, data: str) -> tuple[str, bytes]:
    """A picture out of its Base64. Raises ValueError."""
    return media_type, base64.b64decode(data, validate=True)


def pieces(text: str, count: int = 3) -> list[str]:
    """A text in about as many parts."""
    size = max(1, -(-len(text) // count))
    return [text[at : at + size] for at in range(0, len(text), size)]
