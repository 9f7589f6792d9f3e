"""`engine schema`: JSON Schemas of flows, tools and engine.yaml, for editors."""

import argparse
import json
import sys
from pathlib import Path

from engine.cli.status import OK, USAGE, Stop
from engine.schema import SCHEMAS, document, file_name, text

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the arguments of `engine schema`."""
    parser.add_argument("kind", nargs="?", choices=[*SCHEMAS], help="one of them (default: all, by their file)")
    parser.add_argument("--write", type=Path, metavar="DIR", help="write them as files of this folder, over older ones")


def run(args: argparse.Namespace) -> int:
    """On stdout, or as files."""
    kinds = [args.kind] if args.kind else [*SCHEMAS]
    if args.write is not None:
        return _write(args.write, kinds)
    whole = text(args.kind) if args.kind else _all()
    sys.stdout.write(whole)
    return OK


def _all() -> str:
    return json.dumps({file_name(kind): document(kind) for kind in SCHEMAS}, indent=1, ensure_ascii=False) + "\n"


def _write(folder: Path, kinds: list[str]) -> int:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for kind in kinds:
            (folder / file_name(kind)).write_text(text(kind), encoding="utf-8", newline="\n")
            print(folder / file_name(kind))
    except OSError as error:
        raise Stop(f"{error.filename or folder}: {error.strerror}", USAGE) from None
    return OK
