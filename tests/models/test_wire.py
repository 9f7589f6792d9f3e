"""Every adapter against what the real providers were asked and answered, and against their published OpenAPI."""

import base64
import copy
import json
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from engine.models.ask import Ask, ask_of
from engine.models.base import Call, Image, Job, Prompt, Tool, Turn
from engine.models.errors import BadAnswer, ModelRejected, ModelUnavailable
from engine.models.hosted import Spec
from engine.models.registry import PROVIDERS
from engine.models.reply import Reply, object_of
from tests.models.given import ANSWER, JOBS, WORK, hosted, worked
from tests.models.recorded import DATA, WIRE, Exchange, Playback, exchanges

pytestmark = pytest.mark.skipif(not WIRE.is_dir(), reason="the recorded exchanges are not beside the checkout")

BROKEN = {"test_invalid_response-0": BadAnswer, "test_text_response-0": ModelUnavailable}
"""What was recorded of a server that answers with something else."""
OWN = {"anthropic": "claude-sonnet-5-5", "openai": "gpt-4o", "mistral": "mistral-large-latest", "google": "gemini-3-x"}


@pytest.fixture(scope="module")
def playback() -> Iterator[Playback]:
    played = Playback()
    yield played
    played.server.stop()


def _providers(playback: Playback) -> dict[str, Any]:
    made = {}
    for provider in PROVIDERS:
        tail = "/v1" if provider == "openai" else ""
        made[provider] = PROVIDERS[provider](replace(_spec(provider), base_url=playback.server.url + tail))
    return made


def _spec(provider: str) -> Spec:
    return replace(hosted(provider, "http://127.0.0.1:9").spec, model=OWN[provider])


@pytest.fixture
async def providers(playback: Playback) -> AsyncIterator[dict[str, Any]]:
    made = _providers(playback)
    yield made
    for one in made.values():
        await one.close()


def plain_ask(**more: Any) -> Ask:
    return Ask(**{"system": "S", "data": "D", "most": 100, **more})


async def test_every_recorded_answer_is_read(playback: Playback, providers: dict[str, Any]) -> None:
    """Text, calls, tokens and end of each are those that stand in the recording, read here in another way."""
    seen: Counter[str] = Counter()
    for one in exchanges():
        playback.exchange = one
        provider = providers[one.provider]
        if one.status != 200:
            with pytest.raises(ModelRejected):
                await provider.complete(plain_ask())
            seen["refused"] += 1
            continue
        if one.name in BROKEN:
            with pytest.raises(BROKEN[one.name]):
                await _whole(provider, one)
            continue
        reply = await _whole(provider, one)
        assert (reply.text, [(call.tool, object_of(call.arguments)) for call in reply.calls]) == _expected(one), (
            one.name
        )
        assert reply.usage is not None
        assert (reply.usage.input_tokens, reply.usage.output_tokens) == _tokens(one), one.name
        assert reply.finish == "stop", one.name
        assert reply.model, one.name
        seen[f"{one.provider} {'stream' if one.streamed else 'whole'}"] += 1
        seen["calls"] += len(reply.calls)
        seen["cached"] += reply.usage.cached_tokens > 0
        seen["parallel"] += len(reply.calls) > 1
    assert min(seen[f"{name} stream"] for name in PROVIDERS) >= 1, seen
    assert {name: seen[f"{name} whole"] for name in PROVIDERS} == {
        "anthropic": 11, "openai": 49, "mistral": 6, "google": 8,
    }, seen  # fmt: skip
    assert seen["refused"] == 3
    assert seen["parallel"] >= 1
    assert seen["cached"] >= 1


async def _whole(provider: Any, one: Exchange) -> Reply:
    if not one.streamed:
        found: Reply = await provider.complete(plain_ask())
        return found
    pieces = [piece async for piece in provider.stream(plain_ask())]
    whole = pieces.pop()
    assert isinstance(whole, Reply)
    assert "".join(pieces) == whole.text
    return whole


def _expected(one: Exchange) -> tuple[str, list[tuple[str, Any]]]:
    """The text and the calls of a recording."""
    bodies = _events(one.answer) if one.streamed else [one.answer]
    text, calls = "", []
    raw: dict[Any, list[str]] = {}
    for body in bodies:
        if one.provider == "anthropic":
            blocks = body.get("content", []) if not one.streamed else []
            text += "".join(block["text"] for block in blocks if block["type"] == "text")
            calls += [(block["name"], block["input"]) for block in blocks if block["type"] == "tool_use"]
            text += body.get("delta", {}).get("text", "")
        elif one.provider == "google":
            parts = [p for c in body.get("candidates", []) for p in c.get("content", {}).get("parts", [])]
            text += "".join(part.get("text", "") for part in parts if not part.get("thought"))
            calls += [
                (p["functionCall"]["name"], p["functionCall"].get("args", {})) for p in parts if "functionCall" in p
            ]
        else:
            for choice in body["choices"]:
                message = choice.get("message") or choice["delta"]
                content = message.get("content") or ""
                text += content if isinstance(content, str) else "".join(p.get("text", "") for p in content)
                for number, call in enumerate(message.get("tool_calls") or ()):
                    kept = raw.setdefault(call.get("index", number) if one.streamed else number, ["", ""])
                    kept[0] += call["function"].get("name") or ""
                    kept[1] += call["function"].get("arguments") or ""
    calls += [(name, json.loads(arguments or "{}")) for name, arguments in raw.values()]
    return text, calls


