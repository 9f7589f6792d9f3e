"""What a question asks for, and what a sentence that gives it holds."""

import pytest

from engine.models.local.kinds import counts_another, fits, leaves_open


@pytest.mark.parametrize(
    ("asked", "sentence", "fit"),
    [
        ("When does it arrive?", "Within 3 days of your order.", 1.0),
        ("When does it arrive?", "By parcel.", -1.0),
        ("Do you know when my parcel comes?", "By parcel.", -1.0),
        ("I asked when it comes, when will it?", "By parcel.", -1.0),
        ("When I return a lamp, do you pay for the parcel?", "We pay for the parcel.", 0.0),
        ("When you cancel an order is the money paid back?", "Then the money is paid back after a day.", 0.0),
        ("When, at the latest, can I return it?", "We take it back.", -1.0),
        ("Wann kommt es?", "In 3 Tagen.", 1.0),
        ("How much is the lamp?", "The lamp costs 20 €.", 1.0),
        ("Is it made of oak?", "It is.", 0.0),
    ],
)
def test_a_kind_of_thing(asked: str, sentence: str, fit: float) -> None:
    assert fits(asked, sentence) == fit


@pytest.mark.parametrize(
    ("asked", "sentence", "another"),
    [
        ("What is the maximum number of vouchers per order?", "The maximum number of lamps per order is 10.", True),
        ("What is the maximum number of vouchers per order?", "Number of vouchers per order: 2", False),
        ("What is the maximum number of vouchers?", "Number of gift vouchers used at once: 2", False),
        ("What is the number of used vouchers?", "Number of vouchers used: 2", False),
        ("What is the number of gift vouchers?", "The number of discount vouchers is 3.", True),
        ("What is the number of sets in a box?", "Number of boxes in a set: 3", True),
        ("How many lamps can I order?", "The number of chairs per order is 4.", True),
        ("How many lamps can I order?", "You can order 4.", False),
        ("How many lamps can I order?", "The number of chairs is 4, the number of lamps 5.", False),
        ("Do you sell lamps?", "The number of chairs is 4.", False),
        ("Wie viele Lampen kann ich bestellen?", "Die Anzahl der Stühle ist 4.", True),
        ("Wie viele Lampen kann ich bestellen?", "Die Anzahl der Lampen ist 4.", False),
        ("Combien de lampes puis-je commander ?", "Le nombre de chaises est 4.", True),
        ("¿Cuántas lámparas puedo pedir?", "El número de sillas es 4.", True),
        ("How many?", "The number of chairs is 4.", False),
    ],
)
def test_a_number_of_something_else(asked: str, sentence: str, another: bool) -> None:
    assert counts_another(asked, sentence) == another


@pytest.mark.parametrize(
    ("asked", "sentence", "is_open"),
    [
        ("What is the largest size?", "There is a largest size.", True),
        ("What is the largest size?", "Up to 30 kg.", False),
        ("What is the largest size?", "It is unlimited.", False),
        ("What is the size?", "It depends.", False),
    ],
)
def test_a_bound_that_is_not_said(asked: str, sentence: str, is_open: bool) -> None:
    assert leaves_open(asked, sentence) == is_open
