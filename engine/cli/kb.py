"""`engine kb`: the articles that replies quote."""

import argparse
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from engine.cli import kb_questions, kb_reports
from engine.cli.kb_progress import shown_progress
from engine.cli.place import add_project, project_of, settings_of
from engine.cli.shown import clean, show
from engine.cli.status import FOUND, OK, USAGE, Stop
from engine.errors import NotConfigured
from engine.knowledge.base import KnowledgeError
from engine.knowledge.library import Library
from engine.knowledge.questions import UnusableQuestions
from engine.models.errors import ModelError
from engine.project import Project
from engine.project.settings import KnowledgeSettings
from engine.project.shape import quoted
from engine.settings import Settings

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the arguments of `engine kb`."""
    what = parser.add_subparsers(dest="what", required=True, metavar="index|search|lint|eval|gaps")
    index = what.add_parser("index", help="read new and changed articles", allow_abbrev=False)
    search = what.add_parser("search", help="the passages nearest to a text", allow_abbrev=False)
    search.add_argument("text", metavar="TEXT", help="what a customer might ask")
    search.add_argument("--collection", action="append", default=[], metavar="NAME", help="only this one; repeatable")
    says = (
        "only articles in this language, or in none (default: those in TEXT's language before others, as for a ticket)"
    )
    search.add_argument("--language", metavar="XX", help=says)
    search.add_argument("--limit", type=_some, default=5, metavar="N", help="at most so many (default: 5)")
    lint = what.add_parser("lint", help="what is wrong with the articles", allow_abbrev=False)
    measure = what.add_parser("eval", help="how well a file of questions is answered", allow_abbrev=False)
    measure.add_argument("questions", type=Path, metavar="CSV", help="columns `question` and, where known, `source`")
    gaps = what.add_parser("gaps", help="what real questions ask that no article answers", allow_abbrev=False)
    for command in (lint, gaps):
        command.add_argument(
            "--questions", type=Path, metavar="CSV", help="real questions (default: the tickets in the store)"
        )
    for command in (measure, gaps):
        says = "the confidence from which on an answer counts (default: the lowest that a flow asks for)"
        command.add_argument("--threshold", type=_confidence, metavar="NUMBER", help=says)
    for command in (search, measure, gaps):
        command.add_argument("--audience", default="public", metavar="NAME", help="`public`, or who may read more")
    for command in (search, lint, measure, gaps):
        command.add_argument("--format", choices=("text", "json"), default="text", help="(default: text)")
    for command in (index, search, lint, measure, gaps):
        add_project(command)


def run(args: argparse.Namespace) -> int:
    """Indexes, searches or reports."""
    settings = settings_of(args)
    project = project_of(settings)
    knowledge = _knowledge(project)
    try:
        library = _library(settings, knowledge)
        match args.what:
            case "index":
                return _index(library, _articles(settings, knowledge))
            case "search":
                return _search(library, args, [one.value for one in knowledge.collections or ()])
            case "lint":
                questions = kb_questions.asked(settings, project, args.questions)
                return kb_reports.lint(
                    library, _articles(settings, knowledge), knowledge, questions, args, _today(settings)
                )
            case "eval":
                return kb_reports.evaluate(library, project, args)
            case _:
                return kb_reports.gaps(library, project, kb_questions.asked(settings, project, args.questions), args)
    except UnusableQuestions as error:
        raise Stop(str(error), USAGE) from None
    except (KnowledgeError, ModelError, NotConfigured) as error:
        raise Stop(str(error)) from None


def _knowledge(project: Project) -> KnowledgeSettings:
    found = project.settings
    if found is None:
        raise Stop("engine.yaml cannot be read: see `engine validate`")
    if found.knowledge is None or found.knowledge.origin is None:
        raise Stop("engine.yaml names no folder of articles: `knowledge: {from: FOLDER}`", USAGE)
    return found.knowledge


def _library(settings: Settings, knowledge: KnowledgeSettings) -> Library:
    from engine.articles import library

    return library(settings, knowledge)


def _articles(settings: Settings, knowledge: KnowledgeSettings) -> Path:
    assert knowledge.origin is not None
    return settings.root / knowledge.origin.value


def _today(settings: Settings) -> date:
    """The day in the time zone of the project: somebody in Auckland reviews an article while it is yesterday in UTC."""
    found = project_of(settings).settings
    zone = found.timezone.value if found and found.timezone else "UTC"
    return datetime.now(ZoneInfo(zone)).date()


def _index(library: Library, root: Path) -> int:
    with shown_progress() as progress:
        report = library.index(root, progress=progress)
    counts = {
        "added": report.added,
        "changed": report.changed,
        "removed": report.removed,
        "unchanged": report.unchanged,
        "broken": len(report.broken),
    }
    kb_reports.complain(clean(f"{path}: {why}") for path, why in report.broken)
    kb_reports.complain(
        clean(f"warning: {path}: does not say its {lacking}, and is never shown to customers")
        for path, lacking in sorted(report.unlabelled.items())
    )
    kb_reports.complain(clean(f"warning: {line}") for line in _grouped(report.odd))
    if report.drafts:
        more = f" and {len(report.drafts) - 1} more" if len(report.drafts) > 1 else ""
        kb_reports.complain([clean(f"note: left out as not published: {report.drafts[0]}{more}")])
    if report.unread:
        kinds = ", ".join(f"{number} {suffix or 'without a suffix'}" for suffix, number in report.unread.items())
        kb_reports.complain([clean(f"note: files of other kinds were not read: {kinds}")])
    print(f"{', '.join(f'{number} {word}' for word, number in counts.items())}: {report.chunks} passages")
    return FOUND if report.broken else OK


def _grouped(odd: Sequence[tuple[str, str]]) -> Iterator[str]:
    """One line for each thing that is odd, however many articles have it."""
    paths: dict[str, list[str]] = {}
    for path, what in odd:
        paths.setdefault(what, []).append(path)
    for what, some in paths.items():
        more = f" and {len(some) - 1} more" if len(some) > 1 else ""
        yield f"{min(some)}{more}: {what}"


def _some(text: str) -> int:
    """A whole number from 1."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("expected a whole number from 1")
    return number


def _confidence(text: str) -> float:
    """A number from 0 to 1."""
    number = float(text)
    if not 0 <= number <= 1:
        raise argparse.ArgumentTypeError("expected a number from 0 to 1")
    return number


def _search(library: Library, args: argparse.Namespace, collections: Sequence[str]) -> int:
    from engine.knowledge.preferred import told

    found = library.search(
        args.text,
        collections=args.collection,
        language=args.language,
        prefer=told(args.text),
        audience=args.audience,
        limit=args.limit,
    )
    if args.format == "json":
        kb_reports.dump([kb_reports.passage(one) for one in found])
        return OK if found else FOUND
    columns = ("score", "article", "heading", "passage")
    show("", columns, [(f"{one.score:.3f}", one.source, one.heading or one.title, one.text) for one in found])
    if not found:
        strange = [name for name in args.collection if name not in collections]
        said = (
            f": engine.yaml has no collection {quoted(strange)}; it has {quoted(collections, 'and')}" if strange else ""
        )
        kb_reports.complain([clean(f"nothing found{said}")])
    return OK if found else FOUND
