"""Every adapter against the stand-in of its provider: the four jobs, streams, and everything that goes wrong."""

import warnings
from dataclasses import replace
from datetime import date
from decimal import Decimal
from math import ceil
from typing import Any

import pytest

from engine.catalogue import image_tokens, vendor
from engine.models import anthropic, google, mistral, openai
from engine.models.ask import Ask
from engine.models.base import Answer, Call, Capabilities, Decided, Image, Job, Message, Price, Request, Turn, Usage
from engine.models.chain import Chain, Link
from engine.models.embedders import remote
from engine.models.embedders.base import EmbedderChoice
from engine.models.errors import BadAnswer, ModelError, ModelRejected
from engine.models.hosted import HostedModel
from engine.models.images import SIDE
from engine.models.reply import object_of
from engine.testing.models import Asked, Fails, ModelStandIn, Says
from engine.testing.models import mistral as mistral_form
from tests.models.given import ANSWER, CANARY, CLASSIFY, EXTRACT, GOOD, JOBS, PNG, WORK, hosted, worked

PRICED = date(2026, 11, 27)


def said(answer: Answer) -> dict[str, Any]:
    return {"text": answer.text, "data": dict(answer.data), "citations": answer.citations, "finish": answer.finish}


async def test_each_job_is_asked_and_answered(model: HostedModel, standin: ModelStandIn) -> None:
    expected: dict[Job, dict[str, Any]] = {
        Job.CLASSIFY: {"data": {"choice": "refund", "scores": {"refund": 0.9}}},
        Job.EXTRACT: {"data": {"order": "4821"}},
        Job.ANSWER: {"text": "Yes, within 30 days.", "citations": ("p1",)},
    }
    for job, more in expected.items():
        standin.says([Says(data=GOOD[job], tokens=(100, 40, 7))])
        answer = await model.answer(JOBS[job])
        assert said(answer) == {"text": "", "data": {}, "citations": (), "finish": "stop", **more}
        assert answer.usage == Usage(100, 40, 7)
        assert answer.model == "mine"
        asked = standin.asked[-1]
        assert asked.schema is not None
        assert asked.model == "m-1"
        assert CANARY in asked.said
        assert CANARY not in asked.system, "data stands apart from instructions"
    assert "Answer kindly." in standin.asked[-1].system
    assert standin.asked[-1].images == (("image/png", PNG),)
    assert "May I send it back? Kanarienvogel-4711\n[picture 1]\n" in standin.asked[-1].said


async def test_what_surely_does_not_fit_is_not_sent(model: HostedModel, standin: ModelStandIn) -> None:
    """Some servers cut what is too long for them, and say nothing of it."""

    def reads(tokens: int) -> HostedModel:
        can = Capabilities(vision=True, tools=True, schema=True, context=tokens)
        return hosted(model.spec.provider, model.spec.base_url, capabilities=can)

    standin.says([Says(data=GOOD[Job.ANSWER])])
    long = replace(ANSWER, passages=(replace(ANSWER.passages[0], text="Within thirty days of delivery. " * 1_000),))
    small, large = reads(4_096), reads(8_192)
    for refused in (small.answer(long), anext(aiter(small.stream(long)))):
        with pytest.raises(ModelRejected) as caught:
            await refused
        assert caught.value.code == "too_long"
    with pytest.raises(ModelRejected):
        small.worst(long)
    assert not standin.asked
    assert (await Chain([Link(small), Link(large)]).answer(long)).text
    assert (await small.answer(ANSWER)).text
    assert len(standin.asked) == 2
    told = worked(WORK, Turn("", (Call("1", "orders.get", {}),), {"1": {"note": "Within thirty days. " * 1_500}}))
    with pytest.raises(ModelRejected):
        small.ask(told)
    assert model.ask(told), "nobody says how much it reads"
    await small.close()
    await large.close()


TOKENS = {
    "Hello, I ordered a lamp from your shop last week and it still has not arrived. Could you please tell me where my "
    "parcel is and when I can expect the delivery?": 35,
    "Guten Tag, ich habe letzte Woche eine Lampe in Ihrem Geschäft bestellt, und sie ist noch nicht angekommen.": 23,
    "Здравствуйте, на прошлой неделе я заказал лампу в вашем магазине, и она до сих пор не пришла.": 25,
    "सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता और समानता प्राप्त है।": 25,
    "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ": 32,
    "您好,我上周在贵店订购了一盏台灯,到现在还没有收到。请问我的包裹在哪里,什么时候可以送到?": 35,
    "先週お店でランプを注文しましたが、まだ届いていません。荷物が今どこにあるのか教えていただけますか。": 35,
    "지난주에 주문한 램프가 아직 도착하지 않았습니다. 제 소포가 어디에 있는지 알려주시겠어요?": 29,
}
"""As `o200k_base` of OpenAI counts them."""


