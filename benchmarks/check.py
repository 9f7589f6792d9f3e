"""How quick `engine validate` is, beside what else there is: `make bench-check`, or `python -m benchmarks.check`.

Everything is timed in one run on the same files, round by round, and each figure is the median of its rounds, so that
the ratios hold on a slow or busy machine too. It prints a table and writes benchmarks/results/check.json.

    events      libyaml's events of the same files, in one process, its start not counted
    imports     `python -c 'import yaml, jinja2'`
    schema      `check-jsonschema` with our own JSON Schema of a flow, over the same flows
    cold        `engine validate --no-cache`
    unchanged   `engine validate` of a project that it checked before
    edited      the same after one of the flows was changed
    one         `engine validate --no-cache` of a project of one flow
    help        `engine --help`
"""

import argparse
import compileall
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import yaml

import engine
from benchmarks.projects import project, write

__all__ = ["Measured", "measured"]

RESULTS = Path(__file__).parent / "results" / "check.json"
SCHEMA = Path(__file__).parent.parent / "schemas" / "flow.schema.json"
PYTHON = sys.executable
ENGINE = (PYTHON, "-m", "engine.cli")
ENGINE_CODE = Path(engine.__file__).parent
MARKS = (
    ("schema", "cold", 8.0, "check-jsonschema against a cold check, at least"),
    ("cold", "events", 8.0, "a cold check against libyaml's events, at most"),
    ("unchanged", "imports", 1.0, "an unchanged run against the imports, at most"),
    ("one", "imports", 3.0, "one flow against the imports, at most"),
    ("help", "imports", 3.0, "the help against the imports, at most"),
)
"""What is compared with what, and what is aimed at."""


class Measured(NamedTuple):
    """One command: seconds of each round, and the most memory that it held, in MB, where that was looked at."""

    seconds: tuple[float, ...]
    memory: float

    @property
    def median(self) -> float:
        """Seconds."""
        return statistics.median(self.seconds)


def measured(flows: int, rounds: int, schema: str) -> dict[str, Measured]:
    """Everything above, `rounds` times in turn. `schema` is the command of check-jsonschema; empty leaves it out."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        many, single = Path(name, "many"), Path(name, "single")
        files, _ = project(1, flows=flows)
        write(many, files)
        write(single, project(1, flows=1, wrong=0)[0])
        paths = sorted(map(str, (many / "flows").glob("*.yaml")))
        os.environ["XDG_CACHE_HOME"] = name  # its own key and nobody else's
        compileall.compile_dir(ENGINE_CODE, quiet=1)  # as pip does for whoever installs it
        _command([*ENGINE, "validate", many])  # fills the cache
        todo: dict[str, Callable[[], float]] = {
            "events": lambda: _events(paths),
            "imports": lambda: _command([PYTHON, "-c", "import yaml, jinja2"]),
            "help": lambda: _command([*ENGINE, "--help"]),
            "one": lambda: _command([*ENGINE, "validate", "--no-cache", single]),
            "unchanged": lambda: _command([*ENGINE, "validate", many]),
            "edited": lambda: _edited(Path(paths[len(paths) // 2]), many),
            "cold": lambda: _command([*ENGINE, "validate", "--no-cache", many]),
        }
        if schema:
            todo["schema"] = lambda: _command([schema, "--schemafile", SCHEMA, *paths])
        taken: dict[str, list[float]] = {name: [] for name in todo}
        for _ in range(rounds):
            for what, run in todo.items():
                taken[what].append(run())
        memory = {"cold": _memory([*ENGINE, "validate", "--no-cache", many])}
    return {what: Measured(tuple(rows), memory.get(what, 0.0)) for what, rows in taken.items()}


def _edited(path: Path, root: Path) -> float:
    with path.open("a", encoding="utf-8") as file:
        file.write("# a remark\n")
    return _command([*ENGINE, "validate", root])


def _events(paths: Sequence[str]) -> float:
    texts = [Path(path).read_text(encoding="utf-8") for path in paths]
    start = time.perf_counter()
    for text in texts:
        for _ in yaml.parse(text, Loader=yaml.CSafeLoader):
            pass
    return time.perf_counter() - start


def _started(words: Sequence[object]) -> subprocess.Popen[bytes]:
    return subprocess.Popen([str(word) for word in words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _command(words: Sequence[object]) -> float:
    """Wall time in seconds."""
    start = time.perf_counter()
    status = _started(words).wait()
    if status not in (0, 1):
        raise SystemExit(f"{words[0]} ended with {status}: {' '.join(map(str, words[:6]))}")
    return time.perf_counter() - start


def _memory(words: Sequence[object]) -> float:
    """The most memory, in MB, that a command and its processes held at one time, looked at every 20 ms in a run of its
    own. What processes share counts once (Linux: proportional set size)."""
    process, most = _started(words), 0
    while process.poll() is None:
        most = max(most, sum(map(_held, [process.pid, *_children(process.pid)])))
        time.sleep(0.02)
    return most / 1024


def _children(process: int) -> list[int]:
    try:
        found = [int(word) for word in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    except OSError:
        return []
    return [*found, *(deeper for one in found for deeper in _children(one))]


def _held(process: int) -> int:
    """Kilobytes; none where it has ended."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def _told(found: dict[str, Measured], flows: int, lines: int) -> str:
    rows = [f"{flows:,} flows of {lines} lines on the average, Python {platform.python_version()}", ""]
    for name, one in found.items():
        rows.append(f"{name:<10} {one.median:8.3f} s" + (f"   {one.memory:6.0f} MB" if one.memory else ""))
    rows.append("")
    for left, right, mark, said in MARKS:
        if left in found and right in found:
            rows.append(f"{said} {mark:g}: {found[left].median / found[right].median:.2f}")
    return "\n".join(rows)


def main() -> None:
    """Measures, prints and writes."""
    parser = argparse.ArgumentParser(description="measure the checker beside others, in one run")
    parser.add_argument("--flows", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--schema", default="", metavar="COMMAND", help="check-jsonschema in its own environment")
    args = parser.parse_args()
    files, _ = project(1, flows=args.flows)
    texts = [text for path, text in files.items() if path.startswith("flows/")]
    lines = round(sum(text.count("\n") for text in texts) / len(texts))
    found = measured(args.flows, args.rounds, args.schema)
    print(_told(found, args.flows, lines))
    result: dict[str, Any] = {
        "measured": datetime.now(UTC).strftime("%Y-%m-%d"), "python": platform.python_version(),
        "cores": os.cpu_count(), "flows": args.flows, "lines": lines,
        "seconds": {name: [round(second, 4) for second in one.seconds] for name, one in found.items()},
        "megabytes": {name: round(one.memory) for name, one in found.items() if one.memory},
        "ratios": {
            f"{left}/{right}": round(found[left].median / found[right].median, 2)
            for left, right, _, _ in MARKS if left in found and right in found
        },
    }  # fmt: skip
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
