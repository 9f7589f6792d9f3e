"""`engine init DIR`: a project to start from."""

import argparse
from pathlib import Path

from engine.cli.status import INTERNAL, OK, USAGE, Stop

__all__ = ["SAMPLE", "add_arguments", "run"]

SAMPLE = Path(__file__).parent.parent / "sample"
"""The sample project as it is shipped; a test keeps it the same as the repository's own."""
_LEFT = {"__pycache__", ".engine"}
"""Folders of the sample that belong to the machine that it was tried out on."""
IGNORED = (
    "# What the engine keeps of this project on this machine: caches, and the databases of `engine dev`.\n.engine/\n"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the arguments of `engine init`."""
    parser.add_argument("dir", type=Path, metavar="DIR", help="a folder that is empty or not there yet")


def run(args: argparse.Namespace) -> int:
    """Copies the sample; never over anything."""
    target: Path = args.dir
    files = _files()
    try:
        _refuse_what_is_there(target)
        for file in files:
            to = target / file.relative_to(SAMPLE)
            to.parent.mkdir(parents=True, exist_ok=True)
            with to.open("xb") as copy:
                copy.write(file.read_bytes())
        (target / ".gitignore").write_text(IGNORED, encoding="utf-8")
    except OSError as error:
        raise Stop(f"{error.filename or target}: {error.strerror}", USAGE) from None
    print(f"{len(files) + 1} files in {target}. Next: cd {target} && engine validate")
    return OK


def _refuse_what_is_there(target: Path) -> None:
    if target.exists() and not target.is_dir():
        raise Stop(f"{target} is a file", USAGE)
    inside = sorted(path.name for path in target.iterdir()) if target.exists() else []
    if inside:
        raise Stop(f"{target} is not empty (it has {inside[0]}): name a new folder", USAGE)


def _files() -> list[Path]:
    found = sorted(path for path in SAMPLE.rglob("*") if path.is_file() and not _LEFT.intersection(path.parts))
    if not any(path.name == "engine.yaml" for path in found):
        raise Stop("this installation lacks the sample project: install it again", INTERNAL)
    return found
