"""Items that are named and not meant, by what we asked."""

import pytest

from engine.models.base import Field, FieldKind, Job, Message, Option, Request
from engine.models.local.model import answer

ITEMS = (Option("Blue mug", "mug"), Option("Oak table", "table"), Option("Reading lamp", "lamp"))


def found(question: str, text: str, kind: FieldKind = "some_of") -> object:
    messages = [Message("engine", question), Message("customer", text)]
    field = Field("items", kind=kind, options=ITEMS)
    return answer(Request(Job.EXTRACT, messages, fields=(field,), language="en", asked="items")).data.get("items")


@pytest.mark.parametrize(("question", "text"), [
    ("Which items would you like to keep?", "I keep the lamp"), ("Which items do you keep?", "the lamp stays here"),
    ("Which item would you like instead?", "the lamp is fine"), ("Which one would you prefer?", "I like the lamp"),
])  # fmt: skip
def test_what_the_question_asks_for_is_not_left_out(question: str, text: str) -> None:
    assert found(question, text) == ["lamp"]
    assert found("Which items would you like to return?", text) is None


def test_one_item_to_be_returned_is_not_the_one_that_is_kept() -> None:
    assert found("Which item would you like to return?", "keep the lamp", "one_of") is None
    assert found("Which item would you like to return?", "I keep the lamp, return the mug", "one_of") == "mug"
    assert found("Which item is it about?", "I want to keep the lamp", "one_of") == "lamp"


@pytest.mark.parametrize(("text", "items"), [
    ("the mug, the table and the lamp are fine", None), ("the mug and the table are fine, the lamp is not", ["lamp"]),
    ("keep the mug and the table", None), ("the mug is fine and so is the table", None),
    ("return the lamp but not the mug and the table", ["lamp"]), ("It is fine for me to return the lamp", ["lamp"]),
    ("the mug, no wait, I will tell you about the lamp later", None),
])  # fmt: skip
def test_a_list_shares_its_verb(text: str, items: list[str] | None) -> None:
    assert found("Which items would you like to return?", text) == items


def test_what_is_left_out_is_not_taken_from_an_older_message() -> None:
    messages = [
        Message("customer", "the mug and the lamp are broken"),
        Message("engine", "Which ones would you like to return?"),
        Message("customer", "all but the lamp"),
    ]
    field = Field("items", kind="some_of", options=ITEMS)
    assert answer(Request(Job.EXTRACT, messages, fields=(field,), language="en", asked="items")).data == {}


def test_a_long_list_is_read_in_no_time() -> None:
    assert found("Which items?", "the mug and " * 600 + "the lamp are fine") in (None, ["mug"])
