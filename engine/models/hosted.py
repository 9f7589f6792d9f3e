"""A model that somebody serves over HTTP: what all adapters share around their provider's own wire format.

`HostedModel` renders and asks, holds the reply to the job's schema, and counts what it cost; a `Provider` knows an SDK.
`Adapter` is what the four of them have in common: one exchange, a stream with its end, and errors made the engine's.
"""

import asyncio
import logging
import ssl
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, Protocol, TypeVar

from engine.address import address_fault, on_this_machine
from engine.bounded import PLAIN, bounded
from engine.catalogue import image_tokens
from engine.models.ask import Ask, ask_of, parts
from engine.models.base import Answer, Capabilities, Decided, Prompt, Request, Usage
from engine.models.errors import (
    BadAnswer,
    LeavesPremises,
    ModelError,
    ModelRejected,
    ModelUnavailable,
    WrongAddress,
)
from engine.models.pieces import Pieces
from engine.models.reply import LONGEST, Reply, answer_of, decided_of

__all__ = ["Adapter", "HostedModel", "Provider", "Spec", "Whole", "asked", "client", "quiet", "refusal"]

_BUSY: Final = frozenset({408, 409, 425, 429})
"""Statuses that another attempt may turn into an answer, beside those of 500 and more."""
NO_QUOTA: Final = frozenset({"insufficient_quota", "billing_not_active"})
"""What OpenAI, and who speaks as it does, says with 429 where waiting mends nothing: somebody has to pay first.
https://platform.openai.com/docs/guides/error-codes"""
LARGEST: Final = 32_000_000
"""Bytes of an answer with all that stands around it; a longer one is broken off. Its text has at most `LONGEST`."""
_NOTHING: Final = Decided(supported=False, confidence=0.0, citations=())
_NOT_SENT: Final = frozenset({"ConnectError", "ConnectTimeout", "PoolTimeout", "UnsupportedProtocol"})
"""Errors of httpx, and of its successor, that come before the request."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """A model as engine.yaml names it."""

    name: str
    provider: str
    model: str
    capabilities: Capabilities
    api_key: str = field(default="", repr=False)
    base_url: str = field(default="", repr=False)
    """Of a server of one's own; empty: the provider's."""
    most: int = 2_000
    """Tokens of an answer."""
    seconds: float = 60.0
    """Until one attempt has failed; what waits longer is ended by whoever asked."""


class Provider(Protocol):
    """One SDK. Raises only `engine.models.errors.ModelError`, and never retries by itself."""

    async def complete(self, ask: Ask) -> Reply:
        """The whole reply."""
        ...

    def stream(self, ask: Ask) -> AsyncIterator[str | Reply]:
        """Pieces of the text, or of the JSON that the schema asks for; then the whole reply."""
        ...

    async def close(self) -> None:
        """Lets go of its connections."""
        ...


class HostedModel:
    """A model behind one of the providers. The SDK is loaded with the first request, off the event loop."""

    def __init__(self, spec: Spec, make: Callable[[Spec], Provider]) -> None:
        self.spec = spec
        self.name = spec.name
        self.capabilities = spec.capabilities
        self._make = make
        self._made: Provider | None = None
        self._making = asyncio.Lock()

    def load(self) -> None:
        """Loads the SDK now, which takes seconds: a worker does so before its first ticket."""
        if self._made is None:
            self._made = self._make(self.spec)

    def __repr__(self) -> str:
        return f"<{self.spec.provider} model {self.name!r}>"

    async def answer(self, request: Request) -> Answer:
        """Asks once. Raises ModelError; what came back and cannot be used has cost its tokens nevertheless."""
        ask = self.ask(request)
        reply = await (await self._provider()).complete(ask)
        return self._answer(request, ask, reply)

    async def stream(self, request: Request) -> AsyncIterator[str | Decided | Answer]:
        """Pieces of the text to the customer, then the whole answer; for jobs that are no text, that alone. With
        `upfront` there are pieces only of a text that may stand, and after what was decided."""
        ask = self.ask(request)
        pieces = Pieces(request.job, upfront=request.upfront)
        decided: Decided | None = None
        whole: Reply | None = None
        async for piece in (await self._provider()).stream(ask):
            if isinstance(piece, Reply):
                whole = piece
                continue
            text = pieces.feed(piece)
            if pieces.decided is not None and decided is None:
                decided = decided_of(request, pieces.decided) or _NOTHING
                yield decided
            if text and (decided.supported if decided else not request.upfront):
                yield text
        if whole is None:
            raise ModelUnavailable(f"the answer of {self.name!r} broke off", billed=True)
        yield self._answer(request, ask, whole)

    def ask(self, request: Request) -> Ask:
        """What is sent. Raises before anything is, where nothing may be, or where it would be of no use."""
        can = self.capabilities
        if request.stays and can.location != "on_premises":
            raise LeavesPremises(f"the model {self.name!r} is not on the premises")
        if not can.vision and any(message.images for message in request.messages):
            raise ModelRejected(f"the model {self.name!r} sees no images", code="no_vision")
        if request.tools and not can.tools:
            raise ModelRejected(f"the model {self.name!r} does not work with tools", code="no_tools")
        ask = ask_of(request, request.prompt or _prompt(request), most=self.spec.most)
        if can.context and ask.least > can.context:  # some servers cut it, and say nothing
            raise ModelRejected(f"the prompt is too long for the model {self.name!r}", code="too_long")
        return ask

    def worst(self, request: Request) -> Decimal | None:
        """What the call costs at the most, in USD. None: the price is not known."""
        return self._worst(self.ask(request))

    def cost(self, usage: Usage) -> Decimal | None:
        """What a call with this usage cost, in USD. None: the price is not known."""
        price = self.capabilities.price
        if price is None:
            return Decimal(0) if self.capabilities.free else None
        fresh = max(usage.input_tokens - usage.cached_tokens - usage.written_tokens, 0)
        total = fresh * price.input + usage.cached_tokens * price.cached + usage.written_tokens * price.written
        return (total + usage.output_tokens * price.output) / 1_000_000

    async def close(self) -> None:
        """Lets go of connections."""
        if self._made is not None:
            await self._made.close()

    def _worst(self, ask: Ask) -> Decimal | None:
        price = self.capabilities.price
        if price is None:
            return Decimal(0) if self.capabilities.free else None
        tokens = ask.size + image_tokens(self.spec.provider, self.spec.model) * len(ask.images)
        return (tokens * max(price.input, price.written) + ask.most * price.output) / 1_000_000

    def _answer(self, request: Request, ask: Ask, reply: Reply) -> Answer:
        cost = self._worst(ask) if reply.usage is None else self.cost(reply.usage)
        try:
            answer = answer_of(request, ask, reply)
        except BadAnswer as error:
            error.usage, error.cost = reply.usage, cost
            raise
        return replace(answer, cost=cost, model=self.name)

    async def _provider(self) -> Provider:
        async with self._making:
            if self._made is None:
                await asyncio.to_thread(self.load)
            assert self._made is not None, "loaded just now"
            return self._made


class Whole(ABC):
    """An answer as its events add up."""

    finish: str | None = None
    """The provider's own word for why it ended; None: it has not, and what there is of it is no answer."""
    over: bool = False
    """Nothing follows that counts."""

    @abstractmethod
    def take(self, event: Any) -> str:
        """The event's text."""

    @abstractmethod
    def reply(self, ask: Ask) -> Reply:
        """The whole. Raises BadAnswer for what cannot be read."""


