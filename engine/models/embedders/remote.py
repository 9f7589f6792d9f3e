"""Embedders behind `POST /embeddings`, the interface that OpenAI made and Mistral, vLLM, Ollama and others speak.

https://platform.openai.com/docs/api-reference/embeddings and https://docs.mistral.ai/api/#tag/embeddings: texts go out
in batches, vectors come back with the index of their text. What comes back is checked before any of it is used, and
brought to length 1. A text is cut to `MAX_CHARACTERS`, which every known model reads.
"""

import math
import time
from collections.abc import Callable, Sequence
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from engine.address import on_this_machine
from engine.bounded import PLAIN, bounded
from engine.models.embedders.base import EmbedderChoice
from engine.models.errors import BadAnswer, MissingKey, ModelRejected, ModelUnavailable, WrongAddress
from engine.models.hosted import NO_QUOTA

if TYPE_CHECKING:
    import httpx

MAX_CHARACTERS: Final = 8_000
BATCH: Final = 64
TRIES: Final = 5
LONGEST_WAIT: Final = 60.0
"""Seconds that a `Retry-After` is followed; who asks for more is reported as unavailable."""
TIMEOUT: Final = 60.0
"""Seconds for one batch."""
MAX_ANSWER: Final = 64_000_000
"""Bytes. 64 vectors of 4,096 numbers take 6 MB as text."""
_AGAIN: Final = frozenset({408, 409, 429, 500, 502, 503, 504, 529})


class RemoteEmbedder:
    """Asks a server. Safe to share between threads; no request is made before the first text."""

    def __init__(
        self, choice: EmbedderChoice, *, url: str, model: str, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._url = f"{url.rstrip('/')}/embeddings"
        self._model = model
        self._key = choice.key
        self._asked = choice.dimension
        self._own = choice.on_premises or on_this_machine(url)
        self._dimension = choice.dimension
        self._sleep = sleep
        self._lock = Lock()
        self._client: httpx.Client | None = None
        self.name = f"{choice.use}/{model}"

    @property
    def dimension(self) -> int:
        """As engine.yaml says; else one text is embedded to see. Raises `ModelError`."""
        if not self._dimension:
            self._dimension = len(self._batch(["dimension"])[0])
        return self._dimension

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """Unit vectors in order. Raises `ModelUnavailable`, `ModelRejected`, `BadAnswer` and `WrongAddress`."""
        clean = [text[:MAX_CHARACTERS].encode("utf-8", "replace").decode("utf-8").strip() or "." for text in texts]
        return [vector for start in range(0, len(clean), BATCH) for vector in self._batch(clean[start : start + BATCH])]

    def _batch(self, texts: list[str]) -> list[list[float]]:
        body: dict[str, Any] = {"model": self._model, "input": texts, "encoding_format": "float"}
        if self._asked:
            body["dimensions"] = self._asked
        for tried in range(1, TRIES + 1):
            try:
                return self._vectors(self._post(body), len(texts))
            except ModelUnavailable as error:
                wait = error.retry_after if error.retry_after is not None else 2.0 ** (tried - 1)
                if tried == TRIES or wait > LONGEST_WAIT:
                    raise
                self._sleep(wait)
        raise AssertionError("unreachable")

    def _post(self, body: dict[str, Any]) -> Any:
        import httpx

        from engine.exchange import retry_after

        with self._lock:
            if self._client is None:
                headers = {"authorization": f"Bearer {self._key}"} if self._key else {}
                self._client = httpx.Client(
                    headers={**headers, **PLAIN}, timeout=TIMEOUT, follow_redirects=False, trust_env=not self._own,
                    verify=httpx.create_ssl_context(),
                )  # fmt: skip
        try:
            with self._client.stream("POST", self._url, json=body) as answer:
                bounded(httpx, answer, MAX_ANSWER).read()
        except (httpx.InvalidURL, httpx.UnsupportedProtocol):
            raise WrongAddress(f"embedder {self.name}: its `base_url` is no address of a server") from None
        except httpx.TransportError as error:
            raise ModelUnavailable(f"embedder {self.name}: {type(error).__name__}") from None
        if answer.status_code in _AGAIN and not _no_quota(answer):
            wait = retry_after(answer.headers)
            raise ModelUnavailable(f"embedder {self.name}: status {answer.status_code}", retry_after=wait)
        if not answer.is_success:
            raise ModelRejected(f"embedder {self.name}: status {answer.status_code}")
        try:
            return answer.json()
        except ValueError:
            return None

    def _vectors(self, answer: Any, count: int) -> list[list[float]]:
        """Each at the place that its `index` says; nothing is guessed."""
        found: dict[int, list[float]] = {}
        for item in answer.get("data") or () if isinstance(answer, dict) else ():
            if isinstance(item, dict) and isinstance(item.get("embedding"), list) and type(item.get("index")) is int:
                found[item["index"]] = _unit(item["embedding"])
        vectors = [found[at] for at in range(count) if found.get(at)]
        lengths = {len(vector) for vector in vectors} | ({self._dimension} if self._dimension else set())
        if len(vectors) != count or len(found) != count or len(lengths) != 1:
            raise BadAnswer(f"embedder {self.name}: not one vector of the same length for each text")
        return vectors


def _unit(numbers: list[Any]) -> list[float]:
    """Of length 1; empty for what is no vector."""
    if not all(type(one) in (int, float) and math.isfinite(one) for one in numbers):
        return []
    length = math.sqrt(math.fsum(one * one for one in numbers))
    return [one / length for one in numbers] if length else []


def _no_quota(answer: "httpx.Response") -> bool:
    """Whether it says that waiting mends nothing."""
    try:
        error = answer.json()["error"]
        return not {error.get("code"), error.get("type")}.isdisjoint(NO_QUOTA)
    except (ValueError, LookupError, TypeError, AttributeError):
        return False


def _with_key(choice: EmbedderChoice, variable: str) -> EmbedderChoice:
    if not choice.key:
        raise MissingKey(choice.variable or variable, f"{choice.use}/{choice.model}")
    return choice


def openai(choice: EmbedderChoice) -> RemoteEmbedder:
    """OpenAI, or with `base_url` a server that speaks as it does and may need no key."""
    if not choice.base_url:
        choice = _with_key(choice, "OPENAI_API_KEY")
    url = choice.base_url or "https://api.openai.com/v1"
    return RemoteEmbedder(choice, url=url, model=choice.model or "text-embedding-3-small")


def mistral(choice: EmbedderChoice) -> RemoteEmbedder:
    """Mistral in its cloud, or with `base_url` on premises."""
    if not choice.base_url:
        choice = _with_key(choice, "MISTRAL_API_KEY")
    url = choice.base_url or "https://api.mistral.ai/v1"
    return RemoteEmbedder(choice, url=url, model=choice.model or "mistral-embed")
