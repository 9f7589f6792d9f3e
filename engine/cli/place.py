"""Where a command works: the project at hand, its settings from the environment, its store."""

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from engine.cli.status import USAGE, Stop
from engine.root import NoProject, find_root

if TYPE_CHECKING:
    from engine.project import Project
    from engine.settings import Settings
    from engine.store import Store

__all__ = ["add_project", "open_store", "project_of", "root_of", "settings_of"]


def add_project(parser: argparse.ArgumentParser) -> None:
    """Declares `--project`."""
    parser.add_argument(
        "--project", type=Path, default=Path(), metavar="DIR", help="the folder with engine.yaml, here or above"
    )


def root_of(path: Path) -> Path:
    """The root of the project that a path lies in."""
    try:
        return find_root(path)
    except NoProject as error:
        raise Stop(f"{error}: `engine init DIR` makes a project", USAGE) from None


def settings_of(args: argparse.Namespace) -> "Settings":
    """The settings of the project that `--project` names."""
    from engine.settings import Settings

    try:
        return Settings.from_env(root_of(args.project), os.environ)
    except ValueError as error:
        raise Stop(str(error), USAGE) from None


def project_of(settings: "Settings") -> "Project":
    """The project as its files stand, sound or not."""
    from engine.diagnostics import Sink
    from engine.project import load
    from engine.steps import STEPS

    return load(settings.root, Sink(), steps=STEPS)


def open_store(settings: "Settings", *, make: bool) -> "Store":
    """The store. With `make`, one that is not there yet is made; otherwise nothing was ever in it, and we say so."""
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    from engine.store import Store

    try:
        url = make_url(settings.store_url)
    except ArgumentError:
        raise Stop(
            "ENGINE_STORE is not a database URL, such as sqlite:///path or postgresql://host/name", USAGE
        ) from None
    file = url.database if url.get_backend_name() == "sqlite" else None
    if not make and file and not Path(file).exists():
        raise Stop("there is no store yet: `engine dev` or `engine serve` makes one")
    return Store.open(settings.store_url)
