"""`engine tickets reply`: what a person says to a visitor of a web channel, over the service's API."""

import argparse
import re
import secrets

from engine.cli.api import api
from engine.cli.status import OK, USAGE, Stop

__all__ = ["add_arguments", "reply"]

_ID = re.compile(r"t_[a-z0-9]{1,100}")
REFUSALS = {
    "not_entitled": "you are not in the team that has this ticket",
    "on_platform": "this ticket stands on a ticketing platform: answer there",
    "not_with_people": "the engine still works on this ticket",
    "closed": "this ticket is closed: its visitor opens it again by writing",
    "too_long": "the text is too long",
}
"""The API's codes, as a person reads them."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the arguments of `engine tickets reply`."""
    parser.add_argument("id", metavar="ID", help="the ticket")
    parser.add_argument("text", metavar="TEXT", nargs="?", default="", help="what the visitor reads")
    then = parser.add_mutually_exclusive_group()
    then.add_argument("--solve", action="store_const", dest="then", const="solve", help="and it is solved")
    then.add_argument(
        "--hand-back", action="store_const", dest="then", const="hand_back", help="and the engine goes on with it"
    )
    parser.add_argument("--url", help="the service's address (default: of ENGINE_SERVICE)")


def reply(args: argparse.Namespace) -> int:
    """Says it once; whoever is told that the service did not answer may say it again."""
    if not _ID.fullmatch(args.id):
        raise Stop("a ticket's id looks like t_4xz7...: `engine tickets list` shows them", USAGE)
    if not args.text.strip() and not args.then:
        raise Stop("there is nothing to say: give a text, --solve or --hand-back", USAGE)
    service = api(args, "reply", REFUSALS, look=f"engine tickets show {args.id}")
    body = {"id": secrets.token_hex(8), "text": args.text, **({"then": args.then} if args.then else {})}
    service.post(f"tickets/{args.id}/reply", body)
    print(f"said: {args.id}")
    return OK
