"""Makes and judges them all, prints a table, and writes benchmarks/results/mutations.json."""

import argparse
import json
import platform
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.mutations.corpus import rights
from benchmarks.mutations.judged import Judged, judged
from benchmarks.mutations.made import MISTAKES, mutants
from benchmarks.mutations.reasons import REASONS, SOUND

RESULTS = Path(__file__).parent.parent / "results" / "mutations.json"
_SHOWN = 3
"""Silent mutants of each kind that the results show."""


def main() -> None:
    """`--sample N` takes every Nth mutant."""
    parser = argparse.ArgumentParser(description="mutate right files, and see what the checker says")
    parser.add_argument("--sample", type=int, default=1, metavar="N")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--show", default="", metavar="KIND", help="print what is silent of this kind")
    args = parser.parse_args()
    with ProcessPoolExecutor(args.processes) as pool:
        shares = [(number, args.processes, args.sample) for number in range(args.processes)]
        found = [one for share in pool.map(_share, shares) for one in share]
    kinds = sorted({one.mutant.kind for one in found}, key=lambda kind: (kind not in MISTAKES, kind))
    rows = {kind: _row([one for one in found if one.mutant.kind == kind]) for kind in kinds}
    rows["MISTAKES"] = _row([one for one in found if one.mutant.kind in MISTAKES])
    rows["ALL"] = _row(found)
    print(f"{'':50}{'made':>7}{'same':>6}{'found':>7}{'line':>7}{'named':>7}{'silent':>7}  less safe, and silent")
    for kind, row in rows.items():
        print(
            f"{kind:50}{row['made']:>7}{row['same']:>6}{_percent(row['found'], row):>7}"
            f"{_percent(row['on_line'], row):>7}{row['named']:>7}{row['silent']:>7}"
            f"{row['less_safe']:>7}{row['unsafe_and_silent']:>5}"
        )
    for one in found:
        if one.mutant.kind == args.show and not (one.found or one.named or one.same):
            print(_example(one))
    for name, row in _explained(found).items():
        print(f"{row['mistakes']:>7}{row['same']:>7}{row['named']:>7}  {name or 'UNEXPLAINED'}")
    for one in found:
        if one.less_safe and not one.named:
            print("LESS SAFE AND SILENT:", _example(one), one.less_safe[:300])
    if args.sample == 1:
        _write(found, rows)


def _share(share: tuple[int, int, int]) -> list[Judged]:
    own, of, sample = share
    found = []
    with tempfile.TemporaryDirectory(prefix="mutations-") as folder:
        number = 0
        for right in rights(Path(folder)):
            for file in right.files:
                for mutant in mutants(file):
                    number += 1
                    if number % sample == 0 and number // sample % of == own:
                        one = judged(right.root, right.reading, mutant)
                        found.append(one._replace(mutant=mutant._replace(text="")))
    return found


def _row(found: Sequence[Judged]) -> dict[str, int]:
    return {
        "made": len(found),
        "same": sum(bool(one.same) for one in found),
        "found": sum(one.found for one in found),
        "on_line": sum(one.on_line for one in found),
        "named": sum(one.named for one in found),
        "silent": sum(not (one.found or one.named or one.same) for one in found),
        "less_safe": sum(bool(one.less_safe) for one in found),
        "unsafe_and_silent": sum(bool(one.less_safe) and not one.named for one in found),
    }


def _explained(found: Iterable[Judged]) -> dict[str, dict[str, int]]:
    """Reason -> of how many that were not found it is the reason. Empty: of those nobody knows one."""
    rows = {name: {"mistakes": 0, "named": 0, "same": 0} for name in (*(known.name for known in REASONS), "")}
    for one in found:
        if _asks_why(one):
            row = rows[one.reason]
            row["same" if one.same else "mistakes"] += 1
            row["named"] += one.named
    return rows


def _asks_why(one: Judged) -> bool:
    return bool(one.same) or (one.mutant.kind in MISTAKES and not one.found)


def _percent(number: int, row: dict[str, int]) -> str:
    """Of those that are not the same flow."""
    made = row["made"] - row["same"]
    return f"{100 * number / made:.1f}%" if made else "-"


def _example(one: Judged) -> str:
    mutant = one.mutant
    return f"{mutant.path}:{mutant.line}: {mutant.before[:80]!r} -> {mutant.after[:80]!r}"


def _write(found: Sequence[Judged], rows: dict[str, dict[str, int]]) -> None:
    silent: dict[str, list[str]] = {}
    counted: Counter[str] = Counter()
    for one in found:
        if not (one.found or one.named or one.same):
            counted[one.mutant.kind] += 1
            if counted[one.mutant.kind] <= _SHOWN:
                silent.setdefault(one.mutant.kind, []).append(_example(one))
    explained = _explained(found)
    unexplained = [
        one for one in found if not one.reason and (one.same or (one.mutant.kind in MISTAKES and not one.found))
    ]
    result: dict[str, Any] = {
        "measured": datetime.now(UTC).strftime("%Y-%m-%d"), "python": platform.python_version(),
        "kinds": {kind: {**row, "mistake": kind in MISTAKES} for kind, row in rows.items()}, "silent": silent,
        "reasons": {known.name: {**explained[known.name], "why": known.why} for known in REASONS},
        "unexplained": [_example(one) for one in unexplained],
        "sound": {kind: SOUND[kind] for kind in rows if kind in SOUND},
        "without a word": [
            kind for kind, row in rows.items() if row["silent"] and kind not in {*SOUND, *MISTAKES, "MISTAKES", "ALL"}
        ],
    }  # fmt: skip
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
