"""Gemini, by Google's SDK for its developer API. Nothing of it is imported before the first request."""

import base64
import binascii
import re
from typing import Any, Final

from engine.exchange import retry_after
from engine.models.ask import Ask
from engine.models.base import Finish, Turn
from engine.models.errors import BadAnswer, ModelError
from engine.models.hosted import Adapter, Spec, Whole, client, quiet, refusal
from engine.models.reply import Reply, Wanted, used

__all__ = ["Google"]

_URL: Final = "https://generativelanguage.googleapis.com"
_FINISH: Final[dict[str, Finish]] = {"STOP": "stop", "FINISH_REASON_UNSPECIFIED": "stop", "MAX_TOKENS": "length"}
"""Every other reason is one for not answering."""
_BROKEN: Final = frozenset({"MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "OTHER"})
_UNSIGNED: Final = b"skip_thought_signature_validator"
"""What newer models take in place of the signature of a call that another model made."""
_DELAY: Final = re.compile(r"(\d+(?:\.\d+)?)s")


class Google(Adapter):
    """https://ai.google.dev/api/generate-content"""

    def __init__(self, spec: Spec) -> None:
        import httpx2
        from google import genai
        from google.genai import errors, types

        quiet("google_genai")
        super().__init__(spec, client(httpx2, spec))
        self._types: Any = types
        self._errors: Any = errors
        options = types.HttpOptions(
            base_url=spec.base_url or _URL, api_version="v1beta", timeout=int(spec.seconds * 1000),
            httpx_async_client=self._http, retry_options=types.HttpRetryOptions(attempts=1),
        )  # fmt: skip
        self._client: Any = genai.Client(vertexai=False, api_key=spec.api_key or "none", http_options=options)

    async def _complete(self, ask: Ask, request: dict[str, Any]) -> Reply:
        whole = _Chunks()
        whole.take(await self._client.aio.models.generate_content(**request))
        return whole.reply(ask)

    async def _begin(self, request: dict[str, Any]) -> Any:
        return await self._client.aio.models.generate_content_stream(**request)

    def _whole(self) -> Whole:
        return _Chunks()

    def _request(self, ask: Ask) -> dict[str, Any]:
        t = self._types
        first = [t.Part.from_text(text=ask.data)]
        first += [t.Part.from_bytes(data=image.data, mime_type=image.media_type) for image in ask.images]
        config: dict[str, Any] = {
            "system_instruction": ask.system, "max_output_tokens": ask.most,
            "automatic_function_calling": t.AutomaticFunctionCallingConfig(disable=True),
        }  # fmt: skip
        if ask.schema is not None:
            config |= {"response_mime_type": "application/json", "response_json_schema": dict(ask.schema)}
        elif ask.tools:
            declared = [
                t.FunctionDeclaration(name=one.name, description=one.about, parameters_json_schema=dict(one.schema))
                for one in ask.tools
            ]
            config["tools"] = [t.Tool(function_declarations=declared)]
        contents = [t.Content(role="user", parts=first), *(c for turn in ask.turns for c in self._turn(turn))]
        return {"model": self.spec.model, "contents": contents, "config": t.GenerateContentConfig(**config)}

    def _turn(self, turn: Turn) -> list[Any]:
        """What it said and asked for, and what came of it. The first call of a turn bears its signature."""
        t = self._types
        said = [t.Part.from_text(text=turn.text)] if turn.text.strip() else []
        calls, results = [], []
        for number, call in enumerate(turn.calls):
            signature = _signature(call.signature)
            if signature is None and number == 0 and not self.spec.model.startswith(("gemini-1", "gemini-2")):
                signature = _UNSIGNED
            made = t.FunctionCall(id=call.id, name=call.tool, args=dict(call.arguments))
            calls.append(t.Part(function_call=made, thought_signature=signature))
            answer = {"result": turn.results.get(call.id)}
            results.append(t.Part(function_response=t.FunctionResponse(id=call.id, name=call.tool, response=answer)))
        return [t.Content(role="model", parts=[*said, *calls]), t.Content(role="user", parts=results)]

    def _told(self, error: Exception) -> ModelError | None:
        name = self.spec.name
        if isinstance(error, self._errors.APIError):
            headers = getattr(error.response, "headers", None) or {}
            wait = retry_after({str(k).lower(): str(v) for k, v in headers.items()})
            return refusal(name, int(error.code or 500), retry_after=_delay(error.details) if wait is None else wait)
        if type(error).__module__.startswith(("httpx", "aiohttp")) or isinstance(error, TimeoutError | OSError):
            return self._silent(error)
        return None


class _Chunks(Whole):
    """One that came whole is one chunk."""

    def __init__(self) -> None:
        self._text = ""
        self._calls: list[Wanted] = []
        self._used: Any = None
        self._model = ""

    def take(self, event: Any) -> str:
        """The chunk's text; what the model thinks is none."""
        self._used, self._model = event.usage_metadata or self._used, event.model_version or self._model
        if event.prompt_feedback is not None and event.prompt_feedback.block_reason is not None:
            self.finish = "BLOCKED"
        if not event.candidates:
            return ""
        candidate = event.candidates[0]
        if candidate.finish_reason is not None:
            self.finish = getattr(candidate.finish_reason, "value", str(candidate.finish_reason))
        piece = ""
        for part in (candidate.content.parts if candidate.content else None) or ():
            if part.function_call is not None:
                call, signed = part.function_call, base64.b64encode(part.thought_signature or b"").decode()
                self._calls.append(Wanted(call.id or "", call.name or "", call.args or {}, signed))
            elif part.text and not part.thought:
                piece += part.text
        self._text += piece
        return piece

    def reply(self, ask: Ask) -> Reply:
        """The whole. Raises BadAnswer for a call that the provider itself could not read."""
        if self.finish is None or self.finish in _BROKEN:
            raise BadAnswer("an answer without an end came", code="bad_reply")
        counted = self._used
        usage = used(
            read=counted.prompt_token_count, cached=counted.cached_content_token_count,
            wrote=(counted.candidates_token_count or 0) + (counted.thoughts_token_count or 0),
        ) if counted else None  # fmt: skip
        return Reply(
            text=self._text, data=self._text if ask.schema is not None else None, calls=tuple(self._calls),
            finish=_FINISH.get(self.finish, "refused"), usage=usage, model=self._model,
        )  # fmt: skip


def _signature(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True) or None
    except (ValueError, binascii.Error):  # another provider's
        return None


def _delay(details: Any) -> float | None:
    """`retryDelay` of the error's details: seconds, as `17s`."""
    error = details.get("error", {}) if isinstance(details, dict) else {}
    for one in error.get("details") or () if isinstance(error, dict) else ():
        found = _DELAY.fullmatch(str(one.get("retryDelay", ""))) if isinstance(one, dict) else None
        if found is not None:
            return float(found[1])
    return None
