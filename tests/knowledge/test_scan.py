"""Which files below the folder are articles: regular ones, and links that stay within it."""

import os
import socket
from pathlib import Path

from engine.knowledge import scan
from engine.knowledge.base import BrokenDocument
from engine.knowledge.library import Library
from engine.knowledge.lint import articles


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
