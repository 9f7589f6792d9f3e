"""Things that a desk has nothing to do with: they take the confidence from its flows, its own things do not."""

import numpy as np
import pytest

from engine.models.base import Choice, Job, Message, Request
from engine.models.local import everyday, vectors
from engine.models.local.everyday import Surroundings
from engine.models.local.model import answer
from tests.models.conftest import FLOWS

BANK = (
    Choice("card", "Lost and stolen cards", ("I lost my credit card", "My bank card was stolen", "Block my card")),
    Choice("loan", "Loans", ("I want a loan for a house", "What interest do I pay for a mortgage?")),
)


def sure(text: str, choices: tuple[Choice, ...] = FLOWS) -> float:
    return answer(Request(Job.CLASSIFY, [Message("customer", text)], choices=choices, wished=True)).confidence


def test_the_vectors_are_those_of_the_list() -> None:
    """`python -m benchmarks.embed_everyday` makes them anew."""
    names = [one.name for one in everyday.things()]
    kept = np.load(everyday.VECTORS).astype(np.float32)
    assert kept.shape[0] == len(names) == len(set(names))
    assert (kept * vectors.multilingual(names)).sum(axis=1).min() > 0.999


@pytest.mark.parametrize(
    "text",
    [
        "When will the ferry arrive?",
        "How do I change my tyres?",
        "Please give me my money back for the cinema",
        "Where is my suitcase? I flew this morning",
        "How do I change my Twitter password?",
        "How do I change the brakes of my car?",
        "Wann kommt der Arzt?",
        "Wo ist meine Katze?",
        "Wie lange muss Brot backen?",
        "Où est la bibliothèque ?",
        "Comment changer une roue de voiture ?",
        "¿Cuándo llega el autobús?",
        "¿Dónde está el aeropuerto?",
    ],
)
def test_a_thing_of_another_business_is_left_to_people(text: str) -> None:
    assert sure(text) < 0.6


@pytest.mark.parametrize(
    "text",
    [
        "I want a refund for the table",
        "My bicycle arrived with a dent, I want my money back for order 4821",
        "Where is my order 4821? The guests come on Friday.",
        "Ich möchte mein Geld für die Vase zurück",
        "Do you ship to Denmark?",
        "Je veux être remboursé pour le miroir",
        "I paid by bank transfer and want my money back",
        "The driver never rang, where is my order?",
        "Where is my order? It should be delivered to my apartment",
        "My computer shows that the order was delivered, but it never came",
        "Where is my order, I need it for the wedding on Saturday",
        "I am worried about my parcel, where is it?",
    ],
)
def test_goods_and_circumstances_are_no_strangers(text: str) -> None:
    assert sure(text) >= 0.6


def test_what_a_desk_speaks_of_it_knows_with_all_of_the_kind() -> None:
    assert Surroundings(FLOWS).share("I need an overdraft") < 0.5
    assert Surroundings(BANK).strange("I need an overdraft") == 0.0
    assert Surroundings(BANK).strange("I need a haircut") > 0.5
    assert sure("My credit card was stolen", BANK) > 0.9


def test_paying_is_a_desks_matter_whatever_it_is_paid_with() -> None:
    assert Surroundings(FLOWS).share("Can I pay by credit card?") == 1.0


def test_a_choice_among_other_things_than_wishes_knows_nothing_of_it() -> None:
    request = Request(Job.CLASSIFY, [Message("customer", "How do I change my Twitter password?")], choices=FLOWS)
    assert answer(request).confidence > 0.6


@pytest.mark.parametrize("text", ["", "!", "4821", "\ud800", "dog " * 5_000])
def test_any_text_has_a_share(text: str) -> None:
    assert 0.0 <= Surroundings(FLOWS).strange(text) <= 1.0


def test_a_desk_without_words() -> None:
    assert Surroundings((Choice("1", examples=("?",)),)).strange("My dog is ill") == 1.0


def test_a_desk_whose_examples_are_full_of_such_things_finds_none_strange() -> None:
    vet = (
        Choice("visit", "", ("I need an appointment for my dog", "When can I come with my cat?")),
        Choice("emergency", "", ("My rabbit does not eat any more", "My dog ate chocolate")),
    )
    assert Surroundings(vet).share("My horse has a fever") == 1.0
    assert Surroundings(vet).strange("My horse has a fever") > 0.3
