"""Headings that name what a question asks for with another word."""

from pathlib import Path

import pytest

from engine.knowledge.library import Library
from engine.knowledge.related import related
from engine.knowledge.terms import asked, terms
from engine.models.local.embedding import PackagedEmbedder


@pytest.mark.parametrize(
    ("question", "heading", "times"),
    [
        ("What is the maximum function timeout?", "Quotas of functions", 1),
        ("What is the maximum function timeout?", "Maximum timeouts", 0),  # the word itself counts elsewhere
        ("Combien coûte la livraison ?", "Shipping", 1),
        ("Ich möchte kündigen und mein Geld zurück, eine Erstattung", "Cancelling and refunds", 2),
        ("¿Cuál es la garantía?", "Warranty", 1),
        ("What is a read replica?", "Quotas and prices", 0),
        ("", "Quotas", 0),
        ("maximum", "", 0),
    ],
)
def test_the_same_matter_in_other_words(question: str, heading: str, times: int) -> None:
    assert related(asked(question), frozenset(terms(heading))) == times


def test_the_article_on_limits_answers_for_the_most(tmp_path: Path) -> None:
    """Its words are fewer than those of the articles that speak of the same thing."""
    articles = tmp_path / "articles"
    articles.mkdir()
    about = "Set the timeout of a function before you deploy it. A function that has reached its timeout is stopped."
    for number, name in enumerate(("deploying", "monitoring", "billing", "testing", "logging", "versions")):
        text = f"# {name.title()} functions\n\n{about} The maximum is told beside it, function {number} as well.\n"
        (articles / f"{name}.md").write_text(text, encoding="utf-8")
    (articles / "quotas.md").write_text("# Quotas\n\nFunction timeout: 900 seconds\n", encoding="utf-8")
    library = Library(tmp_path / "index", PackagedEmbedder())
    library.index(articles)
    found = library.search("What is the maximum timeout of a function?", audience="internal", limit=1)
    assert [one.source for one in found] == ["quotas.md"]
