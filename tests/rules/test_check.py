"""The one entry: what it reads, what it reports, what may be ignored."""

from pathlib import Path
from random import Random

import pytest

from engine.check import NoProject, check
from engine.diagnostics import Severity
from engine.rules import RULES
from tests.compile.flows import refund
from tests.golden.case import BASE, checked, rules

LATE = "  - close: solved\n  - reply: Nobody reads this.   # engine: ignore[unreachable-step]{why}\n"


def test_a_folder_without_a_project(tmp_path: Path) -> None:
    with pytest.raises(NoProject):
        check([tmp_path])


def test_the_project_is_found_from_below(tmp_path: Path) -> None:
    checked(tmp_path, "steps: [{close: solved}]")
    for path in ("flows", "flows/case.yaml", "", "tools"):
        assert check([tmp_path / "project" / path]).ok


def test_a_single_flow_is_not_blamed_for_others(tmp_path: Path) -> None:
    other = "flow: other\ntitle: O\nowner: nobdy\nabout: O.\nsteps: [{close: solved}]\n"
    found = checked(tmp_path, "steps: [{close: solved}]", flows__other=other)
    assert rules(found) == ["unknown-team"]
    root = tmp_path / "project"
    assert check([root / "flows" / "case.yaml"]).ok
    assert not check([root / "flows" / "other.yaml"]).ok
    assert not check([root / "flows"]).ok


def test_what_flows_rely_on_is_always_reported(tmp_path: Path) -> None:
    found = checked(tmp_path, "steps: [{close: solved}]", tools__more="- tool: a.b\n  effect: reed\n")
    assert not check([tmp_path / "project" / "flows" / "case.yaml"]).ok
    assert not found.ok


def test_tests_of_flows_are_no_flows(tmp_path: Path) -> None:
    found = checked(tmp_path, "steps: [{close: solved}]", **{"flows__case.test": "cases: []\n"})
    assert list(found.plans) == ["case"]
    assert found.ok


def test_an_ignore_with_a_reason_silences_one_finding(tmp_path: Path) -> None:
    assert rules(checked(tmp_path, "steps:\n" + LATE.format(why=" kept for June"))) == []
    assert rules(checked(tmp_path, "steps:\n" + LATE.format(why=""))) == ["unreachable-step", "unused-ignore"]


@pytest.mark.parametrize("rule", sorted(name for name, rule in RULES.items() if rule.floor))
def test_a_floor_cannot_be_ignored(tmp_path: Path, rule: str) -> None:
    flow = refund().replace("  payments.refund:\n", f"  payments.refund:   # engine: ignore[{rule}] in a hurry\n")
    assert "unused-ignore" in rules(checked(tmp_path, flow))


WEAKER = {
    "write-without-limit": ("    limit: [1 per order_id, 2 per customer per 90d, 500 EUR per customer per 30d]\n", ""),
    "write-without-confirm": ('    confirm: "Refund {{ amount | money }}?"\n', ""),
    "write-without-bound": ("      - 0 < amount <= order.total - order.refunded\n", ""),
    "write-without-approval": ("{by: leads, if: amount > 50, ", "{by: leads, if: amount > 600, "),
    "write-without-identity": ("  - verify: [{by: customers.match, with: [email, postcode]}]\n", ""),
}


@pytest.mark.parametrize("rule", sorted(WEAKER))
def test_a_weaker_gate_is_found(tmp_path: Path, rule: str) -> None:
    old, new = WEAKER[rule]
    flow = refund()
    assert old in flow
    if rule == "write-without-approval":
        flow = flow.replace("if: amount > 200, ", "if: amount > 900, ")
    assert checked(tmp_path, refund()).ok
    assert rule in rules(checked(tmp_path, flow.replace(old, new)))


def test_verify_on_one_branch_alone_does_not_prove_identity(tmp_path: Path) -> None:
    verify = "  - verify: [{by: customers.match, with: [email, postcode]}]\n"
    for otherwise, proved in (("escalate", True), ("next", False), ("{failed: next}", False)):
        flow = refund().replace(verify, f"{verify}    otherwise: {otherwise}\n")
        assert ("write-without-identity" not in rules(checked(tmp_path, flow))) is proved


def test_findings_come_in_a_stable_order(tmp_path: Path) -> None:
    flow = "ownr: a\nsteps:\n  - rply: x\n  - close: sold\n  - wait: []\n"
    first = checked(tmp_path / "a", flow).diagnostics
    again = checked(tmp_path / "b", flow).diagnostics
    assert first == again == tuple(sorted(first, key=lambda found: found.key))
    assert {found.severity for found in first} == {Severity.ERROR}


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_files_on_disk_changes_nothing(tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Findings come by path, line, column and rule, however the file system lists its files."""
    chance, listed = Random(seed), Path.glob
    wrong = "steps:\n  - rply: x\n  - close: sold\n  - wait: []\nownr: a\n"
    files = {f"flows__{name}": f"flow: {name}\nowner: nobdy\n{wrong}" for name in "abc"}
    files |= {f"tools__{name}": "- tool: orders.get\n  effect: reed\n" for name in "abz"}
    expected = checked(tmp_path, wrong, **files).diagnostics

    def shuffled(path: Path, pattern: str) -> list[Path]:
        found = list(listed(path, pattern))
        chance.shuffle(found)
        return found

    monkeypatch.setattr(Path, "glob", shuffled)
    found = checked(tmp_path, wrong, **files).diagnostics
    places = [(one.place.path, one.place.line, one.place.column, one.rule) for one in found]
    assert found == expected
    assert places == sorted(places)
    assert len({path for path, *_ in places}) == 8


def test_a_broken_part_makes_no_follow_on_noise(tmp_path: Path) -> None:
    """One mistake, one finding: what depends on it stays quiet."""
    for old, new, expected in (
        ("{one_of: customer.orders,", "{one_of: customer.ordrs,", ["unknown-field"]),
        ("  - tool: orders.get\n", "  - tool: orders.gt\n", ["unknown-tool"]),
        ("    as: order\n", "    az: order\n", ["unknown-key"]),
        ("  - ask: details\n", "  - aks: details\n", ["unknown-step"]),
        ("  - verify: [", "  - verify: {", ["key", "yaml"]),
    ):
        assert old in refund()
        found = rules(checked(tmp_path, refund().replace(old, new)))
        assert set(found) == set(expected), (new, found)


def test_tools_that_could_not_be_read_are_not_missed(tmp_path: Path) -> None:
    """One error in a tool file is that error, not an unknown tool at every use."""
    text = (BASE / "tools" / "shop.yaml").read_text(encoding="utf-8")
    found = checked(tmp_path, refund(), tools__shop=text.replace("- tool: payments.refund", "- tool: [payments.refund"))
    assert set(rules(found)) == {"yaml"}
