"""`engine validate`: checks a project, offline, and shows what is wrong with it."""

import argparse
import contextlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from engine import cache
from engine.cli.place import root_of
from engine.cli.shown import clean, coloured, view
from engine.cli.status import FOUND, OK, USAGE, Stop
from engine.diagnostics import Diagnostic, Severity, of_flows
from engine.diagnostics.edits import sure
from engine.diagnostics.outcome import Outcome
from engine.diagnostics.render import RENDERERS, View, renderer
from engine.root import Files, chosen

__all__ = ["add_arguments", "run"]

_FLOWS = "flows.pickle"
"""What each file came to, in the cache."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the arguments of `engine validate`."""
    parser.add_argument(
        "paths", nargs="*", type=Path, metavar="PATH", help="a project, or some of its flows (default: flows/)"
    )
    parser.add_argument("--format", choices=sorted(RENDERERS), default="text", help="how findings are shown")
    parser.add_argument("--fix", action="store_true", help="mend misspellings, then show what is left")
    parser.add_argument(
        "--no-keys", action="store_true", help="where nothing runs: a key that a model lacks is a note, and no error"
    )
    parser.add_argument("--strict", action="store_true", help="warnings count as errors")
    parser.add_argument(
        "--color", choices=("auto", "always", "never"), default="auto",
        help="colour of text (default: on a terminal, unless NO_COLOR is set)",
    )  # fmt: skip
    parser.add_argument("--no-cache", action="store_true", help="check anew, whatever the last check found")


def run(args: argparse.Namespace) -> int:
    """Findings on stdout, a summary on stderr."""
    paths = args.paths or [Path("flows")]
    root = _root(paths, given=bool(args.paths))
    if args.fix:
        _mend(paths, root)
    outcome = _anew(root) if args.no_cache else _unchanged(root)
    found = of_flows(outcome.diagnostics, chosen(paths, root))
    sources = _sources(outcome.diagnostics, root)
    colour, how = coloured(sys.stdout, args.color), _view(args.format, root)
    sys.stdout.write(renderer(args.format)(found, sources, colour, how))
    sys.stdout.flush()  # before the summary, where both go to one place
    hint = _hint(found, fixed=args.fix) if args.format == "text" and found else ""
    print(_summary(outcome, found, paths, root) + hint, file=sys.stderr)
    lacking = _lacking(outcome, error=not args.no_keys)
    errors = any(one.severity is Severity.ERROR for one in found) or (lacking and not args.no_keys)
    return FOUND if errors or (args.strict and found) else OK


def _lacking(outcome: Outcome, *, error: bool) -> bool:
    """Names the variables that models need and this environment lacks. An error unless it is told that nothing runs
    here: whoever reviews flows, on a laptop or in CI, need not hold the keys; a worker does not start without them."""
    lacking = [(model, variable) for model, variable in outcome.keys if not os.environ.get(variable, "").strip()]
    for model, variable in lacking:
        kind = "error" if error else "note"
        print(clean(f"{kind}: the model `{model}` needs the environment variable {variable}"), file=sys.stderr)
    if lacking and error:
        print("Set it, or check with `--no-keys` where flows are edited and nothing runs.", file=sys.stderr)
    return bool(lacking)


def _unchanged(root: Path) -> Outcome:
    """What the last check came to, if nothing has changed since; else that of a new one, which is kept."""
    inputs = cache.inputs(root)
    if inputs is None:
        return _anew(root)
    known = cache.load(root, inputs.digest)
    if known:
        return known
    from engine.check import Memory, outcome

    memory = Memory(inputs.files, cache.unsealed(root, _FLOWS, inputs.checker))
    found = outcome(root, found=inputs.files, memory=memory)
    cache.save(root, inputs.digest, found)
    cache.seal(root, _FLOWS, inputs.checker, memory.kept())
    return found


def _anew(root: Path) -> Outcome:
    from engine.check import outcome  # not needed where nothing has changed

    files = None
    with contextlib.suppress(OSError):  # the check says of each file that it cannot read
        files = Files.read(root)
    return outcome(root, found=files)


def _sources(found: Sequence[Diagnostic], root: Path) -> dict[str, str]:
    """The texts that are shown: path -> text, secrets blotted out. A file that is gone is shown without its lines."""
    places = (place for one in found for place in (one.place, *(label.place for label in (*one.labels, *one.path))))
    texts = {}
    for name in sorted({place.path for place in places}):
        with contextlib.suppress(OSError):
            if not (root / name).is_file():  # a pipe would never end
                continue
            texts[name] = (root / name).read_bytes().decode("utf-8", errors="replace")
    if any(one.rule == "secret-in-file" for one in found):
        from engine.rules.secret_in_file import hide

        hide(texts)
    return texts


def _mend(paths: list[Path], root: Path) -> None:
    """Mends the files, and says on stderr what was done."""
    from engine.mend import mend

    mended = mend(paths, root=root)
    for edit in mended.done:
        what = f"`{edit.old}` is now `{edit.text}`" if edit.old else f"added `{edit.text.strip()}`"
        print(clean(f"fixed {edit.place}: {what}"), file=sys.stderr)
    for refused in mended.refused:
        print(clean(f"not fixed: {refused}"), file=sys.stderr)


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


def _summary(outcome: Outcome, found: Sequence[Diagnostic], paths: list[Path], root: Path) -> str:
    """`5 flows, 3 tools: no findings`; `1 of 5 flows` where single ones were asked for."""
    files = {path.resolve() for path in paths if path.is_file()}
    single = len(files) == len(set(paths)) and all(path.parent == root / "flows" for path in files)
    errors = sum(one.severity is Severity.ERROR for one in found)
    warnings = len(found) - errors
    counts = [_count(number, word) for number, word in ((errors, "error"), (warnings, "warning")) if number]
    part = f"{len(files)} of " if single else ""
    return f"{part}{_count(outcome.flows, 'flow')}, {_count(outcome.tools, 'tool')}: " + (
        ", ".join(counts) or "no findings"
    )


def _hint(found: Sequence[Diagnostic], *, fixed: bool) -> str:
    """Where to go from here."""
    mendable = 0 if fixed else sum(1 for _ in sure(found))
    more = f"`engine explain {found[0].rule}` says more"
    return f". `engine validate --fix` mends {mendable}; {more}" if mendable else f". {more}"


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
