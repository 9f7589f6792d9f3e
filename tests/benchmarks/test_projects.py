"""The project that the checker is measured with is what it says: right flows are clean, wrong ones are not."""

from pathlib import Path

from benchmarks.projects import TOOLS, project, write
from engine.check import check
from engine.steps import STEPS


def test_right_flows_are_clean_and_wrong_ones_are_found(tmp_path: Path) -> None:
    files, wrong = project(7, flows=30, wrong=0.3)
    write(tmp_path, files)
    checked = check([tmp_path])
    assert len(wrong) == 9
    assert {found.place.path for found in checked.diagnostics} == wrong
    assert len(checked.project.tools) == TOOLS


def test_flows_are_distinct_and_use_every_step() -> None:
    files, _ = project(7, flows=60)
    written = [text for path, text in files.items() if path.startswith("flows/")]
    flows = [text for text in written if "\ngives:" not in text]
    lines = [text.count("\n") for text in flows]
    assert 55 <= sum(lines) / len(lines) <= 75
    assert len(set(flows)) == len(flows) == 60
    everything = "\n".join(written)
    assert [word for word in STEPS if f"- {word}:" not in everything and f"{{{word}:" not in everything] == []


def test_a_seed_makes_the_same_project_each_time() -> None:
    assert project(3, flows=5) == project(3, flows=5)
    assert project(3, flows=5) != project(4, flows=5)
