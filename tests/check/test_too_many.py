"""However much a few files come to, a check looks at so many steps and no more. Counted, not timed."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from engine.check import Checked, check
from engine.compile import compile_flow
from engine.compile.lowering import STEPS

BASE = Path(__file__).parent.parent / "golden" / "base"
HEAD = "flow: {}\ntitle: Part\nowner: support\nabout: A part.\n"
FLOW = HEAD.format("all") + "start: {examples: [everything]}\nsilence: {within: 7d, otherwise: close}\n"
REPLY = "  - reply: Thank you, we have it.\n"


def checked(root: Path, steps: str, pieces: Mapping[str, str]) -> Checked:
    project = Path(shutil.copytree(BASE, root / "shop"))
    (project / "flows").mkdir(exist_ok=True)
    (project / "flows" / "all.yaml").write_text(f"{FLOW}steps:\n{steps}  - close: solved\n", encoding="utf-8")
    for name, body in pieces.items():
        text = f"{HEAD.format(name)}gives: {{}}\nsteps:\n{body}"
        (project / "flows" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return check([project])


def doubling(deep: int) -> dict[str, str]:
    """Pieces of which each uses the next one twice."""
    uses = {f"p{at}": f"  - use: p{at + 1}\n" * 2 for at in range(deep - 1)}
    return {**uses, f"p{deep - 1}": REPLY}


@pytest.mark.parametrize(
    ("steps", "pieces"),
    [
        (REPLY * (STEPS + 1), {}),
        ("  - use: p0\n", doubling(8) | {"p7": REPLY * 10}),
        ("  - use: p0\n", doubling(14)),
        ("  - use: p0\n", {f"p{at}": f"  - use: p{at + 1}\n" for at in range(300)} | {"p300": REPLY}),
    ],
    ids=["in a list", "in pieces", "doubling", "in a chain"],
)  # fmt: skip
def test_no_more_steps_are_looked_at_than_a_flow_may_have(tmp_path: Path, steps: str, pieces: dict[str, str]) -> None:
    found = checked(tmp_path, steps, pieces)
    said = [one for one in found.diagnostics if one.place.path == "flows/all.yaml"]
    assert [one.rule for one in said] == ["too-many-steps"]
    compiled = compile_flow(found.project.flows["all"], found.project)
    assert len(compiled.graph.steps) <= STEPS
    broken = [node for node in compiled.plan.nodes.values() if node.data.get("broken")]
    assert {node.kind for node in broken} == {"escalate"}  # whatever is beyond goes to a person


def test_as_many_steps_as_a_flow_may_have(tmp_path: Path) -> None:
    assert checked(tmp_path, REPLY * (STEPS - 1), {}).diagnostics == ()


def test_as_many_pieces_within_each_other_as_there_may_be(tmp_path: Path) -> None:
    assert checked(tmp_path, "  - use: p0\n", doubling(8)).diagnostics == ()
