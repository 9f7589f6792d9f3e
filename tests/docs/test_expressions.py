"""docs/expressions.md says what the language does: each example has the type, value or message that it states."""

import os

import pytest

from engine.expressions.filters import FILTERS, TESTS
from tests.docs.expressions import TABLES, Wrong, rewritten
from tests.docs.reference import ROOT

PAGE = ROOT / "docs" / "expressions.md"


def test_every_example_is_what_the_page_says() -> None:
    page = PAGE.read_text(encoding="utf-8")
    found, count = rewritten(page)
    if os.environ.get("ENGINE_UPDATE_DOCS") == "1":
        PAGE.write_text(found, encoding="utf-8")
        page = found
    assert found == page, "run the tests with ENGINE_UPDATE_DOCS=1, and read what it says"
    assert count > 120
    assert all(head in page for head in TABLES)


@pytest.mark.parametrize("name", [*FILTERS, "default", *TESTS])
def test_every_filter_and_test_has_an_example(name: str) -> None:
    page = PAGE.read_text(encoding="utf-8")
    lines = [line for line in page.splitlines() if line.startswith("| `")]
    assert any(f"| {name}" in line or f"is {name}" in line or f"is not {name}" in line for line in lines)


@pytest.mark.parametrize(
    "table",
    [
        "| expression | type | value |\n| `order.totl` | text | `x` |",
        "| refused | why |\n| `order.total` | because |",
        "| where this holds | this is accepted | of type |\n| `days > 3` | `note \\| upper` | text |",
        "| expression | what ends it |\n| `days + 1` | `limit` |",
    ],
)
def test_an_example_of_the_wrong_kind_is_seen(table: str) -> None:
    with pytest.raises(Wrong):
        rewritten(table)


def test_a_value_that_is_not_so_is_seen() -> None:
    line = "| expression | type | value |\n| `days + 1` | integer | `7` |\n"
    assert rewritten(line)[0] != line