class Adapter(ABC):
    """A provider's SDK as a `Provider`. `http` is the client that it was given, and is closed with it."""

    def __init__(self, spec: Spec, http: Any) -> None:
        self.spec = spec
        self._http = http

    async def complete(self, ask: Ask) -> Reply:
        """One exchange."""
        request = self._request(ask)
        return await asked(lambda: self._complete(ask, request), self._told, self.spec.name)

    async def stream(self, ask: Ask) -> AsyncIterator[str | Reply]:
        """Server-sent events. What breaks off before its end is no answer, and may cost money all the same."""
        request = self._request(ask)
        events = aiter(await asked(lambda: self._begin(request), self._told, self.spec.name))
        whole, begun, size = self._whole(), False, 0
        while not whole.over:
            try:
                piece = await asked(lambda: self._piece(events, whole), self._told, self.spec.name)
            except ModelError as error:
                error.billed |= begun  # what was written until then
                raise
            if piece is None:
                break
            begun, size = True, size + len(piece)
            if size > LONGEST:
                raise BadAnswer("the answer is too long")
            if piece:
                yield piece
        if whole.finish is None:
            raise self._broke_off()
        yield await asked(lambda: self._read(whole, ask), self._told, self.spec.name)

    async def close(self) -> None:
        """Its connections."""
        await self._http.aclose()

    async def _piece(self, events: AsyncIterator[Any], whole: Whole) -> str | None:
        """The next event's text. None: there is none."""
        event = await anext(events, None)
        return None if event is None else whole.take(event)

    async def _read(self, whole: Whole, ask: Ask) -> Reply:
        return whole.reply(ask)

    def _broke_off(self) -> ModelUnavailable:
        return ModelUnavailable(f"the answer of {self.spec.name!r} broke off", billed=True)

    def _silent(self, error: BaseException) -> ModelUnavailable:
        """For an SDK's error of a connection. Where none came about, nothing was sent that could cost anything."""
        seen: BaseException | None = error
        while seen is not None:
            if type(seen).__name__ in _NOT_SENT:
                return ModelUnavailable(f"{self.spec.name!r} cannot be reached")
            seen = seen.__cause__ or seen.__context__
        return ModelUnavailable(f"{self.spec.name!r} did not answer in time, or broke off", billed=True)

    @abstractmethod
    def _request(self, ask: Ask) -> dict[str, Any]:
        """Arguments of the SDK's method."""

    @abstractmethod
    async def _complete(self, ask: Ask, request: dict[str, Any]) -> Reply:
        """Asks for the whole answer."""

    @abstractmethod
    async def _begin(self, request: dict[str, Any]) -> Any:
        """Asks for a stream: an asynchronous iterable of events."""

    @abstractmethod
    def _whole(self) -> Whole:
        """What takes the events of one stream."""

    @abstractmethod
    def _told(self, error: Exception) -> ModelError | None:
        """The engine's error for one of the SDK's. None: what came cannot be read."""


