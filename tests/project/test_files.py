"""Which files a project consists of: what lies there and cannot be read, or is not, is never passed over."""

import os
from pathlib import Path

from engine.cache import inputs
from engine.check import Checked, check, outcome
from tests.golden.case import checked, rules

SOUND = "steps: [{close: solved}]"
TYPO = "tools: {ordrs.get: allow}\nsteps: [{close: solved}]"


def places(found: Checked) -> list[str]:
    return [f"{one.place.path} {one.rule}" for one in found.diagnostics]


def project(folder: Path, flow: str = SOUND) -> Path:
    assert rules(checked(folder, flow)) in ([], ["unknown-tool"])
    return folder / "project"


def test_links_in_a_circle_or_to_nothing_hide_nothing(tmp_path: Path) -> None:
    root = project(tmp_path, TYPO)
    (root / "flows" / "round.yaml").symlink_to("round.yaml")
    (root / "flows" / "gone.yaml").symlink_to("nowhere.yaml")
    (root / "tools" / "gone.yaml").symlink_to("nowhere.yaml")
    (root / "flows" / "round.txt").symlink_to("round.txt")
    found = check([root])
    assert places(found) == [
        "flows/gone.yaml unreadable-file", "flows/round.yaml unreadable-file", "tools/gone.yaml unreadable-file",
    ]  # fmt: skip
    assert outcome(root).diagnostics == found.diagnostics


def test_with_a_link_in_a_circle_the_other_flows_are_checked(tmp_path: Path) -> None:
    root = project(tmp_path, TYPO)
    (root / "flows" / "l.yaml").symlink_to("l.yaml")
    assert places(check([root])) == ["flows/case.yaml unknown-tool", "flows/l.yaml unreadable-file"]


def test_a_link_to_a_flow_is_one_and_a_lock_of_an_editor_is_none(tmp_path: Path) -> None:
    root = project(tmp_path)
    (root / "flows" / "case.yaml").rename(root / "case.yaml")
    (root / "flows" / "case.yaml").symlink_to("../case.yaml")
    (root / "flows" / ".#case.yaml").symlink_to("lena@shop.4711:1767000000")
    found = check([root])
    assert (places(found), list(found.plans)) == ([], ["case"])


def test_what_is_no_file_is_said_and_never_waited_for(tmp_path: Path) -> None:
    root = project(tmp_path)
    os.mkfifo(root / "flows" / "pipe.yaml")
    os.mkfifo(root / "other")
    (root / "flows" / "linked.yaml").symlink_to("../other")
    (root / "tools" / "folder.yaml").mkdir()
    assert places(check([root])) == [
        "flows/linked.yaml unreadable-file", "flows/pipe.yaml unreadable-file", "tools/folder.yaml unreadable-file",
    ]  # fmt: skip


def test_a_folder_that_is_no_folder(tmp_path: Path) -> None:
    root = project(tmp_path)
    (root / "flows" / "case.yaml").unlink()
    (root / "flows").rmdir()
    assert rules(check([root])) == ["no-flow"]
    (root / "flows").write_text("flow: case\n")
    assert places(check([root])) == ["engine.yaml no-flow", "flows unreadable-file"]


def test_hidden_files_and_documents_that_tools_refer_to_are_none_of_these(tmp_path: Path) -> None:
    root = project(tmp_path)
    for name in ("flows/.case.yml", "flows/.git/case.yaml", "tools/specs/crm.yaml", "tools/crm.py", "flows/notes.md"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text("openapi: 3.1.0\npaths:\n  tool: {}\n")
    assert places(check([root])) == []
    (root / "tools" / "specs" / "crm.yaml").write_text("# ours\n- tool: crm.get\n")
    assert places(check([root])) == ["tools/specs/crm.yaml misplaced-file"]


def test_what_is_kept_of_a_check_holds_until_such_a_file_comes(tmp_path: Path) -> None:
    root = project(tmp_path)
    before = inputs(root)
    (root / "flows" / "late.yml").write_text("flow: late\n")
    after = inputs(root)
    assert before
    assert after
    assert before.digest != after.digest
    assert [one.rule for one in outcome(root, found=after.files).diagnostics] == ["misplaced-file"]
