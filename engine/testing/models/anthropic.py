"""Anthropic's messages API: https://docs.anthropic.com/en/api/messages and its streaming events."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from engine.testing.models.form import Asked, Says, image, pieces

__all__ = ["Anthropic"]

_STOP: dict[str, str] = {"length": "max_tokens", "refused": "refusal"}


class Anthropic:
    """The form."""

    path = "/v1/messages"

    def asked(self, path: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> Asked:
        """Reads a request."""
        _key(headers.get("x-api-key") or headers["authorization"].removeprefix("Bearer "), headers["anthropic-version"])
        turns = [(m["role"], b) for m in body["messages"] for b in _blocks(m["content"])]
        if body["messages"][0]["role"] != "user":
            raise ValueError("the first message is the user's")
        _paired(body["messages"])
        tools = body.get("tools", ())
        forced = body.get("tool_choice", {}).get("name")
        return Asked(
            provider="anthropic", path=path, model=body["model"], body=body, headers=headers,
            system="".join(block["text"] for block in _blocks(body.get("system", ""))),
            said="\n".join(b["text"] for role, b in turns if role == "user" and b["type"] == "text"),
            schema=next((tool["input_schema"] for tool in tools if tool["name"] == forced), None),
            tools=() if forced else tuple(tool["name"] for tool in tools),
            results=sum(b["type"] == "tool_result" for _, b in turns),
            images=tuple(
                image(b["source"]["media_type"], b["source"]["data"]) for _, b in turns if b["type"] == "image"
            ), stream=bool(body.get("stream")),
        )  # fmt: skip

    def whole(self, asked: Asked, says: Says) -> Mapping[str, Any]:
        """The message."""
        content = self._content(asked, says)
        if says.cut is not None:
            content = [{**one, "input": {}} if one["type"] == "tool_use" else one for one in content]
        return {**self._head(asked, says), "content": content, "stop_reason": _stop(says)}

    def events(self, asked: Asked, says: Says) -> Iterator[str]:
        """`message_start` to `message_stop`."""
        start = {**self._head(asked, says), "content": [], "stop_reason": None}
        yield _event("message_start", message=start)
        for index, block in enumerate(self._content(asked, says)):
            if block["type"] == "text":
                yield _event("content_block_start", index=index, content_block={"type": "text", "text": ""})
                deltas: list[dict[str, Any]] = [
                    {"type": "text_delta", "text": piece} for piece in pieces(block["text"])
                ]
            else:
                yield _event("content_block_start", index=index, content_block={**block, "input": {}})
                raw = json.dumps(block["input"])[: says.cut]
                deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in ["", *pieces(raw, 5)]]
            for delta in deltas:
                yield _event("content_block_delta", index=index, delta=delta)
            yield _event("content_block_stop", index=index)
        delta = {"stop_reason": _stop(says), "stop_sequence": None}
        yield _event("message_delta", delta=delta, usage=says.counted({"output_tokens": says.tokens[2]}))
        yield _event("message_stop")

    def error(self, status: int, code: str | None = None) -> Mapping[str, Any]:
        """`{type: error}`."""
        kinds = {
            429: "rate_limit_error",
            529: "overloaded_error",
            401: "authentication_error",
            400: "invalid_request_error",
        }
        return {"type": "error", "error": {"type": code or kinds.get(status, "api_error"), "message": "injected"}}

    def _head(self, asked: Asked, says: Says) -> dict[str, Any]:
        given, cached, output = says.tokens
        usage = {
            "input_tokens": given - cached, "cache_read_input_tokens": cached, "cache_creation_input_tokens": 0,
            "output_tokens": output,
        }  # fmt: skip
        head = {"id": "msg_1", "type": "message", "role": "assistant", "model": asked.model, "stop_sequence": None}
        return {**head, "usage": says.counted(usage)}

    def _content(self, asked: Asked, says: Says) -> list[dict[str, Any]]:
        text = [{"type": "text", "text": says.text}] if says.text else []
        calls = list(says.calls)
        if says.data is not None:
            calls.append((asked.body["tool_choice"]["name"], says.data))
        used = [
            {"type": "tool_use", "id": f"toolu_{asked.results}_{at}", "name": name, "input": dict(given)}
            for at, (name, given) in enumerate(calls)
        ]
        return [*text, *used]


def _stop(says: Says) -> str:
    return says.ends or _STOP.get(says.finish) or ("tool_use" if says.calls or says.data is not None else "end_turn")


def _event(kind: str, **fields: Any) -> str:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **fields})}\n\n"


def _blocks(content: Any) -> list[dict[str, Any]]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else list(content)


def _paired(messages: Any) -> None:
    """Every call is answered in the next turn, and nothing else is."""
    for at, message in enumerate(messages):
        calls = {b["id"] for b in _blocks(message["content"]) if b["type"] == "tool_use"}
        after = _blocks(messages[at + 1]["content"]) if at + 1 < len(messages) else []
        if calls != {b["tool_use_id"] for b in after if b["type"] == "tool_result"}:
            raise ValueError("tool_use ids without tool_result blocks")


def _key(key: str, version: str) -> None:
    if not key or not version:
        raise ValueError("no key, or no version")
