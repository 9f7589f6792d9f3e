"""Claude, by Anthropic's SDK: messages, tools, a schema as a tool that has to be called, and cached prefixes.

Nothing of the SDK is imported before the first request.
"""

import base64
import json
import re
import warnings
from dataclasses import replace
from typing import Any, Final

from engine.exchange import retry_after
from engine.models.ask import ANSWER, Ask
from engine.models.base import Finish, Image, Turn, Usage
from engine.models.errors import ModelError
from engine.models.hosted import Adapter, Spec, Whole, client, quiet, refusal
from engine.models.reply import Reply, Wanted, ended, used

__all__ = ["Anthropic"]

_CACHED: Final = {"type": "ephemeral"}
"""Everything up to a block with this is kept for five minutes: tools and instructions, then the turns so far."""
_FINISH: Final[dict[str, Finish]] = {
    "end_turn": "stop", "tool_use": "stop", "stop_sequence": "stop",
    "max_tokens": "length", "model_context_window_exceeded": "length", "refusal": "refused",
}  # fmt: skip
_ENDS: Final = re.compile(r"The model '[^']*' is deprecated and will reach end-of-life", re.IGNORECASE)
_URL: Final = "https://api.anthropic.com"
_NO_KEY: Final = "none"
"""For a server of one's own that wants none: without any, the SDK would look for one by itself."""


class Anthropic(Adapter):
    """https://docs.anthropic.com/en/api/messages"""

    def __init__(self, spec: Spec) -> None:
        import anthropic
        import httpx2

        quiet("anthropic")
        super().__init__(spec, client(httpx2, spec))
        self._sdk: Any = anthropic
        self._client: Any = anthropic.AsyncAnthropic(
            api_key=spec.api_key or _NO_KEY, base_url=spec.base_url or _URL, max_retries=0, timeout=spec.seconds,
            http_client=self._http, open_telemetry=False,
        )  # fmt: skip

    def _request(self, ask: Ask) -> dict[str, Any]:
        first = [*map(_image, ask.images), {"type": "text", "text": ask.data}]
        request: dict[str, Any] = {
            "model": self.spec.model, "max_tokens": ask.most,
            "system": [{"type": "text", "text": ask.system, "cache_control": _CACHED}],
            "messages": [{"role": "user", "content": first}, *(m for turn in ask.turns for m in _turn(turn))],
        }  # fmt: skip
        if ask.turns:
            request["messages"][-1]["content"][-1]["cache_control"] = _CACHED
        if ask.schema is not None:
            about = "Gives the answer."
            request["tools"] = [{"name": ANSWER, "description": about, "input_schema": ask.schema}]
            request["tool_choice"] = {"type": "tool", "name": ANSWER, "disable_parallel_tool_use": True}
        elif ask.tools:
            request["tools"] = [
                {"name": tool.name, "description": tool.about, "input_schema": dict(tool.schema)} for tool in ask.tools
            ]
            request["tool_choice"] = {"type": "auto"}
        return request

    async def _complete(self, ask: Ask, request: dict[str, Any]) -> Reply:
        _let_warn()
        message = await self._client.messages.create(**request)
        blocks = [block.model_dump() if hasattr(block, "model_dump") else block for block in message.content]
        usage = _usage(message.usage, getattr(message.usage, "output_tokens", None))
        return _settled(ask, blocks, message.stop_reason, usage, message.model)

    async def _begin(self, request: dict[str, Any]) -> Any:
        """The answer's characters as they come: else each member of a call's input is held back until it is whole.
        https://platform.claude.com/docs/en/agents-and-tools/tool-use/fine-grained-tool-streaming"""
        _let_warn()
        tools = [
            {**tool, "eager_input_streaming": True} if tool["name"] == ANSWER else tool
            for tool in request.get("tools", ())
        ]
        return await self._client.messages.create(**{**request, **({"tools": tools} if tools else {})}, stream=True)

    def _whole(self) -> Whole:
        return _Events()

    def _told(self, error: Exception) -> ModelError | None:
        name, sdk = self.spec.name, self._sdk
        if isinstance(error, sdk.APIConnectionError):  # a timeout is one of these
            return self._silent(error)
        if isinstance(error, sdk.APIStatusError):
            status = _status(error.body) if error.response.is_success else error.status_code  # inside a stream, or not
            return refusal(name, status, retry_after=retry_after(error.response.headers))
        if type(error).__module__.startswith("httpx"):
            return self._broke_off()
        return None


