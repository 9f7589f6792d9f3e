"""The reference of the language is what the declarations say, and each of its examples is right."""

import os
from pathlib import Path

import pytest

from engine.check import check
from engine.steps import STEPS
from tests.docs.reference import EXAMPLES, ROOT, reference

PAGE = ROOT / "docs" / "language.md"


def test_the_page_says_what_the_declarations_say() -> None:
    said = reference()
    if os.environ.get("ENGINE_UPDATE_DOCS") == "1":
        PAGE.write_text(said, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == said, "run the tests with ENGINE_UPDATE_DOCS=1, and read what it says"


def test_the_examples_are_right() -> None:
    found = check([EXAMPLES])
    assert found.diagnostics == ()
    assert set(STEPS) <= set(found.plans)


@pytest.mark.parametrize("word", STEPS)
def test_an_example_has_the_step_that_it_is_for(word: str) -> None:
    text = Path(EXAMPLES, "flows", f"{word}.yaml").read_text(encoding="utf-8")
    assert f"- {word}: " in text or f"- {word}:\n" in text or f"- {word}\n" in text
