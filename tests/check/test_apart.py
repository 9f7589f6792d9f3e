"""However many processes share a check, it comes to the same, byte for byte."""

import os
import shutil
from pathlib import Path

import pytest

from benchmarks.projects import project, write
from engine.check import apart, check, outcome

GOLDEN = Path(__file__).parent.parent / "golden"
PIECE = """\
flow: {name}
title: A piece
owner: support
about: A piece.
takes: {{n: integer}}
gives: {{m: "{{{{ n }}}}"}}
"""
SECRET = "xk7" + "Qp2Lm9Rt4Vw8Zs3Bn6"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Everything that can be wrong, in one project: each golden file, and flows that have to do with each other."""
    root = Path(shutil.copytree(GOLDEN / "base", tmp_path / "shop"))
    (root / "flows").mkdir(exist_ok=True)
    for kind in ("wrong", "right"):
        for path in sorted((GOLDEN / kind).glob("*.yaml")):
            shutil.copy(path, root / "flows" / path.name)
    for name in ("a", "m", "z"):
        (root / "flows" / f"{name}-piece.yaml").write_text(
            PIECE.format(name=f"{name}-piece") + "steps: [{use: m-piece, with: {n: '1'}, as: more}]\n"
        )
        for number in range(3):
            (root / "flows" / f"{name}{number}.yaml").write_text(
                f"flow: {name}{number}\ntitle: A case\nowner: support\nabout: A case.\nmodels: {{answer: sonnet}}\n"
                + (f"data: {{location: on_premises}} # engine: ignore[wrong-type] no {SECRET}\n" if number else "")
                + "start: {examples: ['The same in each of them']}\n"
                + f"steps:\n  - use: {'zma'[number]}-piece\n    with: {{n: one}}\n    as: it\n"
                + f"  - reply: {{write: 'Say it.', using: [it]}}\n  - transfer: {'amz'[number]}{(number + 1) % 4}\n"
            )
    return root


@pytest.mark.parametrize("processes", [1, 2, 3, 7])
def test_it_comes_to_what_one_check_comes_to(root: Path, processes: int) -> None:
    whole = check([root])
    found = outcome(root, processes)
    assert found.diagnostics == whole.diagnostics
    assert (found.flows, found.tools) == (len(whole.project.flows), len(whole.project.tools))
    said = {one.rule for one in found.diagnostics}
    assert {"same-example", "unknown-flow", "cloud-reachable", "endless-use", "secret-in-file"} <= said
    assert not any(SECRET in str(one) for one in found.diagnostics)


def test_many_flows_are_shared_without_being_told(tmp_path: Path) -> None:
    write(tmp_path, project(5, flows=2 * apart._FEWEST, wrong=0.3)[0])
    assert outcome(tmp_path).diagnostics == check([tmp_path]).diagnostics


def test_a_lost_process_is_done_without(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "_work", lambda *_: os._exit(1))
    assert outcome(root, 3).diagnostics == check([root]).diagnostics


def test_a_project_without_flows(tmp_path: Path) -> None:
    shutil.copytree(GOLDEN / "base", tmp_path / "shop")
    shutil.rmtree(tmp_path / "shop" / "flows", ignore_errors=True)
    assert outcome(tmp_path / "shop", 4).diagnostics == check([tmp_path / "shop"]).diagnostics