@pytest.mark.parametrize("text", TOKENS)
def test_no_more_tokens_are_counted_than_there_are(text: str) -> None:
    counted = Ask(system=text * 10, data=text * 10, most=1).least
    assert TOKENS[text] * 20 / 4 < counted < TOKENS[text] * 20


async def test_parallel_calls_are_asked_for_and_their_results_told(model: HostedModel, standin: ModelStandIn) -> None:
    both = (("orders_get", {"order_id": "1"}), ("orders_get", {"order_id": "2"}))
    standin.says([Says(text="One moment.", calls=both), Says(calls=(("finish", {}),))])
    first = await model.answer(WORK)
    assert [(call.tool, call.arguments) for call in first.calls] == [
        ("orders.get", {"order_id": "1"}), ("orders.get", {"order_id": "2"}),
    ]  # fmt: skip
    assert len({call.id for call in first.calls}) == 2
    assert first.text == "One moment."
    turn = Turn(first.text, first.calls, {call.id: {"result": "ü"} for call in first.calls})
    second = await model.answer(worked(WORK, turn))
    assert [call.tool for call in second.calls] == ["finish"]
    assert [asked.results for asked in standin.asked] == [0, 2]
    assert set(standin.asked[0].tools) == {"orders_get", "finish"}


async def test_what_another_provider_began_goes_on(model: HostedModel, standin: ModelStandIn) -> None:
    """Ids and signatures of all the others, a text that was taken for a call, and a tool that is gone."""
    turns = [
        Turn("", (Call("toolu_01X9wcHKKAZD9tBC711xipPa", "orders.get", {"order_id": "1"}),),
             {"toolu_01X9wcHKKAZD9tBC711xipPa": 1}),
        Turn("", (Call("call_PkRGedQNRFUzJp2R7dO7avWR", "orders.get", {}, "bm90IHlvdXJz"),), {}),
        Turn("Hello", (Call("say-2", "write_to_customer", {"text": "Hello"}), Call("abc123DEF", "shop.gone", {})),
             {"say-2": {"result": "seen"}}),
    ]  # fmt: skip
    standin.says([Says(calls=(("finish", {}),))])
    answer = await model.answer(worked(WORK, *turns))
    assert [call.tool for call in answer.calls] == ["finish"]
    assert standin.asked[-1].results == 4


async def test_a_stream_gives_the_text_piece_by_piece_and_then_the_same_answer(
    model: HostedModel, standin: ModelStandIn
) -> None:
    text = 'Yes — "30 days" 😀\nand more.'
    standin.says([Says(data={**GOOD[Job.ANSWER], "answer": text})])
    pieces = [piece async for piece in model.stream(ANSWER)]
    assert len(pieces) > 2
    assert "".join(piece for piece in pieces if isinstance(piece, str)) == text
    assert isinstance(pieces[-1], Answer)
    whole = await model.answer(ANSWER)
    assert pieces[-1] == whole
    standin.says([Says(calls=(("orders_get", {"order_id": "1"}), ("finish", {})))])
    (worked_,) = [piece async for piece in model.stream(WORK)]
    assert isinstance(worked_, Answer)
    assert [(call.tool, call.arguments) for call in worked_.calls] == [
        ("orders.get", {"order_id": "1"}),
        ("finish", {}),
    ]
    standin.says([Says(data=GOOD[Job.CLASSIFY])])
    (classified,) = [piece async for piece in model.stream(CLASSIFY)]
    assert isinstance(classified, Answer)
    assert classified.data["choice"] == "refund"


