"""What a model is asked and what it answers: one request and one answer type for every adapter.

Data and Protocols only. Nothing here imports an SDK, numpy or a model, so that the checker, the command
line and the workflow's callers can name these types for nothing.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, Literal, NamedTuple, Protocol, get_args

from engine import patterns


class Job(StrEnum):
    """What the engine asks of a model."""

    CLASSIFY = "classify"
    """Which of `choices` the customer's last words mean, or none of them."""
    EXTRACT = "extract"
    """The values of `fields` that the conversation really says; nothing is guessed."""
    ANSWER = "answer"
    """A text for the customer, held up by `passages`, or a refusal."""
    WORK = "work"
    """The next calls of an agent that works with `tools` on the goal in `instruction`."""


Role = Literal["customer", "agent", "engine"]
ImageType = Literal["image/png", "image/jpeg", "image/webp", "image/gif"]
Finish = Literal["stop", "refused", "length"]
Location = Literal["on_premises", "cloud"]
FieldKind = Literal[
    "text",
    "number",
    "integer",
    "yes_no",
    "date",
    "money",
    "one_of",
    "some_of",
    "pattern",
    "email",
    "phone",
    "postcode",
    "order_number",
]
FIELD_KINDS: Final = frozenset(get_args(FieldKind))


class Money(NamedTuple):
    """An amount in major units (12.50, not 1250) and its ISO 4217 currency, None where nobody said it."""

    amount: Decimal
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Image:
    """A picture as models are given it: re-encoded, without metadata (`engine.models.images` makes them)."""

    media_type: ImageType
    data: bytes = field(repr=False)
    named: bool = False
    """The step names it: a model that can be shown neither it nor the text in it does not answer."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the conversation. `at` is aware, and what "yesterday" in the text counts from."""

    role: Role
    text: str = field(repr=False)
    at: datetime | None = None
    images: tuple[Image, ...] = ()
    unread: int = 0
    """Attachments of which a model is told no more than that they are there."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A class to choose: a flow for routing, an answer of a closed question."""

    name: str
    about: str = ""
    examples: tuple[str, ...] = ()
    counter_examples: tuple[str, ...] = ()
    """Texts that look alike and belong elsewhere."""


@dataclass(frozen=True, slots=True)
class Option:
    """An element that `one_of` or `some_of` may give back. `value` may be anything, a record too."""

    label: str = field(repr=False)
    value: Any = field(default=None, repr=False)
    synonyms: tuple[str, ...] = field(default=(), repr=False)
    """Other words and whole example texts for it."""


@dataclass(frozen=True, slots=True)
class Field:
    """A value to look for. `pattern` is a Python regular expression that the whole value matches."""

    name: str
    _: KW_ONLY
    kind: FieldKind = "text"
    options: tuple[Option, ...] = ()
    pattern: str | None = None
    ask: str = field(default="", repr=False)
    optional: bool = False

    def fits(self, text: str) -> bool:
        """Whether the whole text is of the field's form, if it has one."""
        try:
            return self.pattern is None or patterns.compiled(self.pattern).fullmatch(text)
        except patterns.Hard:
            return False  # the checker refuses such a flow


CELL: Final = " | "
"""Between the cells of a table's row, which is one line of a passage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A piece of an article. The id names this very wording, so that it can be shown later as it was."""

    id: str
    text: str = field(repr=False)
    title: str = ""
    heading: str = ""
    """The headings above it, outermost first, joined by ` > `."""
    source: str = ""
    """Path of the document below the knowledge folder, with forward slashes."""
    collection: str = ""
    language: str = ""
    score: float = 0.0
    """0..1 by the search that found it; how much two searches may be compared, the search says."""


