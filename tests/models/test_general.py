"""A price is that of what was asked for, and of nothing more special."""

import pytest

from engine.models.base import Answer, Job, Message, Passage, Request
from engine.models.local.general import Scope, scope
from engine.models.local.model import answer


def of(question: str, sentence: str, before: str = "", headings: str = "") -> Scope:
    return scope(question, sentence, before=before, headings=headings)


def asked(question: str, *texts: str, title: str = "") -> Answer:
    passages = tuple(Passage(id=str(n), text=text, title=title) for n, text in enumerate(texts))
    return answer(Request(Job.ANSWER, [Message("customer", question)], passages=passages))


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("How much is a sauna?", "Students pay 9 EUR for the sauna."),
        ("What does a boat cost?", "A lost oar of a boat costs 40 EUR."),
        ("What does a boat cost?", "A boat with a skipper costs 400 EUR a day."),
        ("What does a boat cost?", "A boat costs 30 EUR for members of the club."),
        ("What does a boat cost?", "If you bring a boat back late, it costs 30 EUR."),
        ("What does a boat cost?", "A boat that is brought back dirty costs 30 EUR."),
        ("What does a boat cost?", "From four boats on the trailer is free."),
        ("What does a boat cost?", "The winter storage of a boat costs 300 EUR."),
        ("What does a boat cost?", "A rowing boat costs 12 EUR, a motor boat 50 EUR."),
        ("What does a lost boat key cost?", "A lost cabin key costs 25 EUR."),
        ("What does a cabin chair cost?", "A cabin costs 80 EUR a night."),
        ("How much is a boat trip after the season?", "A boat trip within the season costs 20 EUR."),
        ("Was kostet ein Boot?", "Für Schüler kostet ein Boot 8 Euro."),
        ("Was kostet ein Boot?", "Ein verlorenes Ruder kostet 40 Euro."),
        ("Was kostet ein Boot?", "Ein Boot mit Motor kostet 50 Euro."),
        ("Was kostet ein Boot?", "Wenn ein Boot zu spät kommt, kostet das 30 Euro."),
        ("Combien coûte un bateau ?", "Les étudiants paient 9 euros pour un bateau."),
        ("Combien coûte un bateau ?", "Un bateau avec moteur coûte 50 euros."),
        ("Combien coûte un bateau ?", "La rame perdue coûte 40 euros."),
        ("¿Cuánto cuesta un barco?", "Un barco con motor cuesta 50 euros."),
        ("¿Cuánto cuesta un barco?", "Para estudiantes un barco cuesta 9 euros."),
        ("¿Cuánto cuesta un barco?", "Un remo perdido cuesta 40 euros."),
    ],
)
def test_what_is_special(question: str, sentence: str) -> None:
    assert of(question, sentence) is Scope.SPECIAL


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("How much is a sauna?", "You pay 9 EUR for the sauna."),
        ("What do students pay for the sauna?", "Students with a valid card pay 9 EUR for the sauna."),
        ("What does a boat cost?", "A boat costs 30 EUR an hour."),
        ("What does a boat cost for a day?", "For a whole day a boat costs 120 EUR."),
        ("What does a boat with a skipper cost?", "A boat with a skipper costs 400 EUR a day."),
        ("What does a motor boat cost?", "A rowing boat costs 12 EUR, a motor boat 50 EUR."),
        ("What does a boat cost?", "Boats, kayaks and canoes cost 30 EUR an hour."),
        ("What does a lost oar cost?", "A lost oar costs 40 EUR, because it has to be carved by hand."),
        ("How much is a boat?", "A boat (for 4 people) is 30 EUR per hour, plus a deposit."),
        ("Was kostet ein Boot?", "Ein Boot kostet 30 Euro pro Stunde."),
        ("Was kostet ein Boot für Schüler?", "Für Schüler kostet ein Boot 8 Euro."),
        ("Combien coûte un bateau ?", "Un bateau coûte 30 euros par heure."),
        ("¿Cuánto cuesta un barco?", "Un barco cuesta 30 euros por hora."),
    ],
)
def test_what_is_general(question: str, sentence: str) -> None:
    assert of(question, sentence) is Scope.GENERAL


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("What does a boat cost?", "A boat on the upper lake costs 30 EUR an hour."),
        ("What does a boat cost?", "A boat costs 10 EUR more."),
        ("What does a boat cost?", "The first hour is free."),
        ("What does a boat cost?", "Boats are kept at the jetty."),
    ],
)
def test_what_is_neither(question: str, sentence: str) -> None:
    headings = "Boats"
    assert of(question, sentence, headings=headings) is not Scope.GENERAL


def test_what_has_no_subject_goes_on_about_the_sentence_before() -> None:
    boats = "There are 12 boats at the jetty."
    assert of("What does a boat cost?", "They cost 30 EUR an hour.", boats) is Scope.GENERAL
    assert of("What does a kayak cost?", "They cost 30 EUR an hour.", boats, "Boats and kayaks") is Scope.SPECIAL
    lost = "A lost oar of a boat has to be carved."
    assert of("How much is the oar?", "It costs 40 EUR.", lost) is Scope.SPECIAL
    assert of("How much is a lost oar?", "It costs 40 EUR.", lost) is Scope.GENERAL


def test_another_noun_is_the_same_below_its_heading() -> None:
    pages = "A grey page costs 0.08 EUR, a colour page 0.25 EUR."
    assert of("How much is a colour print?", pages, headings="Printing") is Scope.GENERAL
    assert of("How much is a colour print?", pages, headings="Copies") is Scope.SPECIAL
    assert of("How much is an oar for a child?", "A child seat costs 5 EUR.", headings="Oars") is Scope.SPECIAL
    assert of("How much is a new oar?", "A new sail costs 90 EUR.", headings="Oars and sails") is Scope.SPECIAL
    assert of("Was kostet das Segeln in Polen?", "In Polen kostet ein Kurs 5 Euro.", headings="Segeln") is Scope.GENERAL


def test_only_the_special_price_is_known() -> None:
    assert asked("What does a boat cost?", "A lost oar of a boat costs 40 EUR.").finish == "refused"


def test_the_general_price_goes_before_the_special_one() -> None:
    said = asked("How much is the sauna?", "Students pay 9 EUR for the sauna.", "The sauna costs 15 EUR.")
    assert said.text == "The sauna costs 15 EUR."


def test_two_general_prices_are_for_a_person() -> None:
    assert asked("How much is the sauna?", "The sauna costs 15 EUR.").text
    said = asked("How much is the sauna?", "The sauna costs 15 EUR.", "Our big sauna is new. A sauna is 18 EUR.")
    assert said.finish == "refused"


def test_who_charges_a_car_asks_for_no_price() -> None:
    assert asked("Can I charge my car?", "Two chargers for cars stand at the gate.", title="Charging a car").text