async def test_what_is_decided_comes_before_a_text_that_may_stand(model: HostedModel, standin: ModelStandIn) -> None:
    """The order is asked for by the schema; what a model decides itself counts only as far as the engine agrees."""
    request = replace(ANSWER, upfront=True)

    async def streamed(**answer: Any) -> list[Any]:
        def says(asked: Asked) -> Says:
            assert asked.schema is not None
            assert list(asked.schema["properties"])[-1] == "answer"
            return Says(data={name: {**GOOD[Job.ANSWER], **answer}[name] for name in asked.schema["properties"]})

        standin.says(says)
        return [piece async for piece in model.stream(request)]

    first, *pieces, last = await streamed(answer="Yes. Within 30 days.", citations=["p1", "p9"])
    if model.spec.provider == "anthropic":
        assert standin.asked[-1].body["tools"][0]["eager_input_streaming"], "else it comes when it is whole"
    assert first == Decided(supported=True, confidence=0.8, citations=("p1",))
    assert "".join(pieces) == "Yes. Within 30 days."
    assert last == await model.answer(request)
    unheld: list[dict[str, Any]] = [{"supported": False}, {"citations": []}, {"citations": ["p9"]}]
    for refused in unheld:
        first, *pieces, last = await streamed(**refused)
        assert (first.supported, pieces, last.finish) == (False, [], "refused")


@pytest.mark.parametrize(
    ("facts", "stands"),
    [({"passages": []}, False), ({"note": "", "order": {"id": None}}, False), ({"orders": [{"open": False}]}, True),
     ({"left": 0}, True), ({}, True)],
)  # fmt: skip
async def test_nothing_is_no_support(
    model: HostedModel, standin: ModelStandIn, facts: dict[str, Any], stands: bool
) -> None:
    """An empty search holds nothing up. Without any source at all the author's own words have to do."""
    standin.says([Says(data={**GOOD[Job.ANSWER], "citations": []})])
    answer = await model.answer(replace(ANSWER, passages=(), facts=facts))
    assert (answer.finish == "stop") is stands


@pytest.mark.parametrize("finish", ["length", "refused"])
async def test_a_cut_text_and_a_refusal_say_so(model: HostedModel, standin: ModelStandIn, finish: Any) -> None:
    standin.says([Says(text="No", finish=finish)])
    answer = await model.answer(WORK)
    assert (answer.finish, answer.text, answer.calls) == (finish, "", ())
    streamed = [piece async for piece in model.stream(WORK)][-1]
    assert isinstance(streamed, Answer)
    assert streamed.finish == finish


@pytest.mark.parametrize("finish", ["length", "refused"])
@pytest.mark.parametrize(
    ("request_", "says"),
    [
        (ANSWER, Says(data=GOOD[Job.ANSWER], cut=30)),
        (CLASSIFY, Says(data=GOOD[Job.CLASSIFY], cut=5)),
        (WORK, Says(text="I look.", calls=(("orders_get", {"order_id": "4821"}),), cut=12)),
    ],
)
async def test_what_ends_in_the_middle_of_its_json_is_cut_or_refused_and_not_broken(
    model: HostedModel, standin: ModelStandIn, request_: Request, says: Says, finish: Any
) -> None:
    """Whoever asked is told why, and does not pay for asking the same once more."""
    standin.says([replace(says, finish=finish)])
    streamed = [piece async for piece in model.stream(request_)][-1]
    for answer in (await model.answer(request_), streamed):
        assert isinstance(answer, Answer)
        assert (answer.finish, answer.text, answer.calls, dict(answer.data)) == (finish, "", (), {})
        assert answer.usage == Usage(100, 0, 20)


