"""`engine compile FLOW`: the plan that a ticket of this flow would run, as canonical JSON."""

import argparse
import sys
from pathlib import Path

from engine.check import check
from engine.cli.place import add_project, root_of
from engine.cli.shown import coloured
from engine.cli.status import FOUND, OK, USAGE, Stop
from engine.diagnostics import nearest
from engine.diagnostics.render import renderer
from engine.plan.revision import canonical

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the arguments of `engine compile`."""
    parser.add_argument("flow", metavar="FLOW", help="a flow's name, or its file")
    add_project(parser)


def run(args: argparse.Namespace) -> int:
    """The plan on stdout; or, where the project has errors, these, and no plan."""
    name = Path(args.flow).stem if args.flow.endswith(".yaml") else args.flow
    root = root_of(Path(args.flow) if args.flow.endswith(".yaml") else args.project)
    checked = check([root], root=root)
    if name not in checked.project.flows:
        close = nearest(name, checked.project.flows)
        raise Stop(f"there is no flow `{name}`" + (f"; did you mean `{close}`?" if close else ""), USAGE)
    if not checked.ok:
        sys.stdout.write(renderer("text")(checked.diagnostics, checked.project.sources, coloured(sys.stdout)))
        return FOUND
    # as bytes: the same wherever it runs, whatever a terminal's encoding is
    sys.stdout.flush()
    sys.stdout.buffer.write(canonical(checked.plans[name].to_json()) + b"\n")
    return OK
