"""Typed values out of a conversation: only what the customer really said, newest first.

A value that a later message denies is not taken from an earlier one. A message that offers two values for one
field offers none. What was asked for may stand there alone ("4821"); anything else needs words that say what
it is.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final
from zoneinfo import ZoneInfo

from engine.models.base import Field, Message, Money, Request
from engine.models.lexical import wishes_person
from engine.models.local import amounts, identifiers, options
from engine.models.local.alone import alone
from engine.models.local.chosen import asks_back, chosen
from engine.models.local.corrections import corrected, points_elsewhere, refuses
from engine.models.local.counts import counts
from engine.models.local.dates import dates
from engine.models.local.found import DOUBTED, Found, denied
from engine.models.local.partly import part_of_it
from engine.models.local.spelt import in_figures
from engine.models.local.whose import not_theirs, outdated
from engine.models.local.words import own_words, sentences, words
from engine.models.local.yesno import plain_answer

MAX_TEXT: Final = 500
"""Characters of a message that as a whole is the value of a text field."""
MAX_MESSAGES: Final = 50
SHORT: Final = 8
"""Words of a message short enough that a bare postcode in it is one."""

_NO_ANSWER = re.compile(
    r"(?:i (?:do not|don't|dont) (?:know|remember|have (?:it|one|that))|no idea|not sure|what do you mean|why|dunno|"
    r"(?:ich )?weiß (?:ich )?nicht|keine ahnung|je ne sais pas|aucune idée|no (?:lo )?s[eé]|ni idea)\b.{0,40}",
    re.IGNORECASE,
)
_HINTS: Final[tuple[tuple[str, frozenset[str]], ...]] = (
    ("email", frozenset({"email", "mail", "e_mail"})),
    ("postcode", frozenset({"postcode", "zip", "plz", "postal"})),
    ("phone", frozenset({"phone", "telephone", "mobile", "telefon"})),
    ("order_number", frozenset({"order", "order_id", "order_number", "bestellnummer"})),
)


@dataclass(frozen=True, slots=True)
class _Reading:
    """One message of the customer, as a field's finder sees it."""

    text: str
    today: date | None
    language: str | None
    asked: bool
    """It came after our last message, and that one asked for this field."""
    sent: str
    """Our message before it."""
    alone: bool
    """No other field of this request has the same kind."""
    currency: str | None
    """The project's."""


Value = tuple[Any, float]
Candidate = tuple[Any, float, bool]
"""Value, confidence, and whether it is denied."""


def extract(request: Request) -> tuple[dict[str, Any], dict[str, float]]:
    """Values and confidences by field name. Blocking."""
    data: dict[str, Any] = {}
    sure: dict[str, float] = {}
    kinds = [kind_of(field) for field in request.fields]
    for field, kind in zip(request.fields, kinds, strict=True):
        found = _find(field, kind, request, alone=kinds.count(kind) == 1)
        if found is not None:
            data[field.name], sure[field.name] = found
    return data, sure


def kind_of(field: Field) -> str:
    """The field's kind; a text whose name says e-mail, postcode, phone or order number is one of these."""
    if field.kind != "text" or field.pattern:
        return "pattern" if field.kind == "text" else field.kind
    parts = {field.name.lower(), *field.name.lower().split("_")}
    return next((kind for kind, names in _HINTS if names & parts), "text")


def _find(field: Field, kind: str, request: Request, *, alone: bool) -> Value | None:
    readings = list(_readings(field, kind, request, alone=alone))
    if kind == "yes_no":
        return _yes_no([one for one in readings if one.asked])
    if kind == "some_of":
        return next((value for one in readings for value in _some_of(field, one)), None)
    denied_values: list[Any] = []
    correction: list[Value] = []
    for reading in readings:
        denied_values += _refused(field, kind, reading)
        found = list(_candidates(field, kind, reading))
        denied_values += [value for value, _, no in found if no]
        said = _said(found, denied_values)
        new, old = _correction(field, kind, reading, denied_values)
        if new and old:
            said = [_like(one, old[0]) for one in new]
        elif new and not said:
            correction = correction or new  # of what, an older message says
        if correction and (spoken := _said(found, [])):
            return _only([_like(one, spoken[0]) for one in correction])
        if said:
            return _only(said)
        if points_elsewhere(reading.text) or (kind == "money" and part_of_it(reading.text)):
            return None
    return None


def _said(found: list[Candidate], denied_values: list[Any]) -> list[Value]:
    return [(value, sure) for value, sure, no in found if not no and value not in denied_values]


