"""`engine revoke TOOL`: once it returns, no call of the tool begins."""

import argparse
import getpass
import os
import sys

from engine.cli.place import add_project, open_store, project_of, settings_of
from engine.cli.shown import instant, show
from engine.cli.status import FOUND, OK, USAGE, Stop
from engine.diagnostics import nearest
from engine.settings import Settings
from engine.store import Store

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the arguments of `engine revoke`."""
    parser.add_argument(
        "tool", nargs="?", metavar="TOOL", help="the tool; without one, those that are revoked are listed"
    )
    parser.add_argument("--lift", action="store_true", help="allow it again")
    parser.add_argument("--why", metavar="TEXT", help="for whoever finds it stopped")
    parser.add_argument("--unknown", action="store_true", help="also a tool that no file of the project has any more")
    add_project(parser)


def run(args: argparse.Namespace) -> int:
    """Revokes, lifts or lists."""
    if args.tool is None and (args.lift or args.why):
        raise Stop("name the tool", USAGE)
    settings = settings_of(args)
    if args.tool is not None and not args.lift and not args.unknown:
        _refuse_what_is_no_tool(settings, args.tool)
    with open_store(settings, make=True) as store:
        if args.tool is None:
            return _list(store)
        return _lift(store, args.tool) if args.lift else _revoke(store, args.tool, args.why)


def _refuse_what_is_no_tool(settings: Settings, tool: str) -> None:
    """A misspelt name would stop nothing and look as if it had. Where files cannot be read, nobody can tell."""
    project = project_of(settings)
    if tool in project.tools or project.partial:
        return
    close = nearest(tool, project.tools)
    meant = f"did you mean `{close}`?" if close else "--unknown revokes it all the same"
    raise Stop(f"nothing was revoked: the project has no tool `{tool}`; {meant}", USAGE)


def _revoke(store: Store, tool: str, why: str | None) -> int:
    sent = store.revocations.revoke(tool, _operator(), why)
    print(f"{tool} is revoked: no further call of it begins, until `engine revoke {tool} --lift`")
    if sent:
        count = "1 call was" if len(sent) == 1 else f"{len(sent)} calls were"
        print(f"{count} sent before and cannot be stopped", file=sys.stderr)
        show("sent", ("intent", "ticket", "since"), [(row.id, row.ticket_id, instant(row.sending_at)) for row in sent])
    return OK


def _lift(store: Store, tool: str) -> int:
    if not store.revocations.lift(tool):
        print(f"{tool} was not revoked", file=sys.stderr)
        return FOUND
    print(f"{tool} may be called again")
    return OK


def _list(store: Store) -> int:
    rows = store.revocations.listing()
    show("", ("tool", "by", "at", "why"), [(row.tool, row.by, instant(row.at), row.why) for row in rows])
    if not rows:
        print("no tool is revoked", file=sys.stderr)
    return OK


def _operator() -> str:
    """Who did it: the account on this machine."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a container's user that nobody named
        return f"uid {os.getuid()}"
