"""The handoff package: what a person needs so that the customer never has to say it twice."""

from collections.abc import Callable
from typing import Any

from engine.expressions.values import decode
from engine.runtime.activities.base import Scope
from engine.store import Store
from engine.store.rows import HandoffRow

__all__ = ["package", "written"]

_SHOWN_STEPS = 30


async def package(store: Store, scope: Scope, reason: str, sentiment: Callable[[str], float]) -> dict[str, Any]:
    """Summary, sentiment and its course, facts so far, steps with results, writes with their states, passages."""
    ticket = scope.ticket
    heard = await store.run(store.messages.of_ticket, ticket.id)
    said = [m for m in heard if m.kind == "message" and m.author_role == "customer"]
    steps = await store.run(store.steps.of, ticket.id)
    intents = await store.run(store.intents.of_ticket, ticket.id)
    customer = scope.names["customer"]
    return {
        "reason": reason,
        "flow": scope.plan.flow,
        "revision": scope.work.revision,
        "place": scope.plan.places.get(scope.work.node, ""),
        "summary": (said[-1].text or "")[:600] if said else "",
        "sentiment": [round(sentiment(m.text or ""), 2) for m in said][-10:],
        "customer": {key: str(customer[key]) for key in ("name", "email", "verified") if customer.get(key) is not None},
        "facts": _facts(scope),
        "steps": [f"{s.node}: {s.outcome}" + (f" ({s.because})" if s.because else "") for s in steps][-_SHOWN_STEPS:],
        "writes": [_write(i.tool, i.state, i.because, decode(i.arguments)) for i in intents],
        "next": _NEXT.get(reason.split(":")[0], "Read the conversation and answer."),
    }


def _facts(scope: Scope) -> dict[str, str]:
    details = scope.names.get("details")
    if not isinstance(details, dict):
        return {}
    shown = {}
    for name, value in details.items():
        shown[name] = str(value.get("number") or value.get("id")) if isinstance(value, dict) else str(value)
    return shown


def _write(tool: str, state: str, because: str | None, arguments: dict[str, Any]) -> str:
    given = ", ".join(f"{name}: {_plain(value)}" for name, value in arguments.items())
    warning = {"done": " DO NOT REPEAT.", "unknown": " It may have happened: look before you repeat it."}.get(state, "")
    return f"{tool} ({given}): {state}{f' ({because})' if because else ''}.{warning}"


def _plain(value: Any) -> str:
    return " ".join(str(part) for part in value) if isinstance(value, tuple) else str(value)


def written(row: HandoffRow) -> str:
    """The package as an internal note."""
    given = row.package
    lines = [f"Handed over by the engine: {row.reason.replace('_', ' ')}", ""]
    for title, key in (("Last words", "summary"), ("Next", "next"), ("Flow", "revision"), ("Stopped at", "place")):
        if given.get(key):
            lines.append(f"{title}: {given[key]}")
    for title, key in (("Customer", "customer"), ("Known so far", "facts")):
        if given.get(key):
            lines.append(f"{title}: " + ", ".join(f"{name} {value}" for name, value in given[key].items()))
    if given.get("sentiment"):
        lines.append("Sentiment: " + " → ".join(str(value) for value in given["sentiment"]))
    for title, key in (("Writes", "writes"), ("Steps", "steps")):
        if given.get(key):
            lines += ["", f"{title}:", *(f"- {line}" for line in given[key])]
    return "\n".join(lines)


_NEXT = {
    "customer_wish": "The customer asked for a person: write to them.",
    "topic": "A delicate matter was named: do not answer with a template.",
    "write_unknown": "Nobody knows whether the write happened: look in the tool, then decide with `engine reconcile`.",
    "write_unreadable": "The write happened, but its answer could not be read: look in the tool.",
    "late": "Nobody decided or answered in time: do it now.",
    "unclear_wish": "The matter above is done. The customer wants something else besides, and no flow fits it.",
    "blocked": "A guardrail held back what the engine wanted to say, and the customer has not read it: answer by hand.",
    "rejected": "The approver said no: tell the customer why, or find another way.",
    "unsure": "No article supports an answer: answer by hand, and consider writing one.",
}
