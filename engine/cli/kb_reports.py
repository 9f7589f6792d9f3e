"""What `engine kb lint`, `eval` and `gaps` print: first what to do, then the figures."""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from engine.cli.kb_progress import shown_progress
from engine.cli.shown import clean, show
from engine.cli.status import FOUND, OK, Stop
from engine.cli.withheld import withheld
from engine.knowledge.base import Passage
from engine.knowledge.library import Library
from engine.project import Project
from engine.project.settings import KnowledgeSettings

if TYPE_CHECKING:
    from engine.cli.kb_answers import Threshold
    from engine.knowledge.gaps import Cluster
    from engine.knowledge.lint import Finding
    from engine.knowledge.questions import Measured, Question

__all__ = ["complain", "dump", "evaluate", "gaps", "lint", "passage"]

ENOUGH: Final = 50
"""Questions from which it says something that an article is reached by none of them."""
SHOWN: Final = 5
"""Questions of a cluster that are shown."""


def complain(lines: Iterable[str]) -> None:
    """On stderr, one a line."""
    for line in lines:
        print(line, file=sys.stderr)


def dump(value: Any) -> None:
    """As JSON on stdout."""
    print(json.dumps(value, ensure_ascii=False, indent=2))


def passage(one: Passage) -> dict[str, Any]:
    """A passage for `--format json`."""
    return {name: getattr(one, name) for name in Passage.__slots__}


# -- lint ------------------------------------------------------------------------------------------


def lint(
    library: Library,
    root: Path,
    knowledge: KnowledgeSettings,
    questions: Sequence["Question"],
    args: argparse.Namespace,
    today: date,
) -> int:
    """Prints what is wrong with the articles; `FOUND` where something is. `today`: where the people work."""
    from engine.knowledge.lint import articles, unreached
    from engine.knowledge.lint import lint as look

    found, findings = articles(root)
    findings += look(
        found,
        root,
        today=today,
        stale_after={
            name: timedelta(seconds=span.rough) for name, (_, span) in (knowledge.stale_after or {}).items() if span
        },
        collections=[one.value for one in knowledge.collections or ()],
    )
    lacking = _lacking(len(questions), library)
    if not lacking:
        complain(_by_words(questions))
        findings += unreached(library, found, questions)
    if args.format == "json":
        dump([asdict(one) for one in findings])
    else:
        _show_findings(findings, len(found))
    complain(f"whether real questions reach every article was not looked at: {what}" for what in lacking)
    return FOUND if findings else OK


def _lacking(questions: int, library: Library) -> list[str]:
    """What it takes to look for articles that no question reaches, and is not there."""
    if questions < ENOUGH:
        return [f"{questions} of {ENOUGH} questions"]
    return [] if library.count() else ["nothing is indexed yet: run `engine kb index`"]


def _by_words(questions: Sequence["Question"]) -> Iterator[str]:
    """What to know of a report that could not look at the meaning of every question."""
    stay = sum(one.stays for one in questions)
    if stay:
        yield (
            f"note: {stay} of {len(questions)} questions were searched for by their words alone: their flows keep "
            "contents on the premises, and the embedder may be elsewhere"
        )


def _show_findings(findings: Sequence["Finding"], articles: int) -> None:
    from engine.knowledge.lint import KINDS

    for kind, says in KINDS.items():
        some = [one for one in findings if one.kind == kind]
        if some:
            show(f"{kind} ({len(some)}): {says}", ("article", "what"), [(one.path, one.message) for one in some])
    print(f"{articles} articles, {len(findings)} findings")


# -- eval ------------------------------------------------------------------------------------------


def evaluate(library: Library, project: Project, args: argparse.Namespace) -> int:
    """Prints recall and answerability."""
    from engine.cli.kb_answers import answering, threshold
    from engine.knowledge.questions import measure, read_questions

    questions = read_questions(args.questions)
    least = threshold(project, args.threshold)
    answers = answering(library.synonyms, least.value)
    with shown_progress() as progress:
        measured = measure(library, questions, answers, audience=args.audience, progress=progress)
    _say_how(project, least, args)
    if args.format == "json":
        dump({**asdict(measured, dict_factory=_said), "threshold": least.value})
    else:
        _show_measured(measured)
    known = library.sources()
    unknown = dict.fromkeys(one.gold for one in questions if one.gold and one.gold not in known)
    complain(clean(f"warning: {args.questions}: no article of the index is `{source}`") for source in unknown)
    return OK


def _said(items: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Of a question what its file says, and not how it is searched for."""
    return {name: value for name, value in items if name not in ("masked", "stays")}


def _say_how(project: Project, least: "Threshold", args: argparse.Namespace) -> None:
    """What counts as an answer."""
    from engine.cli.kb_answers import asks_others

    if args.format == "text":
        print(clean(f"answers count from a confidence of {least.value:g} on: {least.said}"))
    complain(map(clean, asks_others(project)))


def _show_measured(measured: "Measured") -> None:
    total = measured.questions
    rows = [("answered", f"{measured.answered} of {total}", f"{measured.answered / total:.0%}")]
    rows.append(("refused", f"{total - measured.answered} of {total}", f"{1 - measured.answered / total:.0%}"))
    for k, share in measured.recall.items():
        first = "the right article first" if k == 1 else f"the right article among {k} passages"
        rows.append((first, f"{round(share * measured.with_gold)} of {measured.with_gold}", f"{share:.0%}"))
    if measured.with_gold:
        from_gold = f"{measured.answered_from_gold} of {measured.with_gold}"
        rows.insert(
            1, ("answered from the right article", from_gold, f"{measured.answered_from_gold / measured.with_gold:.0%}")
        )
    show("", ("", "questions", "share"), rows)
    if measured.missed:
        missed = [(one.text, one.gold, instead or None) for one, instead in measured.missed]
        show("not found", ("question", "should be in", "first instead"), missed)
    if measured.refused:
        show("refused", ("question",), [(one.text,) for one in measured.refused])


# -- gaps ------------------------------------------------------------------------------------------


def gaps(library: Library, project: Project, questions: Sequence["Question"], args: argparse.Namespace) -> int:
    """Prints what nothing answers, the most asked first; `FOUND` where there is something."""
    from engine.cli.kb_answers import answering, threshold
    from engine.knowledge.gaps import clusters

    if not questions:
        raise Stop("there are no questions: no tickets in the store; `--questions CSV` reads others")
    least = threshold(project, args.threshold)
    answers = answering(library.synonyms, least.value)
    with shown_progress() as progress:
        found = clusters(library, questions, answers, audience=args.audience, progress=progress)
    _say_how(project, least, args)
    found = [replace(one, questions=tuple(map(withheld, one.questions))) for one in found]
    complain(_by_words(questions))
    if args.format == "json":
        stay = sum(one.stays for one in questions)
        gaps = [asdict(one) for one in found]
        dump({"questions": len(questions), "by_words": stay, "threshold": least.value, "gaps": gaps})
    else:
        _show_gaps(found, len(questions))
    return FOUND if found else OK


def _show_gaps(found: Sequence["Cluster"], total: int) -> None:
    show(
        "",
        ("asked", "for example", "nearest article"),
        [
            (str(len(one.questions)), "\n".join(list(dict.fromkeys(one.questions))[:SHOWN]), one.nearest or None)
            for one in found
        ],
    )
    unanswered = sum(len(one.questions) for one in found)
    print(f"{unanswered} of {total} questions are answered by no article, in {len(found)} groups")
