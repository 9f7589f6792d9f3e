"""What a hosted model replied, and the answer that it comes to: validated, typed, and never half used."""

import json
import math
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import accumulate
from typing import Any, Final

from engine.models.ask import Ask
from engine.models.base import Answer, Call, Decided, Field, Finish, Job, Money, Request, Usage
from engine.models.errors import BadAnswer

__all__ = ["LONGEST", "Reply", "Wanted", "answer_of", "decided_of", "ended", "object_of", "says_something", "used"]

LONGEST: Final = 100_000
"""Characters of a text, or of JSON; more is no answer to a customer's question."""

_MOST_TOKENS: Final = 1_000_000_000
"""No call has more."""
_PICTURE: Final = re.compile(r"\[picture (\d{1,3})\]")
"""What stands in place of a quote for what was read off a picture."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A call as the provider gave it: whether its arguments are whole, only the reply's finish says."""

    id: str
    tool: str
    arguments: str | Mapping[str, Any] | None = field(repr=False)
    signature: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """As the provider gave it, read no further: of a reply that was cut or refused nothing else counts. `data` is the
    text or the call that is held to the schema, still as JSON."""

    text: str = field(default="", repr=False)
    data: str | Mapping[str, Any] | None = field(default=None, repr=False)
    calls: tuple[Wanted, ...] = ()
    finish: Finish = "stop"
    usage: Usage | None = None
    """None: the provider did not say, or what it said is no count."""
    model: str = ""


def used(*, read: object, wrote: object, cached: object = None, kept: object = None) -> Usage | None:
    """Tokens as a provider counted them: those of the input with what came from its cache, of the output, from the
    cache, and written to it. None for what is no count."""
    counts = [_count(one) for one in (read, cached or 0, wrote, kept or 0)]
    return None if None in counts else Usage(*(one for one in counts if one is not None))


def _count(said: object) -> int | None:
    if isinstance(said, bool) or not isinstance(said, int | float) or not 0 <= said <= _MOST_TOKENS:
        return None
    return int(said)


def ended(said: str | None, known: Mapping[str, Finish]) -> Finish:
    """Why an answer ended, by the provider's own word. Raises BadAnswer for one that is not `known`: nobody can tell
    whether what came is whole."""
    if said is None or said not in known:
        raise BadAnswer("an answer without an end came", code="bad_reply")
    return known[said]


def answer_of(request: Request, ask: Ask, reply: Reply) -> Answer:
    """The answer of the request's job. A refusal and a cut text are answers that say so. Raises BadAnswer."""
    usage, model = reply.usage, reply.model
    if reply.finish != "stop":
        return Answer(finish=reply.finish, usage=usage, model=model)
    if len(reply.text) > LONGEST:
        raise BadAnswer("the answer is too long")
    if request.job is Job.WORK:
        calls = tuple(
            Call(name, ask.names.get(one.tool, one.tool), object_of(one.arguments), one.signature)
            for name, one in _named(reply.calls).items()
        )
        if not calls and not reply.text.strip():
            raise BadAnswer("neither a call nor a text came")
        return Answer(text=reply.text.strip(), calls=calls, usage=usage, model=model)
    data = _held(reply.data, ask.schema or {})
    found: Answer = _JOBS[request.job](request, data)
    return Answer(
        text=found.text, data=found.data, citations=found.citations, confidence=found.confidence,
        per_field=found.per_field, said_at=found.said_at, finish=found.finish, usage=usage, model=model,
    )  # fmt: skip


def object_of(given: str | Mapping[str, Any] | None) -> dict[str, Any]:
    """A JSON object, whether it came as text or was read by an SDK already: the same bounds hold for both. Raises
    BadAnswer for what is none."""
    data = _json_of(given if isinstance(given, str) else _written(given))
    if not isinstance(data, dict):
        raise BadAnswer("what came is no JSON object", code="bad_arguments")
    return data


