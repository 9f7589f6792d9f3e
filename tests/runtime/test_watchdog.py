"""The watchdog: every open ticket has an owner and a next time, with no Temporal, no worker, and no platform."""

import asyncio
import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest

from engine.channels.base import Outgoing
from engine.channels.zendesk import Zendesk
from engine.runtime.stuck import Stuck
from engine.runtime.watchdog import Watchdog
from engine.store import Arrival, IntentRow, Store, StoreUnavailable, TicketRow
from engine.testing.zendesk import ZendeskStandIn

SLA = timedelta(minutes=15)
GRACE = timedelta(minutes=2)
TOKEN, SECRET, CANARY = "t0ken", "webhook-secret", "canary-Müller"


class Phone:
    """A bell that counts."""

    def __init__(self) -> None:
        self.up = True
        self.rung: list[str] = []
        self.found: list[Stuck] = []
        self.begun_again: list[str] = []

    async def ring(self, ticket_id: str) -> bool:
        """Notes it."""
        self.rung.append(ticket_id)
        return self.up

    async def stuck(self) -> list[Stuck]:
        """What the test has put there."""
        return self.found

    async def begin_again(self, found: Stuck) -> bool:
        """Notes it."""
        self.begun_again.append(found.id)
        return True


@pytest.fixture(scope="module")
def desk() -> Iterator[ZendeskStandIn]:
    with ZendeskStandIn.start(token=TOKEN, secret=SECRET) as standin:
        yield standin


@pytest.fixture
def zendesk(desk: ZendeskStandIn) -> Zendesk:
    desk.clear_faults()
    return Zendesk(name="desk", url=desk.url, user=desk.user, token=TOKEN, webhook_secret=SECRET, seconds=2.0)


@pytest.fixture
def bell() -> Phone:
    return Phone()


@pytest.fixture
def dog(store: Store, zendesk: Zendesk, bell: Phone) -> Watchdog:
    return another(store, zendesk, bell)


def another(store: Store, zendesk: Zendesk, bell: Phone) -> Watchdog:
    return Watchdog(store, {"desk": zendesk}, bell, sla=SLA, team="support", group=lambda team: team.title())


def ticket(store: Store, desk: ZendeskStandIn, *, wish: bool = False, channel: str = "desk") -> TicketRow:
    """A ticket on the platform and in the store."""
    text = f"{CANARY}: my lamp broke"
    number = str(desk.open_ticket("mia@customer.example", "Lamp", text)["id"])
    made = store.messages.ingest(
        channel, number, [Arrival(content_id=f"{number}/description", author_id="5", text=text, wants_person=wish)],
        subject="Lamp", requester={"id": "5"}, owner="support", sla=SLA,
    )  # fmt: skip
    return store.tickets.get(made.ticket_id)


def later(store: Store, wait: timedelta) -> None:
    store.database.clock.shift += wait


def notes(desk: ZendeskStandIn, row: TicketRow) -> list[str]:
    return [c["body"] for c in desk.comments(int(row.external_id)) if not c["public"]]


def sending(store: Store, row: TicketRow) -> IntentRow:
    """A write that is on its way, with a deadline a minute from now."""
    store.tickets.verify(row.id, "5", "customers.match", None, None)
    intent = store.intents.propose(
        row.id, 1, "refund", "1", tool="payments.refund", contract_digest="c", arguments={"amount": "40.00"},
        digest="d", author_id="5",
    ).intent  # fmt: skip
    token = store.intents.hold(intent.id) or ""
    began = store.intents.begin(intent.id, token, deadline=timedelta(minutes=1), tool=intent.tool, contract_digest="c")
    assert began.ok, began
    return store.intents.get(intent.id)


def assert_seen_to(store: Store) -> None:
    """Invariant 16."""
    for row in store.tickets.all_open():
        assert row.owner, row
        assert row.next_due is not None, row
        assert row.next_due > store.now() - GRACE, row


