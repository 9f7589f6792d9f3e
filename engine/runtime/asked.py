"""The fields that a team is asked for, as their question's row holds them, and the reading of what a person answers.

`{"fields": [field], "names": {name: encoded}}`. A field is `{name, kind, ask}` with, where they apply, `currency`,
`pattern`, `optional`, `if` (a tree over `names` and the fields before it) and `options`: `[{label, value: encoded}]`,
each label once. A person answers an option by its label: nobody writes an id.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from engine.expressions.evaluate import EvaluationError, condition
from engine.expressions.values import Money, decode, encode
from engine.models.local import identifiers
from engine.models.local.found import Found

__all__ = ["MAX_TEXT", "expected", "labels", "read", "told"]

MAX_TEXT: Final = 10_000
"""Characters of a text."""
_NUMBER = re.compile(r"[+-]?\d{1,30}(?:\.\d{1,10})?", re.ASCII)
_MONEY = re.compile(r"(?P<amount>\d{1,15}(?:\.\d{1,4})?)(?: ?(?P<currency>[A-Za-z]{3}))?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_SHOWN: Final = 30
"""Options that an expectation names."""
Asked = Mapping[str, Any]


def read(asked: Asked, given: Mapping[str, Any], *, now: datetime) -> tuple[dict[str, Any], dict[str, str]]:
    """The encoded values by field, and by field what was expected where a value is not that. Blocking: many
    words are looked through.

    A value is JSON, or the text that a person typed for it. None is no value.
    """
    known: dict[str, Any] = dict(decode(asked["names"]))
    values: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for field in asked["fields"]:
        name, said = field["name"], given.get(field["name"])
        known[name] = None
        if not _applies(field, known, now):
            if said is not None and not wrong:  # a value that is wrong may be why this one is not asked for
                wrong[name] = "nothing: it is not asked for with these answers"
            continue
        if said is None:
            if not field.get("optional"):
                wrong[name] = expected(field)
            continue
        try:
            known[name] = _KINDS[field["kind"]](field, said)
        except ValueError:
            wrong[name] = expected(field)
            continue
        values[name] = encode(known[name])
    names = [field["name"] for field in asked["fields"]]
    return values, wrong | {name: f"no field: one of {', '.join(names)}" for name in given if name not in names}


def _applies(field: Asked, known: Mapping[str, Any], now: datetime) -> bool:
    """Whether the field's `if` holds; one that cannot be decided is asked for."""
    if "if" not in field:
        return True
    try:
        return condition(field["if"], known, now=now)
    except EvaluationError:
        return True


def expected(field: Asked) -> str:
    """What a field takes, in words."""
    match field["kind"]:
        case "one_of" | "some_of" as kind:
            shown = labels(field)
            more = ", ..." if len(shown) > _SHOWN else ""
            return f"{kind.replace('_', ' ')}: {', '.join(shown[:_SHOWN])}{more}"
        case "money":
            return f"an amount in {field['currency']} such as 12.50"
        case "pattern":
            return f"a text of the form {field['pattern']}"
        case kind:
            return _WORDS[kind]


def labels(field: Asked) -> list[str]:
    """What a person chooses from; nothing for other kinds."""
    return [option["label"] for option in field.get("options", ())]


def told(asked: Asked, answer: Mapping[str, Any]) -> dict[str, Any]:
    """An answer as people read it: options by their labels, amounts and days as text."""
    fields = {field["name"]: field for field in asked["fields"]}
    return {name: _told(fields[name], value) for name, value in answer.items()}


def _told(field: Asked, value: Any) -> Any:
    options = field.get("options", ())
    if field["kind"] == "some_of":
        return [option["label"] for option in options if option["value"] in value]
    if field["kind"] == "one_of":
        return next(option["label"] for option in options if option["value"] == value)
    plain = decode(value)
    if isinstance(plain, Money):
        return f"{plain.amount} {plain.currency}"
    return plain if isinstance(plain, bool | str | int) else str(plain)


