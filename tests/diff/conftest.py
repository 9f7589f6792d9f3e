"""A shop whose files are edited and compared, and `engine diff` called there as a person would."""

import shutil
from pathlib import Path

import pytest

from engine.cli import main
from engine.diff import Side, read_side
from tests.diff.shop import FOREIGN, IDENTITY, Draft, Ran, Shop, git, write


@pytest.fixture(autouse=True)
def own_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of this machine's own settings, nor of a hook that the tests run in."""
    for name in FOREIGN:
        monkeypatch.delenv(name, raising=False)
    for name, value in IDENTITY.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="session", name="before")
def as_it_was(tmp_path_factory: pytest.TempPathFactory) -> Side:
    """The shop, read once: nobody changes a side."""
    return read_side(write(tmp_path_factory.mktemp("before") / "shop"))


@pytest.fixture
def draft(tmp_path: Path, before: Side) -> Draft:
    """The shop's files, to be edited."""
    return Draft(write(tmp_path / "shop"), before)


@pytest.fixture(scope="session", name="committed")
def of_a_first_commit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shop in a repository, to be copied."""
    root = write(tmp_path_factory.mktemp("committed") / "shop")
    git(root, "init", "-q", "--template=")
    git(root, "add", "--all")
    git(root, "commit", "-q", "-m", "as it stands")
    return root


@pytest.fixture
def shop(
    tmp_path: Path, committed: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shop:  # fmt: skip
    """Committed, and the working folder."""

    def run(*argv: object) -> Ran:
        capsys.readouterr()
        status = main(["diff", *(str(one) for one in argv)])
        return Ran(status, *capsys.readouterr())

    root = tmp_path / "shop"
    shutil.copytree(committed, root)
    monkeypatch.chdir(root)
    return Shop(root, run)
