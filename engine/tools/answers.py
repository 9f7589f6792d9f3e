"""Reading an answer before its schema applies: declared errors, idempotency conflicts, secrets that come back."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from engine.exchange import Answer
from engine.tools import wire
from engine.tools.base import Unreadable

__all__ = ["SECRET_LENGTH", "declared", "hidden", "in_progress", "scrubbed"]

_IN_PROGRESS: Final = ("in_progress", "idempotency_key_in_use")
HIDDEN: Final = "[secret]"
SECRET_LENGTH: Final = 6
"""A shorter value is not searched for in answers: it would be found everywhere."""


def declared(answer: Answer, errors: Mapping[str, Any]) -> str | None:
    """The name of the declared error that the answer is: by status, and by the part of the body that it must hold.

    Of several, the one that asks for most wins; the order of a mapping decides nothing.
    """
    body = _body(answer)
    found = [
        (-_size(error.get("body")), name)
        for name, error in errors.items()
        if answer.status in _statuses(error.get("status"), answer.status)
        and ("status" in error or error.get("body"))
        and (not error.get("body") or _holds(body, error["body"]))
        and not (_loose(error) and 200 <= answer.status < 300)
    ]
    return min(found)[1] if found else None


def _loose(error: Mapping[str, Any]) -> bool:
    """A text somewhere in an answer of any status: in one that says that it went well it may be an echo."""
    return "status" not in error and isinstance(error.get("body"), str)


def in_progress(answer: Answer) -> bool:
    """409, and the body says that the first call under this key is still at work."""
    if answer.status != 409:
        return False
    body = _body(answer)
    places = [body, body.get("error")] if isinstance(body, Mapping) else []
    words = [place.get(key) for place in places if isinstance(place, Mapping) for key in ("error", "code", "type")]
    return any(mark in _word(word) for word in words for mark in _IN_PROGRESS)


def hidden(secrets: Mapping[str, str]) -> tuple[str, ...]:
    """The values of secrets that are looked for in answers, longest first: one may hold another."""
    return tuple(sorted({value for value in secrets.values() if len(value) >= SECRET_LENGTH}, key=len, reverse=True))


def scrubbed(json: Any, secrets: Iterable[str]) -> Any:
    """The JSON without these values, wherever they stand within a text."""
    match json:
        case str():
            for secret in secrets:
                json = json.replace(secret, HIDDEN)
            return json
        case list():
            return [scrubbed(item, secrets) for item in json]
        case dict():
            return {scrubbed(key, secrets): scrubbed(item, secrets) for key, item in json.items()}
    return json


def _body(answer: Answer) -> Any:
    try:
        return wire.read(answer.body)
    except Unreadable:
        return None


def _statuses(said: Any, status: int) -> tuple[int, ...]:
    """Without a status, any answer with the declared body is the error."""
    if said is None:
        return (status,)
    return tuple(int(one) for one in (said if isinstance(said, list | tuple) else (said,)))


def _holds(whole: Any, part: Any) -> bool:
    """Whether `part` stands in `whole`: each key of a record, each element of a list, equal scalars; a text also as a
    value somewhere in the record or list (a vendor's code has its place, and the tool file need not know it)."""
    match part:
        case str() if isinstance(whole, Mapping | list):
            return any(_holds(item, part) for item in (whole.values() if isinstance(whole, Mapping) else whole))
        case Mapping():
            return isinstance(whole, Mapping) and all(k in whole and _holds(whole[k], v) for k, v in part.items())
        case list() | tuple():
            return isinstance(whole, list) and all(any(_holds(item, one) for item in whole) for one in part)
        case bool() | None:
            return whole is part
    return not isinstance(whole, bool) and bool(whole == part)


def _size(part: Any) -> int:
    match part:
        case Mapping():
            return sum(1 + _size(item) for item in part.values())
        case list() | tuple():
            return sum(map(_size, part))
        case None:
            return 0
    return 1


def _word(word: Any) -> str:
    return word.lower().replace("-", "_").replace(" ", "_") if isinstance(word, str) else ""
