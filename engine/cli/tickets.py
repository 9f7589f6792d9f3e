"""`engine tickets`: what there is, everything that happened to one, and an answer to a visitor."""

import argparse
from datetime import datetime
from typing import Any, get_args

from engine.cli import replying
from engine.cli.approvals import changed
from engine.cli.place import add_project, open_store, settings_of
from engine.cli.shown import instant, json_line, show
from engine.cli.status import OK, Stop
from engine.runtime.asked import told
from engine.store import (
    ApprovalRow,
    DecisionRow,
    IntentRow,
    Missing,
    QuestionRow,
    ReconciliationRow,
    Store,
    TicketRow,
)
from engine.store.rows import TicketState

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the arguments of `engine tickets`."""
    what = parser.add_subparsers(dest="what", required=True, metavar="list|show|reply")
    listing = what.add_parser("list", help="tickets, newest first", allow_abbrev=False)
    listing.add_argument("--state", choices=get_args(TicketState), help="only those in this state")
    listing.add_argument("--flow", help="only those of this flow")
    listing.add_argument("--limit", type=_count, default=100, metavar="N", help="at most so many (default: 100)")
    one = what.add_parser("show", help="what was said, done and decided", allow_abbrev=False)
    one.add_argument("id", metavar="ID", help="a ticket's id, or the id that its platform gave it")
    said = what.add_parser("reply", help="answer a visitor of a web channel", allow_abbrev=False)
    replying.add_arguments(said)
    for command in (listing, one, said):
        add_project(command)


def run(args: argparse.Namespace) -> int:
    """Prints the list, or one ticket, or answers in one."""
    if args.what == "reply":
        return replying.reply(args)
    with open_store(settings_of(args), make=False) as store:
        if args.what == "list":
            _list(store.tickets.listing(state=args.state, flow=args.flow, limit=args.limit))
        else:
            _show(store, _found(store, args.id))
    return OK


def _count(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 10_000:
        raise argparse.ArgumentTypeError("expected 1 to 10000")
    return number


def _list(rows: list[TicketRow]) -> None:
    columns = ("ticket", "state", "flow", "channel", "its id", "owner", "next due", "outcome")
    show("", columns, [
        (row.id, row.state, row.revision or row.flow, row.channel, row.external_id, row.owner, instant(row.next_due),
         row.outcome or row.escalated)
        for row in rows
    ])  # fmt: skip


def _found(store: Store, name: str) -> TicketRow:
    """By our id, else by the platform's where one ticket alone has it."""
    try:
        return store.tickets.get(name)
    except Missing:
        pass
    channels = {row.channel for row in store.tickets.listing(limit=1_000)}
    found = [row for channel in sorted(channels) if (row := store.tickets.find(channel, name)) is not None]
    if len(found) > 1:
        raise Stop(f"{len(found)} tickets have this id on their platforms: {', '.join(row.id for row in found)}")
    if not found:
        raise Stop(f"there is no ticket {name}")
    return found[0]


def _show(store: Store, row: TicketRow) -> None:
    _ticket(row)
    _conversation(store, row)
    _notes(store, row)
    _steps(store, row)
    intents = store.intents.of_ticket(row.id)
    _intents(store, intents)
    _approvals(store.approvals.of_ticket(row.id), {intent.id: intent.tool for intent in intents})
    _decisions(store.approvals.decisions_of(row.id), store.reconciling.attempts_of(row.id))
    _questions(store.questions.of_ticket(row.id))
    _handoffs(store, row)
    _survey(store, row)


def _ticket(row: TicketRow) -> None:
    facts = {
        "ticket": row.id,
        "channel": f"{row.channel} {row.external_id}",
        "subject": row.subject,
        "state": row.state,
        "flow": row.revision or row.flow,
        "owner": row.owner,
        "next due": instant(row.next_due),
        "outcome": row.outcome,
        "escalated": row.escalated,
        "mode": row.mode,
        "identity": row.verified.how if row.verified else None,
    }
    show("ticket", ("", ""), [(name, value) for name, value in facts.items() if value])


def _conversation(store: Store, row: TicketRow) -> None:
    said = store.messages.conversation(row.id)
    show("conversation", ("at", "who", "text"), [(instant(turn.at), turn.who, turn.text) for turn in said])


