"""A project to work in, and the command line called as a person would."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from engine.cli import main
from engine.store import Store

BASE = Path(__file__).parent.parent / "golden" / "base"
HEAD = "flow: {name}\ntitle: A case\nowner: support\nabout: A case.\n"


class Ran(NamedTuple):
    """How a command ended, and what it said where."""

    status: int
    out: str
    err: str


Engine = Callable[..., Ran]


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing of this machine's own settings."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cache"))
    monkeypatch.setenv("ANTHROPIC_API_KEY", "of no use")  # the model of the base needs one
    for name in ("STORE", "TOKEN", "SERVICE", "DEBUG", "TEMPORAL", "CODEC", "INDEX"):
        monkeypatch.delenv(f"ENGINE_{name}", raising=False)


@pytest.fixture
def engine(capsys: pytest.CaptureFixture[str]) -> Engine:
    """`engine("validate", "--strict")`."""

    def call(*argv: object) -> Ran:
        capsys.readouterr()
        status = main([str(one) for one in argv])
        return Ran(status, *capsys.readouterr())

    return call


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A sound project of one flow, which is the working folder."""
    root = Path(shutil.copytree(BASE, tmp_path / "shop"))
    (root / "flows").mkdir(exist_ok=True)
    write_flow(root, "hello", "steps:\n  - reply: Hello\n  - close: solved\n")
    monkeypatch.chdir(root)
    return root


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store's file with its tables: making them takes longer than most tests."""
    file = tmp_path_factory.mktemp("store") / "store.db"
    Store.open(f"sqlite:///{file}").close()
    return file


@pytest.fixture
def store(project: Path, empty_store: Path) -> Iterator[Store]:
    """The project's store, as another process would have it open."""
    (project / ".engine").mkdir(exist_ok=True)
    shutil.copy(empty_store, project / ".engine" / "store.db")
    with Store.open(f"sqlite:///{project}/.engine/store.db") as store:
        yield store


def write_flow(root: Path, name: str, steps: str) -> Path:
    """Writes flows/NAME.yaml, with its head."""
    path = root / "flows" / f"{name}.yaml"
    path.write_text(HEAD.format(name=name) + steps, encoding="utf-8")
    return path
