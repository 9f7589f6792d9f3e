"""The plan of a flow that a command names, of a project that is sound."""

import argparse
import sys
from pathlib import Path

from engine.check import check
from engine.cli.place import add_project, root_of
from engine.cli.shown import coloured, view
from engine.cli.status import USAGE, Stop
from engine.diagnostics import nearest
from engine.diagnostics.render import renderer
from engine.plan import Plan

__all__ = ["add_flow", "plan_of"]


def add_flow(parser: argparse.ArgumentParser) -> None:
    """Declares `FLOW` and `--project`."""
    parser.add_argument("flow", metavar="FLOW", help="a flow's name, or its file")
    add_project(parser)


def plan_of(args: argparse.Namespace) -> Plan | None:
    """The plan; None where the project has errors, which then stand on stdout."""
    name = Path(args.flow).stem if args.flow.endswith(".yaml") else args.flow
    root = root_of(Path(args.flow) if args.flow.endswith(".yaml") else args.project)
    checked = check([root], root=root)
    if name in checked.project.pieces:
        raise Stop(f"`{name}` is a shared piece: it stands in the plans of the flows that use it", USAGE)
    if name not in checked.project.flows:
        close = nearest(name, checked.project.flows)
        raise Stop(f"there is no flow `{name}`" + (f"; did you mean `{close}`?" if close else ""), USAGE)
    if not checked.ok:
        sys.stdout.write(
            renderer("text")(checked.diagnostics, checked.project.sources, coloured(sys.stdout), view(sys.stdout))
        )
        return None
    return checked.plans[name]
