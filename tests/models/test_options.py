"""Words for an option that say it, deny it, or are about something else."""

import pytest

from engine.models.base import Field, Job, Message, Option, Request
from engine.models.local.model import answer

REASON = Field("reason", kind="one_of", options=tuple(Option(one, one) for one in ("damaged", "late", "unwanted")))
BROKEN = Field("what", kind="some_of", options=REASON.options)


def found(field: Field, *texts: str, language: str = "en") -> object:
    messages = [one for text in texts for one in (Message("engine", "What is wrong?"), Message("customer", text))]
    said = answer(Request(Job.EXTRACT, messages, fields=(field,), language=language, asked=field.name))
    return said.data.get(field.name)


@pytest.mark.parametrize("text", [
    "nothing is broken", "none of it is damaged", "nichts ist kaputt", "es ist nichts kaputt", "rien n'est cassé",
    "nada está roto", "I don't think it is broken", "ich glaube nicht, dass sie kaputt ist",
    "je ne pense pas que ce soit cassé", "no creo que esté roto", "broken? no", "kaputt? nein", "cassé ? non",
    "¿roto? no",
])  # fmt: skip
def test_what_nothing_is(text: str) -> None:
    assert found(REASON, text) is found(BROKEN, text) is None
    assert found(REASON, "the mug is broken", text) is None


@pytest.mark.parametrize("text", [
    "if it was broken I would have said so", "wenn sie kaputt wäre, hätte ich es gesagt",
    "I wonder whether it is broken", "not sure if it's broken", "si c'était cassé je l'aurais dit",
    "s'il est cassé, que faire", "si estuviera roto lo habría dicho",
    "your website is broken", "the link in your mail is broken", "Ihre Webseite ist kaputt", "votre site est cassé",
    "su página está rota",
])  # fmt: skip
def test_a_condition_or_our_own_page_says_nothing(text: str) -> None:
    assert found(REASON, text) is found(BROKEN, text) is None
    assert found(REASON, "the mug is broken", text) == "damaged"


@pytest.mark.parametrize("text", [
    "was it broken? yes", "Let me know if you can replace the broken cup", "nothing works, it is broken",
    "I wonder if I can return it, it is broken", "your app is fine but the lamp is broken", "sí, está roto",
    "I don't think so, it is broken", "I saw on your website that it was sold broken",
])  # fmt: skip
def test_what_is_said_beside_it_stays_said(text: str) -> None:
    assert found(REASON, text) == "damaged"
