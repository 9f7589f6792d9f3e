"""A cached outcome is the outcome; whatever else lies in its place is none."""

import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.projects import project, write
from engine import cache
from engine.cache.digest import CHECKER
from engine.cli import main
from engine.diagnostics.outcome import Outcome

EDITS = 1000 if os.environ.get("ENGINE_PROVE") == "1" else 12


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's own folder."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    files, _ = project(5, flows=4, wrong=0.5)
    write(tmp_path / "shop", files)
    return tmp_path / "shop"


def validate(root: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    capsys.readouterr()
    status = main(["validate", str(root), "--no-keys", *arguments])
    return (status, *capsys.readouterr())


def kept(root: Path) -> Path:
    return root / ".engine" / "cache" / "validate.json"


def test_an_unchanged_project_is_not_checked_again(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = validate(root, capsys)
    assert first[0] == 1
    monkeypatch.setattr("engine.check.outcome", None)
    assert validate(root, capsys) == first
    assert json.loads(validate(root, capsys, "--format", "json")[1])["findings"]
    (root / "engine.yaml").touch()
    assert validate(root, capsys) == first
    with (root / "engine.yaml").open("a") as file:
        file.write("# a remark\n")
    assert validate(root, capsys)[0] == 3  # it was to be checked


def test_a_secret_is_shown_by_neither(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    secret = "xk7" + "Qp2Lm9Rt4Vw8Zs3Bn6"
    with (root / "engine.yaml").open("a") as file:
        file.write(f"# password: {secret}\n")
    first = validate(root, capsys)
    assert "secret-in-file" in first[1]
    assert secret not in first[1]
    assert validate(root, capsys) == first


def test_no_cache_neither_reads_nor_writes(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    validate(root, capsys, "--no-cache")
    assert not kept(root).exists()


@pytest.mark.parametrize("damage", [b"", b"\0\xff", b"[" * 100_000, b"seal\n{}", None])
def test_a_damaged_cache_is_ignored_and_written_anew(
    root: Path, capsys: pytest.CaptureFixture[str], damage: bytes | None
) -> None:
    first = validate(root, capsys)
    whole = kept(root).read_bytes()
    kept(root).write_bytes(whole[:-2] if damage is None else damage)
    assert validate(root, capsys) == first
    assert kept(root).read_bytes() == whole


def test_a_cache_of_another_user_is_not_believed(root: Path, capsys: pytest.CaptureFixture[str], home: Path) -> None:
    first = validate(root, capsys)
    inputs = cache.inputs(root)
    assert inputs is not None
    cache.save(root, inputs.digest, Outcome(4, 40, ()))
    assert validate(root, capsys)[0] == 0  # as this user's own it would be
    (home / "ticketflow-engine" / "key").write_bytes(b"k" * 32)
    assert validate(root, capsys) == first


def test_a_folder_that_cannot_be_written_is_no_error(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / ".engine").write_text("a file is in the way")
    assert validate(root, capsys) == validate(root, capsys, "--no-cache")


def test_the_digest_covers_all_of_the_checker() -> None:
    code = "import engine.check, engine.cache, sys; print(*(n for n in sys.modules if n.startswith('engine.')))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert {name.split(".")[1] for name in loaded} <= {part.removesuffix(".py") for part in CHECKER}


@pytest.mark.timeout(1_800 if EDITS > 12 else 180)
def test_after_any_edit_it_says_what_a_new_check_says(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chance = random.Random(11)
    originals = {path: path.read_bytes() for path in root.rglob("*.yaml")}
    for _ in range(EDITS):
        edit(root, originals, chance)
        assert validate(root, capsys) == validate(root, capsys, "--no-cache")
        assert validate(root, capsys) == validate(root, capsys, "--no-cache")


def edit(root: Path, originals: dict[Path, bytes], chance: random.Random) -> None:
    """One edit as people make them: mend, drop, add, rename, or change a few characters."""
    path = chance.choice(sorted(originals))
    lines = path.read_bytes().splitlines(keepends=True) if path.exists() else []
    match chance.randrange(6):
        case 0:
            path.write_bytes(originals[path])
        case 1 if path.name != "engine.yaml":
            path.unlink(missing_ok=True)
        case 2 if path.exists() and path.name != "engine.yaml":
            path.replace(path.with_name(f"renamed-{chance.randrange(3)}.yaml"))
        case 3 if lines:
            lines.pop(chance.randrange(len(lines)))
            path.write_bytes(b"".join(lines))
        case 4 if lines:
            lines.insert(chance.randrange(len(lines)), chance.choice(lines))
            path.write_bytes(b"".join(lines))
        case _ if lines:
            at = chance.randrange(len(lines))
            lines[at] = lines[at].replace(b"id", b"number", 1).replace(b": ", b":  ", 1)
            path.write_bytes(b"".join(lines))


def test_a_file_that_a_tool_refers_to_counts_too(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A document and a function's source lie beside the project's own files, and findings hang on them."""
    (root / "tools" / "more.yaml").write_text(
        "- {tool: a.b, effect: read, openapi: {spec: specs/a.json, operation: go}}\n"
        "- {tool: a.c, effect: read, input: {type: object}, output: {type: object}, python: 'crm:find'}\n"
    )
    (root / "specs").mkdir()
    spec = '{"openapi": "3.1.0", "servers": [{"url": "https://a.example"}], "paths": {"/x": {"get": %s}}}'
    rules = []
    for name, function in (("go", "find"), ("no", "find"), ("no", None), ("go", "fond"), ("go", "find")):
        (root / "specs" / "a.json").write_text(spec % json.dumps({"operationId": name}))
        (root / "crm.py").unlink(missing_ok=True)
        if function:
            (root / "crm.py").write_text(f"def {function}(): ...\n")
        said = validate(root, capsys)
        assert said == validate(root, capsys) == validate(root, capsys, "--no-cache")
        rules.append([rule for rule in ("unknown-operation", "wrong-function") if f"[{rule}]" in said[1]])
    assert rules == [[], ["unknown-operation"], ["unknown-operation", "wrong-function"], ["wrong-function"], []]


def test_a_policy_that_comes_goes_or_changes_is_looked_at_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    golden = Path(__file__).parents[1] / "golden"
    root = tmp_path / "policy"
    shutil.copytree(golden / "base", root)
    shutil.copytree(golden / "right" / "policy", root, dirs_exist_ok=True)
    policy = root / "knowledge" / "policies" / "late.md"
    text = policy.read_text("utf-8")
    for content, status in ((text, 0), (None, 1), (text, 0), ("", 1), ("x" * 20_001, 1), (text, 0)):
        policy.unlink() if content is None else policy.write_text(content, "utf-8")
        assert validate(root, capsys)[0] == validate(root, capsys)[0] == status
        assert validate(root, capsys, "--no-cache")[0] == status
