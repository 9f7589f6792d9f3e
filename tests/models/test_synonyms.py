"""A team's own words: found in any form, said beside a question, and in place of what the articles do not call so."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.models.base import Job, Message, Passage, Request
from engine.models.local.answer import quote
from engine.models.local.synonyms import NONE, Synonyms

TEAM = Synonyms(
    [
        ["RMA", "return"],
        ["air fryer", "hot air cooker", "Heißluftfritteuse"],
        ["fryer", "pan"],
        ["Zierrat", "ornament"],
    ]
)


@pytest.mark.parametrize(
    ("text", "beside"),
    [
        ("How do I get an RMA?", "How do I get an RMA (return)?"),
        ("how do i get rmas", "how do i get rmas (return)"),
        ("Two AIR  FRYERS, please", "Two AIR  FRYERS (hot air cooker, Heißluftfritteuse), please"),
        ("Is an air fryer a fryer?", "Is an air fryer (hot air cooker, Heißluftfritteuse) a fryer (pan)?"),
        ("RMA for a return", "RMA for a return"),
        ("RMA, RMA", "RMA (return), RMA"),
        ("Wo ist die Heißluftfritteuse", "Wo ist die Heißluftfritteuse (air fryer, hot air cooker)"),
        ("pharma", "pharma"),
        ("", ""),
    ],
)
def test_what_else_it_is_called_stands_beside(text: str, beside: str) -> None:
    assert TEAM.beside(text) == beside
    assert NONE.beside(text) == text


def test_only_what_the_other_does_not_say_is_put_otherwise() -> None:
    assert TEAM.instead("May I RMA it?", "A return takes 3 days.") == "May I return it?"
    assert TEAM.instead("May I RMA it?", "An RMA is a return.") == "May I RMA it?"
    assert TEAM.instead("May I RMA it?", "Nothing of it.") == "May I RMA it?"
    assert TEAM.instead("My air fryer broke", "The hot air cooker") == "My hot air cooker broke"


def test_the_lists_of_a_text() -> None:
    assert TEAM.of("rma of a fryer") == (("RMA", "return"), ("fryer", "pan"))
    assert TEAM.of("my air fryer") == (TEAM.groups[1],), "the longest counts, and nothing within it"
    assert TEAM.of("") == NONE.of("RMA") == ()


@given(st.lists(st.lists(st.text(max_size=12), max_size=4), max_size=4), st.text(max_size=60), st.text(max_size=60))
def test_no_text_is_lost(groups: list[list[str]], text: str, held: str) -> None:
    """Whatever the lists are, what stands beside is only added, and what is said in other words holds as many lists."""
    team = Synonyms(groups)
    beside = iter(team.beside(text))
    assert all(letter in beside for letter in text)
    assert len(team.of(team.instead(text, held))) >= min(1, len(team.of(text)))


def test_a_question_in_the_customers_words_is_answered() -> None:
    passages = (
        Passage(id="1", title="Warranty", heading="Ornaments", text="An ornament has a warranty of 3 years."),
        Passage(id="2", title="Warranty", heading="Living room", text="The lamp has a warranty of 2 years."),
    )
    question = "How long is the warranty of the Zierrat?"
    asked = Request(Job.ANSWER, (Message("customer", question),), passages=passages, language="en")
    assert quote(asked).text == "", "of that the articles say nothing"
    assert quote(replace(asked, synonyms=TEAM.of(question))).text == "An ornament has a warranty of 3 years."
