"""The rule refuses those checks that no guard could be made of, and no others."""

import json
from pathlib import Path
from typing import Any

import pytest

from engine.guardrails.base import CheckError
from engine.guardrails.registry import CHECKS, guard
from tests.golden.case import BASE, checked, rules

SETS = [
    *([name] for name in CHECKS),
    ["no_secrets", {"length": {"max": "400", "min": "1"}}],
    [{"length": {"max": "-1"}}],
    [{"length": {"max": "long"}}],
    [{"length": "400"}],
    [{"links": {"allow": ["shop.example"], "action": "note"}}],
    [{"links": {"allow": "shop.example"}}],
    [{"links": {"allow": [["shop.example"]]}}],
    [{"links": {"allow": [""]}}],
    [{"links": {"alow": ["shop.example"]}}],
    [{"links": {"action": "shout"}}],
    [{"no_commitments": {"allow": ["refund"]}}],
    [{"no_commitments": {"allow": ["gifts"]}}],
    [{"topics": {}}],
    [{"topics": {"words": []}}],
    [{"topics": {"words": ["lawyer"]}}],
    ["first"],
    [{"first": {"action": "note"}}],
    ["nothing"],
]


@pytest.mark.parametrize("given", SETS, ids=json.dumps)
def test_what_the_rule_refuses_is_what_no_guard_is_made_of(tmp_path: Path, given: list[Any]) -> None:
    text = (BASE / "engine.yaml").read_text(encoding="utf-8")
    sets = {"first": ["no_secrets"], "customer-facing": given}
    engine = text.replace("  customer-facing: [no_secrets]\n", "").replace(
        "guardrails:\n", f"guardrails: {json.dumps(sets)}\n"
    )
    try:
        guard(["customer-facing"], sets)
    except CheckError:
        refused = True
    else:
        refused = False
    assert ("wrong-guardrail" in rules(checked(tmp_path, "steps: [{close: solved}]", engine=engine))) is refused
