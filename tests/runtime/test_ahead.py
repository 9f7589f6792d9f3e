"""What people are shown of what the customer is told next: from the plan of a flow, on either branch."""

from pathlib import Path
from typing import Any

import pytest

from engine.plan import Plan
from engine.runtime.activities.ahead import said_next
from engine.runtime.projects import LoadedProject

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def sample() -> Plan:
    return LoadedProject(ROOT).plans["refund"]


def approving(plan: Plan) -> Any:
    [gate] = [node for node in plan.nodes.values() if node.kind == "gate" and node.data["gate"] == "approve"]
    return gate


def test_the_sample_says_what_comes_of_a_yes_and_of_a_no(sample: Plan) -> None:
    gate = approving(sample)
    assert said_next(sample, gate.on["pass"], "en") == (
        "{{ refund.amount | money }} are on their way back to your {{ refund.method }}. "
        "It takes 5 to 7 business days until you see them."
    )
    assert said_next(sample, gate.on["rejected"], "en") == "A person takes the ticket over."


def test_a_text_in_the_customers_language_and_one_that_a_model_writes(sample: Plan) -> None:
    name = sample.nodes[approving(sample).on["pass"]].on["done"]
    node: Any = sample.nodes[name]
    assert node.kind == "reply"
    plan: Any = sample

    def with_data(data: dict[str, Any]) -> Any:
        changed = {**plan.nodes, name: node.__class__(node.id, "reply", on=node.on, data=data)}
        return plan.__class__(plan.flow, plan.entry, changed, plan.owner)

    german = with_data({"texts": {"en": ["lit", "Done."], "de": ["lit", "Erledigt."]}})
    assert [said_next(german, name, language) for language in ("de", "en", "fr")] == ["Erledigt.", "Done.", "Done."]
    assert said_next(with_data({"write": "Thank them."}), name, "en") == "A model writes it: Thank them."


def test_where_the_flow_branches_nothing_is_foretold(sample: Plan) -> None:
    assert said_next(sample, None, "en") == ""
    assert said_next(sample, "nobody", "en") == ""
    for kind in ("close", "verify"):
        name = next(name for name, node in sample.nodes.items() if node.kind == kind)
        assert said_next(sample, name, "en") == ""
