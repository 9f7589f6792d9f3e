"""The gates of a write as they are judged: the same for a step, a model, an approver's edit and the last look.

Nothing here reads or changes anything but what it is given, except `used_up`, which asks the ledger.
"""

import hashlib
import hmac
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from engine.expressions.evaluate import EvaluationError, condition, evaluate
from engine.expressions.values import Money, canonical
from engine.plan import Grant, ToolContract
from engine.store import Limit, Store
from engine.tools.base import Unreadable
from engine.tools.typed import plain, typed

__all__ = [
    "applying", "deciders", "failing", "first_failing", "gate_names", "limits_of", "seal", "typed_arguments",
    "used_up",
]  # fmt: skip


def failing(grant: Grant, names: Mapping[str, Any], now: datetime) -> int | None:
    """The number of the first `only_if` line that does not hold, from 1. A line that can't be decided fails."""
    for number, line in enumerate(grant.only_if, 1):
        try:
            if condition(line["tree"], names, now=now):
                continue
        except EvaluationError:
            pass
        return number
    return None


def first_failing(grant: Grant, names: Mapping[str, Any], now: datetime) -> str | None:
    """The first `only_if` line that does not hold, as its author wrote it."""
    number = failing(grant, names, now)
    return None if number is None else str(grant.only_if[number - 1]["text"])


def gate_names(own: Mapping[str, Any], arguments: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, Any]:
    """All that a grant sees: the arguments, the facts, the customer and the ticket. Never a step's value. `own`: the
    engine's own names."""
    return {**facts, **arguments, "customer": own["customer"], "ticket": own["ticket"]}


def applying(grant: Grant, names: Mapping[str, Any], now: datetime) -> list[int]:
    """Numbers of the approve lines whose `if` holds, from 1. One that can't be decided applies."""
    lines = []
    for number, line in enumerate(grant.approve, 1):
        try:
            holds = line.get("if") is None or condition(line["if"], names, now=now)
        except EvaluationError:
            holds = True
        if holds:
            lines.append(number)
    return lines


def limits_of(grant: Grant, names: Mapping[str, Any], arguments: Mapping[str, Any], now: datetime) -> list[Limit]:
    """The grant's limits for this call. A subject that is missing is none, which closes the gate."""
    limits = []
    for number, limit in enumerate(grant.limit, 1):
        try:
            subject = evaluate(limit["subject"], names, now=now)
        except EvaluationError:
            subject = None
        if isinstance(subject, Mapping):
            subject = subject.get("id")
        cap = limit.get("amount")
        limits.append(Limit(
            line=number, subject=f"{limit['name']}:{subject}" if subject not in (None, "") else None,
            count=limit.get("count"), total=Decimal(str(cap["value"])) if cap else None,
            amount=_spent(arguments, cap["currency"]) if cap else None, currency=cap["currency"] if cap else None,
            window=timedelta(seconds=limit["window"]) if limit.get("window") else None,
        ))  # fmt: skip
    return limits


def _spent(arguments: Any, currency: str) -> Decimal | None:
    """All the money in a call; None, which closes the gate, where there is none or some is of another currency."""
    found = list(_moneys(arguments))
    return sum((one.amount for one in found), Decimal()) if {one.currency for one in found} == {currency} else None


def _moneys(value: Any) -> Iterator[Money]:
    match value:
        case Money():
            yield value
        case Mapping():
            for item in value.values():
                yield from _moneys(item)
        case list() | tuple():
            for item in value:
                yield from _moneys(item)


def typed_arguments(arguments: Mapping[str, Any], contract: ToolContract) -> dict[str, Any]:
    """Arguments in the form that the tool's input schema gives them: what is digested, shown, approved and sent."""
    shaped = typed(plain({k: v for k, v in arguments.items() if v is not None}, contract.input), contract.input)
    if not isinstance(shaped, dict):
        raise Unreadable("$")
    return shaped


def seal(salt: bytes, arguments: Mapping[str, Any]) -> str:
    """HMAC-SHA256 of the arguments in canonical typed form, under the ticket's key: 40, 40.0 and 40.00 are one."""
    return hmac.new(salt, canonical(arguments), hashlib.sha256).hexdigest()


def deciders(grant: Grant, line: int) -> frozenset[str]:
    """The teams that may decide a line of `approve`: its own, and those that it passes on to."""
    if not 0 < line <= len(grant.approve):
        return frozenset()
    spec = grant.approve[line - 1]
    return frozenset([str(spec["by"]), *(str(link["by"]) for link in spec.get("fallback", ()))])


def used_up(store: Store, limits: Iterable[Limit], tool: str) -> str | None:
    """A limit that leaves no room already: told before a customer or an approver is asked. The count that holds is the
    one in the transaction that sends. Blocking: runs in the store's thread."""
    for limit in limits:
        if limit.subject is None:
            return "a limit needs a value that is missing"
        used = store.intents.limits_used(tool, limit.subject, limit.window)
        if limit.count is not None and used.count >= limit.count:
            return f"limit: {used.count} of {limit.count} used"
        before = used.amounts.get(limit.currency or "", Decimal())
        if limit.total is not None and before + (limit.amount or Decimal()) > limit.total:
            return f"limit: {before} of {limit.total} {limit.currency} used"
    return None
