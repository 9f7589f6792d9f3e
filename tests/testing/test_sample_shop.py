"""The sample shop as a project: its tools fit its API, its articles can be read and say what its data say."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest
import yaml

from engine.knowledge.base import Document
from engine.knowledge.markdown import read_markdown
from engine.testing.shop import DELIVERED_ORDER, LATE_ORDER, SMALL_ORDER, Shop
from engine.testing.shop.seed import SHIPPING, SHIPPING_ABROAD

ROOT = Path(__file__).parents[2]
ARTICLES = sorted((ROOT / "knowledge").rglob("*.md"))


@cache
def tools() -> dict[str, dict[str, Any]]:
    files = sorted((ROOT / "tools").glob("*.yaml"))
    return {tool["tool"]: tool for file in files for tool in yaml.safe_load(file.read_text(encoding="utf-8"))}


@cache
def judge(tool: str) -> jsonschema.Draft202012Validator:
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    return jsonschema.Draft202012Validator(tools()[tool]["output"], format_checker=checker)


def fits(tool: str, answer: httpx.Response) -> None:
    judge(tool).validate(answer.json())


def told(tool: str, answer: httpx.Response) -> set[str]:
    """The declared errors that an answer is, as the adapter tells them: by status and a part of the body."""
    return {
        name for name, known in tools()[tool]["errors"].items()
        if known["status"] == answer.status_code and known["body"] in answer.text
    }  # fmt: skip


def test_every_order_of_the_shop_fits_the_tool(shop: Shop, api: httpx.Client, admin: httpx.Client) -> None:
    orders = [row["order_id"] for row in admin.get("/admin/ledger").json()["payments"]]
    assert len(orders) >= 200
    for order_id in orders:
        fits("orders.get", api.get(f"/orders/{order_id}"))


@pytest.mark.parametrize("known", [DELIVERED_ORDER, SMALL_ORDER, LATE_ORDER], ids=lambda known: known.order_id)
def test_a_match_and_a_refund_fit_their_tools(api: httpx.Client, known: Any) -> None:
    fits("customers.match", api.post("/customers/match", json={"email": known.email, "postcode": known.postcode}))
    wish = {"order_id": known.order_id, "amount": known.total, "currency": "EUR"}
    fits("payments.refund", api.post("/refunds", json=wish))


def test_the_shops_refusals_are_declared_errors(api: httpx.Client) -> None:
    nobody = api.post("/customers/match", json={"email": "x@example.com", "postcode": "1"})
    assert told("customers.match", nobody) == {"no_match"}
    assert told("orders.get", api.get("/orders/1")) == {"not_found"}
    wish = {"order_id": "4655", "amount": 3851, "currency": "EUR"}
    assert told("payments.refund", api.post("/refunds", json=wish)) == {"exceeds_balance"}
    assert told("payments.refund", api.post("/refunds", json={**wish, "order_id": "1"})) == {"not_found"}
    assert told("payments.refund", api.post("/refunds", json={**wish, "amount": 0})) == {"invalid_amount"}


def test_an_answer_that_leaves_it_open_is_no_declared_error(shop: Shop, api: httpx.Client) -> None:
    wish = {"order_id": "4655", "amount": 100, "currency": "EUR"}
    for fault in ({"kind": "status", "status": 503}, {"kind": "status_after_work", "status": 500}):
        shop.fault("/refunds", **fault)
        assert told("payments.refund", api.post("/refunds", json=wish)) == set()
    key = {"Idempotency-Key": "k"}
    api.post("/refunds", json=wish, headers=key)
    conflict = api.post("/refunds", json={**wish, "amount": 200}, headers=key)
    assert (conflict.status_code, told("payments.refund", conflict)) == (409, set())


@pytest.mark.parametrize("name", sorted(tools()))
def test_every_property_of_a_tool_is_described(name: str) -> None:
    def properties(schema: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
        own = list(schema.get("properties", {}).items())
        return own + [more for _, inner in own for more in properties(inner.get("items", inner))]

    tool = tools()[name]
    for part in ("input", "output"):
        assert [field for field, schema in properties(tool[part]) if not schema.get("description")] == []
    assert tool["timeout"]
    assert "SHOP_TOKEN" in tool["http"]["headers"]["Authorization"]


def article(path: Path) -> Document:
    return read_markdown(path.read_bytes(), path.relative_to(ROOT).as_posix())


def test_there_are_enough_articles_in_every_collection() -> None:
    declared = yaml.safe_load((ROOT / "engine.yaml").read_text(encoding="utf-8"))["knowledge"]["collections"]
    assert len(ARTICLES) >= 28
    assert {path.parent.name for path in ARTICLES} == set(declared)
    assert {article(path).language for path in ARTICLES} == {"en", "de"}


@pytest.mark.parametrize("path", ARTICLES, ids=lambda path: path.stem)
def test_an_article_can_be_read_and_says_where_it_belongs(path: Path) -> None:
    found = article(path)  # raises for front matter that is no YAML: such an article is never found
    assert found.collection == path.parent.name
    assert found.audience in ("public", "internal")
    assert found.reviewed
    assert len({section.headings for section in found.sections if section.text}) >= 2


def said(folder: str, name: str) -> str:
    return (ROOT / "knowledge" / folder / f"{name}.md").read_text(encoding="utf-8")


def test_the_articles_name_the_prices_that_the_shop_takes() -> None:
    costs = said("shipping", "costs")
    for cost, free_from in (*SHIPPING.values(), SHIPPING_ABROAD):
        assert f"{cost / 100:.2f} EUR" in costs
        assert f"{free_from // 100} EUR" in costs
    assert "4,90 EUR" in said("shipping", "versand")
    assert "49 EUR" in said("policies", "cancel")


def test_no_article_contradicts_the_rules_of_a_refund() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in ARTICLES)
    for folder, name in (("policies", "refunds"), ("payment", "charged-twice")):
        assert "5 to 7 business days" in said(folder, name)
    assert "5 bis 7 Werktage" in said("faq", "rueckgabe")
    assert "30 days from the day of delivery" in said("returns", "how-long")
    assert "30 Tage ab Lieferung" in said("faq", "rueckgabe")
    assert "up to 50 EUR" in said("policies", "refunds")  # above it flows/refund.yaml asks for an approval
    assert "amount > 50" in (ROOT / "flows" / "refund.yaml").read_text(encoding="utf-8")
    for years in re.findall(r"warranty of (\w+) years", text):
        assert years in ("2", "two")
