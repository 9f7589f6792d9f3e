"""Mistral, in its cloud or on premises, by its SDK. Nothing of it is imported before the first request."""

import base64
import json
from collections.abc import AsyncIterator
from hashlib import blake2b
from typing import Any, Final

from engine.exchange import retry_after
from engine.models.ask import ANSWER, Ask
from engine.models.base import Call, Finish, Image, Turn, Usage
from engine.models.errors import ModelError, ModelUnavailable
from engine.models.hosted import Spec, asked, direct, quiet, refusal
from engine.models.reply import Reply, arguments_of

__all__ = ["Mistral"]

_URL: Final = "https://api.mistral.ai"
_FINISH: Final[dict[str | None, Finish]] = {"length": "length", "model_length": "length", "error": "refused"}


class Mistral:
    """https://docs.mistral.ai/api/#tag/chat"""

    def __init__(self, spec: Spec) -> None:
        import httpx2
        from mistralai.client import Mistral as Client
        from mistralai.client import errors

        quiet("mistralai")
        self.spec = spec
        self._errors: Any = errors
        self._http = httpx2.AsyncClient(**direct(spec))
        self._client: Any = Client(
            api_key=spec.api_key or None, server_url=(spec.base_url or _URL).rstrip("/").removesuffix("/v1"),
            async_client=self._http, retry_config=None, timeout_ms=int(spec.seconds * 1000),
        )  # fmt: skip
        vars(self._client.sdk_configuration)["telemetry"] = False  # its spans hold whole messages

    async def complete(self, ask: Ask) -> Reply:
        """One exchange."""
        request = self._request(ask)

        async def call() -> Reply:
            made = await self._client.chat.complete_async(**request)
            choice = made.choices[0]
            calls = [(c.id, c.function.name, c.function.arguments) for c in choice.message.tool_calls or ()]
            return _settled(ask, _text(choice.message.content), calls, choice.finish_reason, made.usage, made.model)

        return await asked(call, self._told, self.spec.name)

    async def stream(self, ask: Ask) -> AsyncIterator[str | Reply]:
        """Server-sent events."""
        request = self._request(ask)

        async def begin() -> Any:
            return await self._client.chat.stream_async(**request)

        events = aiter(await asked(begin, self._told, self.spec.name))
        whole = _Whole()
        while (event := await asked(lambda: anext(events, None), self._told, self.spec.name)) is not None:
            if piece := whole.take(event.data):
                yield piece
        if whole.finish is None:
            raise ModelUnavailable(f"the answer of {self.spec.name!r} broke off", billed=True)
        yield whole.reply(ask)

    async def close(self) -> None:
        """Its connections."""
        await self._http.aclose()

    def _request(self, ask: Ask) -> dict[str, Any]:
        request: dict[str, Any] = {
            "model": self.spec.model,
            "max_tokens": ask.most,
            "messages": [
                {"role": "system", "content": ask.system}, {"role": "user", "content": _said(ask)},
                *(message for turn in ask.turns for message in _turn(turn)),
            ],
        }  # fmt: skip
        if not self.spec.base_url:
            request["prompt_cache_key"] = blake2b(ask.system.encode(), digest_size=12).hexdigest()
        if ask.schema is not None:
            schema = {"name": ANSWER, "schema": ask.schema, "strict": True}
            request["response_format"] = {"type": "json_schema", "json_schema": schema}
        elif ask.tools:
            request["tools"] = [
                {"type": "function",
                 "function": {"name": tool.name, "description": tool.about, "parameters": dict(tool.schema)}}
                for tool in ask.tools
            ]  # fmt: skip
            request["tool_choice"] = "auto"
            request["parallel_tool_calls"] = True
        return request

    def _told(self, error: Exception) -> ModelError | None:
        name, errors = self.spec.name, self._errors
        status = getattr(error, "status_code", None)
        if isinstance(error, errors.ResponseValidationError):
            return None
        if isinstance(status, int) and status >= 400:
            return refusal(name, status, retry_after=retry_after(dict(getattr(error, "headers", None) or {})))
        if isinstance(error, errors.NoResponseError) or type(error).__module__.startswith("httpx"):
            return ModelUnavailable(f"{name!r} cannot be reached, or broke off", billed=True)
        return None


class _Whole:
    """A message as its chunks add up."""

    def __init__(self) -> None:
        self.finish: str | None = None
        self._text = ""
        self._calls: dict[int, list[Any]] = {}
        self._usage: Any = None
        self._model = ""

    def take(self, chunk: Any) -> str:
        """The chunk's text."""
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


def _settled(ask: Ask, text: str, calls: list[Any], finish: Any, used: Any, model: str) -> Reply:
    details = getattr(used, "prompt_tokens_details", None) or {}  # the SDK does not know it yet: as it came
    usage = Usage(
        input_tokens=used.prompt_tokens or 0, output_tokens=used.completion_tokens or 0,
        cached_tokens=details.get("cached_tokens") or 0,
    ) if used else Usage()  # fmt: skip
    return Reply(
        text=text, data=text if ask.schema is not None else None,
        calls=tuple(Call(id_ or "", tool, arguments_of(arguments)) for id_, tool, arguments in calls),
        finish=_FINISH.get(finish, "stop"), usage=usage, model=model,
    )  # fmt: skip


def _text(content: Any) -> str:
    """The text of a message; what a reasoning model thinks is none."""
    if isinstance(content, str):
        return content
    return "".join(part.text for part in content or () if getattr(part, "type", "") == "text")


def _said(ask: Ask) -> Any:
    return [{"type": "text", "text": ask.data}, *map(_image, ask.images)] if ask.images else ask.data


def _image(image: Image) -> dict[str, Any]:
    url = f"data:{image.media_type};base64,{base64.b64encode(image.data).decode()}"
    return {"type": "image_url", "image_url": {"url": url}}


def _id(name: str) -> str:
    """Mistral takes nine letters and digits as the id of a call, and no other."""
    own = len(name) == 9 and name.isascii() and name.isalnum()
    return name if own else blake2b(name.encode(), digest_size=5).hexdigest()[:9]


def _turn(turn: Turn) -> list[dict[str, Any]]:
    """What it said and asked for, and what came of it."""
    calls = [
        {"id": _id(call.id), "type": "function",
         "function": {"name": call.tool, "arguments": json.dumps(dict(call.arguments), ensure_ascii=False)}}
        for call in turn.calls
    ]  # fmt: skip
    results = [
        {"role": "tool", "tool_call_id": _id(call.id), "name": call.tool,
         "content": json.dumps(turn.results.get(call.id), ensure_ascii=False)}
        for call in turn.calls
    ]  # fmt: skip
    return [{"role": "assistant", "content": turn.text, "tool_calls": calls}, *results]
