"""Which files below the folder are articles: regular ones, and links that stay within it."""

import errno
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.knowledge import scan
from engine.knowledge.base import BrokenDocument, KnowledgeError
from engine.knowledge.library import Library
from engine.knowledge.lint import articles
from tests.knowledge.conftest import ARTICLES


def refused(root: Path) -> dict[str, str]:
    """Name -> why it is not read."""
    found = {}
    for one in scan.documents(root):
        try:
            scan.load(one)
        except BrokenDocument as error:
            found[one.name] = str(error)
    return found


def test_pipes_and_sockets_are_reported_and_hold_nothing_up(library: Library, root: Path) -> None:
    os.mkfifo(root / "pipe.md")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(os.path.relpath(root / "s.md"))
    report = library.index(root)
    assert {("pipe.md", "no regular file"), ("s.md", "no regular file")} <= set(report.broken)
    assert report.added > 0
    assert {one.path for one in articles(root)[1]} >= {"pipe.md", "s.md"}


def test_a_pipe_in_place_of_labels_is_said(root: Path) -> None:
    os.mkfifo(root / "labels.yaml")
    said = refused(root)
    assert said.pop("labels.yaml") == "no regular file"
    assert len(said) == len(list(root.rglob("*.md")))
    assert set(said.values()) == {"not read, as labels.yaml is broken, which says who may read it"}


def test_a_link_is_followed_within_the_folder_and_never_out_of_it(tmp_path: Path) -> None:
    root = tmp_path / "knowledge"
    (root / "..data").mkdir(parents=True)
    (root / "..data" / "a.md").write_text("# A\nMounted.")
    (root / "a.md").symlink_to(Path("..data", "a.md"))  # as Kubernetes mounts a ConfigMap
    (tmp_path / "secret.md").write_text("# S\nSecret.")
    (root / "out.md").symlink_to(tmp_path / "secret.md")
    (root / "gone.md").symlink_to(root / "nowhere.md")
    (root / "self.md").symlink_to(root / "self.md")
    (root / "pipe.md").symlink_to(root / "..data" / "pipe")
    os.mkfifo(root / "..data" / "pipe")
    (root / "folder").symlink_to(tmp_path)
    assert refused(root) == {
        "folder": "a link to a folder, which is not followed",
        "gone.md": "a link that leads to no file",
        "out.md": "a link that leads out of the folder of the articles",
        "pipe.md": "no regular file",
        "self.md": "a link that leads to no file",
    }
    found = next(one for one in scan.documents(root) if one.name == "a.md")
    assert scan.load(found) == b"# A\nMounted."


def test_the_folder_itself_may_be_a_link(root: Path, tmp_path: Path) -> None:
    (root / "a.md").symlink_to(next(root.rglob("*.md")))
    (tmp_path / "linked").symlink_to(root)
    assert not refused(tmp_path / "linked")


def test_labels_are_not_read_from_out_of_the_folder(root: Path, tmp_path: Path) -> None:
    (tmp_path / "labels.yaml").write_text("audience: public\n")
    (root / "labels.yaml").symlink_to(tmp_path / "labels.yaml")
    assert refused(root)["labels.yaml"] == "a link that leads out of the folder of the articles"


@pytest.fixture
def sound(root: Path) -> Path:
    """The articles that can be read."""
    (root / "broken.md").unlink()
    return root


@pytest.fixture
def close(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Path], None]]:
    """Takes the right to look into a folder away, from the superuser too."""
    closed: list[str] = []
    scandir = os.scandir

    def looked(path: Any) -> Any:
        if os.fspath(path) in closed:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), os.fspath(path))
        return scandir(path)

    def shut(path: Path) -> None:
        path.chmod(0)
        closed.append(str(path))

    monkeypatch.setattr(os, "scandir", looked)
    yield shut
    for one in closed:
        Path(one).chmod(0o755)


