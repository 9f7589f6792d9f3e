"""Typed values out of conversations: what was said, and nothing that was not."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from engine.models.base import Answer, Field, Job, Message, Money, Option, Request
from engine.models.local.model import answer
from engine.models.local.yesno import plain_answer
from tests.models.conftest import NOW

ORDERS = tuple(Option(f"{n} of 3 May 2026", {"id": n, "number": n}) for n in ("4821", "4822", "4903"))
REASONS = tuple(Option(one, one) for one in ("damaged", "late", "unwanted", "charged_twice"))
ORDER = Field("order", kind="one_of", options=ORDERS)
REASON = Field("reason", kind="one_of", options=REASONS)
NUMBER = Field("order_id")
REFERENCE = Field("ref", kind="pattern", pattern=r"^[A-Z]{2}-[0-9]{4}$")
EMAIL, POSTCODE, PHONE, NOTE = Field("email"), Field("postcode"), Field("phone"), Field("note")
DAY, MONEY = Field("day", kind="date"), Field("amount", kind="money")
QUANTITY, WEIGHT, CONSENT = (
    Field("quantity", kind="integer"),
    Field("weight", kind="number"),
    Field("ok", kind="yes_no"),
)
NOTHING = object()


def extract(field: Field, *texts: str, asked: bool = False, language: str = "en", sent: str = "Which one?") -> Answer:
    messages = [one for text in texts for one in (Message("engine", sent), Message("customer", text))]
    wanted = field.name if asked else None
    return answer(Request(Job.EXTRACT, messages, fields=(field,), now=NOW, language=language, asked=wanted))


def check(field: Field, texts: tuple[str, ...], want: Any, **how: Any) -> None:
    said = extract(field, *texts, **how)
    if want is NOTHING:
        assert dict(said.data) == {}
        assert said.confidence == 0
    else:
        assert said.data == {field.name: want}
        assert type(said.data[field.name]) is type(want)
        assert 0.5 < said.per_field[field.name] == said.confidence <= 1


@pytest.mark.parametrize(
    ("field", "texts", "want"),
    [
        (ORDER, ("I want a refund for order 4821",), ORDERS[0].value),
        (ORDER, ("not order 4821, I meant 4822",), ORDERS[1].value),
        (ORDER, ("not order 4821",), NOTHING),
        (ORDER, ("I did not receive order 4821",), ORDERS[0].value),
        (ORDER, ("orders 4821 and 4822",), NOTHING),
        (
            ORDER,
            (
                "order 4821",
                "sorry, not 4821",
            ),
            NOTHING,
        ),
        (
            ORDER,
            (
                "order 4821",
                "sorry, it is 4903",
            ),
            ORDERS[2].value,
        ),
        (ORDER, ("Ich meine 4822, nicht 4821",), ORDERS[1].value),
        (ORDER, ("pas la commande 4821",), NOTHING),
        (ORDER, ("no es el pedido 4821",), NOTHING),
        (ORDER, ("4821 is wrong, 4822 is right",), ORDERS[1].value),
        (ORDER, ("４８２１",), ORDERS[0].value),
        (REASON, ("the mug arrived broken",), "damaged"),
        (REASON, ("You charged me twice",), "charged_twice"),
        (REASON, ("it's not damaged, it's late",), "late"),
        (REASON, ("Die Tasse ist kaputt",), "damaged"),
        (REASON, ("I changed my mind",), "unwanted"),
        (REASON, ("hello there",), NOTHING),
        (REASON, ("me cobraron dos veces",), "charged_twice"),
        (REASON, ("neither late nor damaged",), NOTHING),
        (REASON, ("it is late and damaged",), NOTHING),
        (NUMBER, ("Where is my order 4821?",), "4821"),
        (NUMBER, ("4821",), NOTHING),
        (NUMBER, ("Bestellung Nr. A-4821 fehlt",), "A-4821"),
        (NUMBER, ("order number is 4821",), "4821"),
        (NUMBER, ("my order from 2 weeks ago",), NOTHING),
        (NUMBER, ("not order 4821",), NOTHING),
        (NUMBER, ("ma commande n° 4821",), "4821"),
        (NUMBER, ("mi pedido 4821",), "4821"),
        (NUMBER, ("orders 4821 and 4903",), NOTHING),
        (REFERENCE, ("it's (AB-1234).",), "AB-1234"),
        (REFERENCE, ("XAB-12345",), NOTHING),
        (EMAIL, ("write to anna.b@example.com please",), "anna.b@example.com"),
        (EMAIL, ("anna@@x.com",), NOTHING),
        (EMAIL, ("a@x.com or b@x.com",), NOTHING),
        (POSTCODE, ("anna@example.com, 10115",), "10115"),
        (POSTCODE, ("SW1A 1AA",), "SW1A 1AA"),
        (POSTCODE, ("order 48211",), NOTHING),
        (POSTCODE, ("my postcode is 10115",), "10115"),
        (POSTCODE, ("PLZ 8001",), "8001"),
        (POSTCODE, ("anna12345@example.com",), NOTHING),
        (PHONE, ("+49 170 1234567",), "+491701234567"),
        (DAY, ("yesterday",), date(2026, 5, 19)),
        (DAY, ("3 May",), date(2026, 5, 3)),
        (DAY, ("am 3. Mai 2026",), date(2026, 5, 3)),
        (DAY, ("03.05.2026",), date(2026, 5, 3)),
        (DAY, ("03/05/2026",), NOTHING),
        (DAY, ("25/05/2026",), date(2026, 5, 25)),
        (DAY, ("2 weeks ago",), date(2026, 5, 6)),
        (DAY, ("vor drei Tagen",), date(2026, 5, 17)),
        (DAY, ("last Monday",), date(2026, 5, 18)),
        (DAY, ("last Wednesday",), date(2026, 5, 13)),
        (DAY, ("next Friday",), date(2026, 5, 22)),
        (DAY, ("31 February 2026",), NOTHING),
        (DAY, ("il y a 5 jours",), date(2026, 5, 15)),
        (DAY, ("hace dos semanas",), date(2026, 5, 6)),
        (DAY, ("May 3rd, 2026",), date(2026, 5, 3)),
        (DAY, ("the day before yesterday",), date(2026, 5, 18)),
        (DAY, ("it may 3 times",), NOTHING),
        (DAY, ("9999 weeks ago",), NOTHING),
        (MONEY, ("I paid 59.90 EUR",), Money(Decimal("59.90"), "EUR")),
        (MONEY, ("$1,234.56",), Money(Decimal("1234.56"), "USD")),
        (MONEY, ("1.234,56 €",), Money(Decimal("1234.56"), "EUR")),
        (MONEY, ("50",), NOTHING),
        (MONEY, ("-50 EUR",), NOTHING),
        (MONEY, ("1.234 €",), Money(Decimal(1234), "EUR")),
        (MONEY, ("between 5 EUR and 10 EUR",), NOTHING),
        (QUANTITY, ("order 4821",), NOTHING),
        (QUANTITY, ("quantity: 3",), 3),
        (CONSENT, ("yes",), NOTHING),
        (NOTE, ("Blue",), NOTHING),
    ],
)
def test_said_without_being_asked(field: Field, texts: tuple[str, ...], want: Any) -> None:
    check(field, texts, want, language="de" if "Mai" in texts[0] else "en")


@pytest.mark.parametrize(
    ("field", "texts", "want"),
    [
        (ORDER, ("the second one",), NOTHING),
        (ORDER, ("2026",), NOTHING),
        (ORDER, ("14821",), NOTHING),
        (ORDER, ("#4821!",), ORDERS[0].value),
        (NUMBER, ("4821",), "4821"),
        (NUMBER, ("I paid 50 EUR",), NOTHING),
        (POSTCODE, ("8001",), "8001"),
        (MONEY, ("50",), Money(Decimal(50), None)),
        (QUANTITY, ("two please",), 2),
        (QUANTITY, ("2.5",), NOTHING),
        (CONSENT, ("yes",), True),
        (CONSENT, ("yes but half",), NOTHING),
        (NOTE, ("Blue, with a handle",), "Blue, with a handle"),
        (NOTE, ("what do you mean?",), NOTHING),
        (NOTE, ("I want to speak to a human",), NOTHING),
        (NOTE, ("x" * 600,), NOTHING),
        (NOTE, ("I don't know",), NOTHING),
    ],
)
def test_said_as_the_answer_to_a_question(field: Field, texts: tuple[str, ...], want: Any) -> None:
    check(field, texts, want, asked=True)


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "Yes please!",
        "Yes.\n\nBest regards,\nAnna Smith",
        "ok 👍",
        "Hi,\nyes\nThanks",
        "Yes, go ahead. Thanks!",
        "ja bitte",
        "oui, merci",
        "Sí",
        "de acuerdo",
        "Yes\n\nOn Mon, 18 May 2026, the shop wrote:\n> Shall I?\n> no",
        "ＹＥＳ",
        "y\u200bes",
    ],
)
def test_a_plain_yes(text: str) -> None:
    check(CONSENT, (text,), True, asked=True)


@pytest.mark.parametrize(
    "text", ["no", "No thanks.", "nein danke", "Non merci", "no, gracias", "please don't", "No\n\nSent from my iPhone"]
)
def test_a_plain_no(text: str) -> None:
    check(CONSENT, (text,), False, asked=True)


@pytest.mark.parametrize(
    "text",
    [
        "yes but only half",
        "Yes?",
        "yes no",
        "yes and where is my parcel",
        "yes\nStop",
        "Yes\nDon't",
        "Yes\nNever",
        "Yes\nTomorrow",
        "Yes\n\nBest,\nAnna\nbut only half",
        "yes 500 EUR",
        "yes 👎",
        "ja aber nicht heute",
        "oui mais non",
        "si me devuelves el doble",
        "no problem",
        "> yes",
        "On Monday the shop wrote:\nyes",
        "I would never say yes",
        "yes, I want to talk to a human",
        "jein",
        "да",
        "",
        "yes" * 500,
        "yes\n\nThanks,\nNever",
        "Do not say yes",
    ],
)
def test_neither_yes_nor_no(text: str) -> None:
    check(CONSENT, (text,), NOTHING, asked=True)


def test_a_message_may_be_handed_over_as_it_came() -> None:
    assert plain_answer("y\u200bes\n\nOn Mon, 18 May 2026, the shop wrote:\n> Shall I? no") is True
    assert plain_answer("> yes") is None


def test_a_yes_that_is_taken_back_is_none() -> None:
    messages = [Message("engine", "Shall I?"), Message("customer", "yes"), Message("customer", "wait, let me think")]
    request = Request(Job.EXTRACT, messages, fields=(CONSENT,), asked="ok")
    assert answer(request).data == {}


def test_a_yes_to_an_earlier_question_is_none() -> None:
    messages = [Message("customer", "yes"), Message("engine", "Shall I refund 500 EUR?")]
    assert answer(Request(Job.EXTRACT, messages, fields=(CONSENT,), asked="ok")).data == {}


def test_what_the_engine_or_an_agent_said_is_not_the_customers() -> None:
    messages = [
        Message("engine", "Order 4821?"),
        Message("agent", "It is order 4821, yes"),
        Message("customer", "Hello"),
    ]
    request = Request(Job.EXTRACT, messages, fields=(ORDER, NUMBER, CONSENT), asked="ok", now=NOW)
    assert answer(request).data == {}


def test_the_second_one_counts_only_in_a_list_that_was_sent() -> None:
    listed = "Which order: 4821 of 3 May 2026, 4822 of 3 May 2026 or 4903 of 3 May 2026?"
    for text in ("the second one", "2", "Second", "die zweite", "la segunda"):
        assert extract(ORDER, text, asked=True, sent=listed).data == {"order": ORDERS[1].value}
        assert extract(ORDER, text, asked=True, sent="Which order is it?").data == {}
    assert extract(ORDER, "the fourth one", asked=True, sent=listed).data == {}


def test_some_of_takes_each_that_is_named_and_none_that_is_denied() -> None:
    items = (Option("Blue mug", "M1"), Option("Oak table", "T1", ("table",)), Option("Reading lamp", "L1"))
    field = Field("items", kind="some_of", options=items)
    assert extract(field, "the blue mug and the table are broken").data == {"items": ["M1", "T1"]}
    assert extract(field, "the reading lamp, not the table").data == {"items": ["L1"]}
    assert extract(field, "T1 and L1").data == {"items": ["T1", "L1"]}
    assert extract(field, "nothing").data == {}


def test_synonyms_and_labels_of_an_option() -> None:
    field = Field(
        "plan", kind="one_of", options=(Option("Basic", 1), Option("Premium plus", 2, ("gold", "the big one")))
    )
    assert extract(field, "the gold plan").data == {"plan": 2}
    assert extract(field, "I'd take the big one").data == {"plan": 2}
    assert extract(field, "not gold, basic").data == {"plan": 1}
    assert extract(field, "marigold").data == {}


def test_two_orders_with_the_same_number_are_not_guessed() -> None:
    twins = (
        Option("4821 of May", {"id": "a", "number": "4821"}),
        Option("4821 of June", {"id": "b", "number": "4821"}),
    )
    assert extract(Field("order", kind="one_of", options=twins), "order 4821").data == {}


def test_e_mail_and_postcode_from_one_message() -> None:
    messages = [Message("engine", "Your e-mail?"), Message("customer", "Anna.B+shop@Example.co.uk, SW1A 1AA")]
    said = answer(Request(Job.EXTRACT, messages, fields=(EMAIL, POSTCODE), asked="email"))
    assert said.data == {"email": "Anna.B+shop@Example.co.uk", "postcode": "SW1A 1AA"}
    assert said.confidence == min(said.per_field.values())


def test_two_amounts_wanted_and_nobody_asked_is_ambiguous() -> None:
    fields = (Field("paid", kind="money"), Field("expected", kind="money"))
    assert answer(Request(Job.EXTRACT, [Message("customer", "I paid 50 EUR")], fields=fields)).data == {}


def test_relative_dates_count_from_the_message_and_need_a_clock() -> None:
    written = Message("customer", "it came yesterday", datetime(2026, 3, 1, 9, tzinfo=UTC))
    assert answer(Request(Job.EXTRACT, [written], fields=(DAY,), now=NOW)).data == {"day": date(2026, 2, 28)}
    assert answer(Request(Job.EXTRACT, [Message("customer", "it came yesterday")], fields=(DAY,))).data == {}


def test_decimals_follow_the_language() -> None:
    assert extract(WEIGHT, "1.234", asked=True, language="en").data == {"weight": Decimal("1.234")}
    assert extract(WEIGHT, "1.234", asked=True, language="de").data == {"weight": Decimal(1234)}
    assert extract(WEIGHT, "1,5", asked=True, language="de").data == {"weight": Decimal("1.5")}


def test_a_broken_pattern_and_unknown_kinds_find_nothing() -> None:
    assert extract(Field("x", kind="pattern", pattern="["), "[", asked=True).data == {}
    assert extract(Field("x", kind="pattern"), "x", asked=True).data == {}


@pytest.mark.parametrize(
    "text", ["4821 " * 200_000, "a@" * 300_000, "#" * 500_000, "1." * 300_000, "order " * 100_000, "\ud800", "\0"]
)
def test_hostile_lengths_end_and_invent_nothing(text: str) -> None:
    fields = (NUMBER, EMAIL, PHONE, POSTCODE, DAY, MONEY, QUANTITY, REFERENCE, CONSENT, ORDER)
    messages = [Message("engine", "?"), Message("customer", text)]
    said = answer(Request(Job.EXTRACT, messages, fields=fields, now=NOW, asked="ok"))
    assert set(said.data) <= {"order"}
