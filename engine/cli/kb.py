"""`engine kb`: the articles that replies quote."""

import argparse
import sys
from pathlib import Path

from engine.cli.place import add_project, project_of, settings_of
from engine.cli.shown import clean, show
from engine.cli.status import FOUND, OK, USAGE, Stop
from engine.knowledge.base import KnowledgeError
from engine.knowledge.library import Library
from engine.settings import Settings

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the arguments of `engine kb`."""
    what = parser.add_subparsers(dest="what", required=True, metavar="index|search")
    index = what.add_parser("index", help="read new and changed articles", allow_abbrev=False)
    search = what.add_parser("search", help="the passages nearest to a text", allow_abbrev=False)
    search.add_argument("text", metavar="TEXT", help="what a customer might ask")
    search.add_argument("--collection", action="append", default=[], metavar="NAME", help="only this one; repeatable")
    search.add_argument("--language", metavar="XX", help="only articles of this language, or of none")
    search.add_argument("--audience", default="public", metavar="NAME", help="`public`, or who may read more")
    search.add_argument("--limit", type=int, default=5, metavar="N", help="at most so many (default: 5)")
    for command in (index, search):
        add_project(command)


def run(args: argparse.Namespace) -> int:
    """Indexes or searches."""
    settings = settings_of(args)
    try:
        return _index(settings) if args.what == "index" else _search(settings, args)
    except KnowledgeError as error:
        raise Stop(str(error)) from None


def _library(settings: Settings) -> Library:
    from engine.models.registry import embedder

    return Library(settings.state / "knowledge", embedder())


def _articles(settings: Settings) -> Path:
    found = project_of(settings).settings
    if found is None:
        raise Stop("engine.yaml cannot be read: see `engine validate`")
    if found.knowledge is None or found.knowledge.origin is None:
        raise Stop("engine.yaml names no folder of articles: `knowledge: {from: FOLDER}`", USAGE)
    return settings.root / found.knowledge.origin.value


def _index(settings: Settings) -> int:
    report = _library(settings).index(_articles(settings), progress=_progress if sys.stderr.isatty() else None)
    counts = {
        "added": report.added,
        "changed": report.changed,
        "removed": report.removed,
        "unchanged": report.unchanged,
        "broken": len(report.broken),
    }
    for path, why in report.broken:
        print(clean(f"{path}: {why}"), file=sys.stderr)
    for path, lacking in sorted(report.unlabelled.items()):
        print(clean(f"warning: {path}: does not say its {lacking}, and is never shown to customers"), file=sys.stderr)
    print(f"{', '.join(f'{number} {word}' for word, number in counts.items())}: {report.chunks} passages")
    return FOUND if report.broken else OK


def _progress(done: int, total: int) -> None:
    end = "\n" if done == total else ""
    print(f"\r{done} of {total} passages", end=end, file=sys.stderr, flush=True)


def _search(settings: Settings, args: argparse.Namespace) -> int:
    found = _library(settings).search(
        args.text, collections=args.collection, language=args.language, audience=args.audience, limit=args.limit
    )
    columns = ("score", "article", "heading", "passage")
    show("", columns, [(f"{one.score:.3f}", one.source, one.heading or one.title, one.text) for one in found])
    if not found:
        print("nothing found", file=sys.stderr)
    return OK if found else FOUND
