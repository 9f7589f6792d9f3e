"""One flow, one revision: what is only written differently compiles to the same bytes."""

import shutil
from pathlib import Path

import pytest
import yaml

from engine.check import check
from engine.plan import Plan, canonical
from tests.compile.flows import refund
from tests.golden.case import HEAD, checked

ROOT = Path(__file__).parent.parent.parent


def body(folder: Path, flow: str) -> bytes:
    found = checked(folder, flow)
    assert found.ok
    return canonical(found.plans["case"].body())


def test_compiling_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    assert body(tmp_path / "a", refund()) == body(tmp_path / "b", refund())


def test_comments_and_blank_lines_make_no_revision(tmp_path: Path) -> None:
    plain = body(tmp_path, refund())
    lines = refund().split("\n")
    assert (
        body(tmp_path, "\n".join(line + "   # why" if line.strip().endswith("]") else line for line in lines)) == plain
    )
    assert body(tmp_path, "\n\n# a comment\n" + refund().replace("steps:", "\n# here\nsteps:\n")) == plain


def test_the_order_of_top_level_keys_makes_no_revision(tmp_path: Path) -> None:
    head, _, steps = refund().partition("steps:")
    assert body(tmp_path, f"steps:{steps}{head}") == body(tmp_path, refund())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("amount > 50", "amount > 60"),
        ("Refund {{", "Pay {{"),
        ("within: 5d", "within: 6d"),
        ("within: 2 business days", "within: 3 business days"),
        ("1 per order_id", "2 per order_id"),
        ("close: solved", "close: denied"),
    ],
)
def test_what_a_flow_does_makes_one(tmp_path: Path, old: str, new: str) -> None:
    assert old in refund()
    assert body(tmp_path, refund().replace(old, new)) != body(tmp_path, refund())


def test_a_plan_survives_its_json(tmp_path: Path) -> None:
    plan = checked(tmp_path, refund()).plans["case"]
    assert Plan.from_json(yaml.safe_load(yaml.safe_dump(plan.to_json()))).to_json() == plan.to_json()


def test_a_tools_file_is_part_of_the_revision_where_flows_rely_on_it(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        shutil.copytree(ROOT / "tests" / "golden" / "base", tmp_path / folder)
        (tmp_path / folder / "flows").mkdir(exist_ok=True)
        (tmp_path / folder / "flows" / "case.yaml").write_text(HEAD + refund(), encoding="utf-8")
    tools = tmp_path / "b" / "tools" / "shop.yaml"
    tools.write_text(tools.read_text(encoding="utf-8").replace("keeps: 1d", "keeps: 2d"), encoding="utf-8")
    one, other = (check([tmp_path / folder]).plans["case"] for folder in ("a", "b"))
    assert canonical(one.body()) != canonical(other.body())
    changed = tools.read_text(encoding="utf-8").replace("/refunds", "/v2/refunds").replace("keeps: 2d", "keeps: 1d")
    tools.write_text(changed, encoding="utf-8")
    assert canonical(check([tmp_path / "b"]).plans["case"].body()) == canonical(one.body())
