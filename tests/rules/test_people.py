"""Who may decide: the checker tells people apart as the store does."""

from pathlib import Path

import pytest

from engine.store.beginning import same_person
from tests.compile.flows import refund
from tests.golden.case import BASE, checked, rules

_TWO = """    approve:
      - {by: leads, within: 2 business days, otherwise: escalate}
      - {by: leads, if: amount > 200, within: 2 business days, otherwise: escalate}
"""


@pytest.mark.parametrize("other", ["Lena@Shop.Example", '" lena@shop.example"', "omar@shop.example"])
def test_two_lines_need_two_people(other: str, tmp_path: Path) -> None:
    before, _, rest = refund().partition("    approve:\n")
    after = rest[rest.index("silence:") :]
    settings = (BASE / "engine.yaml").read_text().replace("omar@shop.example", other)
    found = rules(checked(tmp_path, before + _TWO + after, engine=settings))
    one = same_person(other.strip('"')) == same_person("lena@shop.example")
    assert found == (["same-approver"] if one else [])
