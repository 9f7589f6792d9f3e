"""Amounts that are a part, a multiple, a rate or a difference: none, unless our question asked for just that."""

from decimal import Decimal

import pytest

from engine.models.base import Field, Job, Message, Money, Request
from engine.models.local.model import answer

AMOUNT = Field("amount", kind="money")


def found(question: str, text: str, language: str = "en") -> Money | None:
    messages = [Message("engine", question), Message("customer", text)]
    request = Request(
        Job.EXTRACT, messages, fields=(AMOUNT,), language=language, currency="EUR", asked="amount" if question else None
    )
    value = answer(request).data.get("amount")
    assert value is None or isinstance(value, Money)
    return value


@pytest.mark.parametrize(("language", "question", "text"), [
    ("en", "How much do you pay a month?", "20 EUR a month"), ("en", "What does one cost per item?", "20 EUR per item"),
    ("en", "How much is it each?", "20 EUR each"), ("en", "How much was the discount?", "the discount was 20 EUR"),
    ("en", "How much too much were you charged?", "20 EUR too much"),
    ("en", "What was it without shipping?", "20 EUR without shipping"),
    ("de", "Wie viel zahlen Sie im Monat?", "20 Euro im Monat"),
    ("de", "Wie viel wurde zu viel abgebucht?", "20 Euro zu viel"),
    ("fr", "Combien payez-vous par mois ?", "20 euros par mois"),
    ("fr", "Combien avons-nous débité de trop ?", "20 euros de trop"),
    ("es", "¿Cuánto paga al mes?", "20 euros al mes"), ("es", "¿Cuánto le cobramos de más?", "20 euros de más"),
])  # fmt: skip
def test_what_the_question_asks_for_is_the_answer(language: str, question: str, text: str) -> None:
    assert found(question, text, language) == Money(Decimal(20), "EUR")
    assert found("What is it about?", text, language) is None


@pytest.mark.parametrize("text", ["They charged me 20 EUR too much", "You billed me 20 EUR more than agreed"])
def test_an_overcharge_is_the_amount_in_question_unless_we_ask_what_was_paid(text: str) -> None:
    assert found("", text) == Money(Decimal(20), "EUR")
    assert found("How much did you pay?", text) is None


def test_what_was_charged_twice_is_neither_once_nor_twice_the_amount() -> None:
    assert found("", "You charged me 20 EUR twice") is found("How much did you pay?", "20 EUR twice") is None


@pytest.mark.parametrize("text", ["half of 80", "2 x 19.90", "80 plus shipping", "20 less", "20 each", "20 más"])
def test_a_bare_number_is_held_to_the_same(text: str) -> None:
    assert found("How much would you like to have refunded?", text) is None


def test_a_part_stands_against_another_amount() -> None:
    assert found("How much?", "20 EUR each, 40 EUR for the two") is None


@pytest.mark.parametrize(
    "text", ["half", "half of it", "only 50% please", "die Hälfte davon", "la moitié", "solo la mitad"]
)
def test_a_part_of_what_was_said_before_is_not_the_whole(text: str) -> None:
    messages = [Message("customer", "I paid 80 EUR"), Message("engine", "How much?"), Message("customer", text)]
    request = Request(Job.EXTRACT, messages, fields=(AMOUNT,), language="en", asked="amount")
    assert answer(request).data == {}
