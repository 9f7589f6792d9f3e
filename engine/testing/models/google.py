"""Gemini's generateContent: https://ai.google.dev/api/generate-content, whole or as server-sent events."""

import base64
import json
from collections.abc import Iterator, Mapping
from typing import Any

from engine.testing.models.form import Asked, Says, image, pieces

__all__ = ["Google"]

_FINISH = {"length": "MAX_TOKENS", "refused": "SAFETY", "stop": "STOP"}
SIGNATURE = base64.b64encode(b"signed by the stand-in").decode()
"""What a call bears, and has to bear when it is told of again."""


class Google:
    """The form."""

    path = "/v1beta/models/{call}"

    def asked(self, path: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> Asked:
        """Reads a request."""
        if not headers["x-goog-api-key"]:
            raise ValueError("no key")
        model, _, method = path.rpartition("/")[2].partition(":")
        parts = [(c["role"], part) for c in body["contents"] for part in c["parts"]]
        config = body.get("generationConfig", {})
        declared = [one for tool in body.get("tools", ()) for one in tool["functionDeclarations"]]
        _paired(parts)
        return Asked(
            provider="google", path=path, model=model, body=body, headers=headers,
            system="".join(part["text"] for part in body.get("systemInstruction", {}).get("parts", ())),
            said="\n".join(part["text"] for role, part in parts if role == "user" and "text" in part),
            schema=config.get("responseJsonSchema"), tools=tuple(one["name"] for one in declared),
            results=sum("functionResponse" in part for _, part in parts),
            images=tuple(_image(part["inlineData"]) for _, part in parts if "inlineData" in part),
            stream=method == "streamGenerateContent",
        )  # fmt: skip

    def whole(self, asked: Asked, says: Says) -> Mapping[str, Any]:
        """The answer."""
        content = {"role": "model", "parts": self._parts(asked, says)}
        candidate = {"content": content, "finishReason": says.ends or _FINISH[says.finish], "index": 0}
        return {"candidates": [candidate], **_foot(asked, says)}

    def events(self, asked: Asked, says: Says) -> Iterator[str]:
        """Answers whose parts add up."""
        for part in self._parts(asked, says):
            texts = pieces(part["text"], 5) if "text" in part else []
            for one in [{"text": piece} for piece in texts] or [part]:
                yield _event({"candidates": [{"content": {"role": "model", "parts": [one]}, "index": 0}]})
        end = {
            "content": {"role": "model", "parts": [{"text": ""}]},
            "finishReason": says.ends or _FINISH[says.finish],
            "index": 0,
        }
        yield _event({"candidates": [end], **_foot(asked, says)})

    def error(self, status: int, code: str | None = None) -> Mapping[str, Any]:
        """`{error: {code, status}}`."""
        return {"error": {"code": status, "message": "injected", "status": code or "UNAVAILABLE", "details": []}}

    def _parts(self, asked: Asked, says: Says) -> list[dict[str, Any]]:
        text = json.dumps(says.data)[: says.cut] if says.data is not None else says.text
        found: list[dict[str, Any]] = [{"text": text}] if text else []
        for at, (name, given) in enumerate(says.calls):
            call: dict[str, Any] = {"functionCall": {"name": name, "args": dict(given)}}
            found.append({**call, "thoughtSignature": SIGNATURE} if at == 0 else call)
        return found


def _foot(asked: Asked, says: Says) -> dict[str, Any]:
    given, cached, output = says.tokens
    usage = {
        "promptTokenCount": given, "candidatesTokenCount": output, "totalTokenCount": given + output,
        "cachedContentTokenCount": cached,
    }  # fmt: skip
    return {"usageMetadata": says.counted(usage), "modelVersion": asked.model, "responseId": "r1"}


def _paired(parts: Any) -> None:
    called = [part["functionCall"]["name"] for _, part in parts if "functionCall" in part]
    if called != [part["functionResponse"]["name"] for _, part in parts if "functionResponse" in part]:
        raise ValueError("function calls and responses do not match")


def _event(data: Any) -> str:
    return f"data: {json.dumps(data)}\r\n\r\n"


def _image(given: Mapping[str, Any]) -> tuple[str, bytes]:
    """JSON of protobuf takes both spellings of a name, and both alphabets of Base64."""
    kind = given.get("mimeType") or given["mime_type"]
    return image(kind, given["data"].replace("-", "+").replace("_", "/"))
