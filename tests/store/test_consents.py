"""Consent counts only from the verified author, after the delivered question (invariant 4)."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from engine.store import Clock, ConsentRow, IntentRow, OutboundRow, Store, TicketRow
from tests.store import given

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Asked:
    """A question to ana that arrived just now."""

    ticket: TicketRow
    intent: IntentRow
    question: OutboundRow
    consent: ConsentRow


@pytest.fixture
def asked(store: Store) -> Asked:
    """A ticket whose customer was asked."""
    row = given.ticket(store)
    intent = given.intent(store, row)
    question = given.question(store, row)
    consent = store.consents.open(intent.id, 1, question.id, store.now() + HOUR)
    return Asked(row, intent, question, consent)


def _say(
    store: Store,
    asked: Asked,
    *,
    author: str = "ana",
    after: timedelta = SECOND,
    role: str = "customer",
    name: str = "y",
) -> int:
    assert asked.question.platform_time is not None
    at = asked.question.platform_time + after
    made = given.deliver(store, "1", given.arrival(name, author=author, platform_time=at, author_role=role))
    return int(made.accepted[0])


def test_a_yes_after_the_question_is_used_once(store: Store, asked: Asked) -> None:
    assert given.code(given.begin(store, asked.intent, consent=True)) == "consent"
    seq = _say(store, asked)
    assert store.consents.decide(asked.consent.id, True, "ana", seq) == "given"
    assert store.consents.decide(asked.consent.id, True, "ana", seq) == "given", "the report may run again"
    assert store.consents.decide(asked.consent.id, False, "ana", _say(store, asked, name="no")) == "not_open"
    current = store.consents.current(asked.intent.id)
    assert current is not None
    assert (current.state, current.message_seq, current.author_id) == ("given", seq, "ana")
    assert given.code(given.begin(store, asked.intent, consent=True)) == "began"
    assert store.consents.get(asked.consent.id).state == "used"


def test_a_no_begins_nothing(store: Store, asked: Asked) -> None:
    assert store.consents.decide(asked.consent.id, False, "ana", _say(store, asked)) == "declined"
    assert given.code(given.begin(store, asked.intent, consent=True)) == "consent"


def test_another_author_does_not_consent(store: Store, asked: Asked) -> None:
    bobs = _say(store, asked, author="bob", name="b")
    assert store.consents.decide(asked.consent.id, True, "bob", bobs) == "not_the_author"
    assert store.consents.decide(asked.consent.id, True, "ana", bobs) == "not_the_author", (
        "as whom it is reported or not"
    )
    agents = _say(store, asked, role="agent", name="a")
    assert store.consents.decide(asked.consent.id, True, "ana", agents) == "not_the_author"
    assert store.consents.decide(asked.consent.id, True, "ana", 99) == "not_the_author"
    assert store.consents.get(asked.consent.id).state == "open"


def test_an_identity_that_ended_does_not_consent(store: Store, asked: Asked) -> None:
    store.tickets.verify(asked.ticket.id, "ana", "x", store.now(), None)
    assert store.consents.decide(asked.consent.id, True, "ana", _say(store, asked)) == "not_the_author"


def test_a_yes_that_crossed_the_question(store: Store, asked: Asked) -> None:
    assert store.consents.decide(asked.consent.id, True, "ana", 1) == "before_question", "accepted before it was sent"
    crossed = _say(store, asked, after=-SECOND, name="crossed")
    assert store.consents.decide(asked.consent.id, True, "ana", crossed) == "before_question", "written before"
    same = _say(store, asked, after=timedelta(), name="same")
    assert store.consents.decide(asked.consent.id, True, "ana", same) == "before_question"
    assert store.consents.decide(asked.consent.id, True, "ana", _say(store, asked)) == "given"


def test_a_question_that_was_not_sent_cannot_be_answered(store: Store) -> None:
    row = given.ticket(store)
    intent = given.intent(store, row)
    unsent = store.outbound.propose(row.id, 1, "confirm", "", "reply", {"text": "Shall I?"}, {})
    given.deliver(store, "1", given.arrival("y"))
    for question in (unsent.id, None, "o_none"):
        consent = store.consents.open(intent.id, 1, question, store.now() + HOUR)
        assert store.consents.decide(consent.id, True, "ana", 2) == "before_question"


def test_time_ends_a_consent(store: Store, asked: Asked, clock: Clock) -> None:
    assert not store.consents.expire(asked.consent.id)
    clock.shift = HOUR
    seq = _say(store, asked)
    assert store.consents.decide(asked.consent.id, True, "ana", seq) == "expired"
    assert store.consents.expire(asked.consent.id)
    clock.shift = timedelta()
    assert store.consents.decide(asked.consent.id, True, "ana", seq) == "expired"


def test_a_yes_that_was_received_in_time_counts_however_late_it_is_read(
    store: Store, asked: Asked, clock: Clock
) -> None:
    seq = _say(store, asked)
    clock.shift = 48 * HOUR
    assert store.consents.decide(asked.consent.id, True, "ana", seq) == "given"


def test_other_arguments_void_the_yes(store: Store, asked: Asked) -> None:
    assert store.consents.decide(asked.consent.id, True, "ana", _say(store, asked)) == "given"
    changed = given.intent(store, asked.ticket, digest="d2", arguments={"amount": "99"})
    assert store.consents.get(asked.consent.id).state == "superseded"
    assert given.code(given.begin(store, changed, consent=True)) == "consent"
    late = store.consents.open(changed.id, 1, None, store.now() + HOUR)
    assert late.state == "superseded"


def test_only_the_last_question_can_be_answered(store: Store, asked: Asked) -> None:
    again = store.consents.open(asked.intent.id, 1, asked.question.id, store.now() + HOUR)
    assert again.id == asked.consent.id
    second = store.consents.open(
        asked.intent.id, 1, given.question(store, asked.ticket, "confirm2").id, store.now() + HOUR
    )
    seq = _say(store, asked, after=2 * SECOND)
    assert store.consents.decide(asked.consent.id, True, "ana", seq) == "not_open"
    assert store.consents.decide(second.id, True, "ana", seq) == "given"
    assert store.consents.withdraw(second.id)
    assert given.code(given.begin(store, asked.intent, consent=True)) == "consent"


def test_leaving_withdraws_the_question(store: Store, asked: Asked) -> None:
    assert store.tickets.leave(asked.ticket.id, 1, ["refund"]).consents == (asked.consent.id,)
    assert store.consents.decide(asked.consent.id, True, "ana", _say(store, asked)) == "not_open"


def test_a_message_that_was_there_before_the_question_is_no_answer_whatever_its_time_says(store: Store) -> None:
    """The platform's clock may be ahead of ours; the order in which the store accepted things is not."""
    row = given.ticket(store)
    given.deliver(store, "1", given.arrival("early", platform_time=store.now() + HOUR))
    intent = given.intent(store, row)
    question = given.question(store, row)
    consent = store.consents.open(intent.id, 1, question.id, store.now() + HOUR)
    assert store.consents.decide(consent.id, True, "ana", 2) == "before_question"
