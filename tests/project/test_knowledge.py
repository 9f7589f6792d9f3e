"""Words that mean the same to a team, as engine.yaml says them."""

from pathlib import Path

import pytest

from engine.articles import synonyms
from tests.golden.case import BASE, checked

FLOW = "steps: [{close: solved}]\nstart: {examples: [A case]}\n"


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("[[RMA, return], [air fryer, hot air cooker]]", None),
        ("[]", None),
        ("[RMA, return]", "expected a list"),
        ("{RMA: return}", "expected a list"),
        ("[[RMA]]", "at least 2 are needed"),
        ('[[RMA, "..."]]', "`...` has neither a letter nor a digit"),
        ("[[RMA, return], [Return, send back]]", "`Return` stands here a second time"),
        ("[[air fryer, Air  Fryer]]", "stands here a second time"),
    ],
)
def test_lists_of_words(tmp_path: Path, said: str, found: str | None) -> None:
    settings = (BASE / "engine.yaml").read_text("utf-8").replace("knowledge: {", f"knowledge: {{synonyms: {said}, ")
    ran = checked(tmp_path, FLOW, engine=settings)
    messages = [one.message for one in ran.diagnostics if one.place.path == "engine.yaml"]
    if found is None:
        assert messages == []
        assert ran.project.settings is not None
        assert synonyms(ran.project.settings.knowledge).groups == (
            (("RMA", "return"), ("air fryer", "hot air cooker")) if said != "[]" else ()
        )
    else:
        assert messages
        assert found in messages[0]
