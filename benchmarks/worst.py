"""The longest that one file may keep `engine validate`: `python -m benchmarks.worst`.

Each file is as large as the checker reads at all, and of one kind; each is checked in a process of its own, as a flow
or a tool file of a project with 40 tools, and what it took of the processor and of memory is printed. It writes
benchmarks/results/worst.json. The aim is 2 s and 200 MB.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from benchmarks.projects import project, write
from engine.syntax.read import EVENTS, SIZE

__all__ = ["INPUTS", "TOOLS"]

RESULTS = Path(__file__).parent / "results" / "worst.json"
HEAD = (
    "flow: f\ntitle: F\nowner: support\nabout: x\nstart: {examples: [a b c]}\nsilence: {within: 7d, otherwise: close}\n"
)
END = "  - close: solved\n"
CHECK = """
import resource, sys
from engine.cli import main
main(["validate", "--no-cache", sys.argv[1]])
used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
print(sum(one.ru_utime + one.ru_stime for one in used), max(one.ru_maxrss for one in used) / 1024, file=sys.stderr)
"""


def _steps(part: str, parts: int) -> str:
    """As many of a step as fit. `#` is its number."""
    steps = "".join(part.replace("#", str(number)) for number in range(EVENTS // parts))
    return f"{HEAD}knowledge: [returns]\nsteps:\n{steps}{END}"


def _tool(schema: str) -> str:
    """One tool with this schema of what it gives."""
    binding = 'http: {method: GET, url: "http://localhost/"}'
    return f"- tool: big.get\n  effect: read\n  {binding}\n  input: {{type: object}}\n  output:\n    {schema}\n"


def _refers(one: str, number: int) -> str:
    """A schema of so many definitions, of which each refers to the next. `#` is its number."""
    parts = ", ".join(f"a{at}: {{{one.replace('#', str(at + 1))}}}" for at in range(number))
    return f"{{$ref: '#/$defs/a0', $defs: {{{parts}, a{number}: {{type: string}}}}}}"


INPUTS: Final[dict[str, Callable[[], str]]] = {
    "replies": lambda: _steps("  - reply: hello #\n", 4),
    "replies that show names of nobody": lambda: _steps('  - reply: "{{ name#.b }}"\n', 4),
    "ifs": lambda: _steps("  - if: ticket.channel == 'a#'\n    then: [{close: solved}]\n", 8),
    "ifs of three parts": lambda: _steps(
        "  - if: ticket.id == 'a#' and ticket.channel != 'b#' or customer.verified\n"
        "    then: [{reply: x}]\n    else: [{reply: y}]\n", 14,
    ),
    "searches": lambda: _steps("  - search: x #\n    as: s#\n", 6),
    "questions": lambda: _steps("  - ask:\n      f#: {text: what}\n", 10),
    "loops": lambda: _steps("  - each: x#\n    in: conversation\n    do: [{reply: hi}]\n", 14),
    "values": lambda: _steps("  - set: {v#: ticket.id}\n", 6),
    "words": lambda: _steps("  - repl#: hello\n", 4),
    "cases": lambda: f"{HEAD}steps:\n  - switch: ticket.channel\n    cases:\n"
    + "".join(f"      c{n}: [{{close: solved}}]\n" for n in range(EVENTS // 6)) + "    else: escalate\n",
    "branches": lambda: f"{HEAD}steps:\n  - parallel:\n"
    + "".join(f"      b{n}: [{{search: x, as: y{n}}}]\n" for n in range(EVENTS // 10)) + END,
    "keys": lambda: HEAD + "".join(f"k{n}: x\n" for n in range(EVENTS // 2)),
    "grants": lambda: f"{HEAD}tools:\n" + "".join(f"  t{n}.get: allow\n" for n in range(EVENTS // 2))
    + f"steps:\n{END}",
    "examples": lambda: f"{HEAD.replace('a b c', ', '.join(f'word {n}' for n in range(EVENTS)))}steps:\n{END}",
    "one expression": lambda: f"{HEAD}steps:\n  - if: {' and '.join(['ticket.id'] * 3_000)}\n    then: []\n{END}",
    "one text": lambda: f"{HEAD}steps:\n  - reply: \"{'{{ ticket.id }} ' * (SIZE // 20)}\"\n{END}",
    "depth": lambda: "[" * (SIZE - 10),
    "a bomb": lambda: "a: &a [x, x]\n" + "".join(f"b{n}: &b{n} [*a, *a, *a]\n" for n in range(EVENTS // 10)),
    "no line ends": lambda: "x" * (SIZE - 10),
    "remarks": lambda: "# engine: ignore[x] y\n" * (SIZE // 22),
}  # fmt: skip
"""Flows."""
TOOLS: Final[dict[str, Callable[[], str]]] = {
    "references that double": lambda: _tool(
        _refers("type: object, properties: {x: {$ref: '#/$defs/a#'}, y: {$ref: '#/$defs/a#'}}", EVENTS // 16)
    ),
    "a chain of references": lambda: _tool(_refers("$ref: '#/$defs/a#'", EVENTS // 6)),
    "fields": lambda: _tool(
        f"{{type: object, properties: {{{', '.join(f'p{n}: {{type: string}}' for n in range(EVENTS // 6))}}}}}"
    ),
    "words to choose from": lambda: _tool(f"{{enum: [{', '.join(f'word{n}' for n in range(EVENTS - 100))}]}}"),
    "branches of a schema": lambda: _tool(
        "{oneOf: [" + ", ".join(f"{{type: object, properties: {{a{n}: {{}}}}}}" for n in range(EVENTS // 16)) + "]}"
    ),
    "tools": lambda: "".join(_tool("{type: object}").replace("big.get", f"big.t{n}") for n in range(EVENTS // 24)),
}


def main() -> None:
    """Measures, prints and writes."""
    parser = argparse.ArgumentParser(description="measure the files that keep the checker longest")
    parser.add_argument("names", nargs="*", metavar="NAME", help="kinds of files (default: all)")
    args = parser.parse_args()
    found: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        files, _ = project(1, flows=1, wrong=0)
        write(Path(name), {path: text for path, text in files.items() if not path.startswith("flows/")})
        (Path(name) / "flows").mkdir(exist_ok=True)
        for what in args.names or [*INPUTS, *TOOLS]:
            text = (INPUTS[what] if what in INPUTS else TOOLS[what])()
            (Path(name) / "flows" / "f.yaml").write_text(text if what in INPUTS else f"{HEAD}steps:\n{END}", "utf-8")
            (Path(name) / "tools" / "big.yaml").write_text(text if what in TOOLS else "", "utf-8")
            ran = subprocess.run([sys.executable, "-c", CHECK, name], check=True, capture_output=True, text=True)
            seconds, megabytes = map(float, ran.stderr.splitlines()[-1].split())
            found[what] = [round(seconds, 2), round(megabytes)]
            print(f"{what:36}{len(text):>10,} bytes{seconds:>8.2f} s{megabytes:>7.0f} MB")
    if args.names:
        return
    result = {
        "measured": datetime.now(UTC).strftime("%Y-%m-%d"), "python": platform.python_version(),
        "cores": os.cpu_count(), "seconds and megabytes": found,
    }  # fmt: skip
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
