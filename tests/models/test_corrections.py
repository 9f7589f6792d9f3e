"""Values that the customer takes back: in the same message, in a later one, or with a no to our question."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from engine.models.base import Field, Job, Message, Money, Request
from engine.models.local.model import answer
from tests.models.conftest import NOW

ORDER, AMOUNT, DAY = Field("order", kind="order_number"), Field("amount", kind="money"), Field("day", kind="date")
COUNT = Field("quantity", kind="integer")


def found(field: Field, *texts: str, language: str = "en", asked: bool = False) -> Any:
    """What the customer's texts say; one that begins with `we: ` is ours."""
    messages = [
        Message("engine", text.removeprefix("we: ")) if text.startswith("we: ") else Message("customer", text)
        for text in texts
    ]
    wanted = field.name if asked else None
    said = answer(Request(Job.EXTRACT, messages, fields=(field,), now=NOW, language=language, asked=wanted))
    return said.data.get(field.name)


@pytest.mark.parametrize("texts", [
    ("my order is 4821", "sorry, I meant 4822"), ("my order is 4821", "no, 4822"), ("order 4821, I mean 4822",),
    ("order 4821", "Actually forget that, order 4822"), ("order 4821", "wait, it's 4822"),
    ("Bestellung 4821", "Entschuldigung, ich meinte 4822"), ("Bestellung 4821, ich meine 4822",),
    ("ma commande 4821", "pardon, c'est 4822"), ("commande 4821, je veux dire 4822",),
    ("mi pedido 4821", "perdón, quise decir 4822"), ("pedido 4821, quiero decir 4822",),
    ("my order is 4821", "we: Order 4821?", "no, 4822"), ("my order is 4821", "4822, not 4821"),
    ("my order is 4821", "oops 4822"),
])  # fmt: skip
def test_a_correction_replaces_what_was_said(texts: tuple[str, ...]) -> None:
    assert found(ORDER, *texts) == "4822"


def test_other_values_are_corrected_alike() -> None:
    assert found(AMOUNT, "I paid 20 euros", "oh wait it was 30") == Money(Decimal(30), "EUR")
    assert found(AMOUNT, "I paid 20 euros, I mean 30") == Money(Decimal(30), "EUR")
    assert found(DAY, "it came yesterday", "sorry, I meant the day before yesterday") == date(2026, 5, 18)


def test_a_correction_of_nothing_says_nothing() -> None:
    assert found(ORDER, "sorry, I meant 4822") is None
    assert found(ORDER, "I mean it, order 4821 is late") == "4821"
    assert found(ORDER, "order 4821", "I mean it") == "4821"
    assert found(ORDER, "order 4821", "sorry for the delay, I was away for 500 days") == "4821"
    assert found(COUNT, "quantity: 5", "No, 3 days ago") == 5
    assert found(COUNT, "quantity: 5", "sorry, 3") == 3


@pytest.mark.parametrize(("language", "question", "no"), [
    ("en", "Order 4821?", "no"), ("en", "Thanks. Is it order 4821?", "No, it isn't."),
    ("de", "Meinen Sie die Bestellung 4821?", "nein"), ("fr", "S'agit-il de la commande 4821 ?", "non"),
    ("es", "¿Se refiere al pedido 4821?", "no"),
])  # fmt: skip
def test_a_no_to_our_question_denies_its_value(language: str, question: str, no: str) -> None:
    assert found(ORDER, "my order 4821", f"we: {question}", no, language=language) is None


def test_a_no_to_anything_else_denies_nothing() -> None:
    assert found(ORDER, "my order 4821", "we: Shall I refund order 4821?", "no") == "4821"
    assert found(ORDER, "my order 4821", "we: Order 4821?", "yes") == "4821"


@pytest.mark.parametrize("text", ["no, the other one", "nein, die andere", "non, l'autre", "no, el otro"])
def test_the_other_one_is_not_the_one_before(text: str) -> None:
    assert found(ORDER, "my order is 4821", "we: Which order?", text, asked=True) is None
