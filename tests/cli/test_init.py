"""`engine init`."""

from pathlib import Path

import pytest

from engine.cli import init
from tests.cli.conftest import Engine


@pytest.fixture(autouse=True)
def sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small sample."""
    folder = tmp_path / "sample"
    (folder / "flows").mkdir(parents=True)
    (folder / "engine.yaml").write_bytes(b"project: x\r\n")
    (folder / "flows" / "a.yaml").write_bytes("flow: ä\n".encode())
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "x.pyc").write_bytes(b"")
    monkeypatch.setattr(init, "SAMPLE", folder)
    return folder


def inside(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_sample_is_copied(engine: Engine, tmp_path: Path) -> None:
    target = tmp_path / "new" / "shop"
    ran = engine("init", target)
    assert (ran.status, ran.err) == (0, "")
    assert "3 files" in ran.out
    found = inside(target)
    assert found.pop(".gitignore").splitlines()[-1] == b".engine/"
    assert found == {"engine.yaml": b"project: x\r\n", "flows/a.yaml": "flow: ä\n".encode()}


def test_an_empty_folder_will_do(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert engine("init", tmp_path / "empty").status == 0


@pytest.mark.parametrize("name", [".hidden", "engine.yaml", "other"])
def test_nothing_is_copied_beside_anything(name: str, engine: Engine, tmp_path: Path) -> None:
    target = tmp_path / "mine"
    target.mkdir()
    (target / name).write_bytes(b"mine")
    ran = engine("init", target)
    assert ran.status == 2
    assert f"is not empty (it has {name})" in ran.err
    assert inside(target) == {name: b"mine"}


def test_a_file_is_no_folder(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"mine")
    assert engine("init", tmp_path / "file").status == 2
    ran = engine("init", tmp_path / "file" / "below")
    assert (ran.status, "Traceback" in ran.err) == (2, False)
    assert (tmp_path / "file").read_bytes() == b"mine"


def test_an_installation_without_a_sample(engine: Engine, tmp_path: Path, sample: Path) -> None:
    (sample / "engine.yaml").unlink()
    ran = engine("init", tmp_path / "new")
    assert ran.status == 3
    assert not (tmp_path / "new").exists()
