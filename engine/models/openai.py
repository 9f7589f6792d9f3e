"""OpenAI's chat completions, by its SDK, and every server that speaks as it does: vLLM, Ollama, llama.cpp.

Nothing of the SDK is imported before the first request.
"""

from typing import Any, Final

from engine.exchange import retry_after
from engine.models.ask import Ask
from engine.models.base import Finish
from engine.models.chat import cache_key, calls_of, request_of, turn_of
from engine.models.errors import ModelError
from engine.models.hosted import NO_QUOTA, Adapter, Spec, Whole, client, quiet, refusal
from engine.models.reply import Reply, ended, used

__all__ = ["OpenAI"]

_URL: Final = "https://api.openai.com/v1"
_NO_KEY: Final = "none"
"""The SDK wants a key, and a server of one's own may want none."""
_FINISH: Final[dict[str, Finish]] = {
    "stop": "stop", "tool_calls": "stop", "function_call": "stop", "length": "length", "content_filter": "refused",
    "eos_token": "stop", "stop_sequence": "stop",  # of older servers of one's own (text-generation-inference)
}  # fmt: skip


class OpenAI(Adapter):
    """https://platform.openai.com/docs/api-reference/chat"""

    def __init__(self, spec: Spec) -> None:
        import httpx
        import openai

        quiet("openai")
        super().__init__(spec, client(httpx, spec))
        self._sdk: Any = openai
        self._client: Any = openai.AsyncOpenAI(
            api_key=spec.api_key or _NO_KEY, base_url=spec.base_url or _URL, max_retries=0, timeout=spec.seconds,
            http_client=self._http, organization="", project="",
        )  # fmt: skip

    def _request(self, ask: Ask) -> dict[str, Any]:
        request = request_of(self.spec, ask, turn_of)
        if self.spec.base_url:  # other servers know the older name alone
            return {**request, "max_tokens": ask.most}
        return {**request, "max_completion_tokens": ask.most, "prompt_cache_key": cache_key(ask)}

    async def _complete(self, ask: Ask, request: dict[str, Any]) -> Reply:
        made = await self._client.chat.completions.create(**request)
        choice = made.choices[0]
        calls = [(c.id, c.function.name, c.function.arguments) for c in choice.message.tool_calls or ()]
        refused = bool(getattr(choice.message, "refusal", None))
        return _settled(ask, choice.message.content, calls, choice.finish_reason, refused, made)

    async def _begin(self, request: dict[str, Any]) -> Any:
        """The usage stands in the last event."""
        more = {"stream": True, "stream_options": {"include_usage": True}}
        return await self._client.chat.completions.create(**request, **more)

    def _whole(self) -> Whole:
        return _Chunks()

    def _told(self, error: Exception) -> ModelError | None:
        name, sdk = self.spec.name, self._sdk
        if isinstance(error, sdk.APIConnectionError):  # a timeout is one of these
            return self._silent(error)
        if isinstance(error, sdk.APIStatusError):
            wait, words = retry_after(error.response.headers), (error.code, error.type)
            code = next((word for word in words if word in NO_QUOTA), None)
            return refusal(name, error.status_code, retry_after=wait, code=code)
        inside = type(error) is sdk.APIError  # of a stream
        if inside or type(error).__module__.startswith("httpx"):
            return self._broke_off()
        return None


class _Chunks(Whole):
    """Of a message."""

    def __init__(self) -> None:
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
    ask: Ask, text: str | None, calls: list[Any], finish: str | None, refused: bool, made: Any, counted: Any = None
) -> Reply:
    counted = counted or made.usage
    details = getattr(counted, "prompt_tokens_details", None)
    usage = used(
        read=counted.prompt_tokens, wrote=counted.completion_tokens, cached=getattr(details, "cached_tokens", None),
        kept=getattr(details, "cache_write_tokens", None),
    ) if counted else None  # fmt: skip
    return Reply(
        text=text or "", data=(text or "") if ask.schema is not None else None,
        calls=calls_of(calls),
        finish="refused" if refused else ended(finish, _FINISH), usage=usage, model=made.model or "",
    )  # fmt: skip
