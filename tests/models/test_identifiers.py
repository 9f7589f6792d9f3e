"""Order numbers and phone numbers, apart from the quantities, prices, days and labels that have their shape."""

import pytest

from engine.models.base import Field, FieldKind, Job, Message, Request
from engine.models.local.model import answer


def found(text: str, *, asked: bool = False, kind: FieldKind = "order_number") -> str | None:
    messages = [Message("engine", "Which one?"), Message("customer", text)]
    wanted = "it" if asked else None
    return answer(Request(Job.EXTRACT, messages, fields=(Field("it", kind=kind),), asked=wanted)).data.get("it")


@pytest.mark.parametrize("text", [
    "order 20 chairs", "order 200 chairs", "I want to order 15 more", "I want to order 1500 chairs", "#10 screws",
    "commande 20 chaises", "pedido 20 sillas", "Bestellung 20 Stühle", "order 20x lamps", "order 14 days late",
    "purchase 99€", "Bestellung 100 Euro", "commande 100 euros", "pedido 100 euros", "order 500 kr", "order 12.50",
    "my order 2026-11-20 has not come", "Bestellung 2026-11-20", "commande 20-11-2026", "orders 4821 and 4822",
    "ref 12/2026", "orders 4821/4822", "orders 20 and 30 chairs", "orders 77 and 78",
])  # fmt: skip
@pytest.mark.parametrize("asked", [False, True])
def test_a_quantity_a_price_or_a_day_is_no_order_number(text: str, asked: bool) -> None:
    assert found(text, asked=asked) is None


@pytest.mark.parametrize(("text", "number"), [
    ("order 77 was not", "77"), ("order number 77", "77"), ("order no. 12 chairs", "12"), ("#77", "77"),
    ("Bestellung Nr. 77 fehlt", "77"), ("commande n° 12", "12"), ("IKEA ref. 123", "123"), ("pedido nº 4821", "4821"),
    ("Order 4821 arrived broken", "4821"), ("with regard to order 4821", "4821"), ("order 4821, 20 euros", "4821"),
    ("I want to return order 4821", "4821"), ("order 4821 and 100 euros", "4821"),
])  # fmt: skip
def test_an_order_number_it_still_is(text: str, number: str) -> None:
    assert found(text) == number


@pytest.mark.parametrize("text", [
    "Error 404", "Error: 404", "Fehler 404", "erreur 404", "postcode 10115", "my zip is 10115", "PLZ 10115",
    "meine Postleitzahl ist 10115", "code postal 75011", "Main Street 245", "Hauptstraße 245", "rue Victor 245",
    "Calle Mayor 245", "I bought 100 of them", "call me at 555-1234", "tracking 1Z999AA10123456784", "2026-11-20",
])  # fmt: skip
def test_asked_for_another_number_is_none(text: str) -> None:
    assert found(text, asked=True) is None


@pytest.mark.parametrize("text", [
    "4821", "#4821", "yes, 4821", "Hi, 4821 please", "I think it was 4821", "Die Nummer lautet 4821", "c'était la 4821",
    "creo que es el 4821", "1234 is my zip and 4821 the order", "number: 4821",
    "of course: 4821", "Please see 4821", "it should be 4821", "Das müsste die 4821 sein", "Il s'agit de la 4821",
    "4821 (the lamp)", "4821. Please hurry!",
])  # fmt: skip
def test_asked_for_it_is_what_was_given(text: str) -> None:
    assert found(text, asked=True) == "4821"


@pytest.mark.parametrize(
    "text", ["2026-11-12", "12.11.2026", "12 11 2026", "12-11-2026", "order 20261112345", "IBAN 1234567890"]
)
def test_a_day_or_an_order_number_is_no_phone_number(text: str) -> None:
    assert found(text, asked=True, kind="phone") is None


@pytest.mark.parametrize(("text", "number"), [("06.12.34.56.78", "0612345678"), ("555-12-34 567", "5551234567")])
def test_a_phone_number_it_still_is(text: str, number: str) -> None:
    assert found(text, asked=True, kind="phone") == number
