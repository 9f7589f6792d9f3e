"""Whatever stands in a file, the checker ends with findings or a plan, and the plan's graph is whole."""

import copy
import os
import random
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.check import Checked, check
from engine.plan import Plan, canonical
from tests.compile.flows import refund
from tests.golden.case import BASE, HEAD, checked

ROOT = Path(__file__).parent.parent.parent
FLOWS = sorted((ROOT / "flows").glob("*.yaml"))
MANY = 300 if os.environ.get("ENGINE_PROVE") else 30
JUNK: list[Any] = [
    "",
    "no",
    "{{ order.total }}",
    "{{ x",
    "{% for a in b %}",
    "a" * 300,
    "\u202e",
    "customer",
    "next",
    "0",
    "-1",
    "1d",
    [],
    {},
    [[]],
    {"a": None},
    ["x", {"y": ["z"]}],
    None,
    {"": ""},
    "payments.refund",
    "{{ order }}",
    "2 business days",
]


def whole(plan: Plan) -> None:
    """Every edge leads somewhere, every node ends or leads on, every write stands behind its gates."""
    assert plan.entry in plan.nodes
    for name, node in plan.nodes.items():
        assert set(node.on.values()) <= set(plan.nodes)
        assert node.on or node.kind in ("escalate", "close"), name
        assert name in plan.places
    for name, node in plan.nodes.items():
        if node.kind == "call":
            into = [
                (other.kind, outcome) for other in plan.nodes.values() for outcome, to in other.on.items() if to == name
            ]
            assert into in ([("gate", "pass")], [("propose", "done")])
    assert ends(plan)
    assert Plan.from_json(plan.to_json()).to_json() == plan.to_json()
    canonical(plan.body())


def ends(plan: Plan) -> bool:
    """From every node a person or a close can be reached."""
    good = {name for name, node in plan.nodes.items() if node.kind in ("escalate", "close")}
    growing = True
    while growing:
        more = {name for name, node in plan.nodes.items() if name not in good and good & set(node.on.values())}
        good |= more
        growing = bool(more)
    return good == set(plan.nodes)


def sound(found: Checked) -> None:
    for plan in found.plans.values():
        whole(plan)
    assert found.plans or found.diagnostics
    for diagnostic in found.diagnostics:
        assert diagnostic.place.line >= 1
        assert diagnostic.place.column >= 1
        assert diagnostic.message


def places(tree: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every part."""
    found = [at]
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in items:
        found += places(value, (*at, key))
    return found


def part(tree: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        tree = tree[key]
    return tree


def mutate(tree: Any, chance: random.Random) -> None:
    """Drops, renames, copies, retypes or swaps one part, in place."""
    path = chance.choice(places(tree)[1:] or [()])
    if not path:
        return
    parent, key = part(tree, path[:-1]), path[-1]
    match chance.randrange(5):
        case 0:
            del parent[key]
        case 1 if isinstance(parent, dict):
            parent[chance.choice([f"{key}x", "if", "tool", "otherwise", "confirm", "steps"])] = parent.pop(key)
        case 2:
            parent[key] = copy.deepcopy(chance.choice(JUNK))
        case 3:
            parent[key] = [parent[key]] if chance.random() < 0.5 else {"steps": parent[key]}
        case _:
            other = chance.choice(places(tree))
            if other[: len(path)] != path and path[: len(other)] != other:
                parent[key] = copy.deepcopy(part(tree, other))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample shop without its flows."""
    root = tmp_path_factory.mktemp("shop")
    for name in ("engine.yaml", "tools"):
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, root / name)
    (root / "flows").mkdir()
    return root


