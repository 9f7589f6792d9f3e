"""Contents that stay on the premises stay there in whatever flow their ticket goes on."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from engine.runtime.build import models
from engine.runtime.server import TemporalServer
from engine.testing.models import Asked, ModelStandIn, Says
from tests.runtime import made
from tests.runtime.bench import Bench

EMAIL = "jonas.weber@example.com"
PRIVATE = """data: {location: on_premises}
steps:
  - ask: details
    fields: {order: {order_number: true, ask: "Which order number is it?"}}
  - reply: Thanks.
  - close: solved
escalate: {to: support}
"""
ADDRESS = """flow: address
title: Another address
owner: support
about: The customer wants to change their delivery address.
start:
  examples: [Please change my delivery address, I moved and here is my new address, Can you update my address?]
silence: {remind: [1d], within: 5d, otherwise: close}
models: {answer: elsewhere, ask: elsewhere, route: elsewhere}
steps:
  - ask: where
    fields: {street: {text: true, ask: "Which street?"}}
  - reply: Thanks.
  - close: solved
escalate: {to: support}
"""


def nothing(asked: Asked) -> Says:
    """Reads no field."""
    return Says(data=dict.fromkeys((asked.schema or {}).get("properties", {})))


@pytest.fixture
async def world(temporal: TemporalServer, tmp_path: Path) -> AsyncIterator[Any]:
    """A bench with a flow whose contents stay, and another whose models are elsewhere."""
    with ModelStandIn.start(nothing) as elsewhere:
        root = made.project(tmp_path, name="private", flow=PRIVATE)
        file = root / "engine.yaml"
        there = f'  elsewhere: {{use: openai, model: m-1, base_url: "{elsewhere.url("openai")}"}}\n'
        said = file.read_text("utf-8").replace("kind: zendesk", "kind: zendesk\n    location: on_premises")
        file.write_text(said.replace("models:\n", f"models:\n{there}", 1), "utf-8")
        (root / "flows" / "address.yaml").write_text(ADDRESS, "utf-8")
        async with Bench(tmp_path, temporal.address, f"q-{tmp_path.name}", root=root) as bench:
            chosen = models(bench.settings, bench.project)
            async with bench.work(model=chosen.choose):
                yield bench, elsewhere
            await chosen.close()


async def begun(bench: Bench) -> int:
    """A ticket in the flow whose contents stay, which has asked its question."""
    number = int(bench.desk.open_ticket(EMAIL, "Lamp", "The lamp arrived broken. Its canary has a crack.")["id"])
    await bench.until(lambda: any("order number" in text for text in bench.said(number)), "the question")
    return number


async def test_when_the_customer_wants_something_else(world: Any) -> None:
    bench, elsewhere = world
    number = await begun(bench)
    bench.desk.customer_writes(number, "Actually I changed my mind, please change my delivery address instead")
    await bench.until(lambda: bench.with_people(number), "people in place of a model elsewhere")
    assert bench.row(number).escalated == "failed:leaves_premises"
    assert any("what would have been asked next is elsewhere" in c["body"] for c in bench.desk.comments(number))
    assert elsewhere.asked == []


async def test_when_the_customer_writes_again_after_its_end(world: Any) -> None:
    bench, elsewhere = world
    number = await begun(bench)
    bench.desk.customer_writes(number, "It is order 4710.")
    await bench.until(lambda: bench.closed(number), "its end")
    bench.answers = [("Could you tell me", "Can you update my address? I moved")]
    bench.desk.customer_writes(number, "Please change my delivery address")
    await bench.until(lambda: bench.with_people(number), "people in place of a model elsewhere")
    assert bench.row(number).escalated == "failed:leaves_premises"
    assert elsewhere.asked == []


async def test_other_tickets_are_as_free_as_before(world: Any) -> None:
    bench, elsewhere = world
    number = bench.desk.open_ticket(EMAIL, "Moved", "Please change my delivery address, I moved")["id"]
    await bench.until(lambda: any("Which street" in text for text in bench.said(number)), "the question")
    assert elsewhere.asked
