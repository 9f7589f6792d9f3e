"""OpenAI's chat completions, by its SDK, and every server that speaks as it does: vLLM, Ollama, llama.cpp.

Nothing of the SDK is imported before the first request.
"""

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

__all__ = ["OpenAI"]

_URL: Final = "https://api.openai.com/v1"
_NO_KEY: Final = "none"
"""The SDK wants a key, and a server of one's own may want none."""
_FINISH: Final[dict[str | None, Finish]] = {"length": "length", "content_filter": "refused"}


class OpenAI:
    """https://platform.openai.com/docs/api-reference/chat"""

    def __init__(self, spec: Spec) -> None:
        import httpx
        import openai

        quiet("openai")
        self.spec = spec
        self._sdk: Any = openai
        self._http = httpx.AsyncClient(**direct(spec))
        self._client: Any = openai.AsyncOpenAI(
            api_key=spec.api_key or _NO_KEY, base_url=spec.base_url or _URL, max_retries=0, timeout=spec.seconds,
            http_client=self._http, organization="", project="",
        )  # fmt: skip

    async def complete(self, ask: Ask) -> Reply:
        """One exchange."""
        request = self._request(ask)

        async def call() -> Reply:
            made = await self._client.chat.completions.create(**request)
            choice = made.choices[0]
            calls = [(c.id, c.function.name, c.function.arguments) for c in choice.message.tool_calls or ()]
            refused = bool(getattr(choice.message, "refusal", None))
            return _settled(ask, choice.message.content, calls, choice.finish_reason, refused, made)

        return await asked(call, self._told, self.spec.name)

    async def stream(self, ask: Ask) -> AsyncIterator[str | Reply]:
        """Server-sent events, of which the last has the usage."""
        request = self._request(ask)

        async def begin() -> Any:
            more = {"stream": True, "stream_options": {"include_usage": True}}
            return await self._client.chat.completions.create(**request, **more)

        chunks = aiter(await asked(begin, self._told, self.spec.name))
        whole = _Whole()
        while (chunk := await asked(lambda: anext(chunks, None), self._told, self.spec.name)) is not None:
            if piece := whole.take(chunk):
                yield piece
        if whole.finish is None:
            raise ModelUnavailable(f"the answer of {self.spec.name!r} broke off", billed=True)
        yield whole.reply(ask)

    async def close(self) -> None:
        """Its connections."""
        await self._http.aclose()

    def _request(self, ask: Ask) -> dict[str, Any]:
        own = bool(self.spec.base_url)  # other servers know the older names alone
        request: dict[str, Any] = {
            "model": self.spec.model,
            "messages": [
                {"role": "system", "content": ask.system}, {"role": "user", "content": _said(ask)},
                *(message for turn in ask.turns for message in _turn(turn)),
            ],
            "max_tokens" if own else "max_completion_tokens": ask.most,
        }  # fmt: skip
        if not own:
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
        name, sdk = self.spec.name, self._sdk
        if isinstance(error, sdk.APITimeoutError):
            return ModelUnavailable(f"{name!r} did not answer in time", billed=True)
        if isinstance(error, sdk.APIConnectionError):
            return ModelUnavailable(f"{name!r} cannot be reached, or broke off", billed=True)
        if isinstance(error, sdk.APIStatusError):
            return refusal(name, error.status_code, retry_after=retry_after(error.response.headers))
        if type(error) is sdk.APIError:  # an error inside a stream
            return ModelUnavailable(f"the answer of {name!r} broke off", billed=True)
        if type(error).__module__.startswith("httpx"):
            return ModelUnavailable(f"the answer of {name!r} broke off", billed=True)
        return None


class _Whole:
    """A message as its chunks add up."""

    def __init__(self) -> None:
        self.finish: str | None = None
        self._text = ""
        self._refused = False
        self._calls: dict[int, list[str]] = {}
        self._last: Any = None
        self._used: Any = None

    def take(self, chunk: Any) -> str:
        """The chunk's text."""
        self._last, self._used = chunk, getattr(chunk, "usage", None) or self._used
        if not chunk.choices:
            return ""
        choice = chunk.choices[0]
        self.finish = choice.finish_reason or self.finish
        self._refused |= bool(getattr(choice.delta, "refusal", None))
        for part in choice.delta.tool_calls or ():
            call = self._calls.setdefault(part.index, ["", "", ""])
            said = (part.id, part.function.name if part.function else None, part.function and part.function.arguments)
            for at, text in enumerate(said):
                call[at] += text or ""
        self._text += choice.delta.content or ""
        return choice.delta.content or ""

    def reply(self, ask: Ask) -> Reply:
        """The whole."""
        calls = [(id_, tool, arguments) for id_, tool, arguments in self._calls.values()]
        return _settled(ask, self._text, calls, self.finish, self._refused, self._last, self._used)


def _settled(
    ask: Ask, text: str | None, calls: list[Any], finish: str | None, refused: bool, made: Any, used: Any = None
) -> Reply:
    used = used or made.usage
    details = getattr(used, "prompt_tokens_details", None)
    usage = Usage(
        input_tokens=used.prompt_tokens or 0, output_tokens=used.completion_tokens or 0,
        cached_tokens=getattr(details, "cached_tokens", None) or 0,
        written_tokens=getattr(details, "cache_write_tokens", None) or 0,
    ) if used else Usage()  # fmt: skip
    return Reply(
        text=text or "", data=(text or "") if ask.schema is not None else None,
        calls=tuple(Call(id_ or "", tool, arguments_of(arguments)) for id_, tool, arguments in calls),
        finish="refused" if refused else _FINISH.get(finish, "stop"), usage=usage, model=made.model or "",
    )  # fmt: skip


def _said(ask: Ask) -> Any:
    if not ask.images:
        return ask.data
    return [{"type": "text", "text": ask.data}, *map(_image, ask.images)]


def _image(image: Image) -> dict[str, Any]:
    url = f"data:{image.media_type};base64,{base64.b64encode(image.data).decode()}"
    return {"type": "image_url", "image_url": {"url": url}}


def _turn(turn: Turn) -> list[dict[str, Any]]:
    """What it said and asked for, and what came of it."""
    calls = [
        {"id": call.id, "type": "function",
         "function": {"name": call.tool, "arguments": json.dumps(dict(call.arguments), ensure_ascii=False)}}
        for call in turn.calls
    ]  # fmt: skip
    results = [
        {"role": "tool", "tool_call_id": c.id, "content": json.dumps(turn.results.get(c.id), ensure_ascii=False)}
        for c in turn.calls
    ]
    return [{"role": "assistant", "content": turn.text or None, "tool_calls": calls}, *results]