@settings(max_examples=MANY, deadline=None, suppress_health_check=list(HealthCheck))
@given(flow=st.sampled_from(FLOWS), seed=st.integers(0, 2**32), many=st.integers(1, 6))
def test_structural_mutations(shop: Path, flow: Path, seed: int, many: int) -> None:
    tree = yaml.load(flow.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    chance = random.Random(seed)
    for _ in range(many):
        mutate(tree, chance)
    (shop / "flows" / flow.name).write_text(yaml.safe_dump(tree, sort_keys=False, allow_unicode=True), encoding="utf-8")
    sound(check([shop]))


@settings(max_examples=MANY, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32), junk=st.text(max_size=6))
def test_torn_texts(shop: Path, seed: int, junk: str) -> None:
    chance = random.Random(seed)
    text = (ROOT / "flows" / "refund.yaml").read_text(encoding="utf-8")
    start = chance.randrange(len(text))
    torn = text[:start] + junk + text[min(len(text), start + chance.randrange(30)) :]
    (shop / "flows" / "refund.yaml").write_bytes(torn.encode("utf-8", errors="surrogatepass"))
    sound(check([shop]))


@settings(max_examples=MANY, deadline=None, suppress_health_check=list(HealthCheck))
@given(name=st.sampled_from(["engine.yaml", "tools/shop.yaml"]), seed=st.integers(0, 2**32))
def test_mutations_of_what_flows_rely_on(tmp_path_factory: pytest.TempPathFactory, name: str, seed: int) -> None:
    tree = yaml.load((BASE / name).read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    chance = random.Random(seed)
    for _ in range(3):
        mutate(tree, chance)
    written = yaml.safe_dump(tree, sort_keys=False)
    files = {name.removesuffix(".yaml").replace("/", "__"): written}
    sound(checked(tmp_path_factory.mktemp("p"), refund(), **files))


@pytest.mark.parametrize(
    "flow",
    [
        "",
        "- a",
        "42",
        "\0",
        "a: *b",
        "steps:\n" + "  - reply: x\n" * 3000 + "  - close: solved\n",
        "steps: " + "[" * 5000,
        "steps: [" + "{if: a, then: [" * 30 + "]}" * 30 + "]",
        "steps: {}",
        "steps: null",
        "tools: {x: " + "{a: " * 39 + "1" + "}" * 39 + "}",
        "a" * 1_100_000,
        "steps:\n  - if: " + "not " * 3000 + "a\n",
        "steps:\n  - reply: '{{ " + "(" * 500 + "1" + ")" * 500 + " }}'\n",
        "flow: &a [*a]",
        "!!python/object:os.system {}",
        "steps:\n  - set: x\n    to: '{{ " + " + ".join("1" * 400) + " }}'\n  - close: solved\n",
    ],
    ids=range(17),
)
def test_hostile_files_end_in_findings(tmp_path: Path, flow: str) -> None:
    found = checked(tmp_path, "")
    (tmp_path / "project" / "flows" / "case.yaml").write_text(HEAD * bool(flow[:5] == "steps") + flow, encoding="utf-8")
    found = check([tmp_path / "project"])
    sound(found)
    assert flow.startswith("steps:\n  - reply: x") or not found.ok


def test_deep_nesting_within_the_limit(tmp_path: Path) -> None:
    flow, indent = "steps:\n", "  "
    for number in range(12):
        flow += f"{indent}- if: ticket.id != 'a{number}'\n{indent}  then:\n"
        indent += "    "
    found = checked(tmp_path, flow + f"{indent}- close: solved\n" + "  - close: denied\n")
    assert found.ok
    sound(found)


def test_invalid_utf8(tmp_path: Path) -> None:
    checked(tmp_path, "steps: []")
    (tmp_path / "project" / "flows" / "case.yaml").write_bytes(b"flow: \xff\xfe\n")
    assert [diagnostic.rule for diagnostic in check([tmp_path / "project"]).diagnostics] == ["encoding"]


def test_a_flow_may_be_a_folder(tmp_path: Path) -> None:
    checked(tmp_path, "steps: [{close: solved}]")
    (tmp_path / "project" / "flows" / "folder.yaml").mkdir()
    found = check([tmp_path / "project"])
    assert [(one.rule, one.place.path) for one in found.diagnostics] == [("unreadable-file", "flows/folder.yaml")]