async def stall(dog: Watchdog) -> None:
    """Two looks with time for an answer between them."""
    await dog.look()
    later(dog.store, dog.patience)
    await dog.look()


# tickets that stand still


async def test_a_ticket_in_time_is_left_alone(dog: Watchdog, store: Store, desk: ZendeskStandIn, bell: Phone) -> None:
    row = ticket(store, desk)
    later(store, SLA + GRACE - timedelta(seconds=5))
    await stall(dog)
    assert bell.rung == [row.id], "overdue only at the second look, and then rung once"
    assert store.tickets.get(row.id).state == "open"


async def test_a_ring_that_is_answered_is_enough(
    dog: Watchdog, store: Store, desk: ZendeskStandIn, bell: Phone
) -> None:
    row = ticket(store, desk)
    later(store, SLA + GRACE)
    await dog.look()
    assert bell.rung == [row.id]
    store.tickets.update(row.id, next_due=store.now() + timedelta(minutes=10), owner="billing")
    later(store, dog.patience)
    await dog.look()
    assert (store.tickets.get(row.id).state, notes(desk, row)) == ("open", [])
    assert_seen_to(store)


async def test_a_ticket_that_stands_still_goes_to_people(
    dog: Watchdog, store: Store, desk: ZendeskStandIn, bell: Phone
) -> None:
    row = ticket(store, desk)
    bell.up = False
    later(store, SLA + GRACE)
    await stall(dog)
    [handoff] = store.handoffs.of_ticket(row.id)
    assert (handoff.reason, handoff.state, handoff.team) == ("stalled", "delivered", "support")
    assert store.tickets.get(row.id).state == "handed_off"
    [note] = notes(desk, row)
    assert CANARY in note, "the person has the customer's words"
    shown = desk.show(int(row.external_id))
    assert shown["group"]["name"] == "Support"
    assert "engine_stalled" in shown["ticket"]["tags"]
    assert_seen_to(store)


async def test_looking_on_says_it_once(dog: Watchdog, store: Store, desk: ZendeskStandIn) -> None:
    row = ticket(store, desk)
    later(store, SLA + GRACE)
    await stall(dog)
    for _ in range(20):
        later(store, timedelta(minutes=5))
        await stall(dog)
        assert_seen_to(store)
    assert len(notes(desk, row)) == 1
    assert len(store.handoffs.of_ticket(row.id)) == 1


async def test_several_watchdogs_say_it_once(store: Store, zendesk: Zendesk, desk: ZendeskStandIn, bell: Phone) -> None:
    rows = [ticket(store, desk) for _ in range(3)]
    dogs = [another(store, zendesk, bell) for _ in range(4)]
    later(store, SLA + GRACE)
    await asyncio.gather(*(one.look() for one in dogs))
    later(store, dogs[0].patience)
    await asyncio.gather(*(one.look() for one in dogs))
    later(store, timedelta(minutes=20))
    await asyncio.gather(*(one.look() for one in dogs))
    assert [len(notes(desk, row)) for row in rows] == [1, 1, 1]
    assert {store.handoffs.of_ticket(row.id)[0].state for row in rows} == {"delivered"}


async def test_a_platform_that_is_down_delays_only_the_note(dog: Watchdog, store: Store, desk: ZendeskStandIn) -> None:
    row = ticket(store, desk)
    desk.fault("/api/*", kind="status", status=503, times=None)
    later(store, SLA + GRACE)
    await stall(dog)
    [handoff] = store.handoffs.of_ticket(row.id)
    assert (handoff.state, store.tickets.get(row.id).state) == ("open", "handed_off")
    assert_seen_to(store)
    desk.clear_faults()
    for _ in range(3):
        later(store, timedelta(minutes=6))
        await dog.look()
    assert len(notes(desk, row)) == 1
    assert store.handoffs.get(handoff.id).state == "delivered"


