"""The figures of docs/benchmarks.md are those that were measured."""

from pathlib import Path

import pytest

from benchmarks.report import PAGE, TABLES, written


def test_the_page_says_what_was_measured() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert written(page) == page, "run `python -m benchmarks.report`"


def test_a_figure_of_another_day_is_not_left_standing() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert written(page.replace("Measured 20", "Measured 19")) == page


@pytest.mark.parametrize("name", TABLES)
def test_each_result_has_its_place(name: str) -> None:
    path = Path(PAGE)
    assert f"<!-- {name} -->" in path.read_text(encoding="utf-8")
