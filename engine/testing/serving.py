"""The stand-ins' HTTP server: uvicorn on loopback, in a thread or as the whole process."""

import hmac
import json
import socket
import sys
import threading
from collections.abc import Callable
from typing import Any, Final, Literal, Self

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

__all__ = ["MAX_BODY", "Server", "bearer", "error", "on_http_error", "read_json", "serve"]

HOST: Final = "127.0.0.1"
MAX_BODY: Final = 1_000_000
"""Bytes of a request's body; more is answered with 413."""
GRACE: Final = 2
"""Seconds that running requests get when the server stops."""
START: Final = 15.0
KEEP_ALIVE: Final = 75
"""Seconds, longer than any client keeps a connection: one that is closed in use is a fault that nobody asked for."""


class Server:
    """An application served in a thread of its own until `stop`."""

    def __init__(self, app: Starlette, *, port: int = 0, lifespan: Literal["on", "off"] = "off") -> None:
        """`lifespan`: whether the application has something to begin and end with the server."""
        self._socket = _bind(port)
        self.url = f"http://{HOST}:{self._socket.getsockname()[1]}"
        self._server = _uvicorn(app, lifespan)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), daemon=True)

    def start(self) -> Self:
        """Serve; returns when requests are answered."""
        # the socket listens from here on: a request that comes early waits for the loop instead of being refused
        self._socket.listen(128)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop, running requests getting a short grace. May be called twice."""
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join(START)
        self._socket.close()


def serve(app: Starlette, *, port: int, name: str, bound: Callable[[str], None] | None = None) -> None:
    """Serve in this process until SIGINT or SIGTERM; `bound` and stdout are told the address."""
    listener = _bind(port)
    listener.listen(128)
    url = f"http://{HOST}:{listener.getsockname()[1]}"
    if bound is not None:
        bound(url)
    sys.stdout.write(f"{name} listening on {url}\n")
    sys.stdout.flush()
    try:
        _uvicorn(app).run([listener])
    except KeyboardInterrupt:
        pass
    finally:
        listener.close()


def _bind(port: int) -> socket.socket:
    # named as TCP, asyncio turns Nagle's algorithm off for its connections: else each answer takes 40 ms
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError:
        listener.close()
        raise
    return listener


def _uvicorn(app: Starlette, lifespan: Literal["on", "off"] = "off") -> uvicorn.Server:
    config = uvicorn.Config(
        app, loop="asyncio", http="h11", ws="none", lifespan=lifespan, log_config=None, access_log=False,
        timeout_graceful_shutdown=GRACE, timeout_keep_alive=KEEP_ALIVE, server_header=False,
    )  # fmt: skip
    server = uvicorn.Server(config)
    app.state.server = server  # a fault that hangs up finds the connection there
    return server


async def read_json(request: Request) -> Any:
    """The body as JSON; 413 over `MAX_BODY`, 400 for what is none."""
    body = b""
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BODY:
                raise HTTPException(413, "body_too_large")
    except ClientDisconnect:
        raise HTTPException(400, "cut_off") from None
    try:
        found = json.loads(body.decode(), parse_constant=_no_constant)
        json.dumps(found, ensure_ascii=False).encode()  # a lone surrogate is no text, though JSON can write one
        return found
    except (ValueError, RecursionError):
        raise HTTPException(400, "bad_json") from None


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def bearer(request: Request, token: str) -> bool:
    """Whether the request carries the token."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    return scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), token.encode())


def error(status: int, code: str, **more: Any) -> JSONResponse:
    """An error's answer: `{"error": code}`."""
    return JSONResponse({"error": code, **more}, status_code=status)


async def on_http_error(_: Request, raised: Exception) -> Response:
    """Starlette's own refusals (404, 405, 413, ...) in the same shape."""
    assert isinstance(raised, HTTPException)
    words = {404: "not_found", 405: "method_not_allowed"}
    return error(raised.status_code, words.get(raised.status_code, raised.detail))