def _written(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        raise BadAnswer("what came is no JSON", code="bad_json") from None


def _json_of(text: str) -> Any:
    """JSON as the standard has it, numbers as int and float. Raises BadAnswer."""
    try:
        if len(text) <= LONGEST:
            return json.loads(text or "{}", parse_constant=_finite, parse_float=_finite)
    except (ValueError, RecursionError):
        pass
    raise BadAnswer("what came is no JSON, or too long", code="bad_json")


def _finite(word: str) -> float:
    number = float(word)
    if not math.isfinite(number):
        raise ValueError(word)
    return number


def _named(calls: tuple[Wanted, ...]) -> dict[str, Wanted]:
    """Every call by an id of its own: a server that gives none, or the same one twice, confuses no results."""
    seen: dict[str, Wanted] = {}
    for number, call in enumerate(calls):
        seen[call.id if call.id and call.id not in seen else f"call-{number}-{len(seen)}"] = call
    return seen


def _held(data: str | Mapping[str, Any] | None, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Held to the schema here as well, whatever the provider promised. Raises BadAnswer, which names no value."""
    from jsonschema import Draft202012Validator  # loads in half a second, and only where a model answers

    found = object_of(data) if data is not None else None
    if found is None or not Draft202012Validator(schema).is_valid(found):
        raise BadAnswer("the answer does not fit its schema", code="bad_schema")
    return found


def _share(value: Any) -> float:
    """A probability; what is none counts as none at all."""
    number = float(value)
    return min(max(number, 0.0), 1.0) if math.isfinite(number) else 0.0


def _classified(_: Request, data: Mapping[str, Any]) -> Answer:
    choice, sure = data["choice"], _share(data["confidence"])
    return Answer(data={"choice": choice, "scores": {choice: sure} if choice else {}}, confidence=sure)


def _answered(request: Request, data: Mapping[str, Any]) -> Answer:
    """A citation of a passage that was not given is no citation; without one, what rests on passages alone
    is refused."""
    text, decided = data["answer"].strip(), _decided(request, data)
    if not decided.supported or not text:
        return Answer(finish="refused", confidence=decided.confidence)
    return Answer(text=text, citations=decided.citations, confidence=decided.confidence)


def decided_of(request: Request, data: Mapping[str, Any]) -> Decided | None:
    """What stands before the text of an answer that is still written. None: not all of it, or not as the schema has
    it."""
    right = {"supported": bool, "confidence": int | float, "citations": list}
    if data.keys() != right.keys() or not all(isinstance(data[name], kind) for name, kind in right.items()):
        return None
    if isinstance(data["confidence"], bool) or not all(isinstance(name, str) for name in data["citations"]):
        return None
    return _decided(request, data)


def _decided(request: Request, data: Mapping[str, Any]) -> Decided:
    known = {passage.id for passage in request.passages}
    cited = tuple(dict.fromkeys(name for name in data["citations"] if name in known))
    free = not (request.passages or request.facts)  # the author gave nothing but his own words
    held_up = bool(cited) or free or any(map(says_something, request.facts.values()))
    return Decided(supported=data["supported"] and held_up, confidence=_share(data["confidence"]), citations=cited)


def says_something(value: Any) -> bool:
    """Whether a fact is one that an answer may rest on: nothing, and a list of nothing, are none."""
    match value:
        case Mapping():
            return any(map(says_something, value.values()))
        case list() | tuple():
            return any(map(says_something, value))
    return value is not None and value != ""


def _extracted(request: Request, data: Mapping[str, Any]) -> Answer:
    """Only what a customer's message says word for word, or a picture shows, and what is of the field's type."""
    texts = {at: _folded(one.text) for at, one in enumerate(request.messages) if one.role == "customer"}
    texts = {at: text for at, text in texts.items() if text}
    said, ends = " ".join(texts.values()), [*accumulate(len(text) + 1 for text in texts.values())]
    values: dict[str, Any] = {}
    sure: dict[str, float] = {}
    places: dict[str, int] = {}
    for one in request.fields:
        given = data.get(one.name)
        if given is None:
            continue
        quote = _folded(given["quote"])
        begin = said.find(quote) if quote else -1
        place = [*texts][bisect_left(ends, begin + len(quote))] if begin >= 0 else _pictured(request, quote)
        if place is None:
            continue
        value = _typed(one, given["value"])
        if value is not None:
            values[one.name], sure[one.name] = value, _share(given["confidence"])
            places[one.name] = place
    return Answer(data=values, per_field=sure, said_at=places, confidence=min(sure.values(), default=0.0))


def _pictured(request: Request, quote: str) -> int | None:
    """The message whose picture a field was read off, of those that the model was sent."""
    found = _PICTURE.fullmatch(quote)
    of = [at for at, message in enumerate(request.messages) for _ in message.images]
    return of[int(found[1]) - 1] if found and 0 < int(found[1]) <= len(of) else None


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _typed(one: Field, value: Any) -> Any:
    """The value of the field's type; None for what is none, which is then as good as not said."""
    try:
        match one.kind:
            case "number":
                return _decimal(value)
            case "money":
                currency = value["currency"]
                return Money(_decimal(value["amount"]), currency.upper() if currency else None)
            case "date":
                return date.fromisoformat(value)
            case "one_of":
                return _option(one, value)
            case "some_of":
                return [_option(one, place) for place in dict.fromkeys(value)] or None
            case "yes_no" | "integer":
                return int(value) if one.kind == "integer" else value
    except (ValueError, InvalidOperation, LookupError, OverflowError):
        return None
    text = unicodedata.normalize("NFC", value.strip())
    return text if text and one.fits(text) else None


def _decimal(value: float) -> Decimal:
    number = Decimal(str(value))
    if not number.is_finite():
        raise ValueError("not finite")
    return number


def _option(one: Field, place: int) -> Any:
    if not 0 <= place < len(one.options):
        raise LookupError("no such option")
    return one.options[int(place)].value


_JOBS: Final[Mapping[Job, Callable[[Request, Mapping[str, Any]], Answer]]] = {
    Job.CLASSIFY: _classified,
    Job.EXTRACT: _extracted,
    Job.ANSWER: _answered,
}
