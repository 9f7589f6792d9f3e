"""An approver's edit: what they typed, typed by the tool's schema and held against the gates, before a row is changed.

The facts are those that were read when it was proposed: whoever types a wrong amount is told at once. The worker reads
fresh ones and judges again before anybody is asked, and once more before the call.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.errors import EngineError
from engine.expressions import paths
from engine.expressions.values import Money, decode, encode
from engine.plan import Grant, Plan, ToolContract
from engine.runtime.asked import expected, read
from engine.runtime.gates import first_failing, gate_names, limits_of, seal, typed_arguments, used_up
from engine.runtime.names import engine_names
from engine.store import ApprovalRow, IntentRow, Store, TicketRow
from engine.tools.base import Unreadable
from engine.tools.money import money_form

__all__ = ["Edited", "NotEdited", "edit", "editable"]


class NotEdited(EngineError):
    """The edit cannot be made. `fields`: by argument, what it takes; `because`: the line that it breaks."""

    code = "not_edited"

    def __init__(self, code: str, *, fields: Mapping[str, str] | None = None, because: str | None = None) -> None:
        super().__init__(code, code=code)
        self.fields = dict(fields or {})
        self.because = because


@dataclass(frozen=True, slots=True)
class Edited:
    """The next version's arguments, encoded, with their digest and what differs, as people read it."""

    arguments: Any = field(repr=False)
    digest: str
    changes: dict[str, list[str]] = field(repr=False)


async def edit(store: Store, row: ApprovalRow, given: Mapping[str, Any]) -> Edited:
    """What an edit comes to. Raises NotEdited: `closed` (nobody may edit here), `invalid`, `unchanged`, `refused`."""
    intent = await store.run(store.intents.get, row.intent_id)
    ticket = await store.run(store.tickets.get, row.ticket_id)
    pinned, grants = await _grants(store, ticket, intent)
    contract = pinned.tools[intent.tool]
    before: dict[str, Any] = decode(intent.arguments)
    arguments = _typed(contract, before, given, _allowed(grants, row), ticket)
    changes = {
        name: [_plain(before.get(name)), _plain(value)]
        for name, value in arguments.items()
        if encode(before.get(name)) != encode(value)
    }
    if not changes:
        raise NotEdited("unchanged")
    await _judged(store, ticket, intent, grants, contract, arguments, frozenset(changes))
    return Edited(encode(arguments), seal(ticket.salt, arguments), changes)


def editable(contract: ToolContract, arguments: Mapping[str, Any], names: list[str]) -> list[dict[str, Any]]:
    """The arguments that may be changed, with what each takes and how it stands, for a form."""
    fields = [_field(contract, name, arguments.get(name)) for name in names]
    return [
        {"name": one["name"], "expected": expected(one), "value": _typable(arguments.get(one["name"]))}
        for one in fields
        if one is not None
    ]


async def _grants(store: Store, ticket: TicketRow, intent: IntentRow) -> tuple[Plan, list[Grant]]:
    """The pinned grant met with today's: what either does not let through is not edited."""
    if ticket.revision is None:
        raise NotEdited("closed")
    active = await store.run(store.revisions.active, ticket.flow)
    named = dict.fromkeys([ticket.revision, *([active] if active else [])])
    plans = [Plan.from_json(await store.run(store.revisions.plan, revision)) for revision in named]
    grants = [plan.grants.get(intent.tool) for plan in plans]
    if any(grant is None for grant in grants) or intent.tool not in plans[0].tools:
        raise NotEdited("closed")
    return plans[0], [grant for grant in grants if grant is not None]


def _allowed(grants: list[Grant], row: ApprovalRow) -> frozenset[str]:
    """What this line lets its approvers change, by every grant."""
    lines = [grant.approve[row.line - 1] if row.line <= len(grant.approve) else {} for grant in grants]
    allowed = frozenset.intersection(*(frozenset(line.get("edit", ())) for line in lines))
    if not allowed:
        raise NotEdited("closed")
    return allowed


def _typed(
    contract: ToolContract, before: Mapping[str, Any], given: Mapping[str, Any], allowed: frozenset[str],
    ticket: TicketRow,
) -> dict[str, Any]:  # fmt: skip
    wrong = {name: f"may not be changed: only {', '.join(sorted(allowed))}" for name in given if name not in allowed}
    fields = []
    for name in sorted(allowed & given.keys()):
        made = _field(contract, name, before.get(name))
        if made is None:
            wrong[name] = "cannot be changed here: hand the ticket back"
        else:
            fields.append(made)
    values, bad = read({"fields": fields, "names": {}}, {f["name"]: given[f["name"]] for f in fields},
                       now=ticket.updated_at)  # fmt: skip
    if wrong | bad:
        raise NotEdited("invalid", fields=wrong | bad)
    try:
        return typed_arguments({**before, **{name: decode(value) for name, value in values.items()}}, contract)
    except Unreadable as error:
        name = error.path.removeprefix("$.").split(".")[0]
        said = next((expected(one) for one in fields if one["name"] == name), "a value that fits the tool")
        raise NotEdited("invalid", fields={name: said}) from None


def _field(contract: ToolContract, name: str, value: Any) -> dict[str, Any] | None:
    """The argument as `engine.runtime.asked` reads fields; None for what nobody can type in a line."""
    shape = contract.input.get("properties", {}).get(name)
    if not isinstance(shape, Mapping):
        return None
    made: dict[str, Any] = {"name": name, "ask": str(shape.get("description", ""))}
    form = money_form(shape)
    if form is not None:
        currency = form.currency or (value.currency if isinstance(value, Money) else None)
        return {**made, "kind": "money", "currency": currency} if currency else None
    words = shape.get("enum")
    if isinstance(words, list) and words and all(isinstance(word, str) for word in words):
        return {**made, "kind": "one_of", "options": [{"label": word, "value": encode(word)} for word in words]}
    kinds = shape.get("type")
    first = next((kind for kind in ([kinds] if isinstance(kinds, str) else kinds or ()) if kind != "null"), None)
    match first, shape.get("format"):
        case "string", "date":
            return {**made, "kind": "date"}
        case "string", None:
            return {**made, "kind": "text"}
        case "integer" | "number" | "boolean", _:
            return {**made, "kind": {"boolean": "yes_no"}.get(str(first), str(first))}
    return None


async def _judged(
    store: Store, ticket: TicketRow, intent: IntentRow, grants: list[Grant], contract: ToolContract,
    arguments: Mapping[str, Any], changed: frozenset[str],
) -> None:  # fmt: skip
    """Raises NotEdited for a gate that these arguments close. Facts that hang on what was changed are not at hand here:
    then the worker is the first to judge, and a gate that closes goes to a person."""
    read_by_facts = {
        path[0] for fact in contract.facts.values() for tree in fact["arguments"].values() for path in paths(tree)
    }
    if changed & read_by_facts:
        return
    names = gate_names(await engine_names(store, ticket), arguments, decode(intent.facts) or {})
    now = await store.run(store.now)
    for grant in grants:
        because = first_failing(grant, names, now)
        if because is None:
            because = await store.run(used_up, store, limits_of(grant, names, arguments, now), intent.tool)
        if because is not None:
            raise NotEdited("refused", because=because)


def _plain(value: Any) -> str:
    return f"{value.amount} {value.currency}" if isinstance(value, Money) else str(value)


def _typable(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value.amount) if isinstance(value, Money) else "" if value is None else str(value)
