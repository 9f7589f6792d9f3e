"""`engine customer`: writes to the sample shop as its customers do, and shows what they read."""

import argparse
import asyncio
import os
import sys

import httpx

from engine.cli.status import FOUND, OK, USAGE, Stop

__all__ = ["add_arguments", "run"]

_NEEDED = ("SHOP_URL", "SHOP_TOKEN", "SHOP_ADMIN_TOKEN", "ZENDESK_URL", "ZENDESK_ADMIN_TOKEN", "ENGINE_SERVICE")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the arguments of `engine customer`."""
    what = parser.add_subparsers(dest="what", required=True, metavar="write|answer|show")
    write = what.add_parser("write", help="open a ticket", allow_abbrev=False)
    write.add_argument("email", metavar="EMAIL", help="such as jonas.weber@example.com, whose postcode is 80331")
    write.add_argument("text", metavar="TEXT")
    write.add_argument("--subject", default="A message from the shop")
    answer = what.add_parser("answer", help="write again in a ticket", allow_abbrev=False)
    answer.add_argument("ticket", type=int, metavar="NUMBER", help="the platform's number of the ticket")
    answer.add_argument("text", metavar="TEXT")
    show = what.add_parser("show", help="the ticket as the platform has it", allow_abbrev=False)
    show.add_argument("ticket", type=int, metavar="NUMBER", help="the platform's number of the ticket")


def run(args: argparse.Namespace) -> int:
    """Needs the variables that `engine dev --sample` writes."""
    if missing := [name for name in _NEEDED if not os.environ.get(name)]:
        raise Stop(
            f"{missing[0]} is not set: keep `engine dev --sample` running, and take its variables with "
            "`. .engine/dev/env`", USAGE,
        )  # fmt: skip
    try:
        return asyncio.run(_do(args))
    except httpx.HTTPStatusError as error:
        raise Stop(f"the sample platform answered {error.response.status_code}", FOUND) from None
    except httpx.HTTPError as error:
        raise Stop(f"the sample platform does not answer ({type(error).__name__}): is `engine dev` running?") from None


async def _do(args: argparse.Namespace) -> int:
    from engine.demo.world import opened

    async with opened(os.environ) as world:
        if args.what == "write":
            print(await world.open_ticket(args.email, args.subject, args.text))
            return OK
        if args.what == "answer":
            await world.write(args.ticket, args.text)
            return OK
        shown = await world.show(args.ticket)
    ticket = shown["ticket"]
    tags = ", ".join(ticket["tags"]) or "no tags"
    sys.stdout.write(f"{ticket['id']}  {ticket['subject']}  {ticket['status']}  {tags}\n")
    for comment in shown["comments"]:
        who = "customer" if comment["author_id"] == ticket["requester_id"] else "engine"
        kind = "" if comment["public"] else " (internal note)"
        sys.stdout.write(f"\n{who}{kind}:\n{comment['body']}\n")
    return OK
