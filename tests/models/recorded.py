"""Exchanges recorded with the real providers (../shared/data/model-wire), and a server that plays them back."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from engine.testing.serving import Server

DATA = Path(__file__).parents[3] / "shared" / "data"
WIRE = DATA / "model-wire"
_ENDPOINTS = {
    "api.anthropic.com/v1/messages?": "anthropic", "api.openai.com/v1/chat/completions": "openai",
    "api.mistral.ai/v1/chat/completions": "mistral", ":generateContent": "google", ":streamGenerateContent": "google",
}  # fmt: skip


@dataclass(frozen=True)
class Exchange:
    """One request and what came of it."""

    name: str
    provider: str
    asked: Mapping[str, Any]
    status: int
    answer: Any
    """JSON, or the text of server-sent events."""

    @property
    def streamed(self) -> bool:
        return isinstance(self.answer, str)


@cache
def exchanges() -> tuple[Exchange, ...]:
    """Those of the endpoints that the adapters use; with servers that speak as OpenAI does under `openai`."""
    return tuple(one for path in sorted(WIRE.glob("*/*.yaml")) for one in _of_file(path))


def _of_file(path: Path) -> Iterator[Exchange]:
    found = yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
    for number, one in enumerate(found["interactions"]):
        uri = one["request"]["uri"]
        provider = next((name for part, name in _ENDPOINTS.items() if part in uri), None)
        if provider is None and uri.endswith("/chat/completions"):
            provider = "openai"  # Ollama, Cerebras, and others
        body = one["response"].get("parsed_body", one["response"].get("body", {}).get("string"))
        if provider and body is not None and "parsed_body" in one["request"]:
            status = one["response"]["status"]["code"]
            yield Exchange(f"{path.stem}-{number}", provider, one["request"]["parsed_body"], status, body)


class Playback:
    """Answers every request with `exchange`, whatever its path; keeps what it was asked."""

    def __init__(self) -> None:
        self.exchange: Exchange | None = None
        self.bodies: list[Any] = []
        route = Route("/{path:path}", self._answer, methods=["POST"])
        self.server = Server(Starlette(routes=[route])).start()

    async def _answer(self, request: Request) -> Response:
        self.bodies.append(await request.json())
        assert self.exchange is not None
        if self.exchange.streamed:
            return Response(self.exchange.answer, media_type="text/event-stream")
        return JSONResponse(self.exchange.answer, status_code=self.exchange.status)