def _notes(store: Store, row: TicketRow) -> None:
    """What people are told beside the conversation, the handoff package among it; nothing where there is nothing."""
    rows = [one for one in store.outbound.of_ticket(row.id) if one.kind == "note" and isinstance(one.content, dict)]
    if rows:
        show("notes", ("at", "text"), [(instant(one.created_at), str(one.content.get("text") or "")) for one in rows])


def _steps(store: Store, row: TicketRow) -> None:
    columns = ("at", "place", "step", "kind", "outcome", "because")
    show("steps", columns, [
        (instant(step.at), step.place, step.node, step.kind, step.outcome, step.because)
        for step in store.steps.of(row.id)
    ])  # fmt: skip


def _intents(store: Store, intents: list[IntentRow]) -> None:
    columns = ("intent", "tool", "state", "because", "version", "arguments", "customer", "sent", "settled", "alarm")
    show("intents", columns, [
        (row.id, row.tool, _state(row), row.because, str(row.version), json_line(row.arguments), _consent(store, row),
         instant(row.sending_at), instant(row.settled_at), row.alarm)
        for row in intents
    ])  # fmt: skip


def _state(row: IntentRow) -> str:
    """With what a person, or a look at the vendor, found out."""
    if row.state != "reconciled":
        return row.state
    return f"reconciled as {'done' if row.as_done else 'not done'} by {row.reconciled_by}"


def _consent(store: Store, row: IntentRow) -> str | None:
    consent = store.consents.current(row.id)
    return f"{consent.state} {instant(consent.decided_at) or ''}".strip() if consent else None


def _approvals(rows: list[ApprovalRow], tools: dict[str, str]) -> None:
    columns = ("approval", "tool", "team", "version", "state", "who", "when", "why", "opened", "expires")
    show("approvals", columns, [
        (row.id, tools.get(row.intent_id), row.team, str(row.version), row.state, row.decided_by,
         instant(row.decided_at), row.reason, instant(row.opened_at), instant(row.expires_at))
        for row in rows
    ])  # fmt: skip


def _decisions(rows: list[DecisionRow], reconciled: list[ReconciliationRow]) -> None:
    """Every attempt: who, when, why, from where, and which version of what they saw."""
    columns = ("at", "about", "who", "wanted", "outcome", "why", "via", "from", "saw", "changed")
    said: list[tuple[datetime, tuple[str | None, ...]]] = [
        (row.at, (instant(row.at), row.approval_id, row.person, row.wanted, row.outcome, row.reason, row.via, row.ip,
                  f"version {row.version} {(row.digest or '')[:12]} {_seen(row.shown)}".strip(), changed(row.changes)))
        for row in rows
    ]  # fmt: skip
    said += [
        (row.at, (instant(row.at), row.call_id, row.person, "reconcile as done" if row.as_done else
                  "reconcile as not done", row.outcome, row.reason, row.via, row.ip, None, None))
        for row in reconciled
    ]  # fmt: skip
    show("decisions", columns, [cells for _, cells in sorted(said, key=lambda one: one[0])])


def _seen(shown: Any) -> str:
    given = shown.get("arguments") if isinstance(shown, dict) else None
    return " ".join(f"{name}={json_line(value)}" for name, value in given.items()) if isinstance(given, dict) else ""


def _questions(rows: list[QuestionRow]) -> None:
    columns = ("question", "team", "state", "who", "when", "answer", "opened", "expires")
    show("questions", columns, [
        (row.id, row.team, row.state, row.answered_by, instant(row.answered_at),
         json_line(told(row.asked, row.answer)) if row.answer is not None else None, instant(row.opened_at),
         instant(row.expires_at))
        for row in rows
    ])  # fmt: skip


def _handoffs(store: Store, row: TicketRow) -> None:
    columns = ("at", "team", "reason", "state", "due")
    show("handoffs", columns, [
        (instant(found.created_at), found.team, found.reason, found.state, instant(found.due_at))
        for found in store.handoffs.of_ticket(row.id)
    ])  # fmt: skip


def _survey(store: Store, row: TicketRow) -> None:
    """The question, and the mark that counts; nothing where nobody was asked."""
    found = store.surveys.of_ticket(row.id)
    if found is not None:
        at, mark = found.answers[-1] if found.answers else (None, None)
        cells = (instant(found.asked.sent_at), found.asked.state, None if mark is None else str(mark), instant(at))
        show("survey", ("asked", "state", "mark", "answered"), [cells])
