"""Whatever stands in two projects, their comparison ends; and a project is no different from itself."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

from engine.diff import Side, compare, read_side
from tests.golden.test_golden import RIGHT, SOUND, WRONG, laid_out


@pytest.fixture(scope="module", name="sides")
def of_the_golden_files(tmp_path_factory: pytest.TempPathFactory) -> list[Side]:
    """Every right project and a part of the wrong ones, each with a flow of the same name."""
    made = []
    for number, case in enumerate([*RIGHT, *SOUND, *WRONG[::6]]):
        root = laid_out(case, tmp_path_factory.mktemp("golden") / str(number))
        flow: Path = min((root / "flows").glob("*.yaml"), default=root / "none")
        if flow.is_file():
            text = re.sub(rb"(?m)^flow: .*$", b"flow: case", flow.read_bytes(), count=1)
            flow.rename(flow.with_name("case.yaml")).write_bytes(text)
        made.append(read_side(root))
    return made


def test_a_project_is_no_different_from_itself(sides: list[Side]) -> None:
    assert sum(not side.broken for side in sides) > len(sides) / 2
    for side in sides:
        assert [one for one in compare(side, side) if one.what != "file"] == []


def test_any_two_can_be_compared(sides: list[Side]) -> None:
    for one, other in pairwise(sides):
        for difference in (*compare(one, other), *compare(other, one)):
            assert difference.message
