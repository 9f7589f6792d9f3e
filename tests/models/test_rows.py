"""Rows of tables say what they say below their head."""

from engine.models.base import Answer, Job, Message, Passage, Request
from engine.models.local.model import answer
from engine.models.local.rows import heads, rows

TABLE = ["Plan | Price per month | Access", "Flex (one desk) | 149 EUR | by day", "Team | 1,250 EUR | always"]


def asked(question: str, text: str, title: str = "") -> Answer:
    passage = Passage(id="p", text=text, title=title)
    return answer(Request(Job.ANSWER, [Message("customer", question)], passages=(passage,)))


def test_each_cell_stands_below_its_head() -> None:
    lines = ["Our plans.", *TABLE, "All with coffee."]
    assert heads(lines) == {1}
    assert {place: str(row) for place, row in rows(lines).items()} == {
        2: "Plan: Flex (one desk); Price per month: 149 EUR; Access: by day",
        3: "Plan: Team; Price per month: 1,250 EUR; Access: always",
    }
    assert rows(lines)[3].of([1]) == "Plan: Team; Price per month: 1,250 EUR"


def test_a_head_may_leave_out_what_the_first_column_is() -> None:
    assert str(rows(["Day | Week", "Boat | 9 EUR | 50 EUR"])[1]) == "Boat; Day: 9 EUR; Week: 50 EUR"


def test_where_it_is_not_known_what_stands_above_a_row_is_as_it_is() -> None:
    assert set(rows([*TABLE, "Gold | 99 EUR"])) == {1, 2}
    assert rows(["Prices | Terms | Notes", "Boat | 9 EUR"]) == {}
    assert rows(["Boat | 9 EUR", "Oar | 2 EUR"]) == {}
    assert heads(["Boat | 9 EUR", "Oar | 2 EUR"]) == heads(["Plan | Price"]) == set()


def test_a_row_is_an_answer_in_the_words_of_its_head() -> None:
    text = "\n".join(TABLE)
    said = asked("How much is Flex per month?", text, "Plans")
    assert said.text == "Plan: Flex (one desk); Price per month: 149 EUR; Access: by day"
    assert asked("What does the Team plan cost a month?", text).text.startswith("Plan: Team; Price per month: 1,250")
    assert asked("How much is Gold per month?", text, "Plans").finish == "refused"


def test_a_row_is_about_its_first_cell() -> None:
    checks = "Service | Price | Takes\nSmall check | 39 EUR | 1 day\nBig check | 89 EUR | 3 days"
    assert asked("How long does a big check take?", checks).text == "Service: Big check; Price: 89 EUR; Takes: 3 days"
    assert asked("How long does a check take?", checks).finish == "refused"


def test_sentences_in_a_cell_do_not_cut_its_row() -> None:
    limits = (
        "Resource | Default | Comment\nFilters | 100 | The most that are saved. You cannot have more.\n"
        "Lists | 6 | The most that are active. You cannot have more.\nLogs | 5 | The most that are kept."
    )
    assert asked("What is the default of lists?", limits, "Limits").text == (
        "Resource: Lists; Default: 6; Comment: The most that are active. You cannot have more."
    )


def test_which_one_is_asked_for_names_no_first_cell() -> None:
    boats = "Boat | Colour | Masts\nSwan | white | two\nCrow | black | three"
    assert asked("Which boat has a white colour?", boats).text == "Boat: Swan; Colour: white; Masts: two"
    assert asked("Has a boat a white colour?", boats).finish == "refused"


def test_a_column_of_its_own_is_another_thing() -> None:
    deposits = "Boat | Deposit\nKayak | 100 EUR\nCanoe | 150 EUR"
    assert asked("What does a kayak cost?", deposits).finish == "refused"
    assert asked("How much is the deposit for a kayak?", deposits).text == "Boat: Kayak; Deposit: 100 EUR"


def test_each_row_is_quoted_on_a_line_of_its_own() -> None:
    said = asked("What does a boat cost?", "Boat | Price\nBoat | 9 EUR\nBoat (small) | 8 EUR")
    assert said.text.split("\n") == ["Boat: Boat; Price: 9 EUR", "Boat: Boat (small); Price: 8 EUR"]
