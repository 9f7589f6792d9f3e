"""`engine token PERSON`: an access token, shown once."""

import argparse
import sys

from engine.cli.place import add_project, open_store, project_of, settings_of
from engine.cli.status import FOUND, OK, USAGE, Stop
from engine.diagnostics import nearest
from engine.settings import Settings

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the arguments of `engine token`."""
    parser.add_argument("person", metavar="PERSON", help="as the teams of engine.yaml name them")
    parser.add_argument("--revoke", action="store_true", help="take every token of this person back instead")
    add_project(parser)


def run(args: argparse.Namespace) -> int:
    """The token on stdout, alone; everything else on stderr."""
    settings = settings_of(args)
    if not args.person.strip() or not args.person.isprintable():
        raise Stop("a person is named as in engine.yaml, such as ana@shop.example", USAGE)
    if args.revoke:
        return _revoke(settings, args.person)
    _warn_of_a_stranger(settings, args.person)
    with open_store(settings, make=True) as store:
        token = store.people.mint(args.person)
    print(token)
    print("Shown this once: the store keeps its digest only. Use it as ENGINE_TOKEN.", file=sys.stderr)
    return OK


def _revoke(settings: Settings, person: str) -> int:
    with open_store(settings, make=False) as store:
        gone = store.people.revoke(person)
    print(f"{gone} token{'' if gone == 1 else 's'} of {person} revoked", file=sys.stderr)
    return OK if gone else FOUND


def _warn_of_a_stranger(settings: Settings, person: str) -> None:
    """Who is in no team may read and decides nothing: mostly a slip of the pen."""
    found = project_of(settings).settings
    teams = [team for _, team in ((found.teams or {}) if found else {}).values() if team is not None]
    known = {one.value for team in teams for one in team.people or ()}
    if person in known:
        return
    close = nearest(person, known)
    meant = f"; did you mean {close}?" if close else ""
    print(f"warning: {person} is in no team of engine.yaml, and can read but decide nothing{meant}", file=sys.stderr)