def _events(text: str) -> list[Any]:
    lines = [line.removeprefix("data:").strip() for line in text.splitlines() if line.startswith("data:")]
    return [json.loads(line) for line in lines if line != "[DONE]"]


def _tokens(one: Exchange) -> tuple[int, int]:
    bodies = _events(one.answer) if one.streamed else [one.answer]
    if one.provider == "google":
        used = [body["usageMetadata"] for body in bodies if "usageMetadata" in body][-1]
        return used["promptTokenCount"], used.get("candidatesTokenCount", 0) + used.get("thoughtsTokenCount", 0)
    if one.provider == "anthropic":
        first = bodies[0]["message"]["usage"] if one.streamed else bodies[0]["usage"]
        ended = next((body["usage"] for body in reversed(bodies) if "usage" in body), first)
        names = ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
        return sum(first.get(name) or 0 for name in names), ended["output_tokens"]
    used = next((body["usage"] for body in reversed(bodies) if body.get("usage")), None)
    return (used["prompt_tokens"], used["completion_tokens"]) if used else (0, 0)


def _calls(reply: Reply) -> tuple[Call, ...]:
    return tuple(Call(one.id, one.tool, object_of(one.arguments), one.signature) for one in reply.calls)


def _recorded(name: str) -> Exchange:
    return next(one for one in exchanges() if one.name == name)


async def _sent(playback: Playback, provider: Any, ask: Ask, answer: Exchange) -> Any:
    playback.exchange = answer
    if answer.streamed:
        assert [piece async for piece in provider.stream(ask)]
    else:
        await provider.complete(ask)
    return playback.bodies[-1]


async def test_anthropic_is_told_of_parallel_calls_as_in_the_recording(
    playback: Playback, providers: dict[str, Any]
) -> None:
    """The second request of the recording, made again from what the first one came to."""
    first, second = (_recorded(f"test_multiple_parallel_tool_calls-{at}") for at in (0, 1))
    playback.exchange = first
    reply = await providers["anthropic"].complete(plain_ask())
    told = [block for block in second.asked["messages"][-1]["content"] if block["type"] == "tool_result"]
    results = {block["tool_use_id"]: block["content"] for block in told}
    ask = plain_ask(
        system=second.asked["system"], data=second.asked["messages"][0]["content"][0]["text"],
        turns=(Turn(reply.text, _calls(reply), results),), tools=_tools(second.asked["tools"], "input_schema"),
    )  # fmt: skip
    body = await _sent(playback, providers["anthropic"], ask, second)
    for message in body["messages"]:
        for block in message["content"]:
            block.pop("cache_control", None)
            if block["type"] == "tool_result":
                block["content"], block["is_error"] = json.loads(block["content"]), False
    assert body["messages"] == second.asked["messages"]
    assert body["tools"] == second.asked["tools"]
    assert body["tool_choice"] == second.asked["tool_choice"]
    assert body["system"] == [
        {"type": "text", "text": second.asked["system"], "cache_control": {"type": "ephemeral"}},
    ]  # fmt: skip


async def test_openai_is_told_of_calls_as_in_the_recording(playback: Playback, providers: dict[str, Any]) -> None:
    first, second = (_recorded(f"test_openai_native_output-{at}") for at in (0, 1))
    playback.exchange = first
    reply = await providers["openai"].complete(plain_ask())
    user, assistant, tool = second.asked["messages"]
    turn = Turn(reply.text, _calls(reply), {tool["tool_call_id"]: tool["content"]})
    ask = plain_ask(
        data=user["content"], turns=(turn,), schema=second.asked["response_format"]["json_schema"]["schema"]
    )
    body = await _sent(playback, providers["openai"], ask, second)
    system, *messages = body["messages"]
    assert system == {"role": "system", "content": "S"}
    messages[-1]["content"] = json.loads(messages[-1]["content"])
    assert messages[0] == user
    assert messages[1]["tool_calls"] == assistant["tool_calls"]
    assert messages[2] == tool
    assert body["response_format"]["json_schema"]["schema"] == second.asked["response_format"]["json_schema"]["schema"]


