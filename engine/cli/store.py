"""`engine store restored`: after a restore from a backup, before anything else runs."""

import argparse
import getpass
import os

from engine.cli.place import add_project, open_store, settings_of
from engine.cli.status import OK

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the arguments of `engine store`."""
    what = parser.add_subparsers(dest="what", required=True, metavar="restored")
    add_project(
        what.add_parser("restored", help="the store is a backup's: hold every write until it is lifted")
    )  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Holds writes, on the machine of the store: whoever restored it has the store anyway."""
    with open_store(settings_of(args), make=False) as store:
        generation = store.meta.restored(by=_operator())
    print(f"generation {generation[:12]}: no write begins until it is lifted")
    print("next: `engine reconcile --check`, decide what differs, then `engine reconcile --lift --reason TEXT`")
    return OK


def _operator() -> str:
    """Who did it: the account on this machine."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a container's user that nobody named
        return f"uid {os.getuid()}"
