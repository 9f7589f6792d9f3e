"""One server for four providers, each below a path of its own."""

import gzip
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, repeat
from types import TracebackType
from typing import Any, Final, Self

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from engine.testing.faults import hang_up
from engine.testing.models.anthropic import Anthropic
from engine.testing.models.form import Asked, Fails, Form, Says
from engine.testing.models.google import Google
from engine.testing.models.mistral import Mistral
from engine.testing.models.openai import OpenAI
from engine.testing.serving import Server, read_json

__all__ = ["FORMS", "ModelStandIn"]

FORMS: Final[dict[str, Form]] = {
    "anthropic": Anthropic(), "openai": OpenAI(), "mistral": Mistral(), "google": Google(),
}  # fmt: skip
_SDK_ADDS: Final = {"anthropic": "", "openai": "/v1", "mistral": "", "google": ""}
"""What stands in a `base_url` besides the server; the rest of the path is the SDK's."""

Outcome = Says | Fails
Script = Callable[[Asked], Outcome] | Sequence[Outcome]
"""A function of the request, or outcomes one a request, of which the last stays."""


class ModelStandIn:
    """`with ModelStandIn.start([Says(text="Hello.")]) as models:` and then `models.url("openai")` as `base_url`.

    Every request is kept in `asked`, refused ones too. What a provider would refuse is refused with 400.
    """

    def __init__(self, script: Script = ()) -> None:
        self.asked: list[Asked] = []
        self.refused: list[str] = []
        self._lock = threading.Lock()
        self.says(script)
        routes = [
            Route(f"/{name}{form.path}", self._endpoint(name, form), methods=["POST"]) for name, form in FORMS.items()
        ]
        self.app = Starlette(routes=routes)
        self._server: Server | None = None

    @classmethod
    def start(cls, script: Script = (), *, port: int = 0) -> Self:
        """Serve on 127.0.0.1; port 0 takes a free one."""
        standin = cls(script)
        standin._server = Server(standin.app, port=port)
        standin._server.start()
        return standin

    def says(self, script: Script) -> None:
        """From now on."""
        with self._lock:
            if callable(script):
                self._next: Callable[[Asked], Outcome] = script
            else:
                outcomes = chain(script, repeat(script[-1])) if script else repeat(Fails(status=500))
                self._next = lambda _: next(outcomes)

    def url(self, provider: str) -> str:
        """The provider's `base_url`."""
        assert self._server is not None, "not started"
        return f"{self._server.url}/{provider}{_SDK_ADDS[provider]}"

    def stop(self) -> None:
        """May be called twice."""
        if self._server is not None:
            self._server.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, at: TracebackType | None
    ) -> None:
        self.stop()

    def _endpoint(self, provider: str, form: Form) -> Callable[[Request], Any]:
        async def answer(request: Request) -> Response:
            body = await read_json(request)
            try:
                asked = form.asked(request.url.path, body, dict(request.headers))
            except (LookupError, TypeError, ValueError) as error:
                self.refused.append(f"{provider}: {type(error).__name__}: {error}")
                return JSONResponse(form.error(400), status_code=400)
            with self._lock:
                self.asked.append(asked)
                outcome = self._next(asked)
            if isinstance(outcome, Fails):
                return await _failed(form, asked, outcome, request)
            if asked.stream:
                return StreamingResponse(_paced(form.events(asked, outcome), outcome), media_type="text/event-stream")
            return JSONResponse(form.whole(asked, outcome))

        return answer


def _paced(events: Iterator[str], says: Says) -> Iterator[str]:
    for number, event in enumerate(events):
        if says.pace is not None:
            says.pace(number)
        yield event


async def _failed(form: Form, asked: Asked, fails: Fails, request: Request) -> Response:
    match fails.kind:
        case "garbage":
            return HTMLResponse("<html><body>502 Bad Gateway</body></html>")
        case "endless":
            kind = "text/event-stream" if asked.stream else "application/json"
            return StreamingResponse(chain(['data: {"text": "'], repeat("a" * 100_000)), media_type=kind)
        case "packed":
            kind = "text/event-stream" if asked.stream else "application/json"
            return Response(_packed(), media_type=kind, headers={"content-encoding": "gzip"})
        case "hangs":
            await _gone(request.receive)
        case "cut" | "stalls":
            return _Half(form, asked, stalls=fails.kind == "stalls")
        case "inside" if asked.stream:
            return StreamingResponse(_failing(form, asked, fails), media_type="text/event-stream")
    headers = {} if fails.retry_after is None else {"retry-after": str(fails.retry_after)}
    error = form.error(fails.status, fails.code)
    return JSONResponse(error, status_code=fails.status, headers={**headers, **fails.headers})


@lru_cache(maxsize=1)
def _packed() -> bytes:
    return gzip.compress(b'data: {"text": "' + b"a" * 40_000_000)


def _half(form: Form, asked: Asked) -> list[str]:
    events = list(form.events(asked, _half_said(asked)))
    return events[: len(events) // 2]


def _half_said(asked: Asked) -> Says:
    return Says(text="Half of", data={"answer": "This is the first half of"} if asked.schema else None)


def _failing(form: Form, asked: Asked, fails: Fails) -> Iterator[str]:
    yield from _half(form, asked)
    error = form.error(fails.status, fails.code)
    yield f"event: error\ndata: {json.dumps(error)}\n\n" if "type" in error else f"data: {json.dumps(error)}\n\n"


async def _gone(receive: Receive) -> None:
    """Until the caller has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


class _Half(Response):
    """Half of an answer, then the connection ends, or nothing comes any more."""

    def __init__(self, form: Form, asked: Asked, *, stalls: bool) -> None:
        super().__init__()
        self._stalls = stalls
        if asked.stream:
            self._half = "".join(_half(form, asked)).encode()
        else:
            body = json.dumps(form.whole(asked, _half_said(asked))).encode()
            self._half = body[: len(body) // 2]
        self._kind = b"text/event-stream" if asked.stream else b"application/json"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends it."""
        head = [(b"content-type", self._kind), (b"transfer-encoding", b"chunked")]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": self._half, "more_body": True})
        await (_gone(receive) if self._stalls else hang_up(scope, receive))
