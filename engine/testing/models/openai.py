"""OpenAI's chat completions: https://platform.openai.com/docs/api-reference/chat, with their stream of chunks."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from engine.testing.models.form import Asked, Says, image, pieces

__all__ = ["OpenAI", "chat"]

_FINISH = {"length": "length", "refused": "content_filter"}


class OpenAI:
    """The form."""

    path = "/v1/chat/completions"

    def asked(self, path: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> Asked:
        """Reads a request."""
        return chat("openai", path, body, headers)

    def whole(self, asked: Asked, says: Says) -> Mapping[str, Any]:
        """The completion."""
        message = {"role": "assistant", "content": _content(says), "refusal": None, **_calls(asked, says)}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": _finish(says)}
        return {**_head(asked, "chat.completion"), "choices": [choice], "usage": _usage(says)}

    def events(self, asked: Asked, says: Says) -> Iterator[str]:
        """Chunks, one with the usage, and `[DONE]`."""
        head = _head(asked, "chat.completion.chunk")
        content = _content(says)
        deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
        deltas += [{"content": piece} for piece in pieces(content or "", 5)]
        for index, call in enumerate(_calls(asked, says).get("tool_calls", ())):
            begun = {**call, "function": {"name": call["function"]["name"], "arguments": ""}}
            deltas.append({"tool_calls": [{"index": index, **begun}]})
            deltas += [
                {"tool_calls": [{"index": index, "function": {"arguments": piece}}]}
                for piece in pieces(call["function"]["arguments"])
            ]
        for delta in deltas:
            yield _event({**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
        yield _event({**head, "choices": [{"index": 0, "delta": {}, "finish_reason": _finish(says)}]})
        yield _event({**head, "choices": [], "usage": _usage(says)})
        yield "data: [DONE]\n\n"

    def error(self, status: int, code: str | None = None) -> Mapping[str, Any]:
        """`{error: {...}}`."""
        return {"error": {"message": "injected", "type": "server_error", "param": None, "code": code or str(status)}}


def chat(provider: str, path: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> Asked:
    """A request in the form that OpenAI made common. Raises for one that it would refuse."""
    if not headers["authorization"].startswith("Bearer "):
        raise ValueError("no key")
    messages = body["messages"]
    _paired(messages)
    parts = [part for m in messages if m["role"] == "user" for part in _parts(m["content"])]
    form = body.get("response_format") or {}
    schema = form["json_schema"]["schema"] if form.get("type") == "json_schema" else None
    return Asked(
        provider=provider, path=path, model=body["model"], body=body, headers=headers,
        system="\n".join(m["content"] for m in messages if m["role"] == "system"),
        said="\n".join(part["text"] for part in parts if part["type"] == "text"), schema=schema,
        tools=tuple(tool["function"]["name"] for tool in body.get("tools") or ()),
        results=sum(m["role"] == "tool" for m in messages),
        images=tuple(_image(part["image_url"]) for part in parts if part["type"] == "image_url"),
        stream=bool(body.get("stream")),
    )  # fmt: skip


def _image(given: Any) -> tuple[str, bytes]:
    """Out of a `data:` URL, which Mistral takes bare too."""
    url = given if isinstance(given, str) else given["url"]
    head, _, data = url.partition(";base64,")
    if not head.startswith("data:"):
        raise ValueError("no data: URL")
    return image(head.removeprefix("data:"), data)


def _parts(content: Any) -> list[dict[str, Any]]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else list(content)


def _paired(messages: Any) -> None:
    """Every call is answered before anybody else speaks."""
    waiting: set[str] = set()
    for message in messages:
        if message["role"] == "tool":
            waiting.remove(message["tool_call_id"])
        elif waiting:
            raise ValueError("tool_calls without tool messages")
        waiting |= {call["id"] for call in message.get("tool_calls") or ()}
    if waiting:
        raise ValueError("tool_calls without tool messages")


def _head(asked: Asked, kind: str) -> dict[str, Any]:
    return {"id": "chatcmpl-1", "object": kind, "created": 1_750_000_000, "model": asked.model}


def _content(says: Says) -> str | None:
    return json.dumps(says.data)[: says.cut] if says.data is not None else (says.text or None)


def _calls(asked: Asked, says: Says) -> dict[str, Any]:
    calls = [
        {"id": f"call_{asked.results}_{at}", "type": "function",
         "function": {"name": name, "arguments": json.dumps(dict(given))[: says.cut]}}
        for at, (name, given) in enumerate(says.calls)
    ]  # fmt: skip
    return {"tool_calls": calls} if calls else {}


def _finish(says: Says) -> str:
    return says.ends or _FINISH.get(says.finish) or ("tool_calls" if says.calls else "stop")


def _usage(says: Says) -> Any:
    given, cached, output = says.tokens
    usage = {"prompt_tokens": given, "completion_tokens": output, "total_tokens": given + output}
    return says.counted({**usage, "prompt_tokens_details": {"cached_tokens": cached}})


def _event(data: Any) -> str:
    return f"data: {json.dumps(data)}\n\n"
