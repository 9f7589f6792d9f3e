"""`engine graph`: drawings that Mermaid takes, accounts that leave nothing out, the same bytes each time.

`ENGINE_UPDATE_GRAPHS=1 pytest tests/graph` rewrites tests/graph/expected.
"""

import os
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from engine.check import check
from engine.graph import FORMATS, account, mermaid
from engine.graph.shape import walk, ways
from engine.graph.words import does, waits
from engine.plan import Plan
from tests.cli.conftest import Engine, clean_environment, engine, project
from tests.golden.case import checked
from tests.golden.test_golden import HERE, RIGHT, ROOT, laid_out
from tests.graph.grammar import parsed

__all__ = ["clean_environment", "engine", "project"]

EXPECTED = Path(__file__).parent / "expected"


@pytest.fixture(scope="module")
def plans(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Plan]:
    """Those of the sample, and of every right golden file."""
    found = dict(check([ROOT / "flows"]).plans)
    for case in RIGHT:
        found |= check([laid_out(case, tmp_path_factory.mktemp("right") / "project")]).plans
    assert len(found) > 8
    return found


@pytest.mark.parametrize("name", ["every-step", "ways-and-loops", "late-order", "at-once"])
@pytest.mark.parametrize("form", FORMATS)
def test_what_is_shown(name: str, form: str, plans: dict[str, Plan]) -> None:
    expected = EXPECTED / f"{name}.{'mmd' if form == 'mermaid' else 'txt'}"
    shown = FORMATS[form](plans[name])
    if os.environ.get("ENGINE_UPDATE_GRAPHS") == "1":
        expected.parent.mkdir(exist_ok=True)
        expected.write_text(shown, encoding="utf-8")
    assert shown == expected.read_text(encoding="utf-8"), "run the tests with ENGINE_UPDATE_GRAPHS=1"


def flat(text: str) -> str:
    return " ".join(text.split())


def test_an_account_tells_every_node(plans: dict[str, Plan]) -> None:
    for plan in plans.values():
        told = flat(account(plan))
        for node in walk(plan):
            assert does(plan, node) in told or node.kind in ("next", "until"), (plan.flow, node.id)
            assert waits(plan, node) in told
            line = plan.places[node.id].rpartition(":")[2]
            assert f":{line}]" in told or node.kind in ("next", "until", "call", "join"), (plan.flow, node.id)
        assert told.count("{{") == told.count("}}")


def test_a_drawing_has_every_node_and_edge(plans: dict[str, Plan]) -> None:
    for plan in plans.values():
        chart = parsed(mermaid(plan))
        labels = {flat(label) for label in chart.nodes.values()}
        for node in walk(plan):
            start = flat(does(plan, node))[:100]
            assert any(label.startswith(start) and label.endswith(plan.places[node.id]) for label in labels), node.id
        said = {(a, one) for a, outcomes, _ in chart.edges for one in outcomes.split(", ")}
        drawn = [node for node in walk(plan) if node.kind not in ("wait", "switch") and node.on]
        assert sum(len(ways(node)) for node in drawn) <= len(said)


def test_a_write_is_a_chain_of_its_gates(plans: dict[str, Plan]) -> None:
    chart = parsed(mermaid(plans["refund"]))
    [(_, chain)] = chart.groups.items()
    assert [chart.nodes[name].split()[0] for name in chain] == [
        "prepare", "only", "only", "only", "limit", "the", "approval", "call",
    ]  # fmt: skip
    assert [(a, said, b) for a, said, b in chart.edges if a in chain and b in chain] == [
        (a, "done" if a == chain[0] else "pass", b) for a, b in pairwise(chain)
    ]
    assert chart.classes[chain[-1]] == "write"
    assert {chart.classes[name] for name in chain if "waits for the customer" in chart.nodes[name]} == {"customer"}
    assert {chart.classes[name] for name in chain if "waits for billing-leads" in chart.nodes[name]} == {"people"}


def test_a_loop_goes_back(plans: dict[str, Plan]) -> None:
    chart = parsed(mermaid(plans["ways-and-loops"]))
    back = [(a, b) for a, said, b in chart.edges if said == "next" and int(a[1:]) > int(b[1:])]
    assert len(back) == 2


