"""The import directions of the package: who may know of whom."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from engine.imports import without

ENGINE = Path(__file__).parent.parent / "engine"
CHECKER = ("diagnostics", "syntax", "types", "expressions", "project", "steps", "compile", "rules", "check")
HEAVY = (
    "temporalio", "lancedb", "guardrails", "openai", "anthropic", "mistralai", "google.genai", "PIL", "jsonschema",
    "sqlalchemy", "httpx", "httpx2", "mcp", "obstore",
)  # fmt: skip

ALLOWED = {
    "diagnostics": {"errors"},
    "syntax": {"diagnostics"},
    "types": {"syntax", "diagnostics"},
    "expressions": {"types", "syntax", "diagnostics", "errors"},
    "plan": {"errors"},
    "catalogue": set(),
    "prompts": {"errors"},
    "cache": {"diagnostics", "root"},
    "project": {
        "expressions",
        "types",
        "syntax",
        "diagnostics",
        "errors",
        "plan",
        "root",
        "network",
        "catalogue",
        "patterns",
        "address",
    },
    "steps": {"project", "expressions", "types", "syntax", "diagnostics", "errors", "plan"},
    "compile": {"steps", "project", "expressions", "types", "syntax", "diagnostics", "errors", "plan", "prompts"},
    "editor": {
        "check",
        "root",
        "schema",
        "compile",
        "steps",
        "project",
        "expressions",
        "types",
        "syntax",
        "diagnostics",
    },
    "diff": {
        "rules",
        "compile",
        "steps",
        "project",
        "expressions",
        "types",
        "syntax",
        "diagnostics",
        "errors",
        "plan",
        "prompts",
        "root",
    },
    "graph": {"plan", "expressions"},
    "schema": {"steps", "project"},
    "rules": {
        "compile",
        "steps",
        "project",
        "expressions",
        "types",
        "syntax",
        "diagnostics",
        "errors",
        "plan",
        "network",
        "prompts",
        "catalogue",
        "guardrails",
        "address",
    },
    "store": {"errors"},
    "channels": {"errors", "exchange"},
    "models": {"errors", "exchange", "prompts", "patterns", "address", "bounded", "catalogue"},
    "knowledge": {"charset", "errors", "interpreter", "models", "rows"},
    "guardrails": {"errors"},
    "tools": {"errors", "plan", "expressions", "exchange", "imports", "network", "calls", "patterns", "bounded"},
}
"""Part -> the parts that it may import. Parts that are not named here (cli, service, runtime, check) stand above."""

WORKFLOW = {
    "engine.plan", "engine.expressions", "engine.runtime.attributes", "engine.runtime.input", "engine.runtime.run",
    "temporalio",
}  # fmt: skip


def imported(path: Path) -> set[str]:
    """Absolute names of all modules that a file imports, wherever the import stands."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names.add(node.module or "")
    return names


@pytest.mark.parametrize("part", sorted(ALLOWED))
def test_a_part_imports_only_what_lies_below_it(part: str) -> None:
    files = [*(ENGINE / part).rglob("*.py")]
    assert files, f"engine/{part} is gone: mend this table"
    for path in files:
        parts = {name.split(".")[1] for name in imported(path) if name.startswith("engine.")}
        assert parts <= ALLOWED[part] | {part}, f"{path.relative_to(ENGINE)} imports {parts - ALLOWED[part] - {part}}"


def test_only_the_expression_parser_and_the_prompts_import_jinja2() -> None:
    importers = {p.relative_to(ENGINE).as_posix() for p in ENGINE.rglob("*.py") if any(
        name.split(".")[0] == "jinja2" for name in imported(p))}  # fmt: skip
    assert {name for name in importers if not name.startswith("expressions/parse")} == {"prompts/render.py"}


def test_prompts_are_rendered_by_activities_and_tried_out_by_one_rule_alone() -> None:
    """Neither workflow code nor `engine validate` on a project without prompts of its own loads the renderer."""
    users = {p.relative_to(ENGINE).as_posix() for p in ENGINE.rglob("*.py") if "engine.prompts.render" in imported(p)}
    assert users == {
        "models/hosted.py", "rules/wrong_prompt.py", "runtime/activities/desk.py", "runtime/activities/thinking.py",
        "runtime/context.py", "runtime/projects.py",
    }  # fmt: skip
    for statement in ("import engine.check", "import engine.runtime.workflow", "import engine.models.registry"):
        assert "engine.prompts.render" not in loaded_by(statement)


def test_workflow_code_imports_plan_expressions_and_temporalio_alone() -> None:
    files = [
        ENGINE / "runtime" / "workflow.py",
        ENGINE / "runtime" / "input.py",
        ENGINE / "runtime" / "attributes.py",
        *(ENGINE / "runtime" / "run").glob("*.py"),
    ]
    for path in files:
        for name in imported(path):
            known = name in sys.stdlib_module_names or name.split(".")[0] in sys.stdlib_module_names
            assert known or any(name == good or name.startswith(good + ".") for good in WORKFLOW), (
                f"{path.name}: {name}"
            )


def loaded_by(statement: str) -> set[str]:
    code = f"{statement}\nimport sys\nprint(*sorted(sys.modules))"
    return set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())


def test_workflow_code_loads_neither_yaml_nor_jinja2() -> None:
    assert not {"yaml", "jinja2", "_yaml"} & loaded_by("import engine.runtime.workflow")


def test_the_checker_loads_nothing_heavy() -> None:
    loaded = loaded_by("import engine.check")
    assert "jinja2" in loaded or "yaml" in loaded
    assert not set(HEAVY) & loaded


def test_the_command_line_loads_nothing_heavy() -> None:
    assert not set(HEAVY) & loaded_by("import engine.cli")


def test_a_worker_compiles_no_grammar_as_it_starts() -> None:
    """`lark` does, for two seconds, where jsonschema loads a checker of IRIs."""
    assert "lark" not in loaded_by("import engine.runtime.worker")


def test_a_worker_without_mcp_tools_loads_none_of_it() -> None:
    assert "mcp" not in loaded_by("import engine.runtime.worker, engine.tools.registry")


def test_a_module_that_was_kept_out_can_be_had_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    with without("colorsys"), pytest.raises(ImportError):
        importlib.import_module("colorsys")
    assert importlib.import_module("colorsys").rgb_to_hls
    with without("colorsys"):  # it is there already
        assert importlib.import_module("colorsys").rgb_to_hls