def test_a_folder_that_cannot_be_read_is_told_and_what_was_indexed_of_it_stays(
    library: Library, sound: Path, close: Callable[[Path], None]
) -> None:
    before = library.index(sound)
    (sound / "faq" / "payment.md").unlink()
    close(sound / "policies")
    report = library.index(sound)
    assert report.broken == (("policies", "a folder that can't be read: Permission denied"),)
    assert (report.removed, report.unchanged) == (1, before.added - 1 - len(list(ARTICLES.glob("policies/**/*.md"))))
    assert library.search("return any item", collections=["policies"], limit=1)
    assert [one.path for one in articles(sound)[1]] == ["policies"]


def test_a_knowledge_folder_that_cannot_be_read_is_an_error(
    library: Library, sound: Path, close: Callable[[Path], None]
) -> None:
    library.index(sound)
    before = library.count()
    close(sound)
    with pytest.raises(KnowledgeError, match="folder 'knowledge' can't be read: Permission denied"):
        library.index(sound)
    assert library.count() == before


def test_an_empty_knowledge_folder_removes_nothing_as_its_share_may_not_be_mounted(
    library: Library, sound: Path
) -> None:
    sound.rename(sound.parent / "away")
    sound.mkdir()
    (sound / ".gitkeep").touch()
    assert library.index(sound).added == 0  # nothing was there to be removed
    (sound / ".gitkeep").unlink()
    sound.rmdir()
    (sound.parent / "away").rename(sound)
    library.index(sound)
    before = library.count()
    shutil.rmtree(sound)
    sound.mkdir()
    with pytest.raises(KnowledgeError, match=f"is empty, .*: nothing was removed .* {before} passages"):
        library.index(sound)
    assert library.count() == before
    (sound / "labels.yaml").write_text("audience: public\n")
    report = library.index(sound)
    assert report.removed > 0
    assert library.count() == 0


def test_a_link_to_a_folder_in_the_place_of_a_folder_removes_nothing(library: Library, sound: Path) -> None:
    library.index(sound)
    (sound / "policies").rename(sound.parent / "policies")
    (sound / "policies").symlink_to(sound.parent / "policies")
    report = library.index(sound)
    assert report.broken == (("policies", "a link to a folder, which is not followed"),)
    assert report.removed == 0


def test_a_name_that_is_not_utf8_is_told_readably_and_the_others_are_read(library: Library, sound: Path) -> None:
    folder = os.fsencode(sound)
    for name in (b"R\xfcckgabe.md", b"notes.\xfc"):
        Path(os.fsdecode(folder + b"/" + name)).write_text("# R\nText.")
    inner = Path(os.fsdecode(folder + b"/f\xfcr"))
    inner.mkdir()
    (inner / "a.md").write_text("# A\nText.")
    report = library.index(sound)
    assert report.added > 0
    assert report.broken == (
        ("R\\xfcckgabe.md", "its name is not UTF-8: rename it"),
        ("f\\xfcr", "its name is not UTF-8: rename it, and nothing in it is read"),
    )
    assert report.unread == {".\\xfc": 1}
    assert [one.path for one in articles(sound)[1]] == ["R\\xfcckgabe.md", "f\\xfcr"]


def test_of_two_names_that_differ_in_how_accents_are_written_always_the_same_is_read(
    library: Library, sound: Path
) -> None:
    (sound / "Ru\u0308ckgabe.md").write_text("# Apples\nAll about apples.")
    (sound / "R\xfcckgabe.md").write_text("# Pears\nAll about pears.")
    for _ in range(2):
        report = library.index(sound)
        [(name, why)] = report.broken
        assert name == "R\xfcckgabe.md"
        assert why.endswith("rename one of 'R\\xfcckgabe.md', which is read, and 'Ru\\u0308ckgabe.md'")
        assert library.search("pears", audience="internal", limit=1)[0].text == "All about pears."
    assert report.changed == 0
