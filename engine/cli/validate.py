"""`engine validate`: checks a project, offline, and shows what is wrong with it."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from engine.check import Checked, check
from engine.cli.place import root_of
from engine.cli.shown import clean, coloured, view
from engine.cli.status import FOUND, OK, USAGE, Stop
from engine.diagnostics import Diagnostic, Severity
from engine.diagnostics.render import RENDERERS, View, renderer
from engine.mend import mend, sure

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the arguments of `engine validate`."""
    parser.add_argument(
        "paths", nargs="*", type=Path, metavar="PATH", help="a project, or some of its flows (default: flows/)"
    )
    parser.add_argument("--format", choices=sorted(RENDERERS), default="text", help="how findings are shown")
    parser.add_argument("--fix", action="store_true", help="mend misspellings, then show what is left")
    parser.add_argument("--strict", action="store_true", help="warnings count as errors")
    parser.add_argument(
        "--color", choices=("auto", "always", "never"), default="auto",
        help="colour of text (default: on a terminal, unless NO_COLOR is set)",
    )  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Findings on stdout, a summary on stderr."""
    paths = args.paths or [Path("flows")]
    root = _root(paths, given=bool(args.paths))
    checked = _mended(paths, root) if args.fix else check(paths, root=root)
    found = checked.diagnostics
    colour, how = coloured(sys.stdout, args.color), _view(args.format, checked.project.root)
    sys.stdout.write(renderer(args.format)(found, checked.project.sources, colour, how))
    sys.stdout.flush()  # before the summary, where both go to one place
    hint = _hint(found, fixed=args.fix) if args.format == "text" and found else ""
    print(_summary(checked, paths) + hint, file=sys.stderr)
    return OK if checked.ok and not (args.strict and found) else FOUND


def _mended(paths: list[Path], root: Path) -> Checked:
    """Mends the files, says on stderr what was done, and gives what the project is now."""
    mended = mend(paths, root=root)
    for edit in mended.done:
        what = f"`{edit.old}` is now `{edit.text}`" if edit.old else f"added `{edit.text.strip()}`"
        print(clean(f"fixed {edit.place}: {what}"), file=sys.stderr)
    for refused in mended.refused:
        print(clean(f"not fixed: {refused}"), file=sys.stderr)
    return mended.checked


def _view(name: str, root: Path) -> View:
    """How this reader sees the project. The pages of the rules are read for the one format that takes them along."""
    if name not in ("github", "sarif"):
        return view(sys.stdout)
    if name == "github":
        return View(prefix=_prefix(root))
    from engine.rules.pages import pages

    return View(prefix=_prefix(root), pages=pages())


def _prefix(root: Path) -> str:
    """From the checked-out repository, else from here, to the project: what GitHub counts paths from."""
    start = Path(os.environ.get("GITHUB_WORKSPACE") or Path.cwd()).resolve()
    return f"{root.relative_to(start).as_posix()}/" if start in root.parents else ""


def _root(paths: list[Path], *, given: bool) -> Path:
    missing = [path for path in paths if given and not path.exists()]
    if missing:
        raise Stop(f"there is no {missing[0]}", USAGE)
    roots = sorted({root_of(path) for path in paths})
    if len(roots) > 1:
        raise Stop(f"these lie in {len(roots)} projects ({roots[0]}, {roots[1]}): check one at a time", USAGE)
    return roots[0]


def _summary(checked: Checked, paths: list[Path]) -> str:
    """`5 flows, 3 tools: no findings`; `1 of 5 flows` where single ones were asked for."""
    flows = checked.project.flows
    chosen = {path.resolve() for path in paths if path.is_file()}
    single = len(chosen) == len(set(paths)) and all(path.parent == checked.project.root / "flows" for path in chosen)
    errors = sum(one.severity is Severity.ERROR for one in checked.diagnostics)
    warnings = len(checked.diagnostics) - errors
    counts = [_count(number, word) for number, word in ((errors, "error"), (warnings, "warning")) if number]
    part = f"{len(chosen)} of " if single else ""
    return f"{part}{_count(len(flows), 'flow')}, {_count(len(checked.project.tools), 'tool')}: " + (
        ", ".join(counts) or "no findings"
    )


def _hint(found: Sequence[Diagnostic], *, fixed: bool) -> str:
    """Where to go from here."""
    mendable = 0 if fixed else sum(1 for _ in sure(found))
    more = f"`engine explain {found[0].rule}` says more"
    return f". `engine validate --fix` mends {mendable}; {more}" if mendable else f". {more}"


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
