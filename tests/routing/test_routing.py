"""Rules before words, and several wishes in one message."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from engine.models.base import Answer, Capabilities, Message, Request
from engine.models.local import LocalModel
from engine.routing import Came, Decision, Why, by_rule, by_words, decide, read, wishes
from tests.models.conftest import FLOWS

STARTS: dict[str, dict[str, Any]] = {
    "refund": {"tags": ["refund", "money-back"]},
    "returns": {"form": "returns"},
    "vip-refund": {"tags": ["refund"], "channel": "vip"},
    "phone": {"channel": "phone"},
    "faq": {},
}


@pytest.mark.parametrize(
    ("came", "flows"),
    [
        (Came(), []),
        (Came("zendesk", ("shipping",)), []),
        (Came("zendesk", ("shipping", "Refund")), ["refund"]),
        (Came("zendesk", (), "returns"), ["returns"]),
        (Came("phone"), ["phone"]),
        (Came("vip", ("refund",)), ["vip-refund"]),
        (Came("zendesk", ("refund",), "returns"), ["refund", "returns"]),
        (Came("phone", ("refund",)), ["phone", "refund"]),
        (Came("", ("",), ""), []),
    ],
)
def test_the_closest_rule(came: Came, flows: list[str]) -> None:
    assert by_rule(STARTS, came) == flows


def wished(text: str) -> list[tuple[str, str]]:
    async def ask() -> list[tuple[str, str]]:
        model = LocalModel()
        whole = await read(model, (Message("customer", text),), FLOWS)
        return [(one.flow, text[one.start : one.end]) for one in await wishes(model, text, whole, FLOWS, 0.6)]

    return asyncio.run(ask())


class Paid(LocalModel):
    """Says how sure it is of one flow alone, as hosted models do."""

    capabilities = Capabilities()

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    async def answer(self, request: Request) -> Answer:
        self.asked.append(request.messages[0].text)
        found = await super().answer(request)
        choice = found.data["choice"]
        return replace(found, data={"choice": choice, "scores": {choice: found.confidence} if choice else {}})


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Where is my order 4900? I want a refund for order 4821.", ("order-status", "refund")),
        ("Hello. I hope that you are well. Where is my order 4900?", ()),
    ],
)
async def test_what_costs_is_asked_about_the_parts_of_what_may_be_several_wishes(
    text: str, found: tuple[str, ...]
) -> None:
    model = Paid()
    decision = await decide(model, (Message("customer", text),), FLOWS, 0.6, last=text)
    assert tuple(wish.flow for wish in decision.wishes) == found
    assert decision.flow == "order-status"
    assert len(model.asked) == 1 + len(found)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "I want a refund for order 4821. Where is my order 4900?",
            [("refund", "I want a refund for order 4821."), ("order-status", "Where is my order 4900?")],
        ),
        (
            "Where is my order 4900 and also please give me my money back for order 4821",
            [
                ("order-status", "Where is my order 4900"),
                ("refund", "please give me my money back for order 4821"),
            ],
        ),
        (
            "Ich möchte mein Geld zurück. Und wo ist meine andere Bestellung?",
            [("refund", "Ich möchte mein Geld zurück."), ("order-status", "Und wo ist meine andere Bestellung?")],
        ),
        ("Hi, I bought a lamp two weeks ago and it never worked. I want a refund.", []),
        ("I want a refund. Please give me my money back for order 4821.", []),
        ("Where is my order 4821?", []),
        ("My parcel has not come yet. I want my money back.", []),
        (
            "Je veux être remboursé. Et où est mon colis ?",
            [("refund", "Je veux être remboursé."), ("order-status", "Et où est mon colis ?")],
        ),
        (
            "I want a refund for order 4821. I want a refund for order 4900, too.",
            [
                ("refund", "I want a refund for order 4821."),
                ("refund", "I want a refund for order 4900, too."),
            ],
        ),
        (
            "I want my money back. Could you also tell me whether my brother's visa has been granted?",
            [
                ("refund", "I want my money back."),
                ("", "Could you also tell me whether my brother's visa has been granted?"),
            ],
        ),
        ("I want a refund. Can you help me, please?", []),
        (
            "My delivery is late. Could you please change my password, too?",
            [("order-status", "My delivery is late."), ("faq", "Could you please change my password, too?")],
        ),
        (
            "You charged me twice for one order and when will my parcel arrive?",
            [("refund", "You charged me twice for one order"), ("order-status", "when will my parcel arrive?")],
        ),
        (
            "My delivery is late and you charged me twice.",
            [("order-status", "My delivery is late"), ("refund", "you charged me twice.")],
        ),
        ("I don't want a refund. Where is my order 4821?", []),
        ("I do not want my money back, and when will my parcel arrive?", []),
        ("", []),
        ("\ud800 and \u200b. and", []),
    ],
)
def test_each_wish_of_a_message_with_its_own_words(text: str, found: list[tuple[str, str]]) -> None:
    assert wished(text) == found


def decided(text: str) -> Decision:
    return asyncio.run(decide(LocalModel(), (Message("customer", text),), FLOWS, 0.6, last=text))


def test_one_answer_for_whoever_asks() -> None:
    assert decided("I want a refund for order 4821")[:2] == (Why.EXAMPLES, "refund")
    assert decided("I want a refund for order 4821. Where is my order 4900?")[:2] == (Why.SEVERAL, "refund")
    assert decided("I do not want a refund for order 4821")[:2] == (Why.UNSURE, None)
    assert decided("Not a refund for order 4821, please. Where is my order 4900?").flow == "order-status"
    found = by_words("My lawyer will write to you", ("legal",))
    assert found is not None
    assert found.touched == {"legal"}
    assert by_words("Where is my order?", ("legal",)) is None


def test_the_rule_of_one_flow_asks_no_model() -> None:
    found = asyncio.run(decide(LocalModel(), (), (), 0.6, fits=["refund"]))
    assert found == Decision(Why.RULE, "refund")


def test_a_huge_message_is_asked_about_a_few_times_only() -> None:
    assert len(wished("I want a refund. Where is my order? " * 50_000)) == 2