def _correction(
    field: Field, kind: str, reading: _Reading, denied_values: list[Any]
) -> tuple[list[Value], list[Value]]:
    """What the message gives instead of something, and of that what stands in the message too.

    "Sorry, I meant 4822" says no more than what was asked for would: bare values count.
    """
    if kind == "text":
        return [], []
    bare = replace(reading, asked=True) if kind in _FINDERS else reading
    parts = corrected(reading.text)
    if parts is None:
        found = list(_candidates(field, kind, bare))
        denied_values += [value for value, _, no in found if no]
        return (_said(found, denied_values) if any(no for *_, no in found) else []), []  # "4822, not 4821"
    old, new = replace(reading, text=parts[0]), replace(bare, text=parts[1])
    if kind in {"number", "integer"} and not alone(new.text, list(amounts.numbers(new.text, new.language))):
        return [], []
    given = _said(list(_candidates(field, kind, new)), denied_values)
    return given, _said(list(_candidates(field, kind, old)), []) if given else []


def _like(new: Value, old: Value) -> Value:
    """An amount that is corrected keeps its currency."""
    value, sure = new
    if isinstance(value, Money) and value.currency is None:
        return Money(value.amount, old[0].currency), sure
    return new


def _refused(field: Field, kind: str, reading: _Reading) -> list[Any]:
    """The value of our question ("Order 4821?") to which the message is no more than a no."""
    question = _question(reading.sent)
    if not question or kind not in _FINDERS:
        return []
    asked = list(_FINDERS[kind](field, replace(reading, text=question, asked=True)))
    one = len({one.value for one in asked}) == 1
    values = " ".join(question[one.start : one.end] for one in asked)
    return [asked[0].value] if one and refuses(reading.text, question, values) else []


def _yes_no(answers: list[_Reading]) -> Value | None:
    """All that came since the question must be the same plain answer: "yes", then "wait", is none."""
    said = {plain_answer(one.text) for one in answers}
    return (said.pop(), 0.97) if len(said) == 1 and None not in said else None


def _only(said: list[Value]) -> Value | None:
    """The one value that all say, unless it is doubted wherever it stands."""
    best = max(said, key=lambda one: one[1])
    return best if best[1] > DOUBTED and all(value == best[0] for value, _ in said) else None


def _readings(field: Field, kind: str, request: Request, *, alone: bool) -> Iterator[_Reading]:
    since_question = True
    messages = list(request.messages)[-MAX_MESSAGES:]
    for place in range(len(messages) - 1, -1, -1):
        message = messages[place]
        text = own_words(message.text) if message.role == "customer" else ""
        asked = since_question and request.asked == field.name
        if text:
            yield _Reading(
                text=in_figures(text, asked=asked) if kind == "money" else text,
                today=_today(message, request),
                language=request.language,
                asked=asked,
                sent=_sent_before(messages, place),
                alone=alone,
                currency=request.currency,
            )
        elif message.role != "customer":
            since_question = False


def _today(message: Message, request: Request) -> date | None:
    """The day on which the message was written, where the project is."""
    moment = message.at or request.now
    return moment.astimezone(ZoneInfo(request.timezone or "UTC")).date() if moment else None


def _sent_before(messages: list[Message], place: int) -> str:
    return next((one.text for one in reversed(messages[:place]) if one.role != "customer"), "")


def _candidates(field: Field, kind: str, reading: _Reading) -> Iterator[Candidate]:
    if kind == "one_of":
        yield from _one_of(field, reading)
    elif kind == "text":
        if reading.asked and (text := _whole(reading.text)):
            yield text, 0.8, False
    else:
        for one in _FINDERS[kind](field, reading):
            yield one.value, one.confidence, _not_meant(kind, reading.text, one)


def _not_meant(kind: str, text: str, one: Found) -> bool:
    """Whether the text denies the value, or says that it is another's, an old one, or not the matter."""
    if denied(text, one.start, one.end):
        return True
    if kind == "order_number":
        return identifiers.done_with(text, one.end)
    if kind in {"email", "phone", "postcode"} and outdated(text, one.start, one.end):
        return True
    return kind in {"email", "phone"} and not_theirs(text, one.start, one.end)


def _one_of(field: Field, reading: _Reading) -> Iterator[Candidate]:
    found = options.named(reading.text, field.options)
    question = _wanted(reading)
    for one in chosen(reading.text, found, question) if asks_back(question) else found:
        if not one.aside:
            yield _value(field, one.place), one.confidence, one.denied
    if found or not reading.asked:
        return
    place = options.by_place(reading.text, field.options, reading.sent)
    if place is not None:
        yield _value(field, place), 0.85, False
    elif (alike := options.most_alike(reading.text, field.options)) is not None:
        yield _value(field, alike[0]), alike[1], False