async def asked(call: Callable[[], Awaitable[T]], told: Callable[[Exception], ModelError | None], name: str) -> T:
    """Awaits one exchange of a provider. `told` makes the engine's error of the SDK's own; whatever else goes wrong
    while an answer is read is a bad answer. The SDK's error, which holds the request, is let go of."""
    failed: ModelError
    try:
        return await call()
    except ModelError:
        raise
    except Exception as error:
        failed = told(error) or BadAnswer(f"what {name!r} answered cannot be read", code="bad_reply")
    raise failed


def refusal(name: str, status: int, *, retry_after: float | None = None, code: str | None = None) -> ModelError:
    """The engine's error for a status that is no success. `code`: the provider's own word for what is wrong."""
    if code in NO_QUOTA:
        return ModelRejected(f"{name!r} refused: there is no quota, or no credit, left", code="no_quota")
    if status in _BUSY or status >= 500:
        return ModelUnavailable(f"{name!r} answered with status {status}", retry_after=retry_after)
    code = {401: "key_refused", 403: "key_refused", 404: "no_such_model", 413: "too_long"}.get(status)
    return ModelRejected(f"{name!r} refused with status {status}", code=code)


def client(library: Any, spec: Spec) -> Any:
    """The HTTP client that an SDK is given, of the library (httpx or its successor) that it is made for: no redirect
    takes contents elsewhere, no proxy of the environment stands between the engine and what is on the premises, and
    what comes is read up to `LARGEST`. Raises WrongAddress."""
    why = address_fault(spec.base_url) if spec.base_url else None
    if why is not None:
        raise WrongAddress(f"the model {spec.name!r} cannot be asked at its `base_url`: {why}")
    own = spec.capabilities.location == "on_premises" or on_this_machine(spec.base_url)
    made: Any = _client(library)
    return made(follow_redirects=False, trust_env=not own, timeout=spec.seconds, verify=_tls())


@lru_cache(maxsize=2)
def _client(library: Any) -> type:
    class Client(library.AsyncClient):  # type: ignore[misc]
        async def send(self, request: Any, *, stream: bool = False, **more: Any) -> Any:
            request.headers.update(PLAIN)  # some SDKs ask by themselves
            answer = bounded(library, await super().send(request, stream=True, **more), LARGEST)
            if not stream:
                try:
                    await answer.aread()
                finally:
                    await answer.aclose()
            return answer

    return Client


def quiet(*names: str) -> None:
    """Some SDKs log whole requests at their lowest level, and some turn that on by a variable of the environment."""
    for name in (*names, "httpx", "httpx2", "httpcore", "httpcore2"):
        logging.getLogger(name).setLevel(logging.WARNING)


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    """One for all clients: each would read all certificates anew."""
    import httpx

    return httpx.create_ssl_context()


@lru_cache(maxsize=1)
def _packaged() -> Any:
    from engine.prompts.render import PromptSet  # jinja2

    return PromptSet()


def _prompt(request: Request) -> Prompt:
    """With the templates of the package."""
    prompts = _packaged()
    system, data = prompts.render(request.job.value, *parts(request))
    return Prompt(system, data, prompts.version)
