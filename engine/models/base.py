"""What a model is asked and what it answers: one request and one answer type for every adapter.

Data and Protocols only. Nothing here imports an SDK, numpy or a model, so that the checker, the command
line and the workflow's callers can name these types for nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, Literal, NamedTuple, Protocol, get_args


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
class Message:
    """One message of the conversation. `at` is aware, and what "yesterday" in the text counts from."""

    role: Role
    text: str
    at: datetime | None = None


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

    label: str
    value: Any = None
    synonyms: tuple[str, ...] = ()
    """Other words and whole example texts for it."""


@dataclass(frozen=True, slots=True)
class Field:
    """A value to look for. `pattern` is a Python regular expression that the whole value matches."""

    name: str
    _: KW_ONLY
    kind: FieldKind = "text"
    options: tuple[Option, ...] = ()
    pattern: str | None = None
    ask: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A piece of an article. The id names this very wording, so that it can be shown later as it was."""

    id: str
    text: str
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
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Turn:
    """What a model said and asked for in one answer, and what came of it: call id -> JSON."""

    text: str
    calls: tuple[Call, ...]
    results: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """One question to a model. Which parts count depends on the job."""

    job: Job
    messages: Sequence[Message] = ()
    instruction: str = ""
    choices: tuple[Choice, ...] = ()
    fields: tuple[Field, ...] = ()
    passages: tuple[Passage, ...] = ()
    schema: Mapping[str, Any] | None = None
    tools: tuple[Tool, ...] = ()
    turns: tuple[Turn, ...] = ()
    """An agent's turns so far, oldest first."""
    language: str | None = None
    now: datetime | None = None
    """Workflow time; without it (and without `Message.at`) relative dates are not understood."""
    asked: str | None = None
    """The field that the engine's last question asked for: the last message is read as its answer."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens counted by the provider; `input_tokens` includes the cached ones."""

    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back.

    `data`: for CLASSIFY `{"choice": name or None, "scores": {name: 0..1}}`; for EXTRACT the fields that were
    said, typed: text `str`, number `Decimal`, integer `int`, yes_no `bool`, date `datetime.date`, money
    `Money`, one_of the option's value, some_of a list of such. `confidence` is the probability, as far as the
    adapter can tell, that choice, fields or text are right; `per_field` the same by field.
    """

    text: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    citations: tuple[str, ...] = ()
    calls: tuple[Call, ...] = ()
    """For WORK: what it asks for, in order."""
    confidence: float = 0.0
    per_field: Mapping[str, float] = field(default_factory=dict)
    usage: Usage = Usage()
    cost: Decimal = Decimal(0)
    model: str = ""
    finish: Finish = "stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """Price of a million tokens in USD, as published on the day `since`."""

    input: Decimal
    cached: Decimal
    output: Decimal
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
    """None: free."""


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