@dataclass(frozen=True, slots=True)
class Tool:
    """What an agent may call. `schema` is the JSON Schema of its arguments, an object."""

    name: str
    about: str
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """One call that a model asks for. `id` is the model's own, and names its result."""

    id: str
    tool: str
    arguments: Mapping[str, Any] = field(repr=False)
    signature: str = field(default="", repr=False)
    """What the provider wants to see again with the call, word for word. Means nothing to anybody else."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What a model said and asked for in one answer, and what came of it: call id -> JSON."""

    text: str = field(repr=False)
    calls: tuple[Call, ...]
    results: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a prompt template made of a request (`engine.prompts`): the instructions, and apart from them the data."""

    system: str = field(repr=False)
    data: str = field(repr=False)
    version: str
    """Digest of the set of templates."""


@dataclass(frozen=True, slots=True)
class Request:
    """One question to a model. Which parts count depends on the job."""

    job: Job
    messages: Sequence[Message] = ()
    instruction: str = ""
    """An author's words, never a customer's or a tool's: those stand in `facts`."""
    facts: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """Values that it may use, by name, as JSON."""
    choices: tuple[Choice, ...] = ()
    wished: bool = False
    """For CLASSIFY: a choice is what a customer wants, so that what they do not want, and what has nothing to do with
    any of them, is none. Told to the embedded model alone; the others read it in the text."""
    fields: tuple[Field, ...] = ()
    passages: tuple[Passage, ...] = ()
    schema: Mapping[str, Any] | None = None
    tools: tuple[Tool, ...] = ()
    turns: tuple[Turn, ...] = ()
    """An agent's turns so far, oldest first."""
    language: str | None = None
    now: datetime | None = None
    """Workflow time; without it (and without `Message.at`) relative dates are not understood."""
    timezone: str | None = None
    """IANA name of the place where "today" is counted, such as Europe/Berlin; None: in UTC."""
    currency: str | None = None
    """For EXTRACT, the project's, ISO 4217: which of the dollars "$20" are."""
    synonyms: tuple[tuple[str, ...], ...] = ()
    """For ANSWER, words and phrases of the question with what else the team calls them."""
    asked: str | None = None
    """The field that the engine's last question asked for: the last message is read as its answer."""
    stays: bool = False
    """Contents must not leave the premises: a model whose location is `cloud` refuses before any byte is sent."""
    prompt: Prompt | None = field(default=None, repr=False)
    """Rendered by the worker from the templates that the ticket's plan names; without it an adapter uses its own."""
    upfront: bool = False
    """For ANSWER: what is decided stands before the text, so that the text can be judged while it is written."""

    @property
    def needs_images(self) -> bool:
        """Whether the step names pictures."""
        return any(image.named for message in self.messages for image in message.images)


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens counted by the provider. `input_tokens` includes the cached ones and those written to the cache."""

    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    written_tokens: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back.

    `data`: for CLASSIFY `{"choice": name or None, "scores": {name: 0..1}}`; for EXTRACT the fields that were
    said, typed: text `str`, number `Decimal`, integer `int`, yes_no `bool`, date `datetime.date`, money
    `Money`, one_of the option's value, some_of a list of such. `confidence` is the probability, as far as the
    adapter can tell, that choice, fields or text are right; `per_field` the same by field.
    """

    text: str = field(default="", repr=False)
    data: Mapping[str, Any] = field(default_factory=dict, repr=False)
    citations: tuple[str, ...] = ()
    calls: tuple[Call, ...] = ()
    """For WORK: what it asks for, in order."""
    confidence: float = 0.0
    per_field: Mapping[str, float] = field(default_factory=dict)
    said_at: Mapping[str, int] = field(default_factory=dict)
    """For EXTRACT, by a model that quotes: field -> place in `Request.messages` of the one with which it was said."""
    usage: Usage | None = Usage()
    """None: the provider did not say."""
    cost: Decimal | None = Decimal(0)
    """In USD; the most that it can have cost where the provider did not say. None: the price of this model is not
    known."""
    model: str = ""
    finish: Finish = "stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What a model decided before it writes its answer. `supported`: whether the text may stand at all, as the engine
    judges it; `citations` name passages that were given."""

    supported: bool
    confidence: float
    citations: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """Price of a million tokens in USD, as published on the day `since`."""

    input: Decimal
    cached: Decimal
    output: Decimal
    written: Decimal
    """Of a token that is written to the provider's cache."""
    since: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a model can do, as data: the checker proves flows against it before anything runs."""

    vision: bool = False
    tools: bool = False
    schema: bool = False
    context: int = 0
    """Tokens of input that it reads; 0 where it reads by other limits of its own."""
    location: Location = "cloud"
    price: Price | None = None
    """None: not known, or nothing to pay; `free` tells which."""
    free: bool = False
    """Runs on machines of one's own: no call costs anything."""


class Model(Protocol):
    """An adapter. `answer` never blocks the event loop and raises only `engine.models.errors.ModelError`."""

    @property
    def name(self) -> str:
        """The name in engine.yaml and in `Answer.model`."""
        ...

    @property
    def capabilities(self) -> Capabilities:
        """What it can do."""
        ...

    async def answer(self, request: Request) -> Answer:
        """Do the request's job."""
        ...


class Streaming(Model, Protocol):
    """A model that also answers piece by piece."""

    def stream(self, request: Request) -> AsyncIterator["str | Decided | Answer"]:
        """Pieces of the text as they are written, then the whole `Answer`; for a request with `upfront` what was
        decided comes first, and without it no piece. Raises as `answer` does, also between two pieces: what came before
        a failure is no answer. Output checks are the caller's."""
        ...


class Embedder(Protocol):
    """Texts to unit vectors. Vectors of two embedders, or of two dimensions, are never compared."""

    @property
    def name(self) -> str:
        """Name with version: another name makes another index."""
        ...

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        ...

    def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """One vector of length 1 a text, in order. Blocking; safe to call from several threads."""
        ...
