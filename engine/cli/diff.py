"""`engine diff REV [PATH]`: what a ticket may do now that it could not do at a revision of git."""

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from engine.cli.place import root_of
from engine.cli.shown import clean, coloured
from engine.cli.status import FOUND, OK, USAGE, Stop
from engine.diff import Difference, NoRevision, Severity, compare, past, read_side
from engine.diff.shown import as_json, as_text
from engine.root import chosen

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the arguments of `engine diff`."""
    parser.add_argument("revision", metavar="REV", help="what to compare with: a commit, branch or tag of git")
    parser.add_argument(
        "path", nargs="?", type=Path, default=Path(), metavar="PATH", help="a project, or one of its flows (default: .)"
    )
    parser.add_argument("--all", action="store_true", help="show what was narrowed or changed too")
    parser.add_argument("--format", choices=("json", "text"), default="text", help="how differences are shown")
    parser.add_argument(
        "--color", choices=("auto", "always", "never"), default="auto",
        help="colour of text (default: on a terminal, unless NO_COLOR is set)",
    )  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Differences on stdout, a summary on stderr. Status 1 where a right was widened."""
    if not args.path.exists():
        raise Stop(f"there is no {args.path}", USAGE)
    root = root_of(args.path)
    files = chosen([args.path], root)
    flows = None if files is None else {Path(file).stem for file in files}
    try:
        with past(root, args.revision) as before:
            old, commit = read_side(before.root), before.commit
    except NoRevision as error:
        raise Stop(str(error), USAGE) from None
    new = read_side(root)
    found = compare(old, new, flows)
    listed = found if args.all else tuple(one for one in found if one.severity is Severity.WIDENED)
    if args.format == "json":
        sys.stdout.write(as_json(listed, args.revision, commit))
    else:
        colour = coloured(sys.stdout, args.color)
        sys.stdout.write(as_text(listed, old.project.sources, new.project.sources, args.revision, colour=colour))
    sys.stdout.flush()  # before the summary, where both go to one place
    print(clean(_summary(found, args.revision, commit, listed=len(listed))), file=sys.stderr)
    return FOUND if any(one.severity is Severity.WIDENED for one in found) else OK


def _summary(found: Sequence[Difference], revision: str, commit: str, *, listed: int) -> str:
    """`2 widened, 1 narrowed since main (3f9a2c1b)`."""
    counts = Counter(one.severity for one in found)
    told = ", ".join(f"{counts[severity]} {severity.value}" for severity in Severity if counts[severity])
    hint = ". `--all` lists what was narrowed or changed" if listed < len(found) else ""
    return f"{told or 'no right was changed'} since {revision} ({commit[:8]}){hint}"
