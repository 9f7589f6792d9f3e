"""A question in a customer's own word for a thing, through a real ticket."""

from pathlib import Path

import pytest

from engine.knowledge.library import Library
from engine.models.local.embedding import PackagedEmbedder
from engine.models.local.synonyms import Synonyms
from engine.runtime.server import TemporalServer
from tests.runtime import made
from tests.runtime.bench import Bench
from tests.runtime.test_languages import QUESTION, write

ARTICLE = "---\naudience: public\nlanguage: en\n---\n# Ornaments\nAn ornament has a warranty of 3 years.\n"


@pytest.mark.parametrize("told", [True, False])
async def test_what_the_team_calls_otherwise_is_answered(temporal: TemporalServer, tmp_path: Path, told: bool) -> None:
    root = made.project(tmp_path, flow="steps:\n  - close: solved\nguardrails: [customer-facing]\n")
    (root / "flows" / "question.yaml").write_text(QUESTION.replace("general, ", ""), "utf-8")
    (tmp_path / "articles" / "faq").mkdir(parents=True)
    (tmp_path / "articles" / "faq" / "ornaments.md").write_text(ARTICLE, "utf-8")
    library = Library(tmp_path / "index", PackagedEmbedder(), Synonyms([["Zierrat", "ornament"]] if told else []))
    library.index(tmp_path / "articles")
    async with Bench(tmp_path, temporal.address, f"s-{tmp_path.name}", root=root) as bench, bench.work(library=library):
        ticket = write(bench, "How long is the warranty of the Zierrat?", "question")
        await bench.until(lambda: bench.closed(ticket) or bench.with_people(ticket), "an end")
        texts = "\n".join(bench.said(ticket))
    assert ("An ornament has a warranty of 3 years." in texts) == told
