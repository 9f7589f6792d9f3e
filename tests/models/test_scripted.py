"""The scripted model: tests rest on it, so it must fail loudly."""

import pytest

from engine.models.base import Answer, Job, Message, Model, Request
from engine.models.errors import ModelUnavailable, UnknownModel
from engine.testing.model import ScriptedModel, anything

CLASSIFY = Request(Job.CLASSIFY, [Message("customer", "I want a REFUND"), Message("engine", "gift card?")])


async def test_the_first_entry_that_matches_answers() -> None:
    scripted: Model = ScriptedModel(
        [
            ("gift card", Answer(text="never: the engine said it")),
            (lambda request: request.job is Job.EXTRACT, Answer(text="extract")),
            ("refund", lambda request: Answer(text=request.messages[0].text)),
            (anything, Answer(text="any", model="other")),
        ]
    )
    assert await scripted.answer(CLASSIFY) == Answer(text="I want a REFUND", model="scripted")
    assert (await scripted.answer(Request(Job.EXTRACT))).text == "extract"
    assert (await scripted.answer(Request(Job.ANSWER))).model == "other"


async def test_outcomes_come_one_a_time_and_the_last_stays() -> None:
    scripted = ScriptedModel(
        [(Job.CLASSIFY, [ModelUnavailable("down", retry_after=2), Answer(text="a"), Answer(text="b")])]
    )
    with pytest.raises(ModelUnavailable) as caught:
        await scripted.answer(CLASSIFY)
    assert caught.value.retry_after == 2
    assert [(await scripted.answer(CLASSIFY)).text for _ in range(3)] == ["a", "b", "b"]
    assert scripted.calls == 4
    assert scripted.requests[0] is CLASSIFY


async def test_faults_by_the_number_of_the_call() -> None:
    scripted = ScriptedModel({anything: Answer(text="a")}, faults={2: ModelUnavailable()})
    assert (await scripted.answer(CLASSIFY)).text == "a"
    with pytest.raises(ModelUnavailable):
        await scripted.answer(CLASSIFY)
    assert (await scripted.answer(CLASSIFY)).text == "a"


async def test_what_is_not_scripted_is_never_answered() -> None:
    with pytest.raises(UnknownModel) as caught:
        await ScriptedModel().answer(CLASSIFY)
    assert caught.value.code == "unscripted"
    with pytest.raises(ValueError, match="no outcome"):
        ScriptedModel([(Job.CLASSIFY, [])])
