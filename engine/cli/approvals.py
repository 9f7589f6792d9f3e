"""`engine approvals`: what waits for a person's yes or no, over the service's API, which alone can take a decision."""

import argparse
import re
import sys
from collections.abc import Sequence
from typing import Any

from engine.cli.api import Api, api
from engine.cli.place import add_project
from engine.cli.shown import json_line, show
from engine.cli.status import FOUND, OK, USAGE, Stop

__all__ = ["add_arguments", "changed", "run"]

_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")

REFUSALS = {
    "not_entitled": "you are not in the team that decides this",
    "same_person": "you approved another line of this already: it needs a second person",
    "editor": "you changed this at another line: somebody else decides this one",
    "already_decided": "it was decided already",
    "expired": "its time is over",
    "withdrawn": "it was withdrawn: the ticket has gone on without it",
    "changed": "what is asked has changed since: look at it again",
    "reason_needed": "a rejection needs a reason: --reason TEXT",
    "invalid": "the values do not fit",
    "edit_closed": "nothing can be changed at this line",
    "edit_unchanged": "nothing was changed",
    "edit_refused": "what you changed does not pass the flow's gates",
}
"""The API's codes, as a person reads them."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the arguments of `engine approvals`."""
    what = parser.add_subparsers(dest="what", required=True, metavar="list|show|approve|edit|reject|handback")
    listing = what.add_parser("list", help="what is open for your teams", allow_abbrev=False)
    one = what.add_parser("show", help="one approval, and every attempt to decide it", allow_abbrev=False)
    approve = what.add_parser("approve", help="say yes", allow_abbrev=False)
    edit = what.add_parser("edit", help="change arguments: the customer is asked again", allow_abbrev=False)
    reject = what.add_parser("reject", help="say no, with a reason", allow_abbrev=False)
    back = what.add_parser("handback", help="give the ticket to a person, undecided", allow_abbrev=False)
    approve.add_argument("--yes", action="store_true", help="do not ask again")
    for command in (approve, edit, back):
        command.add_argument("--reason", default="", metavar="TEXT", help="why")
    reject.add_argument("--reason", required=True, metavar="TEXT", help="why, for the next person's sake")
    for command in (one, approve, edit, reject, back):
        command.add_argument("id", metavar="ID", help="the approval")
    for command in (approve, edit, reject, back):
        command.add_argument("--version", type=int, metavar="N", help="the version that you saw; another is refused")
    edit.add_argument("values", nargs="+", metavar="ARGUMENT=VALUE", help="a new value, such as amount=40")
    for command in (listing, one, approve, edit, reject, back):
        command.add_argument("--url", help="the service's address (default: of ENGINE_SERVICE)")
        add_project(command)


def run(args: argparse.Namespace) -> int:
    """Lists, shows, or decides."""
    service = api(args, "approval", REFUSALS)
    if args.what == "list":
        return _list(service)
    if not _ID.fullmatch(args.id):
        raise Stop("an approval's id looks like a_4xz7...: `engine approvals list` shows them", USAGE)
    if args.what == "show":
        return _show(service, args.id)
    return _decide(service, args)


def _show(service: Api, approval_id: str) -> int:
    row = service.get(f"approvals/{approval_id}")
    _present(row)
    columns = ("at", "who", "wanted", "outcome", "version", "via", "from", "why", "changed")
    show("decisions", columns, [
        (str(one["at"]), str(one["person"]), str(one["wanted"]), str(one["outcome"]), str(one["version"]), one["via"],
         one["ip"], one["reason"], changed(one["changes"]))
        for one in row.get("decisions", ())
    ])  # fmt: skip
    return OK


def changed(changes: Any) -> str | None:
    """`amount: 129.00 EUR -> 40.00 EUR`."""
    if not isinstance(changes, dict):
        return None
    return ", ".join(f"{name}: {before} -> {after}" for name, (before, after) in changes.items())


def _list(service: Api) -> int:
    rows = service.get("approvals?state=open").get("approvals", [])
    show("", ("approval", "ticket", "team", "version", "expires", "what"), [
        (str(row["id"]), str(row["ticket"]), str(row["team"]), str(row["version"]), str(row["expires_at"]),
         _asked(row.get("shown")))
        for row in rows
    ])  # fmt: skip
    if not rows:
        print("nothing waits for your teams", file=sys.stderr)
    return OK


def _asked(shown: Any) -> str:
    """`payments.refund amount=40.00 EUR order=...`."""
    if not isinstance(shown, dict) or not isinstance(shown.get("arguments"), dict):
        return json_line(shown)
    return " ".join([str(shown.get("tool")), *(f"{name}={json_line(v)}" for name, v in shown["arguments"].items())])


def _decide(service: Api, args: argparse.Namespace) -> int:
    """Shows what is decided, then decides for that version: if it changes in between, the service refuses."""
    row = service.get(f"approvals/{args.id}")
    _present(row)
    if args.what == "approve" and not args.yes and not _sure():
        raise Stop("nothing was decided")
    body: dict[str, Any] = {
        "decision": _WORDS.get(args.what, args.what),
        "version": row["version"] if args.version is None else args.version,
        "reason": args.reason,
    }
    if args.what == "edit":
        body["arguments"] = _values(args.values)
    decided = service.post(f"approvals/{args.id}/decision", body)
    print(f"{decided.get('outcome')}: {args.id}")
    if decided.get("outcome") == "edited":
        print(
            f"version {decided.get('edited_version')} is checked anew and the customer is asked again", file=sys.stderr
        )
    return OK if decided.get("outcome") in ("approved", "rejected", "edited", "handed_back") else FOUND


_WORDS = {"handback": "hand_back"}


def _values(given: Sequence[str]) -> dict[str, str]:
    """`amount=40`: each argument once."""
    values: dict[str, str] = {}
    for one in given:
        name, equals, value = one.partition("=")
        if not equals or not name or name in values:
            raise Stop(f"{one} is no ARGUMENT=VALUE, each argument once", USAGE)
        values[name] = value
    return values


def _present(row: dict[str, Any]) -> None:
    shown = row.get("shown")
    parts = shown.items() if isinstance(shown, dict) else [("asked", shown)]
    facts = [(str(name), json_line(value)) for name, value in parts]
    facts += [("version", str(row.get("version"))), ("state", str(row.get("state")))]
    facts += [("ticket", str(row.get("ticket"))), ("expires", str(row.get("expires_at")))]
    show("approval", ("", ""), facts)
    sys.stdout.flush()


def _sure() -> bool:
    """Asks where there is somebody to ask; a script has said what it wants."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return True
    try:
        return input("Approve this? [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:
        return False
