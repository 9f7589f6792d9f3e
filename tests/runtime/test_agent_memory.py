"""What a model answers is anybody's text: made harmless where it is taken up."""

import json
from decimal import Decimal
from typing import Any

import pytest

from engine.models.base import Answer, Call
from engine.runtime.activities.memory import CALLS, Memory


def taken(*calls: Call, text: str = "") -> Memory:
    memory = Memory()
    memory.take(Answer(text=text, calls=calls))
    assert Memory.load(memory.dump()) == memory, "it is kept as it is"
    return memory


def deep(levels: int) -> Any:
    found: Any = "x"
    for _ in range(levels):
        found = {"a": found}
    return found


@pytest.mark.parametrize(
    "given",
    [None, "text", 4, ["a"], {"a": float("nan")}, {"a": float("inf")}, {"a": {1, 2}}, {"a": b"x"}, {"a": Decimal(1)},
     {"a": "x" * 60_000}, deep(80), deep(100_000), {"a": 10**5000}, {"a": "\ud800"}, {"a": 10**50}],
    ids=range(15),
)  # fmt: skip
def test_arguments_that_are_none(given: Any) -> None:
    memory = taken(Call("a", "orders.get", given))
    [call] = memory.turns[-1]["calls"]
    assert call["arguments"] == {}
    assert call["broken"]


def test_arguments_that_are_some() -> None:
    given = {"naïve": "ß\u0000\u202e😀", "n": 1, "list": [1.5, None, True, {"a": []}]}
    [call] = taken(Call("a", "orders.get", given)).turns[-1]["calls"]
    assert call == {"id": "a", "tool": "orders.get", "arguments": given}


def test_ids_that_do_not_tell_calls_apart_are_others() -> None:
    memory = taken(
        Call("a", "t.one", {"n": 1}), Call("a", "t.two", {"n": 2}), Call("", "t.three", {"n": 3}),
        Call("call-1-1", "t.four", {"n": 4}), Call("\ud800", "t.five", {"n": 5}),
    )  # fmt: skip
    names = [call["id"] for call in memory.turns[-1]["calls"]]
    assert len(set(names)) == 5
    assert [memory.call(name)["arguments"]["n"] for name in memory.queue] == [1, 2, 3, 4, 5]
    memory.take(Answer(calls=(Call("call-1-1", "t.six", {"n": 6}), Call("b", "t.seven", {"n": 7}))))
    assert [memory.call(name)["arguments"]["n"] for name in memory.queue] == [6, 7]
    assert len({call["id"] for turn in memory.turns for call in turn["calls"]}) == 7


def test_more_calls_than_are_made() -> None:
    memory = taken(*(Call(str(number), "orders.get", {"order_id": str(number)}) for number in range(50)))
    assert memory.queue == [str(number) for number in range(CALLS)]
    assert "18 were left out" in memory.turns[-1]["text"]


def test_a_text_is_one_to_the_customer() -> None:
    memory = taken(text="Hello \ud83d" + "x" * 30_000)
    [call] = memory.turns[-1]["calls"]
    assert call["tool"] == "write_to_customer"
    assert call["arguments"]["text"].startswith("Hello ?xxx")
    assert len(memory.dump()) < 80_000
    json.loads(memory.dump())


def test_names_of_tools_are_short() -> None:
    [call] = taken(Call("x" * 9_000, "y" * 9_000, {})).turns[-1]["calls"]
    assert len(call["id"]) == len(call["tool"]) == 200


def test_what_an_older_release_kept() -> None:
    kept = {"turns": [], "queue": [], "out": "a", "model_calls": 1, "customer_turns": 0, "cost": "0", "seen": {}}
    assert Memory.load(json.dumps(kept)).out == ["a"]
    assert Memory.load(json.dumps({**kept, "out": None})).out == []