def _some_of(field: Field, reading: _Reading) -> Iterator[Value | None]:
    """What the message chooses; None where it names options and chooses none, so that no older message counts."""
    named = [one for one in options.named(reading.text, field.options) if not one.aside]
    found = chosen(reading.text, named, _wanted(reading))
    no = {one.place for one in found if one.denied}
    places = sorted({one.place for one in found if not one.denied} - no)
    if places:
        yield [_value(field, place) for place in places], min(one.confidence for one in found)
    elif found:
        yield None


def _value(field: Field, place: int) -> Any:
    option = field.options[place]
    return option.label if option.value is None else option.value


def _whole(text: str) -> str:
    """The message as a value: short, no question, no wish for a person, no "I don't know"."""
    text = text.strip()
    if not words(text) or len(text) > MAX_TEXT or text.endswith(("?", "？")):
        return ""
    return "" if wishes_person(text) or _NO_ANSWER.fullmatch(text.strip(" .!")) else text


def _emails(_: Field, reading: _Reading) -> Iterable[Found]:
    return identifiers.emails(reading.text)


def _phones(_: Field, reading: _Reading) -> Iterable[Found]:
    return identifiers.phones(reading.text, asked=reading.asked)


def _postcodes(_: Field, reading: _Reading) -> Iterable[Found]:
    short = len(words(identifiers.without_emails(reading.text))) <= SHORT
    return identifiers.postcodes(reading.text, asked=reading.asked, short=short)


def _order_numbers(_: Field, reading: _Reading) -> Iterable[Found]:
    return identifiers.order_numbers(reading.text, asked=reading.asked)


def _patterns(field: Field, reading: _Reading) -> Iterable[Found]:
    return identifiers.matching(reading.text, field.pattern or "")


def _dates(_: Field, reading: _Reading) -> Iterable[Found]:
    if not (reading.asked or reading.alone):
        return ()
    question = _question(reading.sent) if reading.asked else ""
    return dates(reading.text, reading.today, reading.language, question, answers=reading.asked)


def _question(sent: str) -> str:
    """The question of our message: what stands before it ("Sorry, that did not work.") asks nothing."""
    return next((one for one in reversed(sentences(sent)) if "?" in one), "")


def _wanted(reading: _Reading) -> str:
    """What asked for the field: our question, or what we said last ("Please tell us what you paid."); else nothing."""
    if not reading.asked:
        return ""
    return _question(reading.sent) or next(reversed(sentences(reading.sent)), "")


def _money(_: Field, reading: _Reading) -> Iterable[Found]:
    if not (reading.asked or reading.alone):
        return ()
    question = _wanted(reading)
    found = list(amounts.money(reading.text, asked=reading.asked, home=reading.currency, question=question))
    if found or not reading.asked:
        return found
    plain = list(amounts.numbers(reading.text, reading.language, cents=True, question=question))
    if not alone(reading.text, plain, paying=True):
        return ()  # another unit, another thing: "500 kr", "2 lamps", "order 4821"
    return [Found(Money(one.value), one.start, one.end, min(one.confidence, 0.7)) for one in plain]


def _numbers(field: Field, reading: _Reading) -> Iterable[Found]:
    """Asked for: the one number there; else only next to the field's own name ("quantity: 3")."""
    orders = {one.start for one in identifiers.order_numbers(reading.text, asked=False)}
    found = [one for one in amounts.numbers(reading.text, reading.language) if one.start not in orders]
    if reading.asked:
        return found or _counts(reading.text)
    if found:
        ends = {one.end for one in options.occurrences(reading.text, field.name.replace("_", " "))}
        found = [
            one
            for one in found
            if any(reading.text[end : one.start].strip(" :=,is") == "" for end in ends if end <= one.start)
        ]
    return found


def _counts(text: str) -> list[Found]:
    found = list(counts(text, alone=False))
    return list(counts(text, alone=True)) if alone(text, found) else found


def _integers(field: Field, reading: _Reading) -> Iterable[Found]:
    for one in _numbers(field, reading):
        if one.value == one.value.to_integral_value():
            yield Found(int(one.value), one.start, one.end, one.confidence)


_FINDERS: Final[dict[str, Callable[[Field, _Reading], Iterable[Found]]]] = {
    "email": _emails,
    "phone": _phones,
    "postcode": _postcodes,
    "order_number": _order_numbers,
    "pattern": _patterns,
    "date": _dates,
    "money": _money,
    "number": _numbers,
    "integer": _integers,
}