async def test_mistrals_filter_is_a_refusal(standin: ModelStandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(mistral_form._FINISH, "refused", "content_filter")
    model = hosted("mistral", standin.url("mistral"))
    standin.says([Says(data=GOOD[Job.ANSWER], cut=30, finish="refused")])
    assert (await model.answer(ANSWER)).finish == "refused"
    await model.close()


async def test_an_error_in_the_middle_of_a_stream_may_be_billed(model: HostedModel, standin: ModelStandIn) -> None:
    for status in (503, 400):
        standin.says([Fails(kind="inside", status=status)])
        with pytest.raises(ModelError) as caught:
            assert [piece async for piece in model.stream(ANSWER)] == []
        assert caught.value.billed


async def test_no_provider_is_believed_an_answer_of_any_length(model: HostedModel, standin: ModelStandIn) -> None:
    long = "x" * 150_000
    told: list[tuple[Request, Says]] = [
        (ANSWER, Says(data={**GOOD[Job.ANSWER], "answer": long})),
        (WORK, Says(text=long)),
        (WORK, Says(calls=(("orders_get", {"order_id": long}),))),
    ]
    for asked, says in told:
        standin.says([says])
        with pytest.raises(BadAnswer):
            await model.answer(asked)
        with pytest.raises(BadAnswer):
            assert [piece async for piece in model.stream(asked)][-1:] == []


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
async def test_what_is_no_number_is_refused(model: HostedModel, standin: ModelStandIn, number: float) -> None:
    standin.says([Says(calls=(("orders_get", {"order_id": number}),))])
    with pytest.raises(BadAnswer):
        assert [piece async for piece in model.stream(WORK)] == []


@pytest.mark.parametrize(
    "given", ['{"a": NaN}', '{"a": 1e999}', {"a": float("nan")}, {"a": {"b": [float("-inf")]}}, {"a": "x" * 100_000},
              {"a": object()}, [], "[]", None],
)  # fmt: skip
def test_an_object_is_the_same_whoever_has_read_it(given: Any) -> None:
    with pytest.raises(BadAnswer):
        object_of(given)
    assert object_of('{"a": 1.5}') == object_of({"a": 1.5}) == {"a": 1.5}


def test_the_price_of_a_call_counts_what_was_cached_and_never_too_little() -> None:
    model = hosted("openai", "http://127.0.0.1:9")
    assert model.cost(Usage(10, 0, 5)) is None
    assert model.worst(CLASSIFY) is None
    price = Price(input=Decimal(2), cached=Decimal("0.5"), output=Decimal(10), written=Decimal(3), since=PRICED)
    model.capabilities = replace(model.capabilities, price=price)
    assert model.cost(Usage(1000, 400, 100, 100)) == Decimal("0.0025")  # 500 x 2 + 400 x .5 + 100 x 3 + 100 x 10
    worst = model.worst(CLASSIFY)
    assert worst is not None
    assert worst >= model.cost(Usage(len(model.ask(CLASSIFY).data), 0, model.spec.most))  # type: ignore[operator]
    model.capabilities = replace(model.capabilities, price=None, free=True)
    assert model.cost(Usage(10, 0, 5)) == 0 == model.worst(CLASSIFY)


@pytest.mark.parametrize(("name", "tokens"), [
    ("gpt-4o-mini", 48_169), ("gpt-4o-mini-2024-07-18", 48_169), ("ft:gpt-4o-mini-2024-07-18:shop::a1", 48_169),
    ("openai/GPT-4o-mini", 48_169), ("gpt-4o", 6_000), ("gpt-4.1-nano", 6_000), ("llava", 10_000),
])  # fmt: skip
def test_no_picture_costs_more_than_is_set_aside_for_it(name: str, tokens: int) -> None:
    model = hosted("openai", "http://127.0.0.1:9", model=name)
    price = Price(input=Decimal(1), cached=Decimal(1), output=Decimal(1), written=Decimal(1), since=PRICED)
    model.capabilities = replace(model.capabilities, price=price)
    pictures = tuple(Image("image/png", bytes([number])) for number in range(8))
    asks = [replace(CLASSIFY, messages=(Message("customer", "Look", images=some),)) for some in (pictures, ())]
    seen, blind = (model.worst(request) for request in asks)
    assert seen is not None
    assert blind is not None
    lines = sum(len(f"\n[picture {number}]") for number in range(1, 9))
    assert (seen - blind) * 1_000_000 == 8 * tokens + lines


def test_the_bounds_for_pictures_hold_by_what_openai_says_it_counts() -> None:
    """https://developers.openai.com/api/docs/guides/images-vision: tiles after the shorter side is at most 768, or
    patches by a factor."""

    def tiles(width: int, height: int) -> int:
        scale = min(1.0, 768 / min(width, height))
        return ceil(width * scale / 512) * ceil(height * scale / 512)

    sides = [*range(32, SIDE, 16), SIDE]
    most = max(tiles(width, height) for width in sides for height in sides)
    assert image_tokens("openai", "gpt-4o-mini") == 2_833 + 5_667 * most
    patches = ceil(SIDE / 32) ** 2
    assert patches * 2.46 < image_tokens("openai", "gpt-4.1-nano") < image_tokens("openai", "llava")


@pytest.mark.parametrize("streamed", [False, True])
async def test_a_model_that_will_end_answers_where_warnings_are_errors(standin: ModelStandIn, streamed: bool) -> None:
    """Anthropic's SDK warns of it before it sends anything. Every other warning stays an error."""
    standin.says([Says(data=GOOD[Job.CLASSIFY])])
    ends = hosted("anthropic", standin.url("anthropic"), model="claude-3-5-haiku-latest")
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("error")
        answer = [one async for one in ends.stream(CLASSIFY)][-1] if streamed else await ends.answer(CLASSIFY)
        with pytest.raises(DeprecationWarning):
            warnings.warn("something else is deprecated", DeprecationWarning, stacklevel=1)
    await ends.close()
    assert isinstance(answer, Answer)
    assert answer.data["choice"] == "refund"
    assert ["end-of-life" in str(one.message) for one in told] == [True]


async def test_a_quote_tells_which_message_said_a_field(model: HostedModel, standin: ModelStandIn) -> None:
    """The first that completes it: quotes run over several messages, and stand in none of the team's."""
    texts = [("customer", "Hello,\n  it is about"), ("engine", "Order 4821?"), ("customer", " "),
             ("customer", "order 4821 "), ("customer", "order 4821, a CHAIR")]  # fmt: skip
    asked = replace(EXTRACT, messages=tuple(Message(who, text) for who, text in texts))  # type: ignore[arg-type]
    for quote, place in (("order 4821", 3), ("about order", 3), ("chair", 4), ("Hello, it", 0), ("4821 order", 4)):
        given = {"value": "4821", "quote": quote, "confidence": 0.9}
        standin.says([Says(data={"order": given, "which": None})])
        assert (await model.answer(asked)).said_at == {"order": place}


async def test_what_a_picture_shows_counts_where_it_was_sent(model: HostedModel, standin: ModelStandIn) -> None:
    """`[picture N]` in place of a quote; a number that was not sent, and the note on what was not read, are none."""
    pictures = tuple(Image("image/png", bytes([number])) for number in range(3))
    asked = replace(EXTRACT, messages=(
        Message("customer", "Look", images=pictures[:1], unread=2), Message("engine", "Which order?"),
        Message("customer", "", images=pictures[1:]),
    ))  # fmt: skip
    for quote, place in (
        ("[picture 1]", 0), ("[Picture 3]", 2), ("[picture 4]", None), ("[picture 0]", None), ("picture 1", None),
        ("[2 attachments that could not be read]", None),
    ):  # fmt: skip
        standin.says([Says(data={"order": {"value": "4821", "quote": quote, "confidence": 0.9}, "which": None})])
        answer = await model.answer(asked)
        assert answer.said_at == ({} if place is None else {"order": place})
        assert answer.data == ({} if place is None else {"order": "4821"})
    sent = standin.asked[-1]
    assert sent.images == tuple((one.media_type, one.data) for one in pictures)
    assert "Look\n[picture 1]\n[2 attachments that could not be read]\n" in sent.said
    assert "\n[picture 2]\n[picture 3]\n" in sent.said


def test_the_checker_knows_the_hosts_of_all_providers() -> None:
    """Who says that a vendor's own address is on the premises is not believed."""
    for provider in (anthropic, google, mistral, openai):
        assert vendor(provider._URL), provider.__name__
    for embedder in (remote.openai, remote.mistral):
        assert vendor(embedder(EmbedderChoice(key="k"))._url)
    for own in (
        "http://127.0.0.1:11434/v1",
        "https://llm.shop.example",
        "http://openai.com.shop.example",
        "https://ec2-3-120-1-2.eu-central-1.compute.amazonaws.com/v1",
        "https://llm.eu-central-1.pai-eas.aliyuncs.com/v1",
        "https://bedrock-runtime.amazonaws.com.shop.example",
        "https://notollama.com",
        "",
        "http://[",
    ):
        assert vendor(own) is None, own
    for theirs in (
        "bedrock-runtime.eu-central-1.amazonaws.com", "bedrock-runtime-fips.us-east-1.amazonaws.com", "ollama.com",
        "vpce-1-2.bedrock-runtime.eu-west-1.vpce.amazonaws.com", "bedrock-runtime.cn-north-1.amazonaws.com.cn",
        "dashscope.aliyuncs.com", "dashscope-intl.aliyuncs.com", "vpc-cn-beijing.dashscope.aliyuncs.com",
        "integrate.api.nvidia.com", "models.github.ai", "models.inference.ai.azure.com", "eu-de.ml.cloud.ibm.com",
        "gateway.ai.cloudflare.com", "openai.inference.de-txl.ionos.com", "oai.endpoints.kepler.ai.cloud.ovh.net",
        "api.perplexity.ai", "api.cerebras.ai", "api.moonshot.cn", "api.scaleway.ai", "api.voyageai.com",
    ):  # fmt: skip
        assert vendor(f"https://{theirs}/v1") == theirs
    assert vendor("https://llm.shop.example@api.openai.com/v1") == vendor("api.openai.com/v1") == "api.openai.com"