def _text(_: Asked, said: Any) -> str:
    if not isinstance(said, str) or not said.strip() or len(said) > MAX_TEXT:
        raise ValueError("text")
    return said.strip()


def _decimal(said: Any) -> Decimal:
    """A number of JSON, or in digits. Raises ValueError, for NaN and infinity too."""
    if isinstance(said, bool) or not isinstance(said, str | int | float | Decimal):
        raise ValueError("number")
    text = format(Decimal(repr(said)), "f") if isinstance(said, float) else str(said).strip()
    if not _NUMBER.fullmatch(text):
        raise ValueError("number")
    return Decimal(text)


def _number(_: Asked, said: Any) -> Decimal:
    return _decimal(said)


def _integer(_: Asked, said: Any) -> int:
    number = _decimal(said)
    if number != number.to_integral_value():
        raise ValueError("integer")
    return int(number)


def _yes_no(_: Asked, said: Any) -> bool:
    word = said.strip().lower() if isinstance(said, str) else said
    if word in ("yes", "true") or word is True:
        return True
    if word in ("no", "false") or word is False:
        return False
    raise ValueError("yes or no")


def _date(_: Asked, said: Any) -> date:
    if not isinstance(said, str) or not _DAY.fullmatch(said.strip()):
        raise ValueError("date")
    return date.fromisoformat(said.strip())


def _money(field: Asked, said: Any) -> Money:
    text = said.strip() if isinstance(said, str) else str(_decimal(said))
    found = _MONEY.fullmatch(text)
    if found is None or (found["currency"] or field["currency"]).upper() != field["currency"]:
        raise ValueError("money")
    return Money(Decimal(found["amount"]), field["currency"])


def _option(field: Asked, said: Any) -> Any:
    label = " ".join(said.split()) if isinstance(said, str) else None
    for option in field["options"]:
        if option["label"] == label:
            return decode(option["value"])
    raise ValueError("option")


def _options(field: Asked, said: Any) -> list[Any]:
    chosen = [said] if isinstance(said, str) else said
    if not isinstance(chosen, Sequence) or not chosen:
        raise ValueError("options")
    if any(one in chosen[:at] for at, one in enumerate(chosen)):
        raise ValueError("an option twice")
    return [_option(field, one) for one in chosen]


def _whole(find: Callable[[str], Iterable[Found]]) -> Callable[[Asked, Any], Any]:
    """A text that is nothing but one such thing, in the form in which a customer's words give it."""

    def whole(field: Asked, said: Any) -> Any:
        text = _text(field, said)
        for found in find(text):
            if (found.start, found.end) == (0, len(text)):
                return found.value
        raise ValueError(field["kind"])

    return whole


def _pattern(field: Asked, said: Any) -> Any:
    return _whole(lambda text: identifiers.matching(text, field["pattern"]))(field, said)


_KINDS: Final[Mapping[str, Callable[[Asked, Any], Any]]] = {
    "text": _text, "number": _number, "integer": _integer, "yes_no": _yes_no, "date": _date, "money": _money,
    "one_of": _option, "some_of": _options, "pattern": _pattern,
    "email": _whole(identifiers.emails),
    "phone": _whole(lambda text: identifiers.phones(text, asked=True)),
    "postcode": _whole(lambda text: identifiers.postcodes(text, asked=True, short=True)),
    "order_number": _whole(lambda text: identifiers.order_numbers(text, asked=True)),
}  # fmt: skip
_WORDS: Final = {
    "text": f"a text of at most {MAX_TEXT} characters", "number": "a number such as 12.5",
    "integer": "a whole number", "yes_no": "yes or no", "date": "a day such as 2026-11-23",
    "email": "an e-mail address", "phone": "a telephone number", "postcode": "a postcode",
    "order_number": "the number of an order",
}  # fmt: skip
