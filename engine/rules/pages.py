"""The page of every rule: its words, and the example of its golden pair."""

import json
from pathlib import Path
from typing import Any

from engine.diagnostics.catalogue import Example, Page
from engine.rules import BELOW, RULES, Rule

__all__ = ["EXAMPLES", "pages"]

EXAMPLES = Path(__file__).parent / "examples.json"
"""Rule -> its example, copied from tests/golden so that the installed package has it too."""


def pages() -> dict[str, Page]:
    """Rule -> its page, in alphabetical order."""
    examples = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    return {name: _page(rule, examples.get(name)) for name, rule in sorted({**RULES, **BELOW}.items())}


def _page(rule: Rule, example: dict[str, Any] | None) -> Page:
    shown = Example(**example) if example else None
    return Page(rule.name, rule.summary, rule.why, rule.mend, rule.ignorable, shown)