HOSTILE = (
    '"quotes" & <b>tags</b> #35; `code` [x](y) {a} |b| end',
    "1. a list", "- a list", "+ a list", "* a list", "end", "class n1 x", "%% comment", "%%{init: {}}%%", "</script>",
    "a\\nb", "a;b", "graph TD", "subgraph", "😀 ünï 漢字 \u202e rtl", "x" * 500, "--> n1", "#quot;", "&quot;", "<br/>",
    "$$x$$", "click n1", "style n1 fill:#f00", "a\u2028b", "_it_ __bold__ ~~no~~", "'", ":::done", "@{ shape: x }",
)  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_a_flow_is_read_as_mermaids(text: str, tmp_path: Path) -> None:
    said = text.replace("'", "''")
    found = checked(tmp_path, f"steps:\n  - reply: '{said}'\n  - reply: 'so: {said}'\n  - close: solved\n")
    chart = parsed(mermaid(found.plans["case"]))
    assert set(chart.nodes) == {"start", "n1", "n2", "n3", "n4", "n5"}
    assert flat(text)[:60] in flat(chart.nodes["n2"]) or not text.isprintable() or len(text) > 100
    assert account(found.plans["case"]).count("\n") < 40


def test_nothing_of_a_flow_moves_the_cursor(tmp_path: Path) -> None:
    found = checked(tmp_path, 'steps:\n  - reply: "\\e[31mred\\x07 \\u202e"\n  - close: solved\n')
    for show in FORMATS.values():
        shown = show(found.plans["case"]).replace("\n", "")
        assert shown.isprintable()
        assert "31mred" in shown


def test_the_command(engine: Engine, project: Path) -> None:
    ran = engine("graph", "hello")
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.startswith("A case (hello), owned by support\n\n1. reply “Hello”  [flows/hello.yaml:6]\n")
    assert engine("graph", "flows/hello.yaml", "--format", "text") == ran
    parsed(engine("graph", "hello", "--format", "mermaid").out)
    assert engine("graph", "helo").err == "engine: there is no flow `helo`; did you mean `hello`?\n"
    (project / "flows" / "hello.yaml").write_text("flow: hello\n", encoding="utf-8")
    assert engine("graph", "hello").status == 1


def test_a_shared_piece_is_told_in_the_flows_that_use_it(engine: Engine, tmp_path: Path) -> None:
    root = laid_out(HERE / "right" / "shared-piece", tmp_path / "project")
    ran = engine("graph", "find-order", "--project", root)
    assert (ran.status, "shared piece" in ran.err) == (2, True)
    assert "use the shared piece find-order" in engine("graph", "late-order", "--project", root).out


SCRIPT = """
import sys
from pathlib import Path
from engine.check import check
from engine.graph import FORMATS
from engine.plan import canonical
for name, plan in sorted(check([Path(sys.argv[1])]).plans.items()):
    sys.stdout.buffer.write(canonical(plan.to_json()))
    for form in FORMATS.values():
        sys.stdout.buffer.write(form(plan).encode())
"""


def test_the_same_bytes_whatever_the_seed_and_the_order_of_files(tmp_path: Path) -> None:
    """Plans, drawings and accounts of the sample: with other hash seeds, and with its files made in another order."""
    other = tmp_path / "shop"
    for path in sorted(ROOT.glob("[ft]*s/*.yaml"), reverse=True):
        if path.parent.name in ("flows", "tools"):
            copy = other / path.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, copy.with_name(f"{'z' if path.parent.name == 'tools' else ''}{path.name}"))
    shutil.copy(ROOT / "engine.yaml", other)
    shutil.move(other / "tools" / "zpayments.yaml", other / "tools" / "a.yaml")
    outputs = {
        subprocess.run([sys.executable, "-c", SCRIPT, root], check=True, capture_output=True, cwd=ROOT,
                       env={**os.environ, "PYTHONHASHSEED": seed}).stdout
        for seed, root in (("0", ROOT), ("1", ROOT), ("4711", other), ("random", other))
    }  # fmt: skip
    assert len(outputs) == 1
    assert len(outputs.pop()) > 50_000
