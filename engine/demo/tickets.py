"""The eight tickets: what each customer writes, and what must have become of it outside the engine."""

import asyncio
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from engine.demo.world import World
from engine.store import Store
from engine.store.rows import TicketRow

__all__ = ["TICKETS", "Played", "Script", "answer", "outcomes", "play"]

_BILLING = "mira@northwind.example"
_SECOND = 1.2
"""Between a question and its answer: the platform's clock has seconds."""


@dataclass(frozen=True, slots=True)
class Script:
    """What a customer writes first, and what they answer to a text that holds a word."""

    name: str
    email: str
    subject: str
    body: str
    answers: tuple[tuple[str, str], ...] = ()
    at_once: str = ""
    """Written right after the first message; both webhooks then arrive in the wrong order."""


@dataclass(slots=True)
class Played:
    """A ticket in play."""

    script: Script
    number: int
    """The platform's."""
    answered: list[int] = field(default_factory=list)
    shown: dict[str, Any] = field(default_factory=dict)

    @property
    def comments(self) -> list[dict[str, Any]]:
        """All comments, oldest first."""
        return list(self.shown.get("comments", ()))

    def said(self, *, public: bool) -> list[str]:
        """What the engine wrote, to the customer or as notes."""
        customer = self.shown["ticket"]["requester_id"]
        return [c["body"] for c in self.comments if c["author_id"] != customer and c["public"] is public]


TICKETS = (
    Script("a question", "maya.fischer@example.com", "Sending something back",
           "How long do I have to send something back?"),
    Script("where is my order", "maya.fischer@example.com", "My order", "Hi, where is my order 4821?",
           at_once="My postcode is 10115."),
    Script("a refund above the limit", "jonas.weber@example.com", "Broken lamp",
           "The floor lamp from order 4710 arrived damaged, I want a refund please. My postcode is 80331.",
           (("yes or no", "Yes, please"),)),
    Script("a refund without a number", "ines.garcia@example.com", "Money back",
           "Please give me my money back, I do not want it any more. My postcode is 28013.",
           (("number", "It was order 4655."), ("yes or no", "Yes, please"))),
    Script("a lawyer", "paul.koenig@example.net", "Complaint",
           "You have ignored me for weeks. My lawyer will sue you."),
    Script("a wish for a person", "lotte.maes@example.net", "Help", "Can I talk to a human?"),
    Script("an edited approval", "tom.doyle@example.com", "Damaged lamp",
           "The floor lamp from order 4684 arrived damaged, I want a refund please. My postcode is 4498 AB.",
           (("yes or no", "Yes, please"),)),
    Script("an unknown outcome", "femke.jansen@example.com", "Late parcel",
           "My parcel with order 4679 came far too late, can I get something for the trouble? My postcode is 7626 AB.",
           (("yes or no", "Yes, please"),)),
)  # fmt: skip


async def play(world: World, script: Script) -> Played:
    """Opens the ticket; a pair of messages is delivered in the wrong order."""
    number = await world.open_ticket(script.email, script.subject, script.body)
    if script.at_once:
        world.hold(number)
        await world.write(number, script.at_once)
        await world.release(number)
    return Played(script, number)


async def answer(world: World, played: Played) -> None:
    """The customer answers the engine's newest public text, once."""
    played.shown = await world.show(played.number)
    for comment in played.comments:
        customer = played.shown["ticket"]["requester_id"]
        if comment["author_id"] == customer or not comment["public"] or comment["id"] in played.answered:
            continue
        for word, text in played.script.answers:
            if word in comment["body"]:
                played.answered.append(comment["id"])
                await asyncio.sleep(_SECOND)
                await world.write(played.number, text)
                break


Outcome = tuple[str, bool]


