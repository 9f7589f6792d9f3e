"""`engine dev`: Temporal with its UI, worker and service on this machine, until Ctrl-C."""

import argparse
import asyncio
import os
import signal
import sys
from pathlib import Path

__all__ = ["add_arguments", "run"]

_TRY = """\
  engine customer write jonas.weber@example.com "The lamp of order 4710 came broken, I want a refund. Postcode 80331."
  engine customer show 35436
  engine tickets list
  ENGINE_TOKEN=$(engine token lena@northwind.example) engine approvals list
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """--sample adds the sample shop and the Zendesk stand-in."""
    parser.add_argument(
        "--sample",
        action="store_true",
        help="with the sample shop and a stand-in of Zendesk (default where ZENDESK_URL is unset)",
    )


def run(args: argparse.Namespace) -> int:
    """Keeps it all up; Ctrl-C stops all of it."""
    return asyncio.run(_dev(sample=args.sample or "ZENDESK_URL" not in os.environ))


async def _dev(*, sample: bool) -> int:
    from engine.demo import visitors
    from engine.demo.stack import Stack, index_articles
    from engine.root import find_root
    from engine.runtime.projects import LoadedProject

    root = find_root(Path())
    settings = LoadedProject(root).settings
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    say = sys.stdout.write
    say("indexing the articles, starting ...\n")
    sys.stdout.flush()
    await index_articles(root)
    signing = visitors.signing(settings, os.environ)
    async with Stack(root, root / ".engine" / "dev", sample=sample, more=signing) as stack:
        say(f"Temporal UI  {stack.server.ui}\nTemporal     {stack.server.address}\nservice      {stack.service_url}\n")
        say(f"webhooks     {stack.service_url}/webhooks/zendesk\n")
        if sample:
            await stack.connect_desk()
            say(f"sample shop  {stack.env['SHOP_URL']}\nZendesk      {stack.env['ZENDESK_URL']} (a stand-in)\n")
        for name, url in visitors.pages(settings, stack.env, stack.service_url).items():
            say(f"chat         {url}  (channel {name}, for 12 hours)\n")
        say(f"logs         {stack.state}\n")
        say(f"\nIn another terminal, for the engine's commands:\n  . {stack.variables}\n")
        if sample:
            say(_TRY)
        say("\nCtrl-C stops all of it.\n")
        sys.stdout.flush()
        while not stop.is_set():
            stack.check()
            try:
                await asyncio.wait_for(stop.wait(), 1.0)
            except TimeoutError:
                continue
        say("stopping ...\n")
        sys.stdout.flush()
    say("stopped\n")
    return 0
