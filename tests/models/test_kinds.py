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
        ("How long does it take to rent a bike?", "A bike costs 9 EUR a day.", -1.0),
        ("When is the pool open?", "The pool is open on Mondays.", 1.0),
        ("How long is the course?", "The course lasts two terms or six weeks.", 1.0),
        ("How long is the tour?", "Book the tour at least 3 days before.", -1.0),
        ("How early must I book the tour?", "Book the tour at least 3 days before.", 1.0),
        ("How long does it take to get a copy?", "We keep a copy for 5 years.", -1.0),
        ("How long do you keep a copy?", "We keep a copy for 5 years.", 1.0),
        ("How much is the Gold card a week?", "Gold cards let you take one child a week for free.", -1.0),
        ("How much is the Gold card?", "The Gold card is free.", 1.0),
        ("How much is swimming?", "Children swim for free.", 1.0),
        ("How much is swimming?", "The price depends on the day.", -1.0),
        ("How much is the delivery?", "There is no delivery fee.", 1.0),
        ("Was kostet ein Schlüssel?", "Einen Schlüssel können Sie kostenlos tauschen.", -1.0),
        ("Was kostet der Tausch?", "Der Tausch ist kostenlos.", 1.0),
        ("Combien coûte la visite ?", "La visite est gratuite.", 1.0),
        ("¿Cuánto cuesta la visita?", "La visita es gratis.", 1.0),
        ("¿Cuánto cuesta la visita?", "La visita dura 2 horas.", -1.0),
        ("How many pools are there?", "The pool opens at 10:00 and costs 4 EUR.", -1.0),
        ("How many pools are there?", "There are 3 pools.", 1.0),
        ("How many nurses are there?", "Nurses may bring 2 children.", -1.0),
        ("How many seats are in a row?", "Each row holds 12 guests.", 1.0),
        ("How many nurses are there?", "Nurses: 12", 1.0),
        ("How long is the concert?", "There is a concert on Sunday.", -1.0),
        ("When does the shop open?", "The shop is painted once a year.", -1.0),
        ("What does the repair cost?", "The call is free.", -1.0),
        ("How much is delivery?", "Shipping to Spain is free.", 1.0),
        ("Wie viele Ärzte arbeiten hier?", "Ein Arzt kommt in zwei Werktagen.", -1.0),
        ("Combien de salles avez-vous ?", "La salle ouvre à 10h30.", -1.0),
        ("How can I leave the club?", "You can leave with a notice of two weeks.", -1.0),
        ("How can I leave the club?", "Leave by e-mail with a notice of two weeks.", 0.0),
        ("Wie kann ich austreten?", "Sie können mit einer Frist von zwei Wochen austreten.", -1.0),
        ("Comment quitter le club ?", "Vous pouvez partir après 2 mois.", -1.0),
        ("¿Cómo puedo salir del club?", "Puede salir tras 2 meses.", -1.0),
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
