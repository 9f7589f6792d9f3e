"""A refund whose tool is a function of the project: gates, key, ledger and unknown outcomes as over HTTP."""

import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine.runtime.projects import LoadedProject
from engine.runtime.server import TemporalServer
from tests.runtime.bench import ROOT, Bench

FUNCTION = """
import httpx

from engine.calls import Call, CallError


async def pay_back(order_id: str, amount: int, *, call: Call) -> dict:
    body = {"order_id": order_id, "amount": amount, "currency": "EUR"}
    headers = {"Authorization": f"Bearer {call.secrets['SHOP_TOKEN']}", "Idempotency-Key": call.key or ""}
    async with httpx.AsyncClient(timeout=call.left) as client:
        answer = await client.post(f"{call.secrets['SHOP_URL']}/refunds", json=body, headers=headers)
    if answer.status_code == 422:
        raise CallError(answer.json()["error"])
    answer.raise_for_status()
    return answer.json()
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    for part in ("flows", "tools", "knowledge"):
        shutil.copytree(ROOT / part, root / part)
    shutil.copy(ROOT / "engine.yaml", root)
    tool = root / "tools" / "payments.yaml"
    text = tool.read_text("utf-8").replace("{header: Idempotency-Key, keeps: 24h}", "{keeps: 24h}")
    called = "  python: {function: 'shop_functions.payments:pay_back', secrets: [SHOP_URL, SHOP_TOKEN]}\n"
    tool.write_text(text[: text.index("  http:")] + called, "utf-8")
    (root / "shop_functions").mkdir()
    (root / "shop_functions" / "payments.py").write_text(FUNCTION, "utf-8")
    return root


@pytest.fixture
async def bench(root: Path, temporal: TemporalServer, tmp_path: Path) -> AsyncIterator[Bench]:
    async with Bench(tmp_path, temporal.address, f"q-{tmp_path.name}", root=root) as made:
        yield made


async def test_a_function_pays_once_under_the_key_also_where_its_first_answer_is_lost(bench: Bench) -> None:
    bench.shop.fault("/refunds", kind="status_after_work", times=1)
    async with bench.work():
        ticket = bench.refund_ticket()
        [approval] = await bench.until(bench.open_approvals, "the approval")
        await bench.decide(approval)
        await bench.until(lambda: bench.closed(ticket), "the end")
    [refund] = bench.shop.refunds("4710")
    [intent] = bench.store.intents.of_ticket(bench.row(ticket).id)
    assert intent.state == "done"
    assert refund["order_id"] == "4710"
    assert sum(asked["path"] == "/refunds" for asked in bench.shop.requests()) == 2


def test_a_project_is_loaded_anew_when_a_document_beside_it_changes(root: Path) -> None:
    def spec(path: str) -> str:
        answer = {"200": {"content": {"application/json": {"schema": {"type": "object"}}}}}
        paths = {path: {"get": {"operationId": "go", "responses": answer}}}
        return json.dumps({"openapi": "3.1.0", "servers": [{"url": "https://a.example"}], "paths": paths})

    (root / "spec.json").write_text(spec("/one"))
    (root / "tools" / "more.yaml").write_text(
        "- {tool: a.b, effect: read, openapi: {spec: spec.json, operation: go}}\n"
    )
    project = LoadedProject(root)
    before = project.tools["a.b"].contract
    assert not project.reload()
    (root / "spec.json").write_text(spec("/another"))
    assert project.reload()
    assert project.tools["a.b"].contract.source != before.source
    (root / "spec.json").unlink()
    assert not project.reload(), "the last good one stays"
    assert project.tools["a.b"].contract.source["operation"] == "GET /another"
