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
    yield from _unfound(result)


def _unfound(result: Mapping[str, Any]) -> Iterator[str]:
    """Why nothing is found of the rest."""
    made = result["kinds"]["MISTAKES"]["made"]
    left = made - result["kinds"]["MISTAKES"]["found"]
    reasons: Mapping[str, Mapping[str, Any]] = result["reasons"]
    yield from (
        "",
        f"Why nothing is found of {left} of {made:,} mistakes ({_share(left, made)}), shown by what the files come to "
        f"(benchmarks/mutations/reasons.py); {len(result['unexplained']) or 'none'} of these, or of those below, is "
        "unexplained:",
        "",
        _row(("reason", "mutants", "named by `engine diff`", "why")),
        _row("-" * 3 for _ in range(4)),
    )
    for name, row in sorted(reasons.items(), key=lambda item: -int(item[1]["mistakes"])):
        if row["mistakes"]:
            yield _row((name, f"{row['mistakes']}", f"{row['named']}", row["why"]))
    yield from ("", "Why what runs is the same:", "")
    yield from (_row(("reason", "mutants", "why")), _row("-" * 3 for _ in range(3)))
    for name, row in sorted(reasons.items(), key=lambda item: -int(item[1]["same"])):
        if row["same"]:
            yield _row((name, f"{row['same']}", row["why"]))
    yield from ("", "Why what is not found of the other ways need not be wrong:", "")
    yield from (_row(("what was changed", "named by `engine diff`", "silent", "why")), _row("-" * 3 for _ in range(4)))
    for kind, why in result["sound"].items():
        row = result["kinds"][kind]
        if row["named"] or row["silent"]:
            yield _row((kind, str(row["named"]), str(row["silent"]), why))


def _routing(result: Mapping[str, Any]) -> Iterator[str]:
    columns = ("accuracy", "coverage at 5 % error", "its threshold", "routed at 0.6", "wrong of these")
    yield from _head(result, "banking77, 3,080 test texts", *columns, "calibration error")
    for name, row in result.items():
        if isinstance(row, dict) and "accuracy" in row:
            shares = (row[column] if column == "its threshold" else f"{100 * row[column]:.1f} %" for column in columns)
            yield _row((name, *map(str, shares), f"{row['calibration error']:.3f}"))
    yield from ("", "| 20 of the 77 categories unknown | unknown left to people | known routed | wrong of these |")
    yield "| --- | --- | --- | --- |"
    for name, row in result.items():
        if isinstance(row, dict) and "known routed" in row:
            yield _row(
                (name.removeprefix("20 categories unknown, "), *(f"{100 * share:.1f} %" for share in row.values()))
            )
    yield from ("", "| 58 texts of other domains | left to people |", "| --- | --- |")
    for name, share in result.get("texts of other domains left to people", {}).items():
        yield _row((name, f"{100 * share:.1f} %"))
    for title in ("languages", "languages, one encoder"):
        if title in result:
            yield from ("", f"| the sample shop's customers: {title} | right | a person | wrong |")
            yield "| --- | --- | --- | --- |"
            yield from (_row((name, *map(str, row.values()))) for name, row in result[title].items())
    yield from ("", "| what it costs | |", "| --- | --- |")
    if "all examples" in result:
        spent = result["all examples"]
        took = f"{spent['s to train']}, of the processor {spent['s of processor to train']}"
        yield _row(("all 10,003 examples embedded and learned, s", took))
    yield from (_row((name, str(number))) for name, number in result.get("costs", {}).items())


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
    "routing": _routing,
}
"""Result -> the lines that it comes to."""


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
