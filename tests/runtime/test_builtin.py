"""A project without flows of its own for routing and for people has the built-in ones."""

from pathlib import Path

from engine.check import check
from engine.rules.unknown_flow import BUILT_IN
from engine.runtime import builtin
from engine.runtime.projects import LoadedProject
from engine.runtime.server import TemporalServer
from tests.runtime import made
from tests.runtime.bench import Bench

FLOW = """
steps:
  - reply: "We are sorry."
  - escalate: billing
"""


def bare(folder: Path) -> Path:
    """A project with one flow."""
    root = made.project(folder, flow=FLOW)
    for name in builtin.BUILT_IN:
        (root / "flows" / f"{name}.yaml").unlink()
    return root


async def test_a_ticket_finds_its_flow_and_its_people(temporal: TemporalServer, tmp_path: Path) -> None:
    async with Bench(tmp_path, temporal.address, f"q-{tmp_path.name}", root=bare(tmp_path)) as bench, bench.work():
        number = int(bench.desk.open_ticket("jonas.weber@example.com", "Lamp", "My lamp is damaged")["id"])
        await bench.until(lambda: bench.with_people(number), "people to have it")
        assert bench.said(number)[0] == "We are sorry."
        bench.desk.agent_changes(number, {"status": "solved"}, email="mira@northwind.example")
        await bench.until(lambda: bench.row(number).state == "closed", "the close")
    assert bench.row(number).outcome == "solved"


def test_a_file_of_the_name_takes_its_place(tmp_path: Path) -> None:
    root = bare(tmp_path)
    assert set(LoadedProject(root).plans) == {"damage", *BUILT_IN}
    own = builtin.BUILT_IN["human"].replace("TEAM", "billing").replace("30d", "10d")
    (root / "flows" / "human.yaml").write_text(own, "utf-8")
    plans = LoadedProject(root).plans
    assert (plans["human"].owner, plans["triage"].owner) == ("billing", "support")


def test_a_flow_may_name_them(tmp_path: Path) -> None:
    root = bare(tmp_path)
    assert set(BUILT_IN) == set(builtin.BUILT_IN)
    (root / "flows" / "damage.yaml").write_text(
        made.HEAD.format(name="damage") + "steps: [{transfer: human}]\n", "utf-8"
    )
    assert check([root]).ok
