"""Every step kind is declared in full: that is what schema, reference and completion are made of."""

import ast
from pathlib import Path

import pytest

import engine.steps
from engine.compile.flow import KINDS
from engine.project.flow import Flow
from engine.project.settings import Settings
from engine.project.shape import Declaration
from engine.project.step import CAUSES, StepKind
from engine.project.tool import ToolEntry
from engine.steps import STEPS


@pytest.mark.parametrize("word", STEPS)
def test_a_kind_is_declared_in_full(word: str) -> None:
    kind = STEPS[word]
    assert word == kind.WORD
    assert word in kind.KEYS
    assert (kind.__doc__ or "").strip()
    assert set(kind.CAN) <= set(CAUSES)


@pytest.mark.parametrize("declaration", [*STEPS.values(), Flow, Settings, ToolEntry], ids=lambda kind: kind.__name__)
def test_every_key_says_what_it_is_for(declaration: type[Declaration]) -> None:
    for key in declaration.KEYS.values():
        assert key.doc.endswith("."), key.name
        assert key.example, key.name


def test_every_kind_is_lowered_and_has_a_file_of_its_own() -> None:
    assert set(KINDS) == set(STEPS.values())
    files = {path.stem.rstrip("_") for path in Path(engine.steps.__file__).parent.glob("*.py")} - {"init", "__init"}
    assert files == set(STEPS)


def test_a_step_file_declares_one_kind() -> None:
    for path in Path(engine.steps.__file__).parent.glob("[a-z]*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        kinds = [
            n
            for n in tree.body
            if isinstance(n, ast.ClassDef)
            and any(isinstance(base, ast.Name) and base.id == StepKind.__name__ for base in n.bases)
        ]
        assert len(kinds) == 1, path.name
