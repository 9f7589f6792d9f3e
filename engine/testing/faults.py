"""Faults on demand, and the log of every request: what the stand-ins share.

A fault meets the next requests that fit it. What matters is on which side of the work it strikes: a call that fails
before the work may be sent again, one that fails after it must not be.
"""

import asyncio
import fnmatch
import json
import threading
from collections import deque
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["KINDS", "BadFault", "Fault", "Faults", "Faulty", "RequestLog", "Seen", "hang_up"]

KINDS: Final = {
    "status": "answers with `status` and does nothing",
    "delay": "waits `seconds`, then does the work",
    "slow_work": "waits `seconds` inside the work, an idempotency key being taken already",
    "delay_after_work": "does the work, waits `seconds`, then answers",
    "drop": "closes the connection without an answer and does nothing",
    "drop_after_work": "does the work and closes the connection without an answer",
    "status_after_work": "does the work and answers with `status`, 500 unless given",
    "garbage": "does the work and answers with bytes that are no JSON",
    "bad_schema": "does the work and answers with JSON whose fields have other types",
    "echo": "does the work and answers with the request, credentials and all, beside the answer and in its `method`",
}
MAX_SECONDS: Final = 120.0
KEPT_REQUESTS: Final = 50_000
MAX_HEARD: Final = 4_000_000
"""Bytes of a delayed request that are held; far over what any stand-in takes."""
ADMIN: Final = "/admin"
GARBAGE: Final = b'<html><body>502 \xff\xfe {"id":'


class BadFault(ValueError):
    """The fault cannot be made; the message says what is accepted."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to the requests that fit.

    `path` is a pattern as of the shell (`/orders/*`), `method` a name or `*`. `times` is how many requests it meets,
    None for all until it is cleared. `retry_after` (seconds) becomes the header of that name.
    """

    path: str
    method: str = "*"
    kind: str = "status"
    status: int = 500
    seconds: float = 0.0
    times: int | None = 1
    retry_after: int | None = None

    def __post_init__(self) -> None:
        """Raises `BadFault` for a fault that could not be carried out."""
        if self.kind not in KINDS:
            raise BadFault(f"kind: expected one of {', '.join(KINDS)}, got {self.kind!r}")
        if not isinstance(self.path, str) or not self.path.startswith(("/", "*")):
            raise BadFault(f"path: expected a pattern such as /orders/*, got {self.path!r}")
        if not isinstance(self.method, str):
            raise BadFault(f"method: expected a name or *, got {self.method!r}")
        if not _is_number(self.status, 200, 599) or isinstance(self.status, float):
            raise BadFault(f"status: expected 200 to 599, got {self.status!r}")
        if not _is_number(self.seconds, 0, MAX_SECONDS):
            raise BadFault(f"seconds: expected 0 to {MAX_SECONDS:.0f}, got {self.seconds!r}")
        if self.times is not None and (not _is_number(self.times, 1, 1_000_000) or isinstance(self.times, float)):
            raise BadFault(f"times: expected a number from 1, or null for always, got {self.times!r}")
        if self.retry_after is not None and not _is_number(self.retry_after, 0, 86_400):
            raise BadFault(f"retry_after: expected seconds, got {self.retry_after!r}")

    def fits(self, method: str, path: str) -> bool:
        """Whether a request is met by it."""
        return self.method.upper() in ("*", method) and fnmatch.fnmatchcase(path, self.path)

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """What it adds to an answer of its own."""
        return [] if self.retry_after is None else [(b"retry-after", str(self.retry_after).encode())]


