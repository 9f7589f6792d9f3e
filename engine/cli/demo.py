"""`engine demo`: eight tickets through the sample shop; exit status 0 only if every outcome is true."""

import argparse
import asyncio
import tempfile
from pathlib import Path

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """--keep leaves the demo's files, --record writes histories."""
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep the store, the logs and Temporal's file here")
    parser.add_argument("--record", type=Path, metavar="DIR", help="write the histories of all workflow runs here")


def run(args: argparse.Namespace) -> int:
    """Plays it; the findings of the project come first, if it has any."""
    from engine.demo.play import run_demo
    from engine.root import find_root

    root = find_root(Path())
    with tempfile.TemporaryDirectory(prefix="engine-demo-", ignore_cleanup_errors=True) as folder:
        state = args.keep.resolve() if args.keep else Path(folder)
        return 0 if asyncio.run(run_demo(root, state, record=args.record)) else 1
