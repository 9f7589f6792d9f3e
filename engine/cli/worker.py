"""`engine worker`: runs flows and their activities."""

import argparse
import asyncio
import logging
import os
import signal
from pathlib import Path

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments: a worker is told everything by its environment."""
    del parser


def run(args: argparse.Namespace) -> int:
    """Works until it is told to stop; then lets what it has begun come to its end."""
    del args
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    return asyncio.run(_work())


async def _work() -> int:
    from engine.root import find_root
    from engine.runtime.build import build_context
    from engine.runtime.client import connect
    from engine.runtime.projects import LoadedProject
    from engine.runtime.witness import Witness
    from engine.runtime.worker import make_worker
    from engine.settings import Settings
    from engine.store import Store

    root = find_root(Path())
    settings = Settings.from_env(root, os.environ)
    project = LoadedProject(root)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    with Store.open(settings.store_url) as store:
        await Witness(settings.state, store).look()  # before any write, not after the service has noticed
        context = build_context(settings, project, store)
        client = await connect(settings)
        async with make_worker(client, context, task_queue=settings.task_queue):
            loading = asyncio.create_task(asyncio.to_thread(_warm, project))
            await stop.wait()
            await loading
    return 0


def _warm(project: object) -> None:
    """Loads what the first ticket would wait for: guardrails and the embedder's weights."""
    from engine.models.base import Choice, Job, Message, Request
    from engine.models.local.model import answer
    from engine.runtime.projects import LoadedProject

    assert isinstance(project, LoadedProject)
    answer(Request(Job.CLASSIFY, (Message("customer", "warm"),), choices=(Choice("a", examples=("warm",)),)))
    for plan in project.plans.values():
        project.guard(plan).load()