async def test_gemini_sees_the_signature_of_its_call_again(playback: Playback, providers: dict[str, Any]) -> None:
    first, second = (_recorded(f"test_google_streaming_tool_call_thought_signature-{at}") for at in (0, 1))
    playback.exchange = first
    pieces = [piece async for piece in providers["google"].stream(plain_ask())]
    (call,) = _calls(pieces[-1])
    said, model, result = second.asked["contents"]
    kept = model["parts"][0]["thoughtSignature"]
    assert base64.b64decode(call.signature) == base64.urlsafe_b64decode(kept)
    ask = plain_ask(
        data=said["parts"][0]["text"], turns=(Turn("", (replace(call, id="c1"),), {"c1": "Mexico"}),),
        tools=(Tool("get_country", "", {"type": "object", "properties": {}}),),
    )  # fmt: skip
    body = await _sent(playback, providers["google"], ask, second)
    assert body["contents"][0] == said
    sent = body["contents"][1]["parts"][0]
    assert base64.urlsafe_b64decode(sent["thoughtSignature"]) == base64.urlsafe_b64decode(kept)
    assert sent["functionCall"] == {**model["parts"][0]["functionCall"], "id": "c1"}
    answered = body["contents"][2]["parts"][0]["functionResponse"]
    assert (answered["name"], answered["id"]) == (result["parts"][0]["functionResponse"]["name"], "c1")
    declared = body["tools"][0]["functionDeclarations"][0]
    assert declared["parameters_json_schema"] == {"type": "object", "properties": {}}


async def test_mistral_caches_by_a_key_of_the_instructions(playback: Playback, providers: dict[str, Any]) -> None:
    one = _recorded("test_mistral_history_uses_prompt_cache-1")
    body = await _sent(playback, providers["mistral"], plain_ask(), one)
    assert "prompt_cache_key" not in body, "a server of one's own does not know it"
    cloud = PROVIDERS["mistral"](_spec("mistral"))
    cloud.spec = replace(cloud.spec, base_url="")  # type: ignore[attr-defined]
    first, second = (cloud._request(plain_ask(data=text)) for text in ("a", "b"))  # type: ignore[attr-defined]
    assert first["prompt_cache_key"] == second["prompt_cache_key"]
    assert set(one.asked) >= {"prompt_cache_key"}
    await cloud.close()


def _tools(declared: Any, schema: str) -> tuple[Tool, ...]:
    return tuple(Tool(one["name"], one["description"], one[schema]) for one in declared)


_SCHEMAS = {"openai": "CreateChatCompletionRequest", "mistral": "ChatCompletionRequest"}


def _validator(vendor: str) -> tuple[Draft202012Validator, set[str]]:
    """What checks a request, and the names of all fields that it may have."""
    path = DATA / "openapi" / vendor / "openapi.yaml"
    spec = yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
    schemas = _known(spec["components"]["schemas"], _SCHEMAS[vendor])
    whole = Resource.from_contents({"components": {"schemas": schemas}}, default_specification=DRAFT202012)
    registry: Registry[Any] = Registry().with_resource("urn:spec", whole)
    check = Draft202012Validator({"$ref": f"urn:spec#/components/schemas/{_SCHEMAS[vendor]}"}, registry=registry)
    return check, set(_properties(schemas, schemas[_SCHEMAS[vendor]]))


def _known(schemas: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The schema with all that it refers to. A field that no object of it declares is one too many."""
    found: dict[str, Any] = {}
    waiting = [name]
    while waiting:
        at = waiting.pop()
        if at not in found:
            found[at] = copy.deepcopy(schemas[at])
            waiting += [ref.rpartition("/")[2] for ref in _refs(found[at])]
    return found


def _refs(part: Any) -> Iterator[str]:
    match part:
        case Mapping():
            if isinstance(ref := part.get("$ref"), str):
                yield ref
            for item in part.values():
                yield from _refs(item)
        case list():
            for item in part:
                yield from _refs(item)


@pytest.mark.parametrize("vendor", sorted(_SCHEMAS))
async def test_requests_fit_the_vendors_openapi(vendor: str, playback: Playback) -> None:
    """Of every job, with images, tools, turns and a stream, to the provider's own address."""
    check, known = _validator(vendor)
    provider = PROVIDERS[vendor](replace(_spec(vendor), base_url=""))
    prompt = Prompt("S", "D", "v")
    turn = Turn("I look.", (Call("c1", "orders.get", {"order_id": "1"}), Call("c2", "finish", {})), {"c1": {"a": 1}})
    picture = replace(ANSWER.messages[0], images=(Image("image/png", b"\x89PNG"),))
    asked = [*JOBS.values(), worked(WORK, turn), replace(ANSWER, messages=(picture,))]
    for request in asked:
        body = provider._request(ask_of(request, prompt, most=100))  # type: ignore[attr-defined]
        body = json.loads(json.dumps(body))
        errors = [f"{list(error.absolute_path)}: {error.message[:200]}" for error in check.iter_errors(body)]
        assert errors == [], request.job
        assert set(body) <= known, request.job
        wrong = {**body, "messages": [{"role": "nobody", "content": "x"}]}
        assert not check.is_valid(wrong), "the check would find something"
    await provider.close()


def _properties(schemas: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[str]:
    yield from schema.get("properties", {})
    for part in schema.get("allOf", ()):
        yield from _properties(schemas, schemas[part["$ref"].rpartition("/")[2]] if "$ref" in part else part)


def test_the_recordings_are_all_taken_into_account() -> None:
    assert len(exchanges()) == 87
    assert {one.provider for one in exchanges()} == set(PROVIDERS)
    assert Job.WORK in JOBS
