"""What a question names exactly, its answer names too."""

import pytest

from engine.models.base import Answer, Job, Message, Passage, Request
from engine.models.local.model import answer
from engine.models.local.named import names_another, numbers_another


def asked(question: str, *texts: str, language: str | None = None) -> Answer:
    passages = tuple(Passage(id=str(n), text=text, language=language or "") for n, text in enumerate(texts))
    return answer(Request(Job.ANSWER, [Message("customer", question)], passages=passages, language=language))


@pytest.mark.parametrize(
    ("question", "held"),
    [
        ("How heavy may a parcel of size 3 be?", "A parcel of size 2 may weigh 20 kg."),
        ("What does seat 14 cost?", "Seats > 10 to 12\nA seat costs 9 EUR."),
        ("Is the office open on 6 January?", "The office is closed on 1 January."),
        ("Ist am 24. Dezember offen?", "Am 25. Dezember ist geschlossen."),
        ("Êtes-vous ouverts le 14 juillet ?", "Nous sommes fermés le 15 août."),
        ("¿Abren el 6 de enero?", "Abrimos el 7 de enero."),
        ("Can babies under two fly for free?", "Children under five fly for half the price."),
        ("Was kostet die zweite Mahnung?", "Die erste Mahnung kostet 3 Euro."),
        ("Combien coûte le troisième billet ?", "Le deuxième billet coûte 5 euros."),
        ("Is there a bus at 5 am?", "There is a bus at 5 pm."),
        ("May I return it after 40 days?", "You may return it within 30 days."),
        ("Do you deliver on Sundays?", "We deliver from Monday to Friday."),
        ("Liefern Sie am Sonntag?", "Wir liefern Montag bis Samstag."),
    ],
)
def test_another_number_day_or_time(question: str, held: str) -> None:
    assert names_another(question, held)


@pytest.mark.parametrize(
    ("question", "held"),
    [
        ("How heavy may a parcel of size 3 be?", "Size 3\nA parcel may weigh 20 kg."),
        ("Is the office open on 6 January?", "On January 6th the office is closed."),
        ("Ist am 24. Dezember offen?", "Am 24.12. ist geschlossen."),
        ("¿Abren el 6 de enero?", "El 6 de enero de 2027 no abrimos."),
        ("Can babies under two fly for free?", "Children under 2 years and those under 2 feet fly for free."),
        ("Can I still return it after two weeks?", "You can return it within 14 days."),
        ("Is there a bus at 17:00?", "There is a bus at 5 pm."),
        ("Haben Sie um 8 Uhr offen?", "Wir haben von 8 bis 20 Uhr offen."),
        ("Do you deliver on Wednesdays?", "We deliver from Monday to Friday."),
        ("¿Abren el martes?", "Abrimos de lunes a jueves."),
        ("How much is one hour of tennis?", "Tennis costs 20 EUR an hour."),
        ("Was kostet die zweite Mahnung?", "Die 2. Mahnung und jede weitere kostet 5 Euro."),
        ("What happens on the 3rd of the month?", "Fees are taken on 3 March, 3 April and so on."),
        ("Does it cost 50 EUR?", "It costs €50."),
        ("", ""),
    ],
)
def test_the_same_in_another_way_of_writing(question: str, held: str) -> None:
    assert not names_another(question, held)


def test_what_the_customer_has_is_named_before_the_question() -> None:
    told = "I bought the vacuum 700 last week. How long does its battery last?"
    assert numbers_another(told, "The battery of the vacuum 300 lasts 40 minutes.")
    assert not numbers_another(told, "The battery of the vacuum 700 lasts 40 minutes.")
    assert not numbers_another(told, "Every battery lasts 40 minutes.")
    assert not numbers_another("My order 4711 is here. How long is the warranty?", "The vacuum 300 has 2 years.")
    assert asked(told, "The battery of the vacuum 300 lasts 40 minutes.").finish == "refused"
    assert asked(told, "The battery of the vacuum 700 lasts 40 minutes.").text


@pytest.mark.parametrize(
    ("language", "question", "other", "same"),
    [
        (
            "en",
            "How long is the lease of flat 8?",
            "The lease of flat 7 is 3 years.",
            "The lease of flat 8 is 3 years.",
        ),
        ("de", "Was kostet Stellplatz 8?", "Stellplatz 7 kostet 40 Euro.", "Stellplatz 8 kostet 40 Euro."),
        ("fr", "Combien coûte la chambre 8 ?", "La chambre 7 coûte 40 euros.", "La chambre 8 coûte 40 euros."),
        ("es", "¿Cuánto cuesta la plaza 8?", "La plaza 7 cuesta 40 euros.", "La plaza 8 cuesta 40 euros."),
    ],
)
def test_a_tier_of_its_own(language: str, question: str, other: str, same: str) -> None:
    assert asked(question, other, language=language).finish == "refused"
    assert asked(question, other, same, language=language).text == same
