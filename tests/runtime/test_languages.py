"""The language of a ticket, through real tickets: which articles are quoted, which texts are chosen, and since when."""

from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from engine.knowledge.library import Library
from engine.models.local.embedding import PackagedEmbedder
from engine.runtime.languages import language_of, spoken, told
from engine.runtime.server import TemporalServer
from engine.store.rows import TicketRow
from tests.knowledge.test_preferred import TWINS, indexed
from tests.runtime import made
from tests.runtime.bench import ROOT, Bench

QUESTION = """flow: question
title: A question
owner: support
about: Somebody asks what the articles answer.
start: {tags: [question]}
steps:
  - search: "{{ ticket.question }}"
    as: passages
  - reply: {write: Answer the question from the passages alone., using: [passages]}
    otherwise: {unsure: escalate}
  - close: solved
silence: {within: 5d, otherwise: close}
guardrails: [customer-facing]
knowledge: [general, faq, returns, shipping]
"""
GREETING = """flow: greeting
title: A greeting
owner: support
about: Somebody came with a tag.
start: {tags: [hello]}
steps:
  - ask: wish
    fields: {what: {text: true, ask: "?"}}
  - reply: {en: Goodbye., de: Auf Wiedersehen.}
  - close: solved
silence: {within: 5d, otherwise: close}
guardrails: [customer-facing]
"""


@pytest.fixture
async def bench(temporal: TemporalServer, tmp_path: Path) -> AsyncIterator[Bench]:
    root = made.project(tmp_path, flow="steps:\n  - close: solved\nguardrails: [customer-facing]\n")
    file = root / "engine.yaml"
    text = file.read_text("utf-8").replace("languages: [en]", "languages: [de, en]")
    file.write_text(text.replace("collections: [", "collections: [general, "), "utf-8")
    (root / "flows" / "question.yaml").write_text(QUESTION, "utf-8")
    (root / "flows" / "greeting.yaml").write_text(GREETING, "utf-8")
    async with Bench(tmp_path, temporal.address, f"q-{tmp_path.name}", root=root) as running:
        yield running


def write(bench: Bench, text: str, *tags: str, locale: str = "en") -> int:
    bench.desk.desk.add_user("Ines Garcia", "ines.garcia@example.com", locale=locale)
    return int(bench.desk.open_ticket("ines.garcia@example.com", "Hello", text, tags=tags)["id"])


async def test_a_german_customer_is_quoted_the_german_one_of_two_articles(bench: Bench) -> None:
    """The sample shop has an article about it in each language; the five that rank first of all are English."""
    library = Library(bench.folder / "index", PackagedEmbedder())
    library.index(ROOT / "knowledge")
    question = "Wie lange kann ich etwas zurückgeben?"
    assert {one.language for one in library.search(question)} == {"en"}
    async with bench.work(library=library):
        ticket = write(bench, question, "question")
        await bench.until(lambda: bench.closed(ticket), "an answer")
    said = "\n".join(bench.said(ticket))
    assert "Sie haben 30 Tage ab Lieferung Zeit" in said
    assert "30 days" not in said
    assert bench.row(ticket).language == "de"


async def test_a_french_customer_is_quoted_the_english_article_where_there_is_no_other(bench: Bench) -> None:
    english = {name: text for name, text in TWINS.items() if ".en." in name}
    async with bench.work(library=indexed(bench.folder, english)):
        ticket = write(bench, "Combien de temps ai-je pour renvoyer un article ?", "question")
        await bench.until(lambda: bench.closed(ticket), "an answer")
    assert TWINS["returns.en.md"].split("\n")[1] in "\n".join(bench.said(ticket))
    assert bench.row(ticket).language == "fr"


async def test_what_tells_no_language_is_answered_in_the_one_that_the_channel_claims(bench: Bench) -> None:
    async with bench.work():
        ticket = write(bench, "4821", "hello", locale="en-GB")
        await bench.until(lambda: bench.said(ticket), "the question")
        bench.desk.customer_writes(ticket, "4822")
        await bench.until(lambda: bench.closed(ticket), "the end")
    assert bench.said(ticket)[-1] == "Goodbye."
    assert bench.row(ticket).language is None


async def test_a_later_message_tells_the_language(bench: Bench) -> None:
    async with bench.work():
        ticket = write(bench, "4821", "hello", locale="en-GB")
        await bench.until(lambda: bench.said(ticket), "the question")
        bench.desk.customer_writes(ticket, "Ich möchte wissen, wo mein Paket ist")
        await bench.until(lambda: bench.closed(ticket), "the end")
    assert bench.said(ticket)[-1] == "Auf Wiedersehen."
    assert bench.row(ticket).language == "de"


@pytest.mark.parametrize(
    ("language", "claimed", "languages", "expected"),
    [
        ("fr", "en", ["de", "fr"], ("fr", "fr", "fr")),
        ("fr", "en", ["de", "en"], ("fr", "fr", "de")),  # amounts as in the text, which is not in French
        (None, "EN", ["de", "en"], (None, "en", "en")),
        ("und", "en", ["de", "en"], (None, "en", "en")),  # an earlier version's row
        ("fr", None, [], ("fr", "fr", "fr")),
        (None, None, ["de", "en"], (None, None, "de")),
        (None, None, [], (None, None, "en")),
        (None, "", None, (None, None, "en")),
    ],
)
def test_the_language_falls_back(language: str | None, claimed: str | None, languages: Any, expected: Any) -> None:
    ticket = cast("TicketRow", SimpleNamespace(language=language, requester={"language": claimed}))
    assert (told(ticket), language_of(ticket), spoken(ticket, {"languages": languages})) == expected
