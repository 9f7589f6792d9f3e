"""`engine diff` at a terminal: what it shows, what it refuses, and which revisions it reads."""

import json
import os
import re
import shutil
from pathlib import Path

import pytest

from tests.diff.shop import FLOW_FILE, PAYMENTS, SAMPLE, Shop

DOCS = Path(__file__).parents[2] / "docs" / "diff.md"
EDITS = (
    ("flows/refund.yaml", "<= 30", "<= 60"),
    ("flows/refund.yaml", "2 per customer per 90d", "4 per customer per 90d"),
    ("flows/refund.yaml", "if: amount > 50", "if: amount > 20"),
    (
        "flows/order-status.yaml",
        "  orders.get:\n    only_if: [result.customer_id == customer.id]",
        "  orders.get: allow",
    ),
    ("engine.yaml", "approval_above: 500 EUR", "approval_above: 900 EUR"),
)


def test_the_page_shows_what_it_shows(shop: Shop) -> None:
    for name in ("engine.yaml", "tools", "flows"):
        target = shop.root / name
        shutil.rmtree(target) if target.is_dir() else target.unlink()
        (shutil.copytree if (SAMPLE / name).is_dir() else shutil.copy)(SAMPLE / name, target)
    shop.git("branch", "-m", "main")
    shop.commit()
    for file, old, new in EDITS:
        shop.edit(file, old, new)
    ran = shop.diff("main", "--all")
    told = re.sub(r"\([0-9a-f]{8}\)", "(3f9a2c1b)", f"$ engine diff main --all\n{ran.out}{ran.err}")
    if os.environ.get("ENGINE_UPDATE_DOCS") == "1":
        page = DOCS.read_text(encoding="utf-8")
        before, _, rest = page.partition("```console\n")
        DOCS.write_text(f"{before}```console\n{told}```{rest.partition('```')[2]}", encoding="utf-8")
    assert f"```console\n{told}```" in DOCS.read_text(encoding="utf-8"), told
    assert ran.status == 1


def test_the_same_whether_it_is_committed_or_not(shop: Shop) -> None:
    """A widened right ends with 1, one that was narrowed or changed with 0; and all that a project consists of is read
    as it was."""
    edits = [
        (FLOW_FILE, "2 per customer per 90d", "3 per customer per 90d"), ("engine.yaml", "500 EUR", "600 EUR"),
        (PAYMENTS, "keeps: 24h", "keeps: 48h"), ("flows/goodbye.yaml", "needs: verified\n", ""),
    ]  # fmt: skip
    named = {("refund", "payments.refund", "limit"), ("", "", "floors"), ("refund", "payments.refund", "idempotency")}
    for edit in edits:
        shop.edit(*edit)
    widened = shop.diff("HEAD", "--format", "json", "--all")
    assert named <= set(widened.of("widened"))
    assert widened.status == 1
    shop.commit()
    assert shop.diff("HEAD~1", "--format", "json", "--all").differences == widened.differences
    shop.git("checkout", "-q", "HEAD~1", "--", ".")
    back = shop.diff("HEAD", "--format", "json", "--all")
    assert named <= set(back.of("narrowed"))
    assert (back.status, back.of("widened")) == (0, [])
    assert shop.diff("HEAD").out == ""


def test_what_is_no_difference_is_none(shop: Shop) -> None:
    shop.edit("flows/goodbye.yaml", "reply: Goodbye", "reply: Farewell")
    ran = shop.diff("HEAD", "--format", "json", "--all")
    assert (ran.status, ran.differences) == (0, [])
    assert ran.err.startswith("no right was changed since HEAD (")


def test_what_is_changed_is_listed_on_demand(shop: Shop) -> None:
    shop.edit(FLOW_FILE, "I will refund", "We shall refund")
    ran = shop.diff("HEAD", "--format", "json", "--all")
    assert (ran.status, ran.of("changed")) == (0, [("refund", "payments.refund", "confirm")])
    assert shop.diff("HEAD", "--format", "json").differences == []


def test_text(shop: Shop) -> None:
    shop.edit(FLOW_FILE, "2 per customer per 90d", "3 per customer per 90d")
    said = "flows/refund.yaml:17:5: widened: refund: `payments.refund`: `2 per customer per 90d` is now"
    ran = shop.diff("HEAD")
    assert ran.out == (
        f"{said} `3 per customer per 90d` [limit]\n"
        "   17 | - limit: [1 per order_id, 2 per customer per 90d]\n"
        "   17 | + limit: [1 per order_id, 3 per customer per 90d]\n"
    )
    assert re.fullmatch(r"1 widened since HEAD \([0-9a-f]{8}\)\n", ran.err)
    coloured = shop.diff("HEAD", "--color", "always").out
    assert re.sub(r"\x1b\[[0-9]+m", "", coloured) == ran.out != coloured


def test_what_is_not_listed_is_counted(shop: Shop) -> None:
    shop.edit(FLOW_FILE, "2 per customer per 90d", "1 per customer per 90d")
    ran = shop.diff("HEAD")
    assert (ran.status, ran.out) == (0, "")
    assert ran.err.startswith("1 narrowed since HEAD (")
    assert ran.err.endswith("). `--all` lists what was narrowed or changed\n")


