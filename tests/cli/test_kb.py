"""`engine kb`, with the real index and the packaged embedder."""

from pathlib import Path

import pytest

from tests.cli.conftest import Engine

RETURNS = """---
title: Returns
audience: public
language: en
---
# How long
You can send anything back within 30 days.
"""


@pytest.fixture
def articles(project: Path) -> Path:
    folder = project / "knowledge" / "faq"
    folder.mkdir(parents=True)
    (folder / "returns.md").write_text(RETURNS, encoding="utf-8")
    return folder


def test_indexed_and_found(engine: Engine, articles: Path) -> None:
    (articles / "inside.md").write_text("# Margins\nWe earn 12 % on a return.\n", encoding="utf-8")
    ran = engine("kb", "index")
    assert ran.status == 0
    assert ran.out.startswith("2 added, 0 changed, 0 removed, 0 unchanged, 0 broken: ")
    assert "faq/inside.md" in ran.err
    found = engine("kb", "search", "how long may I send it back?")
    assert found.status == 0
    score, source, _, text = found.out.splitlines()[0].split("\t")
    assert 0 < float(score) <= 1
    assert (source, text) == ("faq/returns.md", "You can send anything back within 30 days.")
    assert "inside.md" not in found.out
    assert "inside.md" in engine("kb", "search", "margins", "--audience", "internal").out
    assert engine("kb", "search", "return", "--collection", "nope") == (1, "", "nothing found\n")
    assert engine("kb", "index").out.startswith("0 added, 0 changed, 0 removed, 2 unchanged")


def test_a_broken_article_is_said(engine: Engine, articles: Path) -> None:
    (articles / "broken.md").write_bytes(b"\xff\xfe\x00\xd8")
    ran = engine("kb", "index")
    assert ran.status == 1
    assert "faq/broken.md:" in ran.err
    assert "1 added, 0 changed, 0 removed, 0 unchanged, 1 broken" in ran.out


def test_no_index(engine: Engine, articles: Path) -> None:
    ran = engine("kb", "search", "anything")
    assert (ran.status, ran.out) == (1, "")
    assert "engine kb index" in ran.err


def test_no_folder(engine: Engine, project: Path) -> None:
    ran = engine("kb", "index")
    assert ran.status == 1
    assert len(ran.err.splitlines()) == 1


@pytest.mark.parametrize("content", ["", "[", "project: x\n"])
def test_no_knowledge(content: str, engine: Engine, project: Path) -> None:
    (project / "engine.yaml").write_text(content)
    assert engine("kb", "index").status in (1, 2)
