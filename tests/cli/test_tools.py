"""`engine tools`: what is listed, what is missing, what a call would send; and that no write is ever sent by hand."""

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.testing.serving import Server
from tests.cli.conftest import Engine
from tests.tools.mcp_server import made
from tests.tools.server import Wire, answer

ORDER = {"id": "1", "customer_id": "c", "number": "4711", "total": 5, "refunded": 0, "paid": True,
         "delivered_at": None, "carrier": None}  # fmt: skip


@pytest.fixture
def wire() -> Iterator[Wire]:
    """The shop's system, in a loop and a thread of its own: the command has its own loop."""
    loop, server = asyncio.new_event_loop(), Wire([answer(json.dumps(ORDER))])
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(server.__aenter__(), loop).result(20)
    yield server
    asyncio.run_coroutine_threadsafe(server.__aexit__(None, None, None), loop).result(20)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(20)
    loop.close()


@pytest.fixture
def shop(project: Path, wire: Wire, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SHOP_URL", wire.url)
    return project


def listed(shop: Path, *hosts: str) -> None:
    with (shop / "engine.yaml").open("a", encoding="utf-8") as file:
        file.write(f"network: {{allow: {json.dumps(hosts)}}}\n")


def test_tools_are_listed_with_what_they_change_and_who_grants_them(shop: Path, engine: Engine) -> None:
    flow = shop / "flows" / "hello.yaml"
    flow.write_text(flow.read_text("utf-8").replace("steps:", "tools: {orders.get: allow}\nsteps:"), "utf-8")
    ran = engine("tools", "list")
    assert ran.status == 0
    rows = {row.split("\t")[0]: row.split("\t")[1:5] for row in ran.out.splitlines()}
    assert rows["orders.get"] == ["read", "http", "on_premises", "hello"]
    assert rows["payments.refund"] == ["irreversible", "http", "on_premises", "-"]


def test_check_names_what_is_missing_and_speaks_to_nobody(
    shop: Path, engine: Engine, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = engine("tools", "check", "orders.get")
    assert (ran.status, wire.requests) == (1, [])
    assert "127.0.0.1, which `network: {allow: [...]}` of engine.yaml does not list" in ran.out
    listed(shop, "127.0.0.1")
    assert engine("tools", "check", "orders.get").out == "orders.get: ok\n"
    monkeypatch.delenv("SHOP_URL")
    ran = engine("tools", "check", "orders.get")
    assert (ran.status, ran.out) == (1, "orders.get: needs SHOP_URL in the environment\n")
    assert wire.requests == []


def test_check_shows_the_findings_of_the_tool_alone(shop: Path, engine: Engine) -> None:
    (shop / "tools" / "more.yaml").write_text("- {tool: a.b, effect: read, input: {}, output: {}, python: no_such:f}\n")
    listed(shop, "127.0.0.1")
    assert engine("tools", "check", "orders.get").status == 0
    ran = engine("tools", "check", "a.b")
    assert ran.status == 1
    assert "tools/more.yaml:1:" in ran.out
    assert "[wrong-function]" in ran.out
    assert engine("tools", "call", "a.b").status == 1


def test_live_asks_whether_somebody_answers(shop: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    listed(shop, "127.0.0.1")
    assert engine("tools", "check", "orders.get", "--live").out == "orders.get: ok\n"
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    monkeypatch.setenv("SHOP_URL", f"http://127.0.0.1:{port}")
    ran = engine("tools", "check", "orders.get", "--live")
    assert (ran.status, ran.out) == (1, "orders.get: nobody answers at its address\n")


def test_a_dry_run_shows_the_request_without_secrets(
    shop: Path, engine: Engine, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert engine("tools", "add", "stripe").status == 0
    monkeypatch.setenv("STRIPE_KEY", "sk_live_canary_of_the_test")
    ran = engine("tools", "call", "stripe.create_refund", "--dry-run", "charge=ch_1", "amount=590", "currency=eur")
    assert ran.out.splitlines() == [
        "POST https://api.stripe.com/v1/refunds", "accept: application/json", "authorization: Bearer ~STRIPE_KEY~",
        "content-type: application/x-www-form-urlencoded", "idempotency-key: ~idempotency key~",
        "stripe-version: 2024-06-20", "", "amount=590&charge=ch_1",
    ]  # fmt: skip
    assert "canary" not in ran.out + ran.err
    ran = engine("tools", "call", "orders.get", "order_id=47/11", "--dry-run")
    assert ran.out.splitlines()[0] == f"GET {wire.url}/orders/47%2F11"
    monkeypatch.setenv("SHOP_URL", "https://user:canary@shop.example/canary")
    assert "canary" not in engine("tools", "call", "orders.get", "order_id=1", "--dry-run").out
    assert wire.requests == []


def test_a_read_is_called_and_a_write_never(shop: Path, engine: Engine, wire: Wire) -> None:
    listed(shop, "127.0.0.1")
    ran = engine("tools", "call", "orders.get", "order_id=1")
    assert ran.status == 0
    assert json.loads(ran.out)["number"] == "4711"
    ran = engine("tools", "call", "payments.refund", "order_id=1", "amount=5")
    assert (ran.status, ran.out) == (2, "")
    assert "called by flows alone" in ran.err
    assert len(wire.requests) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["orders.gte", "order_id=1"], "did you mean `orders.get`"), (["orders.get", "id=1"], "order_id"),
        (["orders.get", "order_id"], "NAME=VALUE"), (["orders.get"], "no arguments of orders.get"),
        (["payments.refund", "amount=x"], "`amount` is number"),
    ],
)  # fmt: skip
def test_wrong_calls_say_what_is_wrong(arguments: list[str], said: str, shop: Path, engine: Engine, wire: Wire) -> None:
    ran = engine("tools", "call", *arguments)
    assert (ran.status, ran.out) == (2, "")
    assert said in ran.err
    assert wire.requests == []


def test_an_error_of_the_file_is_told_by_its_name(shop: Path, engine: Engine, wire: Wire) -> None:
    listed(shop, "127.0.0.1")
    wire.answers = [answer(status=404)]
    ran = engine("tools", "call", "orders.get", "order_id=1")
    assert (ran.status, ran.out) == (1, "")
    assert "its error `not_found`" in ran.err
    wire.answers = [answer('{"id": 7}')]
    assert "breaks `output` at $." in engine("tools", "call", "orders.get", "order_id=1").err


def test_ready_tools_are_copied_once(shop: Path, engine: Engine) -> None:
    assert "stripe\tstripe.get_charge, stripe.list_charges, stripe.create_refund\n" in engine("tools", "add").out
    assert engine("tools", "add", "stripe").status == 0
    before = (shop / "tools" / "stripe.yaml").read_bytes()
    (shop / "tools" / "stripe.yaml").write_bytes(before + b"# mine\n")
    ran = engine("tools", "add", "stripe")
    assert ran.status == 2
    assert (shop / "tools" / "stripe.yaml").read_bytes() == before + b"# mine\n"
    assert "did you mean `stripe`" in engine("tools", "add", "strip").err
    assert engine("validate").status == 0


TOOL = """
- tool: crm.note
  effect: write
  input: {type: object, required: [contact_id, text], properties: {contact_id: {type: string}, text: {type: string}}}
  output: {type: object}
  idempotency: {argument: idempotency_key, keeps: 1d}
  mcp: {server: crm, tool: add_note, digest: %s}
"""


def test_live_prints_the_digest_of_an_mcp_tool_to_pin(shop: Path, engine: Engine) -> None:
    server: Any = Server(made().streamable_http_app(), lifespan="on").start()
    try:
        with (shop / "engine.yaml").open("a", encoding="utf-8") as file:
            file.write(f'network: {{allow: [127.0.0.1]}}\nmcp: {{crm: {{url: "{server.url}/mcp"}}}}\n')
        tool = shop / "tools" / "crm.yaml"
        tool.write_text(TOOL % ("0" * 64), "utf-8")
        assert engine("tools", "check", "crm.note").out == "crm.note: ok\n", "without --live nobody is asked"
        ran = engine("tools", "check", "crm.note", "--live")
        digest = ran.out.partition("has the digest ")[2][:64]
        assert (ran.status, len(digest)) == (1, 64)
        tool.write_text(TOOL % digest, "utf-8")
        assert engine("tools", "check", "crm.note", "--live").out == "crm.note: ok\n"
        tool.write_text((TOOL % digest).replace("add_note", "no_note"), "utf-8")
        assert "has no tool `no_note`" in engine("tools", "check", "crm.note", "--live").out
    finally:
        server.stop()
