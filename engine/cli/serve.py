"""`engine serve`: webhooks in, the API for people, the sweep and the watchdog."""

import argparse
import asyncio
import logging
import os
from pathlib import Path

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments: the service is told everything by its environment."""
    del parser


def run(args: argparse.Namespace) -> int:
    """Serves until it is told to stop. A project with errors is refused with its findings."""
    del args
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    return asyncio.run(_serve())


async def _serve() -> int:
    from engine.root import find_root
    from engine.runtime.projects import LoadedProject
    from engine.service.run import serve
    from engine.settings import Settings
    from engine.store import Store

    root = find_root(Path())
    settings = Settings.from_env(root, os.environ)
    project = LoadedProject(root)
    with Store.open(settings.store_url) as store:
        await serve(settings, project, store)
    return 0