def test_json(shop: Shop) -> None:
    shop.edit(FLOW_FILE, "2 per customer per 90d", "3 per customer per 90d")
    said = json.loads(shop.diff("HEAD", "--format", "json").out)
    assert (said["version"], said["revision"], said["commit"]) == (1, "HEAD", shop.git("rev-parse", "HEAD").strip())
    (one,) = said["differences"]
    assert set(one) == {
        "severity", "flow", "tool", "what", "message", "old", "new", "place", "was", "gone",
    }  # fmt: skip
    assert (one["old"], one["new"]) == ("2 per customer per 90d", "3 per customer per 90d")
    assert one["place"]["line"] == one["was"]["line"] == 17


def test_one_flow(shop: Shop) -> None:
    """What is asked for, and what concerns the whole project."""
    shop.edit(FLOW_FILE, "2 per customer per 90d", "3 per customer per 90d")
    assert shop.diff("HEAD", "flows/goodbye.yaml").status == 0
    assert shop.diff("HEAD", FLOW_FILE).status == 1
    shop.edit("engine.yaml", "500 EUR", "600 EUR")
    assert shop.diff("HEAD", "flows/goodbye.yaml").status == 1


def test_a_project_below_the_root_of_the_repository(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    (shop.root / "shop").mkdir()
    for name in ("engine.yaml", "tools", "flows"):
        shop.git("mv", name, f"shop/{name}")
    shop.commit()
    assert shop.diff("HEAD~1", "shop").err.startswith("engine: there is no engine.yaml at `HEAD~1`")
    shop.edit(f"shop/{FLOW_FILE}", "2 per customer per 90d", "3 per customer per 90d")
    assert shop.diff("HEAD", "shop").out.startswith("flows/refund.yaml:17:5: widened")
    monkeypatch.chdir(shop.root / "shop" / "flows")
    assert shop.diff("HEAD").status == 1


def test_what_git_has_not_been_told_of_counts(shop: Shop) -> None:
    """New files, and a work tree that is not the index; nothing of it is touched."""
    shop.edit(FLOW_FILE, "2 per customer per 90d", "3 per customer per 90d")
    shop.git("add", "--all")
    shop.edit(FLOW_FILE, "3 per customer per 90d", "2 per customer per 90d")
    before = shop.git("status", "--porcelain")
    assert shop.diff("HEAD").status == 0
    assert shop.git("status", "--porcelain") == before != ""


def test_a_file_is_read_as_it_was_committed(shop: Shop) -> None:
    """Neither an attribute nor a replacement hides a gate that was there."""
    (shop.root / ".gitattributes").write_text("flows/*.yaml export-ignore\n", encoding="utf-8")
    shop.commit()
    old = shop.git("rev-parse", "HEAD").strip()
    shop.edit(FLOW_FILE, "2 per customer per 90d", "3 per customer per 90d")
    shop.commit()
    shop.git("replace", old, "HEAD")
    assert shop.diff(old).status == 1


def test_no_such_revision(shop: Shop) -> None:
    for revision in ("nowhere", "HEAD~7", "HEAD:flows"):
        ran = shop.diff(revision)
        assert ran.status == 2
        assert ran.err.startswith(f"engine: git knows no revision `{revision}` here")
    assert shop.diff("--output=x").status == 2


def test_no_repository(shop: Shop, tmp_path: Path) -> None:
    shutil.rmtree(shop.root / ".git")
    ran = shop.diff("HEAD")
    assert ran.status == 2
    assert ran.err.startswith(f"engine: {shop.root} is in no repository of git: ")


def test_no_git(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(shop.root))
    assert shop.diff("HEAD") == (2, "", "engine: there is no git on this machine\n")


def test_no_project(shop: Shop, tmp_path: Path) -> None:
    assert shop.diff("HEAD", tmp_path / "nowhere").status == 2
    assert shop.diff("HEAD", tmp_path).err.startswith("engine: no engine.yaml at")


def test_a_link_is_no_file(shop: Shop) -> None:
    """What a link led to is not known any more."""
    (shop.root / "flows" / "again.yaml").symlink_to("refund.yaml")
    shop.commit()
    ran = shop.diff("HEAD", "--format", "json")
    assert ("again", "", "file") in ran.of("widened")


def test_a_document_that_a_tool_names_is_read_as_it_was(shop: Shop) -> None:
    """Else a project with one could never be compared."""
    (shop.root / "specs").mkdir()
    spec = {
        "openapi": "3.1.0", "info": {"title": "Post", "version": "1"}, "servers": [{"url": "https://post.example"}],
        "paths": {"/parcels/{id}": {"get": {
            "operationId": "parcel", "parameters": [
                {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
            "responses": {"200": {"description": "It.", "content": {"application/json": {"schema": {
                "type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}}}}},
        }}},
    }  # fmt: skip
    (shop.root / "specs" / "post.json").write_text(json.dumps(spec), encoding="utf-8")
    entry = "- tool: parcels.get\n  effect: read\n  openapi: {spec: specs/post.json, operation: parcel}\n"
    (shop.root / "tools" / "post.yaml").write_text(entry, encoding="utf-8")
    shop.commit()
    ran = shop.diff("HEAD", "--format", "json", "--all")
    assert (ran.status, ran.differences) == (0, [])
