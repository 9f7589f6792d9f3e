"""Chat completions, the form that OpenAI made common: what of a request looks the same to OpenAI and to Mistral."""

import base64
import json
from collections.abc import Callable
from hashlib import blake2b
from typing import Any

from engine.models.ask import ANSWER, Ask
from engine.models.base import Call, Image, Turn
from engine.models.hosted import Spec
from engine.models.reply import Wanted

__all__ = ["cache_key", "calls_of", "request_of", "turn_of"]


def request_of(spec: Spec, ask: Ask, turn: Callable[[Turn], list[dict[str, Any]]]) -> dict[str, Any]:
    """Model, messages, and what is asked for: an answer of a schema, or calls of tools. `turn` says an agent's turn."""
    request: dict[str, Any] = {
        "model": spec.model,
        "messages": [
            {"role": "system", "content": ask.system}, {"role": "user", "content": _said(ask)},
            *(message for one in ask.turns for message in turn(one)),
        ],
    }  # fmt: skip
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


def cache_key(ask: Ask) -> str:
    """What requests with the same instructions have in common: they are sent where these are cached."""
    return blake2b(ask.system.encode(), digest_size=12).hexdigest()


def turn_of(
    turn: Turn, *, id_of: Callable[[str], str] = str, name_of: Callable[[Call], dict[str, str]] = lambda _: {}
) -> list[dict[str, Any]]:
    """What it said and asked for, and what came of it. `name_of`: what else a result says of its call."""
    calls = [
        {"id": id_of(call.id), "type": "function",
         "function": {"name": call.tool, "arguments": json.dumps(dict(call.arguments), ensure_ascii=False)}}
        for call in turn.calls
    ]  # fmt: skip
    results = [
        {"role": "tool", "tool_call_id": id_of(call.id), **name_of(call),
         "content": json.dumps(turn.results.get(call.id), ensure_ascii=False)}
        for call in turn.calls
    ]  # fmt: skip
    return [{"role": "assistant", "content": turn.text or None, "tool_calls": calls}, *results]


def calls_of(said: list[Any]) -> tuple[Wanted, ...]:
    """Of (id, tool, arguments)."""
    return tuple(Wanted(id_ or "", tool, arguments) for id_, tool, arguments in said)


def _said(ask: Ask) -> Any:
    return [{"type": "text", "text": ask.data}, *map(_image, ask.images)] if ask.images else ask.data


def _image(image: Image) -> dict[str, Any]:
    url = f"data:{image.media_type};base64,{base64.b64encode(image.data).decode()}"
    return {"type": "image_url", "image_url": {"url": url}}
