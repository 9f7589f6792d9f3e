"""The codec server: for the Temporal UI's pages, and for nobody else."""

import asyncio
import base64
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict
from temporalio.api.common.v1 import Payload, Payloads
from temporalio.converter import WorkflowSerializationContext

from engine.runtime.codec import SealedCodec
from tests.service.conftest import UI, World


def sealed(world: World) -> Any:
    """What the UI finds in a history."""
    assert world.service.keys is not None
    context = WorkflowSerializationContext(namespace="default", workflow_id="ticket/desk/t_1")
    plain = Payload(metadata={"encoding": b"json/plain"}, data=b'"canary"')
    found = asyncio.run(SealedCodec(world.service.keys).with_context(context).encode([plain]))
    return MessageToDict(Payloads(payloads=found))


def test_the_ui_sees_what_was_sealed(world: World) -> None:
    answer = world.http.post("/codec/decode", json=sealed(world), headers={"origin": UI, "x-namespace": "default"})
    assert answer.status_code == 200, answer.text
    assert base64.b64decode(answer.json()["payloads"][0]["data"]) == b'"canary"'
    assert answer.headers["access-control-allow-origin"] == UI


def test_the_browser_is_told_the_one_origin_and_the_three_headers(world: World) -> None:
    asked = {"origin": UI, "access-control-request-method": "POST"}
    answer = world.http.options("/codec/decode", headers=asked)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == UI
    assert answer.headers["access-control-allow-headers"] == "content-type,x-namespace,authorization"
    other = world.http.options("/codec/decode", headers={**asked, "origin": "http://evil.example"})
    assert other.status_code == 403
    assert "access-control-allow-origin" not in other.headers


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:82330", UI.upper()])
def test_another_origin_sees_nothing(world: World, origin: str) -> None:
    answer = world.http.post("/codec/decode", json=sealed(world), headers={"origin": origin})
    assert (answer.status_code, answer.json()) == (403, {"error": "other_origin"})


def test_without_an_origin_a_persons_token_is_needed(world: World) -> None:
    assert world.http.post("/codec/decode", json=sealed(world)).status_code == 401
    assert world.http.post("/codec/decode", json=sealed(world), headers=world.as_("lena@shop.example")).is_success
    gone = world.as_("gone@shop.example")
    assert world.http.post("/codec/decode", json=sealed(world), headers=gone).status_code == 401


def test_a_service_that_others_reach_needs_a_token_from_the_ui_too(world: World) -> None:
    world.service.loopback = False
    answer = world.http.post("/codec/decode", json=sealed(world), headers={"origin": UI})
    assert answer.status_code == 401
    who = {**world.as_("lena@shop.example"), "origin": UI}
    assert world.http.post("/codec/decode", json=sealed(world), headers=who).is_success


def test_a_name_that_points_here_is_not_this_machine(world: World) -> None:
    answer = world.http.post("/codec/decode", json=sealed(world), headers={"origin": UI, "host": "rebound.example"})
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"payloads": [{"metadata": {"encoding": "anNvbi9wbGFpbg=="}, "data": "MQ=="}]}', b'{"a": 1}']
)
def test_what_is_not_sealed_is_not_answered(world: World, body: bytes) -> None:
    answer = world.http.post("/codec/decode", content=body, headers={"origin": UI})
    assert answer.status_code == 400


def test_nothing_is_sealed_on_demand(world: World) -> None:
    answer = world.http.post("/codec/encode", json={"payloads": []}, headers={"origin": UI})
    assert (answer.status_code, answer.json()["error"]) == (403, "never")


def test_without_the_codec_there_is_no_codec_server(world: World) -> None:
    body = sealed(world)
    world.service.keys = None
    assert world.http.post("/codec/decode", json=body, headers={"origin": UI}).status_code == 404