async def test_a_note_whose_answer_was_lost_is_found_and_not_written_again(
    dog: Watchdog, store: Store, desk: ZendeskStandIn
) -> None:
    row = ticket(store, desk)
    later(store, SLA + GRACE)
    await dog.look()
    desk.fault("/api/v2/tickets/*", method="PUT", kind="drop_after_work")
    later(store, dog.patience)
    await dog.look()
    [handoff] = store.handoffs.of_ticket(row.id)
    assert handoff.state == "open"
    assert len(notes(desk, row)) == 1
    for _ in range(3):
        later(store, timedelta(minutes=6))
        await dog.look()
    assert len(notes(desk, row)) == 1
    assert store.handoffs.get(handoff.id).state == "delivered"


async def test_the_workflows_own_note_is_not_said_again(
    dog: Watchdog, store: Store, desk: ZendeskStandIn, zendesk: Zendesk
) -> None:
    row = ticket(store, desk)
    handoff = store.handoffs.open(row.id, 1, "flow", "billing", {"summary": "lamp"}, store.now() + SLA)
    made = store.outbound.propose(row.id, 1, f"handoff/{handoff.id}", "note", "note", {"text": "by the workflow"})
    token = store.outbound.hold(made.id) or ""
    store.outbound.begin(made.id, token, deadline=timedelta(seconds=40))
    await zendesk.send(row.external_id, Outgoing(kind="note", text="by the workflow", marker=made.marker))
    later(store, SLA + GRACE)  # the worker died here
    await dog.look()
    assert notes(desk, row) == ["by the workflow"]
    assert store.handoffs.get(handoff.id).state == "delivered"


async def test_one_ticket_of_a_channel_that_is_gone_does_not_hold_up_the_others(
    dog: Watchdog, store: Store, desk: ZendeskStandIn
) -> None:
    lost, row = ticket(store, desk, channel="gone"), ticket(store, desk)
    later(store, SLA + GRACE)
    await stall(dog)
    assert store.tickets.get(lost.id).state == "handed_off"
    assert len(notes(desk, row)) == 1
    assert_seen_to(store)