async def outcomes(played: list[Played], world: World, store: Store) -> list[list[Outcome]]:
    """What must be true of each ticket, read from the platform, the shop's books and the store."""
    rows = [row for one in played if (row := store.tickets.find("zendesk", str(one.number)))]
    if len(rows) < len(played):
        return [[("every ticket is in the store", False)] for _ in played]
    faq, order, above, within, legal, person, edited, unknown = played
    expected = await _expected_day(world)
    paid_above, paid_within = await world.refunds("4710"), await world.refunds("4655")
    paid_edited, paid_unknown = await world.refunds("4684"), await world.refunds("4679")
    return [
        [
            ("answered with the rule of the article", any("30 days" in text for text in faq.said(public=True))),
            ("the article is named", any("From:" in text for text in faq.said(public=True))),
            *_closed(faq, rows[0]),
        ],
        [
            ("told the real carrier and day", any("DHL" in t and expected in t for t in order.said(public=True))),
            *_closed(order, rows[1]),
        ],
        [
            ("exactly one refund of 129.00 EUR in the shop's books", [r["amount"] for r in paid_above] == [12900]),
            ("the customer is told", any("129.00 are on their way" in text for text in above.said(public=True))),
            ("approved once, by Lena", _approved(store, rows[2]) == ["lena@northwind.example"]),
            *_closed(above, rows[2]),
        ],
        [
            ("exactly one refund of 38.50 EUR in the shop's books", [r["amount"] for r in paid_within] == [3850]),
            ("nobody had to approve", _approved(store, rows[3]) == []),
            ("asked for the order once", sum("number" in text for text in within.said(public=True)) == 1),
            *_closed(within, rows[3]),
        ],
        [*_handed(legal, rows[4], "topic"), ("reason is the topic", rows[4].escalated == "topic:legal")],
        [*_handed(person, rows[5], "customer_wish"), ("reason is the wish", rows[5].escalated == "customer_wish")],
        [
            ("one refund of the edited 40.00 EUR in the shop's books", [r["amount"] for r in paid_edited] == [4000]),
            ("the customer said yes to 129.00, then to 40.00", _asked(edited) == ["129.00", "40.00"]),
            ("the lead's edit is kept, with both amounts", _changes(store, rows[6]) == [["129.00 EUR", "40.00 EUR"]]),
            ("the customer is told of 40.00", any("40.00 are on their way" in t for t in edited.said(public=True))),
            *_closed(edited, rows[6]),
        ],
        [
            ("one payment of 3.85 EUR in the shop's books", [r["amount"] for r in paid_unknown] == [385]),
            ("the ledger has it as done, by Mira's word", _reconciled(store, rows[7]) == [(True, _BILLING)]),
            ("the note warns of doing it again", any("do not repeat" in n for n in unknown.said(public=False))),
            *_handed(unknown, rows[7], "write_unknown"),
        ],
    ]


def _asked(played: Played) -> list[str]:
    """The amounts that the customer was asked to say yes to, in order."""
    questions = [text for text in played.said(public=True) if "yes or no" in text]
    return [amount for text in questions for amount in ("129.00", "40.00") if amount in text]


def _changes(store: Store, row: TicketRow) -> list[list[str]]:
    return [one.changes["amount"] for one in store.approvals.decisions_of(row.id) if one.outcome == "edited"]


def _reconciled(store: Store, row: TicketRow) -> list[tuple[bool | None, str | None]]:
    return [(i.as_done, i.reconciled_by) for i in store.intents.of_ticket(row.id) if i.state == "reconciled"]


async def _expected_day(world: World) -> str:
    order = await world.order("4821")
    day = date.fromisoformat(order["expected_on"])
    return f"{day.day} {day:%B} {day.year}"


def _closed(played: Played, row: TicketRow) -> list[Outcome]:
    return [
        ("solved on the platform", played.shown["ticket"]["status"] == "solved"),
        ("closed as solved in the store", (row.state, row.outcome) == ("closed", "solved")),
        ("no text twice", _once(played)),
    ]


def _handed(played: Played, row: TicketRow, tag: str) -> list[Outcome]:
    ticket = played.shown["ticket"]
    notes = played.said(public=False)
    return [
        ("one internal note with the package", len(notes) == 1 and "Last words:" in notes[0]),
        ("assigned to a group", ticket["group_id"] is not None),
        ("tagged", {"engine_handoff", f"engine_{tag}"} <= set(ticket["tags"])),
        ("with people in the store", row.state == "handed_off" and row.owner is not None),
        ("no text twice", _once(played)),
    ]


def _once(played: Played) -> bool:
    said = [*played.said(public=True), *played.said(public=False)]
    return len(said) == len(set(said))


def _approved(store: Store, row: TicketRow) -> list[str | None]:
    return [a.decided_by for a in store.approvals.of_ticket(row.id) if a.state in ("approved", "used")]