def _is_number(value: object, low: float, high: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high


class Faults:
    """The faults that wait for a request, oldest first. Safe to use from any thread."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        """Let it meet the next requests that fit."""
        with self._lock:
            self._waiting.append(fault)

    def add_json(self, given: object) -> Fault:
        """The same from a request's body; raises `BadFault`."""
        if not isinstance(given, dict):
            raise BadFault("expected an object")
        unknown = sorted(set(given) - set(Fault.__dataclass_fields__))
        if unknown:
            raise BadFault(f"unknown: {', '.join(map(str, unknown))}; known: {', '.join(Fault.__dataclass_fields__)}")
        if "path" not in given:
            raise BadFault("path: expected a pattern such as /orders/*")
        fault = Fault(**given)
        self.add(fault)
        return fault

    def take(self, method: str, path: str) -> Fault | None:
        """The oldest fault that fits, one use of it spent."""
        with self._lock:
            for place, fault in enumerate(self._waiting):
                if fault.fits(method, path):
                    self._spend(place, fault)
                    return fault
        return None

    def _spend(self, place: int, fault: Fault) -> None:
        if fault.times == 1:
            del self._waiting[place]
        elif fault.times is not None:
            self._waiting[place] = replace(fault, times=fault.times - 1)

    def clear(self) -> None:
        """Forget all of them."""
        with self._lock:
            self._waiting.clear()

    def to_json(self) -> list[dict[str, Any]]:
        """What still waits."""
        with self._lock:
            return [asdict(fault) for fault in self._waiting]


@dataclass(slots=True)
class Seen:
    """A request that came in. `status` is what the caller was told: None while it runs, or if it was never told."""

    at: str
    method: str
    path: str
    idempotency_key: str | None
    status: int | None = None
    fault: str | None = None


class RequestLog:
    """Every request since the start, in the order of arrival; the oldest are dropped beyond `KEPT_REQUESTS`."""

    def __init__(self) -> None:
        self._seen: deque[Seen] = deque(maxlen=KEPT_REQUESTS)

    def note(self, method: str, path: str, key: str | None) -> Seen:
        """Add a request; the caller fills in the status."""
        seen = Seen(datetime.now(UTC).isoformat(), method, path, key)
        self._seen.append(seen)
        return seen

    def clear(self) -> None:
        """Forget all of them."""
        self._seen.clear()

    def to_json(self) -> list[dict[str, Any]]:
        """All of them as plain data."""
        return [asdict(seen) for seen in list(self._seen)]


class Faulty:
    """ASGI middleware that notes each request and lets the faults strike. `/admin` is spared."""

    def __init__(self, app: ASGIApp, *, faults: Faults, log: RequestLog) -> None:
        self._app, self._faults, self._log = app, faults, log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, well or as its fault says."""
        if scope["type"] != "http" or scope["path"].startswith(ADMIN):
            await self._app(scope, receive, send)
            return
        seen = self._log.note(scope["method"], scope["path"], _header(scope["headers"], b"idempotency-key"))
        fault = self._faults.take(scope["method"], scope["path"])

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen.status = message["status"]
            await send(message)

        if fault is None:
            await self._app(scope, receive, told)
            return
        seen.fault = fault.kind
        # read to the end first: closing on bytes that nobody read is a reset, and a caller may tell the two apart
        await self._strike(fault, scope, await _heard(receive), told)

    async def _strike(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        match fault.kind:
            case "status":
                await _answer(send, fault.status, fault.headers)
            case "drop":
                await hang_up(scope, receive)
            case "delay":
                await asyncio.sleep(fault.seconds)
                await self._app(scope, receive, send)
            case "slow_work":
                scope.setdefault("state", {})["hold"] = fault.seconds
                await self._app(scope, receive, send)
            case _:
                answer = _Kept()
                await self._app(scope, receive, answer)
                await _strike_after(fault, answer, scope, receive, send)


async def _heard(receive: Receive) -> Receive:
    """The request, read to its end now: what was sent is worked on later even if its caller has gone away by then."""
    messages: deque[Message] = deque()
    size = 0
    while size <= MAX_HEARD:
        message = await receive()
        messages.append(message)
        size += len(message.get("body", b""))
        if not message.get("more_body"):
            break

    async def replayed() -> Message:
        return messages.popleft() if messages else await receive()

    return replayed


class _Kept:
    """An answer that is held back until its fault is known."""

    def __init__(self) -> None:
        self.status = 500
        self.headers: list[tuple[bytes, bytes]] = []
        self.body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message["headers"])
        else:
            self.body += message.get("body", b"")


async def _strike_after(fault: Fault, answer: _Kept, scope: Scope, receive: Receive, send: Send) -> None:
    match fault.kind:
        case "drop_after_work":
            await hang_up(scope, receive)
        case "status_after_work":
            await _answer(send, fault.status, fault.headers)
        case "delay_after_work":
            await asyncio.sleep(fault.seconds)
            await _send(send, answer.status, answer.headers, answer.body)
        case "garbage":
            await _send(send, answer.status, _length(answer.headers, GARBAGE), GARBAGE)
        case "bad_schema":
            body = _bent(answer.body)
            await _send(send, answer.status, _length(answer.headers, body), body)
        case "echo":
            body = _echoed(answer.body, scope)
            await _send(send, answer.status, _length(answer.headers, body), body)


def _echoed(body: bytes, scope: Scope) -> bytes:
    """As a tool does that was left in a debugging mode."""
    found = json.loads(body or b"null")
    said = {key.decode("latin-1"): value.decode("latin-1") for key, value in scope["headers"]}
    echo = {"method": scope["method"], "path": scope["path"], "headers": said}
    beside = {"method": f"{found.get('method')} {said}"} if isinstance(found, dict) and "method" in found else {}
    return json.dumps({**found, **beside, "echo": echo} if isinstance(found, dict) else echo).encode()


def _bent(body: bytes) -> bytes:
    """The same JSON, in which each field has become an object of one field."""
    found = json.loads(body or b"null")
    bent = {name: {"unexpected": value} for name, value in found.items()} if isinstance(found, dict) else {"": found}
    return json.dumps(bent).encode()


async def _answer(send: Send, status: int, headers: Iterable[tuple[bytes, bytes]]) -> None:
    body = json.dumps({"error": "injected"}).encode()
    await _send(send, status, [(b"content-type", b"application/json"), *_length(headers, body)], body)


async def _send(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _length(headers: Iterable[tuple[bytes, bytes]], body: bytes) -> list[tuple[bytes, bytes]]:
    kept = [(name, value) for name, value in headers if name.lower() != b"content-length"]
    return [*kept, (b"content-length", str(len(body)).encode())]


def _header(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> str | None:
    return next((value.decode("latin-1") for key, value in headers if key == name), None)


async def hang_up(scope: Scope, receive: Receive) -> None:
    """Close the caller's connection. ASGI has no word for it, so the server's own list of connections is asked."""
    connections = getattr(getattr(scope["app"].state, "server", None), "server_state", None)
    mine = [c for c in connections.connections if c.client == tuple(scope["client"])] if connections else []
    if not mine:
        raise ConnectionAbortedError("a dropped connection needs the stand-in's own server")
    for connection in mine:
        connection.transport.close()
    while (await receive())["type"] != "http.disconnect":
        pass
