"""docs/benchmarks.md, with the figures of benchmarks/results: `python -m benchmarks.report` writes them into it.

Between `<!-- NAME -->` and `<!-- end of NAME -->` stands what `results/NAME.json` says; the rest of the page is written
by hand. So no figure is copied, and none stays behind what was measured last.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from benchmarks.check import MARKS

__all__ = ["PAGE", "TABLES", "written"]

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"
RESULTS = Path(__file__).parent / "results"
_WAYS: Final = {
    "events": "libyaml's events of the same files",
    "imports": "`python -c 'import yaml, jinja2'`",
    "help": "`engine --help`",
    "one": "`engine validate --no-cache` of one flow",
    "unchanged": "`engine validate` of all, unchanged since the last time",
    "edited": "`engine validate` of all, one of them edited",
    "cold": "`engine validate --no-cache` of all",
    "schema": "`check-jsonschema` of all, with the schema alone",
}


def written(page: str) -> str:
    """The page with the figures of the results that are there. Raises ValueError where it has no place for one."""
    for name, table in TABLES.items():
        path = RESULTS / f"{name}.json"
        if not path.exists():
            continue
        place = re.search(f"(?<=<!-- {name} -->\n).*?(?=<!-- end of {name} -->)", page, re.DOTALL)
        if place is None:
            raise ValueError(f"{PAGE.name} has no place for {name}")
        said = "\n".join(table(json.loads(path.read_text(encoding="utf-8"))))
        page = f"{page[: place.start()]}\n{said}\n\n{page[place.end() :]}"
    return page


def _check(result: Mapping[str, Any]) -> Iterator[str]:
    seconds: Mapping[str, list[float]] = result["seconds"]
    memory = result["megabytes"].get("cold")
    yield from _head(result, "what", "median", "fastest", "slowest")
    for name, rounds in seconds.items():
        middle = sorted(rounds)[len(rounds) // 2]
        yield f"| {_WAYS[name]} | {middle:.2f} s | {min(rounds):.2f} s | {max(rounds):.2f} s |"
    yield from ("", "| what is compared | aim | measured |", "|---|---|---|")
    for left, right, aim, said in MARKS:
        what, _, side = said.rpartition(", ")
        if (ratio := result["ratios"].get(f"{left}/{right}")) is not None:
            yield f"| {what} | {side} {aim:g} | {ratio:.2f} |"
    yield f"| memory of the cold check, all of its processes together | below 150 MB | {memory} MB |"


def _worst(result: Mapping[str, Any]) -> Iterator[str]:
    yield from _head(result, "a file of", "processor", "memory")
    for name, (seconds, megabytes) in result["seconds and megabytes"].items():
        yield f"| {name} | {seconds:.2f} s | {megabytes} MB |"


def _mutations(result: Mapping[str, Any]) -> Iterator[str]:
    kinds: Mapping[str, Mapping[str, Any]] = result["kinds"]
    yield from _head(
        result, "what was changed", "mutants", "the same flow", "found", "on the line", "named by `engine diff`",
        "less safe, and silent",
    )  # fmt: skip
    for name in ("MISTAKES", "ALL", *(name for name in kinds if not name.isupper())):
        row = kinds[name]
        other = row["made"] - row["same"]
        title = {"MISTAKES": "**all mistakes**", "ALL": "**all**"}.get(name, f"{name}{'*' if row['mistake'] else ''}")
        counts = f"{row['made']:,}", f"{row['same']:,} ({_share(row['same'], row['made'])})"
        shares = (f"{row[what]:,} ({_share(row[what], other)})" for what in ("found", "on_line"))
        unsafe = f"{row['unsafe_and_silent']} of {row['less_safe']:,}"
        yield _row((title, *counts, *shares, f"{row['named']:,}", unsafe))
    yield from ("", "\\* A mistake: nobody means its result. The shares are of those that are not the same flow.")


def _head(result: Mapping[str, Any], *columns: str) -> Iterator[str]:
    yield from (
        f"Measured {result['measured']}, Python {result['python']}.",
        "",
        _row(columns),
        _row("-" * 3 for _ in columns),
    )


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"


TABLES: Final[dict[str, Callable[[Mapping[str, Any]], Iterator[str]]]] = {
    "check": _check,
    "worst": _worst,
    "mutations": _mutations,
}
"""Result -> the lines that it comes to."""


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