async def test_no_log_holds_what_a_customer_wrote(
    dog: Watchdog, store: Store, desk: ZendeskStandIn, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    ticket(store, desk, channel="gone")
    desk.fault("/api/*", kind="garbage", times=None)
    ticket(store, desk)
    later(store, SLA + GRACE)
    await stall(dog)
    assert "engine.watchdog" in {record.name for record in caplog.records}
    assert "canary" not in caplog.text


# people who asked for a person


async def test_who_asked_for_a_person_gets_one_by_the_sla(dog: Watchdog, store: Store, desk: ZendeskStandIn) -> None:
    row = ticket(store, desk, wish=True)
    later(store, SLA - timedelta(seconds=5))
    await dog.look()
    assert notes(desk, row) == [], "the workflow has time until then"
    later(store, timedelta(seconds=10))
    await dog.look()
    [note] = notes(desk, row)
    assert CANARY in note


async def test_without_temporal_people_are_told_of_the_wish_at_once(
    dog: Watchdog, store: Store, desk: ZendeskStandIn, bell: Phone
) -> None:
    bell.up = False
    row = ticket(store, desk, wish=True)
    await dog.look()
    later(store, timedelta(seconds=59))
    await dog.look()
    assert notes(desk, row) == []
    later(store, timedelta(seconds=5))
    await dog.look()
    assert len(notes(desk, row)) == 1
    assert store.handoffs.of_ticket(row.id)[0].state == "delivered"


# owners, decisions, writes


async def test_an_owner_that_a_flow_named_stays(dog: Watchdog, store: Store, desk: ZendeskStandIn) -> None:
    row = ticket(store, desk)
    store.tickets.update(row.id, owner="billing")
    later(store, SLA + GRACE)
    await stall(dog)
    assert store.tickets.get(row.id).owner == "billing"
    assert store.handoffs.of_ticket(row.id)[0].team == "billing"


async def test_an_approval_past_its_time_expires_and_the_ticket_is_rung(
    dog: Watchdog, store: Store, desk: ZendeskStandIn, bell: Phone
) -> None:
    row = ticket(store, desk)
    intent = store.intents.propose(
        row.id, 1, "refund", "1", tool="payments.refund", contract_digest="c", arguments={}, digest="d"
    ).intent
    opened = store.approvals.open(
        intent.id, 1, 0, "leads", node="refund", expires_at=store.now() + timedelta(minutes=1)
    )
    await dog.look()
    assert (store.approvals.get(opened.id).state, bell.rung) == ("open", [])
    later(store, timedelta(minutes=1))
    await dog.look()
    await dog.look()
    assert (store.approvals.get(opened.id).state, bell.rung) == ("expired", [row.id])
    decided = store.approvals.decide(opened.id, person="lena", teams=frozenset({"leads"}), approve=True, version=1)
    assert decided.outcome == "expired"


async def test_a_write_that_nobody_answers_for_goes_to_people(
    dog: Watchdog, store: Store, desk: ZendeskStandIn
) -> None:
    row = ticket(store, desk)
    intent = sending(store, row)
    later(store, timedelta(minutes=1))
    await dog.look()
    assert store.intents.get(intent.id).state == "sending", "the workflow may still look, or send the same key again"
    later(store, GRACE)
    await dog.look()
    assert store.intents.get(intent.id).state == "unknown"
    [handoff] = store.handoffs.of_ticket(row.id)
    assert handoff.reason == "write_unknown"
    [note] = notes(desk, row)
    assert "payments.refund: unknown" in note
    assert f"do not repeat it before `engine reconcile {intent.id}`" in note


async def test_a_write_that_was_done_after_all_is_told_once(
    dog: Watchdog, store: Store, desk: ZendeskStandIn, zendesk: Zendesk, bell: Phone
) -> None:
    """A person said "not done", and may have done it again: the late answer must not be silent."""
    row = ticket(store, desk)
    intent = sending(store, row)
    later(store, timedelta(minutes=1) + GRACE)
    await dog.look()
    said = store.reconciling.decide(intent.id, False, person="mira", reason="not in the books")
    assert said.outcome == "reconciled"
    assert not store.intents.settle(intent.id, intent.token or "", "done", result={"id": "re_1"})
    desk.fault("/api/v2/tickets/*", method="PUT", kind="status", status=422)
    for _ in range(2):  # the platform refuses the first time
        await another(store, zendesk, bell).look()
        later(store, timedelta(minutes=6))
    await asyncio.gather(*(another(store, zendesk, bell).look() for _ in range(3)))
    told = [note for note in notes(desk, row) if note.startswith("ALARM")]
    assert len(told) == 1
    assert "reconciled as not done by mira" in told[0]
    assert "it WAS done" in told[0]
    assert store.reconciling.untold() == []
    assert store.handoffs.of_ticket(row.id), "somebody has it"


async def test_a_line_passes_to_its_next_team_without_a_worker(
    dog: Watchdog, store: Store, desk: ZendeskStandIn, bell: Phone
) -> None:
    row = ticket(store, desk)
    store.tickets.verify(row.id, "5", "customers.match", None, None)
    intent = store.intents.propose(
        row.id, 1, "refund", "1", tool="payments.refund", contract_digest="c", arguments={}, digest="d", author_id="5"
    ).intent
    chain = [{"by": "finance", "within": {"seconds": 60}, "remind": [{"seconds": 30}], "calendar": {}}]
    opened = store.approvals.open(
        intent.id, 1, 1, "leads", node="refund", expires_at=store.now() + timedelta(minutes=1), chain=chain
    )
    later(store, timedelta(minutes=10))
    await dog.look()
    now = store.approvals.get(opened.id)
    assert (now.state, now.team, now.rank, bell.rung) == ("open", "finance", 1, [row.id])
    assert timedelta(seconds=55) < now.expires_at - store.now() <= timedelta(minutes=1), "counted from when it is asked"
    assert len(now.remind_at) == 1
    later(store, timedelta(minutes=2))
    await dog.look()
    assert store.approvals.get(opened.id).state == "expired"


async def test_a_late_answer_still_counts(dog: Watchdog, store: Store, desk: ZendeskStandIn) -> None:
    row = ticket(store, desk)
    intent = sending(store, row)
    later(store, timedelta(minutes=1) + GRACE)
    await dog.look()
    assert store.intents.settle(intent.id, intent.token or "", "done", result={"id": "re_1"})
    assert store.intents.get(intent.id).state == "done"


async def test_it_goes_on_after_the_store_was_away(
    dog: Watchdog, store: Store, desk: ZendeskStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = ticket(store, desk, wish=True)
    later(store, SLA)
    look, calls = dog.look, []

    async def away_at_first() -> None:
        calls.append(1)
        if len(calls) < 3:
            raise StoreUnavailable("away")
        await look()

    monkeypatch.setattr(dog, "look", away_at_first)
    running = asyncio.create_task(dog.run(0.01))
    for _ in range(200):
        if notes(desk, row):
            break
        await asyncio.sleep(0.02)
    running.cancel()
    assert len(notes(desk, row)) == 1


@pytest.fixture
async def stuck(store: Store, desk: ZendeskStandIn, bell: Phone, dog: Watchdog) -> TicketRow:
    """A ticket whose run cannot go on, which the watchdog has seen."""
    row = ticket(store, desk)
    bell.found = [Stuck(row.id, f"ticket/desk/{row.id}", "a run")]
    await dog.look()
    return row


async def test_a_run_that_cannot_go_on_begins_again_once_and_then_people_have_it(
    store: Store, desk: ZendeskStandIn, bell: Phone, dog: Watchdog, stuck: TicketRow
) -> None:
    row = stuck
    assert (bell.begun_again, notes(desk, row)) == ([row.id], [])
    for _ in range(3):
        await dog.look()
    assert bell.begun_again == [row.id]
    [note] = notes(desk, row)
    assert "stalled" in note
    assert store.tickets.get(row.id).state == "handed_off"


async def test_a_run_that_cannot_go_on_again_much_later_begins_again(
    store: Store, bell: Phone, dog: Watchdog, stuck: TicketRow
) -> None:
    row = stuck
    bell.found = []
    later(store, timedelta(minutes=61))
    await dog.look()
    bell.found = [Stuck(row.id, f"ticket/desk/{row.id}", "another")]
    await dog.look()
    assert bell.begun_again == [row.id, row.id]


async def test_a_reply_that_nobody_waits_for_any_more_is_looked_for(
    store: Store, desk: ZendeskStandIn, zendesk: Zendesk, dog: Watchdog
) -> None:
    """Its worker died over the answer, and the ticket went to people: the account says what was said all the same."""
    row, other = ticket(store, desk), ticket(store, desk)
    said = {"text": "Within thirty days."}
    rows = [store.outbound.propose(one.id, 1, "faq/reply", "1", "reply", said) for one in (row, other)]
    for text in rows:
        assert store.outbound.guard(text.id, text.content, {"passed": True})
        token = store.outbound.hold(text.id) or ""
        assert store.outbound.begin(text.id, token, deadline=timedelta(minutes=1)).ok
    await zendesk.send(row.external_id, Outgoing(kind="reply", text="Within thirty days.", marker=rows[0].marker))
    for one in (row, other):
        store.handoffs.open(one.id, 1, "customer_wish", "billing", {"summary": "lamp"}, store.now() + timedelta(days=1))
    later(store, timedelta(minutes=2))
    await dog.look()
    assert [store.outbound.get(one.id).state for one in rows] == ["sending", "sending"], "the workflow may still look"
    later(store, GRACE)
    await dog.look()
    assert [store.outbound.get(one.id).state for one in rows] == ["sent", "reserved"]
    assert len([c for c in desk.comments(int(other.external_id)) if c["public"]]) == 1, "nothing is sent from here"
