"""`engine reconcile`: writes of which nobody knows whether they happened, over the service's API, which decides."""

import argparse
import re
import sys
from typing import Any

from engine.cli.api import Api, api
from engine.cli.place import add_project
from engine.cli.shown import json_line, show
from engine.cli.status import FOUND, OK, USAGE, Stop

__all__ = ["add_arguments", "run"]

_ID = re.compile(r"[io]_[A-Za-z0-9_-]{1,100}")

REFUSALS = {
    "not_entitled": "you are in none of the teams that may",
    "already_decided": "it is known already",
    "in_flight": "it may still be on its way: nobody may act before its deadline",
    "not_sent": "it was never sent: there is nothing to find out",
    "not_checked": "compare the ledger with the tools first: `engine reconcile --check`",
    "not_held": "no write is held",
}
"""The API's codes, as a person reads them."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the arguments of `engine reconcile`."""
    parser.add_argument("id", nargs="?", metavar="ID", help="one of them: shown with what the tool says now")
    said = parser.add_mutually_exclusive_group()
    said.add_argument("--done", action="store_true", help="it happened")
    said.add_argument("--not-done", action="store_true", help="it did not, and will not be tried again by itself")
    said.add_argument("--check", action="store_true", help="compare the ledger with the tools' own records")
    said.add_argument("--lift", action="store_true", help="let writes begin again after a restore of the store")
    parser.add_argument("--reason", default="", metavar="TEXT", help="how you know")
    parser.add_argument("--url", help="the service's address (default: of ENGINE_SERVICE)")
    add_project(parser)


def run(args: argparse.Namespace) -> int:
    """Lists, shows, decides, compares, or lifts."""
    _sensible(args)
    service = api(args, "case", REFUSALS, look="engine reconcile")
    if args.check:
        return _check(service)
    if args.lift:
        service.post("reconcile/lift", {"reason": args.reason})
        print("writes may begin again")
        return OK
    if args.id is None:
        return _list(service)
    if args.done or args.not_done:
        body = {"as_done": bool(args.done), "reason": args.reason}
        decided = service.post(f"reconcile/{args.id}/decision", body)
        print(f"{decided.get('outcome')} as {'done' if args.done else 'not done'}: {args.id}")
        return OK
    return _show(service, args.id)


def _sensible(args: argparse.Namespace) -> None:
    decides = args.done or args.not_done
    if decides and args.id is None:
        raise Stop("name the one that you decide: `engine reconcile` lists them", USAGE)
    if args.id is not None and (args.check or args.lift):
        raise Stop("--check and --lift are about all of them: no ID", USAGE)
    if args.id is not None and not _ID.fullmatch(args.id):
        raise Stop("an id looks like i_4xz7...: `engine reconcile` lists them", USAGE)
    if (decides or args.lift) and not args.reason.strip():
        raise Stop("how do you know? --reason TEXT", USAGE)


def _list(service: Api) -> int:
    found = service.get("reconcile")
    rows = found.get("unknown", [])
    columns = ("id", "tool", "arguments", "sent", "vendor key", "ticket", "its id", "owner", "facts then")
    show("", columns, [
        (str(row["id"]), str(row["tool"]), _pairs(row.get("arguments")), row.get("sent_at"), row.get("vendor_key"),
         str(row["ticket"]), f"{row['channel']} {row['external_id']}", row.get("owner"),
         json_line(row.get("facts_then") or {}))
        for row in rows
    ])  # fmt: skip
    if found.get("writes_held"):
        print("every write is held: the store was restored. --check, then --lift", file=sys.stderr)
    if not rows:
        print("nothing is unknown to your teams", file=sys.stderr)
    return FOUND if rows or found.get("writes_held") else OK


def _pairs(given: Any) -> str:
    return " ".join(f"{name}={json_line(v)}" for name, v in given.items()) if isinstance(given, dict) else ""


def _show(service: Api, call_id: str) -> int:
    row = service.get(f"reconcile/{call_id}")
    names = ("id", "tool", "state", "because", "ticket", "subject", "node", "version", "sent_at", "deadline",
             "attempts_to_send", "vendor_key", "reconciled_by", "alarm", "find")  # fmt: skip
    facts = [(name.replace("_", " "), str(row[name])) for name in names if row.get(name) not in (None, "")]
    facts.insert(4, ("on the platform", f"{row['channel']} {row['external_id']}"))
    show("unknown", ("", ""), facts)
    show("arguments", ("", ""), [(name, json_line(value)) for name, value in (row.get("arguments") or {}).items()])
    then, now = row.get("facts_then") or {}, row.get("facts_now") or {}
    show("facts", ("", "then", "now"), [
        (name, json_line(then.get(name)), json_line(now.get(name))) for name in dict.fromkeys([*then, *now])
    ])  # fmt: skip
    show("said of it", ("at", "who", "as", "why", "outcome"), [
        (str(one["at"]), str(one["person"]), "done" if one["as_done"] else "not done", one["reason"], one["outcome"])
        for one in row.get("attempts", ())
    ])  # fmt: skip
    return OK


def _check(service: Api) -> int:
    found = service.post("reconcile/check", {})
    differ = found.get("differ", [])
    show("", ("id", "tool", "arguments", "ledger", "tool says", "ticket", "its id"), [
        (str(row["id"]), str(row["tool"]), _pairs(row.get("arguments")), str(row["state"]), str(row["find"]),
         str(row["ticket"]), f"{row['channel']} {row['external_id']}")
        for row in differ
    ])  # fmt: skip
    print(f"{found.get('compared')} agree, {len(differ)} differ", file=sys.stderr)
    if missing := found.get("without_find"):
        print(f"not compared, having no `find`: {', '.join(missing)}", file=sys.stderr)
    return FOUND if differ else OK
