"""Mistral, in its cloud or on premises, by its SDK. Nothing of it is imported before the first request."""

import json
from hashlib import blake2b
from typing import Any, Final

from engine.exchange import retry_after
from engine.models.ask import Ask
from engine.models.base import Finish, Turn
from engine.models.chat import cache_key, calls_of, request_of, turn_of
from engine.models.errors import ModelError
from engine.models.hosted import Adapter, Spec, Whole, client, quiet, refusal
from engine.models.reply import Reply, ended, used

__all__ = ["Mistral"]

_URL: Final = "https://api.mistral.ai"
_FINISH: Final[dict[str, Finish]] = {
    "stop": "stop", "tool_calls": "stop", "length": "length", "model_length": "length",
    "error": "refused", "content_filter": "refused",
}  # fmt: skip


class Mistral(Adapter):
    """https://docs.mistral.ai/api/#tag/chat"""

    def __init__(self, spec: Spec) -> None:
        import httpx2
        from mistralai.client import Mistral as Client
        from mistralai.client import errors

        quiet("mistralai")
        super().__init__(spec, client(httpx2, spec))
        self._errors: Any = errors
        self._client: Any = Client(
            api_key=spec.api_key or None, server_url=(spec.base_url or _URL).rstrip("/").removesuffix("/v1"),
            async_client=self._http, retry_config=None, timeout_ms=int(spec.seconds * 1000),
        )  # fmt: skip
        vars(self._client.sdk_configuration)["telemetry"] = False  # its spans hold whole messages

    def _request(self, ask: Ask) -> dict[str, Any]:
        request = {**request_of(self.spec, ask, _turn), "max_tokens": ask.most}
        return request if self.spec.base_url else {**request, "prompt_cache_key": cache_key(ask)}

    async def _complete(self, ask: Ask, request: dict[str, Any]) -> Reply:
        made = await self._client.chat.complete_async(**request)
        choice = made.choices[0]
        calls = [(c.id, c.function.name, c.function.arguments) for c in choice.message.tool_calls or ()]
        return _settled(ask, _text(choice.message.content), calls, choice.finish_reason, made.usage, made.model)

    async def _begin(self, request: dict[str, Any]) -> Any:
        return await self._client.chat.stream_async(**request)

    def _whole(self) -> Whole:
        return _Events()

    def _told(self, error: Exception) -> ModelError | None:
        name, errors = self.spec.name, self._errors
        status = getattr(error, "status_code", None)
        if isinstance(error, errors.ResponseValidationError):
            return None
        if isinstance(status, int) and status >= 300:
            return refusal(name, status, retry_after=retry_after(dict(getattr(error, "headers", None) or {})))
        if isinstance(error, errors.NoResponseError) or type(error).__module__.startswith("httpx"):
            return self._silent(error)
        return None


class _Events(Whole):
    """Of a message."""

    def __init__(self) -> None:
        self._text = ""
        self._calls: dict[int, list[Any]] = {}
        self._usage: Any = None
        self._model = ""

    def take(self, event: Any) -> str:
        """The event's text."""
        chunk = event.data
        self._model, self._usage = chunk.model or self._model, chunk.usage or self._usage
        if not chunk.choices:
            return ""
        choice = chunk.choices[0]
        self.finish = choice.finish_reason or self.finish
        for part in choice.delta.tool_calls or ():
            call = self._calls.setdefault(part.index or 0, ["", "", ""])
            call[0] = part.id if part.id and part.id != "null" else call[0]
            call[1] += part.function.name or ""
            arguments = part.function.arguments
            call[2] += arguments if isinstance(arguments, str) else json.dumps(arguments)
        piece = _text(choice.delta.content)
        self._text += piece
        return piece

    def reply(self, ask: Ask) -> Reply:
        """The whole."""
        return _settled(ask, self._text, [*self._calls.values()], self.finish, self._usage, self._model)


def _settled(ask: Ask, text: str, calls: list[Any], finish: Any, counted: Any, model: str) -> Reply:
    details = getattr(counted, "prompt_tokens_details", None) or {}  # the SDK does not know it yet: as it came
    usage = used(
        read=counted.prompt_tokens, wrote=counted.completion_tokens, cached=details.get("cached_tokens"),
    ) if counted else None  # fmt: skip
    return Reply(
        text=text, data=text if ask.schema is not None else None,
        calls=calls_of(calls),
        finish=ended(finish, _FINISH), usage=usage, model=model,
    )  # fmt: skip


def _text(content: Any) -> str:
    """The text of a message; what a reasoning model thinks is none."""
    if isinstance(content, str):
        return content
    return "".join(part.text for part in content or () if getattr(part, "type", "") == "text")


def _id(name: str) -> str:
    """Mistral takes nine letters and digits as the id of a call, and no other."""
    own = len(name) == 9 and name.isascii() and name.isalnum()
    return name if own else blake2b(name.encode(), digest_size=5).hexdigest()[:9]


def _turn(turn: Turn) -> list[dict[str, Any]]:
    """A result names its tool here."""
    return turn_of(turn, id_of=_id, name_of=lambda call: {"name": call.tool})
