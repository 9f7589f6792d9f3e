"""Mistral's chat completions: https://docs.mistral.ai/api/#tag/chat, close to OpenAI's but for the ids of calls."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from engine.testing.models.form import Asked, Says, pieces
from engine.testing.models.openai import chat

__all__ = ["Mistral"]

_FINISH = {"length": "length", "refused": "error"}


class Mistral:
    """The form."""

    path = "/v1/chat/completions"

    def asked(self, path: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> Asked:
        """Reads a request. A call's id has nine letters and digits."""
        for message in body["messages"]:
            for name in [call["id"] for call in message.get("tool_calls") or ()]:
                if len(name) != 9 or not name.isalnum():
                    raise ValueError("Tool call id has to be a-z, A-Z, 0-9, with a length of 9")
        return chat("mistral", path, body, {"authorization": "Bearer none", **headers})

    def whole(self, asked: Asked, says: Says) -> Mapping[str, Any]:
        """The completion."""
        message = {"role": "assistant", "content": _content(says), "tool_calls": _calls(asked, says) or None}
        choice = {"index": 0, "message": message, "finish_reason": _finish(says)}
        return {**_head(asked, "chat.completion"), "choices": [choice], "usage": _usage(says)}

    def events(self, asked: Asked, says: Says) -> Iterator[str]:
        """Chunks and `[DONE]`; a call comes in one piece, and the last chunk has the usage."""
        head = _head(asked, "chat.completion.chunk")
        deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
        deltas += [{"content": piece} for piece in pieces(_content(says), 5)]
        if calls := _calls(asked, says):
            deltas.append({"tool_calls": [{**call, "index": index} for index, call in enumerate(calls)]})
        for delta in deltas:
            yield _event({**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
        end = {"index": 0, "delta": {"content": ""}, "finish_reason": _finish(says)}
        yield _event({**head, "choices": [end], "usage": _usage(says)})
        yield "data: [DONE]\n\n"

    def error(self, status: int, code: str | None = None) -> Mapping[str, Any]:
        """`{object: error}`, but for 422, which has a list."""
        if status == 422:
            return {"detail": [{"loc": ["body"], "msg": "injected", "type": "value_error"}]}
        kind = {"type": "service_error", "param": None, "code": code or str(status)}
        return {"object": "error", "message": "injected", **kind}


def _head(asked: Asked, kind: str) -> dict[str, Any]:
    return {"id": "cmpl-1", "object": kind, "created": 1_750_000_000, "model": asked.model}


def _content(says: Says) -> str:
    return json.dumps(says.data)[: says.cut] if says.data is not None else says.text


def _calls(asked: Asked, says: Says) -> list[dict[str, Any]]:
    return [
        {"id": f"call{asked.results:03d}{at:02d}", "type": "function",
         "function": {"name": name, "arguments": json.dumps(dict(given))[: says.cut]}}
        for at, (name, given) in enumerate(says.calls)
    ]  # fmt: skip


def _finish(says: Says) -> str:
    return says.ends or _FINISH.get(says.finish) or ("tool_calls" if says.calls else "stop")


def _usage(says: Says) -> Any:
    given, cached, output = says.tokens
    usage = {"prompt_tokens": given, "completion_tokens": output, "total_tokens": given + output}
    return says.counted({**usage, "prompt_tokens_details": {"cached_tokens": cached}})


def _event(data: Any) -> str:
    return f"data: {json.dumps(data)}\n\n"