class _Events(Whole):
    """Of a message. It is whole with the last of them, not with its stop reason."""

    def __init__(self) -> None:
        self.blocks: list[dict[str, Any]] = []
        self._stop: str | None = None
        self._model = ""
        self._usage: Any = None
        self._output: Any = None

    def take(self, event: Any) -> str:
        """The event's text, or its part of the answer's JSON."""
        match event.type:
            case "message_start":
                self._model, self._usage = event.message.model, event.message.usage
            case "content_block_start":
                self.blocks.append({**event.content_block.model_dump(), "json": ""})
            case "content_block_delta":
                return self._delta(self.blocks[event.index], event.delta)
            case "message_delta":
                self._stop, self._output = event.delta.stop_reason, getattr(event.usage, "output_tokens", None)
            case "message_stop":
                self.finish, self.over = self._stop or "", True
        return ""

    def _delta(self, block: dict[str, Any], delta: Any) -> str:
        if delta.type == "text_delta":
            block["text"] += delta.text
            return str(delta.text)
        if delta.type == "input_json_delta":
            block["json"] += delta.partial_json
            return str(delta.partial_json) if block.get("name") == ANSWER else ""
        return ""

    def reply(self, ask: Ask) -> Reply:
        """The whole."""
        blocks = [{**block, "input": block["json"]} if block["type"] == "tool_use" else block for block in self.blocks]
        return _settled(ask, blocks, self._stop, _usage(self._usage, self._output), self._model)


def _let_warn() -> None:
    """The SDK warns of models that will reach their end. That is for people to read, and no failure of the answer where
    warnings are errors."""
    rule = ("default", _ENDS, DeprecationWarning, None, 0)
    if rule not in warnings.filters:
        warnings.filterwarnings("default", _ENDS.pattern, DeprecationWarning)


def _usage(counted: Any, wrote: Any) -> Usage | None:
    """The input without what came from the cache, and went there, is counted apart."""
    if counted is None:
        return None
    read = used(
        read=counted.input_tokens, wrote=wrote, cached=counted.cache_read_input_tokens,
        kept=counted.cache_creation_input_tokens,
    )  # fmt: skip
    return replace(read, input_tokens=read.input_tokens + read.cached_tokens + read.written_tokens) if read else None


def _settled(ask: Ask, blocks: list[dict[str, Any]], stop: str | None, usage: Usage | None, model: str) -> Reply:
    calls = tuple(Wanted(b["id"], b["name"], b["input"]) for b in blocks if b["type"] == "tool_use")
    given = next((call.arguments for call in calls if ask.schema is not None and call.tool == ANSWER), None)
    return Reply(
        text="".join(block["text"] for block in blocks if block["type"] == "text"), data=given,
        calls=() if ask.schema is not None else calls, finish=ended(stop, _FINISH), usage=usage, model=model,
    )  # fmt: skip


def _status(body: Any) -> int:
    """An error inside a stream has the status of its type."""
    kind = body.get("error", {}).get("type") if isinstance(body, dict) else ""
    return {"overloaded_error": 529, "rate_limit_error": 429, "invalid_request_error": 400}.get(kind, 500)


def _image(image: Image) -> dict[str, Any]:
    data = base64.b64encode(image.data).decode()
    return {"type": "image", "source": {"type": "base64", "media_type": image.media_type, "data": data}}


def _turn(turn: Turn) -> list[dict[str, Any]]:
    """What it said and asked for, and what came of it."""
    said = [{"type": "text", "text": turn.text}] if turn.text.strip() else []
    calls = [{"type": "tool_use", "id": c.id, "name": c.tool, "input": dict(c.arguments)} for c in turn.calls]
    results = [
        {"type": "tool_result", "tool_use_id": c.id, "content": json.dumps(turn.results.get(c.id), ensure_ascii=False)}
        for c in turn.calls
    ]
    return [{"role": "assistant", "content": [*said, *calls]}, {"role": "user", "content": results}]
