"""`engine questions`: what flows ask teams, and the answer, over the service's API, which alone can take one."""

import argparse
import re
import sys
from collections.abc import Sequence
from typing import Any

from engine.cli.api import Api, api
from engine.cli.place import add_project
from engine.cli.shown import json_line, show
from engine.cli.status import OK, USAGE, Stop

__all__ = ["add_arguments", "run"]

_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")

REFUSALS = {
    "not_entitled": "you are not in the team that is asked",
    "already_answered": "it was answered already",
    "expired": "its time is over",
    "withdrawn": "it was withdrawn: the ticket has gone on without it",
    "invalid": "the answer does not fit",
}
"""The API's codes, as a person reads them."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the arguments of `engine questions`."""
    what = parser.add_subparsers(dest="what", required=True, metavar="list|show|answer")
    listing = what.add_parser("list", help="what is open for your teams", allow_abbrev=False)
    listing.add_argument("--team", help="only those of this team")
    one = what.add_parser("show", help="one question, and what each field takes", allow_abbrev=False)
    answer = what.add_parser("answer", help="answer one, all fields at once", allow_abbrev=False)
    for command in (one, answer):
        command.add_argument("id", metavar="ID", help="the question")
    answer.add_argument(
        "values", nargs="+", metavar="FIELD=VALUE", help="a field's value; a field with several is named several times"
    )
    for command in (listing, one, answer):
        command.add_argument("--url", help="the service's address (default: of ENGINE_SERVICE)")
        add_project(command)


def run(args: argparse.Namespace) -> int:
    """Lists, shows, or answers."""
    service = api(args, "question", REFUSALS)
    if args.what == "list":
        return _list(service, args.team)
    if not _ID.fullmatch(args.id):
        raise Stop("a question's id looks like q_4xz7...: `engine questions list` shows them", USAGE)
    if args.what == "show":
        return _show(service, args.id)
    answered = service.post(f"questions/{args.id}/answer", {"values": _values(args.values)})
    print(f"{answered.get('outcome')}: {args.id}")
    return OK


def _list(service: Api, team: str | None) -> int:
    rows = service.get("questions", {"state": "open", **({"team": team} if team else {})}).get("questions", [])
    show("", ("question", "ticket", "team", "expires", "fields", "about"), [
        (str(row["id"]), str(row["ticket"]), str(row["team"]), str(row["expires_at"]),
         " ".join(str(field["name"]) for field in row["fields"]), row.get("shown"))
        for row in rows
    ])  # fmt: skip
    if not rows:
        print("nobody asks your teams anything", file=sys.stderr)
    return OK


def _show(service: Api, question_id: str) -> int:
    row = service.get(f"questions/{question_id}")
    facts = [("question", row["id"]), ("ticket", row["ticket"]), ("team", row["team"]), ("state", row["state"]),
             ("about", row.get("shown")), ("expires", row["expires_at"]), ("answered by", row.get("answered_by")),
             ("the customer has written since", "yes" if row.get("written_since") else None)]  # fmt: skip
    show("question", ("", ""), [(name, str(value)) for name, value in facts if value])
    answer = row.get("answer") or {}
    show("fields", ("field", "question", "takes", "answer"), [
        (_name(field), field["ask"], field["expected"],
         json_line(answer[field["name"]]) if field["name"] in answer else None)
        for field in row["fields"]
    ])  # fmt: skip
    return OK


def _name(field: dict[str, Any]) -> str:
    left_out = "optional" if field["optional"] else "depends on the others" if field["depends"] else ""
    return f"{field['name']} ({left_out})" if left_out else str(field["name"])


def _values(given: Sequence[str]) -> dict[str, Any]:
    """`reason=damaged items=lamp items=table`: a field that is named more than once has a list."""
    values: dict[str, Any] = {}
    for one in given:
        name, equals, value = one.partition("=")
        if not equals or not name:
            raise Stop(f"{one} is no FIELD=VALUE", USAGE)
        if name in values:
            before = values[name]
            values[name] = [*(before if isinstance(before, list) else [before]), value]
        else:
            values[name] = value
    return values
