"""`engine compile FLOW`: the plan that a ticket of this flow would run, as canonical JSON."""

import argparse
import sys

from engine.cli.planned import add_flow, plan_of
from engine.cli.status import FOUND, OK
from engine.plan.revision import canonical

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the arguments of `engine compile`."""
    add_flow(parser)


def run(args: argparse.Namespace) -> int:
    """The plan on stdout; or, where the project has errors, these, and no plan."""
    plan = plan_of(args)
    if plan is None:
        return FOUND
    # as bytes: the same wherever it runs, whatever a terminal's encoding is
    sys.stdout.flush()
    sys.stdout.buffer.write(canonical(plan.to_json()) + b"\n")
    return OK
