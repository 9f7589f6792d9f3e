"""What comes with an event of another system, read by the types that the flow declares."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from engine.expressions.values import encode
from engine.plan import Plan
from engine.runtime.asked import MAX_TEXT, expected, read

__all__ = ["loose", "started_by", "typed", "waited_for"]

_MOST: Final = 200
"""Elements of a list, and fields of an event that no flow declares."""
_MOMENT: Final = "a time with its offset such as 2026-11-24T09:00:00+01:00"


def started_by(plans: Mapping[str, Plan], event: str) -> Plan | None:
    """The flow that an event starts."""
    return next((plan for plan in plans.values() if plan.settings.get("start", {}).get("event") == event), None)


def waited_for(plans: Mapping[str, Plan]) -> set[str]:
    """The events that some step waits for."""
    return {branch["event"] for plan in plans.values() for branch in _branches(plan) if branch.get("event")}


def _branches(plan: Plan) -> Iterator[Mapping[str, Any]]:
    for node in plan.nodes.values():
        if node.kind == "wait":
            yield from node.data["branches"]


def typed(plan: Plan, given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The encoded values by field, and by field (`days`, `lines[2]`) what was expected where a value is not that."""
    fields: Mapping[str, str] = plan.settings["start"]["with"]
    currency = str(plan.settings.get("currency", "EUR"))
    values: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for name, kind in fields.items():
        values[name] = _value(name, kind, given.get(name), currency, wrong)
    known = ", ".join(fields) or "none"
    wrong |= {name: f"no field: the event has {known}" for name in given if name not in fields}
    return values, wrong


def _value(name: str, kind: str, said: Any, currency: str, wrong: dict[str, str]) -> Any:
    if not kind.startswith("list of "):
        return _one(name, kind, said, currency, wrong)
    if not isinstance(said, list) or len(said) > _MOST:
        wrong[name] = f"a list of at most {_MOST}"
        return None
    inner = kind.removeprefix("list of ")
    return [_one(f"{name}[{number}]", inner, one, currency, wrong) for number, one in enumerate(said)]


def _one(path: str, kind: str, said: Any, currency: str, wrong: dict[str, str]) -> Any:
    if kind == "datetime":
        moment = _moment(said)
        if moment is None:
            wrong[path] = _MOMENT
        return moment
    word, _, own = kind.partition(" ")
    field = {"name": path, "kind": word, "ask": "", "currency": own or currency}
    values, amiss = read({"fields": [field], "names": {}}, {path: said}, now=datetime.now(UTC))
    if amiss:
        wrong[path] = expected(field)
    return values.get(path)


def _moment(said: Any) -> Any:
    if not isinstance(said, str) or len(said) > 40:
        return None
    try:
        at = datetime.fromisoformat(said)
        return encode(at.astimezone(UTC)) if at.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def loose(given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The fields of an event that steps wait for and no flow declares: texts, numbers and yes or no, to be compared."""
    wrong = {
        name: "a text, a number, true or false" for name, said in given.items()
        if not isinstance(said, str | int | float | bool) or (isinstance(said, str) and len(said) > MAX_TEXT)
        or (isinstance(said, float) and said != said) or said in (float("inf"), float("-inf"))
    }  # fmt: skip
    if len(given) > _MOST:
        wrong["with"] = f"at most {_MOST} fields"
    return {name: said for name, said in given.items() if name not in wrong}, wrong
