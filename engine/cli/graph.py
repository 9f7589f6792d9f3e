"""`engine graph FLOW`: what a ticket of this flow goes through, drawn or told."""

import argparse
import sys

from engine.cli.planned import add_flow, plan_of
from engine.cli.status import FOUND, OK
from engine.graph import FORMATS

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the arguments of `engine graph`."""
    add_flow(parser)
    parser.add_argument(
        "--format", choices=sorted(FORMATS), default="text", help="text for a terminal, or a Mermaid flowchart"
    )


def run(args: argparse.Namespace) -> int:
    """The drawing or the account on stdout; or, where the project has errors, these alone."""
    plan = plan_of(args)
    if plan is None:
        return FOUND
    # as bytes: the same wherever it runs, whatever a terminal's encoding is
    sys.stdout.flush()
    sys.stdout.buffer.write(FORMATS[args.format](plan).encode())
    return OK
