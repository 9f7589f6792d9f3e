"""The handoff package: what a person needs so that the customer never has to say it twice."""

from collections.abc import Callable
from typing import Any

from engine.expressions.values import decode
from engine.runtime.activities.scope import Scope
from engine.store import Store
from engine.store.rows import DecisionRow, HandoffRow, IntentRow

__all__ = ["package", "state_of", "written"]

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
        "writes": [_write(intent) for intent in intents],
        "decisions": [_decision(one) for one in await store.run(store.approvals.decisions_of, ticket.id)],
        "next": _next(reason),
    }


def _next(reason: str) -> str:
    """What is to be done now, in words, for a person who knows none of the engine's."""
    head, _, code = reason.partition(":")
    if head == "failed":
        return f"{_FAILED.get(code, _BROKEN)} Answer this one by hand."
    return _NEXT.get(head, "Read the conversation and answer.")


def _decision(row: DecisionRow) -> str:
    reason = f": {row.reason}" if row.reason else ""
    return f"{row.person} {row.outcome.replace('_', ' ')} (version {row.version}){reason}"


def _facts(scope: Scope) -> dict[str, str]:
    details = scope.names.get("details")
    if not isinstance(details, dict):
        return {}
    shown = {}
    for name, value in details.items():
        shown[name] = str(value.get("number") or value.get("id")) if isinstance(value, dict) else str(value)
    return shown


def _write(intent: IntentRow) -> str:
    given = ", ".join(f"{name}: {_plain(value)}" for name, value in decode(intent.arguments).items())
    return f"{intent.tool} ({given}): {state_of(intent)}"


def state_of(intent: IntentRow) -> str:
    """What became of a write, and what that means for whoever might do it by hand."""
    because = f" ({intent.because})" if intent.because else ""
    if intent.alarm:
        return f"done, after {intent.reconciled_by} had said that it was not. DO NOT REPEAT, and look for a second one."
    if intent.state == "reconciled":
        word = "done" if intent.as_done else "not done"
        return f"{word}, says {intent.reconciled_by}{because}.{' DO NOT REPEAT.' if intent.as_done else ''}"
    unsure = f" It may have happened: do not repeat it before `engine reconcile {intent.id}`."
    return f"{intent.state}{because}." + {
        "done": " DO NOT REPEAT.", "sending": f" It may be on its way.{unsure}", "unknown": unsure,
        "withdrawn": " It was not sent.", "refused": " It was not sent.", "reserved": " It was not sent.",
        "not_done": " The tool did not do it.",
    }.get(intent.state, "")  # fmt: skip


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
    for title, key in (("Writes", "writes"), ("Decisions", "decisions"), ("Steps", "steps")):
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
    "handed_back": "An approver wants a person to see to it, and has decided neither way: read why under Decisions.",
    "edit_refused": "What an approver changed does not pass the gates: mend it, or do it by hand.",
    "rejected_again": "The same write was turned down before and was asked for again: decide with the customer.",
    "not_live": "Writes of this flow are people's for now: do it by hand, as it stands under Writes.",
    "intent_conflict": "A write was sent here with other arguments than are wanted now: look in the tool first.",
    "done_after_all": "A write that was taken for not done was done: look for a second one.",
    "rejected": "The approver said no: tell the customer why, or find another way.",
    "unsure": "No article supports an answer: answer by hand, and consider writing one.",
}

_RUNS = "tell whoever runs the engine"
_FAILED = {
    "budget_day": "The day's budget for models is used up: tickets that need one come to people until midnight UTC.",
    "budget_ticket": "This ticket has used up its budget for models.",
    "budget_unpriced": f"There is a budget, and the price of a model is not known: {_RUNS}.",
    "key_refused": f"A model's provider refuses the key, and every ticket that needs it comes to people: {_RUNS}.",
    "missing_key": f"A model's key is not there, and every ticket that needs it comes to people: {_RUNS}.",
    "no_quota": f"The account at a model's provider has no credit left: {_RUNS}.",
    "no_such_model": f"A model's provider does not know it, and every ticket that needs it comes to people: {_RUNS}.",
    "unknown_model": f"A worker does not know a model that engine.yaml names, and may have to be restarted: {_RUNS}.",
    "model_unavailable": "A model's provider did not answer for a while.",
    "too_long": "The conversation is longer than the model reads.",
    "no_vision": "There is a picture that the model cannot see: look at it.",
    "unseen": "There is a file that the engine could not look at: look at it.",
    "leaves_premises": "The contents stay on the premises, and what would have been asked next is elsewhere.",
    "mask": "Something has to be hidden from models here, and could not be.",
    "prompt": f"A template of the project's prompts failed: {_RUNS}.",
    **dict.fromkeys(("knowledge", "index_missing", "index_silent", "embedder_changed"),
                    f"The articles cannot be searched: {_RUNS}."),
}  # fmt: skip
_BROKEN = f"Something in the engine failed, and the worker's log has more: {_RUNS}."
