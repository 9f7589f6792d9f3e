"""What `engine init` copies is the repository's own project. `ENGINE_UPDATE_SAMPLE=1` copies it anew."""

import os
import shutil
from pathlib import Path

from engine.check import check
from engine.cli.init import SAMPLE

ROOT = Path(__file__).parent.parent.parent
PARTS = ("engine.yaml", "flows", "tools", "knowledge", "schemas")


def test_the_sample_is_the_repositorys_own_project() -> None:
    wanted = {name: data for part in PARTS for name, data in files(ROOT, part).items()}
    if os.environ.get("ENGINE_UPDATE_SAMPLE") == "1":
        rewrite(wanted)
    shipped = files(SAMPLE)
    again = "run the tests with ENGINE_UPDATE_SAMPLE=1"
    assert sorted(shipped) == sorted(wanted), again
    assert [name for name in wanted if shipped[name] != wanted[name]] == [], again
    assert check([SAMPLE], root=SAMPLE).diagnostics == ()


def files(root: Path, part: str = ".") -> dict[str, bytes]:
    """Path below `root` -> content, of one file or of all files of a folder."""
    start = root / part
    found = [start] if start.is_file() else sorted(path for path in start.rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in found if "__pycache__" not in path.parts}


def rewrite(wanted: dict[str, bytes]) -> None:
    shutil.rmtree(SAMPLE, ignore_errors=True)
    for name, data in wanted.items():
        (SAMPLE / name).parent.mkdir(parents=True, exist_ok=True)
        (SAMPLE / name).write_bytes(data)


def test_what_is_compared(tmp_path: Path) -> None:
    (tmp_path / "flows" / "deep").mkdir(parents=True)
    (tmp_path / "flows" / "deep" / "a.yaml").write_bytes(b"1")
    (tmp_path / "engine.yaml").write_bytes(b"2")
    assert files(tmp_path, "flows") == {"flows/deep/a.yaml": b"1"}
    assert files(tmp_path, "engine.yaml") == {"engine.yaml": b"2"}
    assert files(tmp_path, "knowledge") == {}
