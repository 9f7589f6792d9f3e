"""`engine route`: which flow a text goes to, and why; how well that goes on labelled texts; which examples collide."""

import argparse
import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from engine.cli.place import add_project, root_of
from engine.cli.shown import clean, coloured, show, view
from engine.cli.status import FOUND, OK, USAGE, Stop
from engine.cli.triage import Triage, triage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.check import Checked
    from engine.models.base import Choice
    from engine.models.local.classify import Near
    from engine.plan import Plan
    from engine.routing import Decision

__all__ = ["add_arguments", "apart", "run"]

_ALIKE = 0.85
"""Examples of two flows that are so alike say the same: measured on rewordings of one wish."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the arguments of `engine route`."""
    parser.usage = (
        "engine route TEXT [--tag TAG] [--form FORM] [--channel NAME]\n"
        "       engine route eval FILE.csv [--error 5%%]\n"
        "       engine route lint [--alike 0.85]"
    )
    parser.add_argument("what", metavar="TEXT|eval|lint", help="what a customer writes; `-` reads it from stdin")
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help="for eval: columns `text` and `flow`")
    parser.add_argument("--tag", action="append", default=[], metavar="TAG", help="the ticket has this tag; repeatable")
    parser.add_argument("--form", metavar="FORM", help="the ticket came by this form")
    parser.add_argument("--channel", default="", metavar="NAME", help="the ticket came by this channel")
    parser.add_argument(
        "--error", type=_share, default=0.05, metavar="SHARE", help="for eval: errors allowed (default: 5%%)"
    )
    parser.add_argument("--alike", type=_share, default=_ALIKE, metavar="SHARE", help="for lint: from this likeness on")
    add_project(parser)


def _share(said: str) -> float:
    try:
        value = float(said.removesuffix("%")) / (100 if said.endswith("%") else 1)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"`{said}`: expected a share such as 5% or 0.05, up to 100% or 1")
    return value


def run(args: argparse.Namespace) -> int:
    """Explains, evaluates or compares."""
    if (args.what == "eval") != (args.file is not None):
        raise Stop("`engine route eval FILE.csv` takes a file; a text is one argument, in quotes", USAGE)
    checked = _checked(args)
    if checked is None:
        return FOUND
    plans = checked.plans
    _known_channel(checked, args.channel)
    if args.what == "lint":
        return _lint(plans, args.alike)
    if hosted := _hosted(checked, plans):
        print(clean(hosted))
    if args.what == "eval":
        from engine.cli.route_eval import evaluate

        return evaluate(args.file, args.error, _choices(plans), triage(plans))
    return _explain(plans, sys.stdin.read() if args.what == "-" else args.what, args)


def _checked(args: argparse.Namespace) -> "Checked | None":
    """A sound project; None where it has errors, which then stand on stdout."""
    from engine.check import check
    from engine.diagnostics.render import renderer

    root = root_of(args.project)
    checked = check([root], root=root)
    if not checked.ok:
        shown = renderer("text")(checked.diagnostics, checked.project.sources, coloured(sys.stdout), view(sys.stdout))
        sys.stdout.write(shown)
        return None
    return checked


def _known_channel(checked: "Checked", channel: str) -> None:
    from engine.diagnostics import nearest

    settings = checked.project.settings
    known = sorted((settings.channels if settings else None) or {})
    if channel and channel not in known:
        near = nearest(channel, known)
        there = f"did you mean `{near}`?" if near else f"there are: {', '.join(known) or 'none'}"
        raise Stop(f"engine.yaml has no channel `{channel}`; {there}", USAGE)


def _hosted(checked: "Checked", plans: "Mapping[str, Plan]") -> str:
    """What to know where a worker asks another model than this command does. Empty where it does not."""
    from engine.project.models import standing

    name = str(plans["triage"].settings["models"]["route"]) if "triage" in plans else "local"
    behind = standing(checked.project.settings, name)
    if behind is None or behind.provider == "local":
        return ""
    return f"a worker asks `{name}` ({behind.provider}) for this; shown is what the embedded model would do, unasked"


def _choices(plans: "Mapping[str, Plan]") -> "tuple[Choice, ...]":
    from engine.routing import choices

    found = choices(plans.values())
    if not found:
        raise Stop("no flow has examples: `start: {examples: [...]}`")
    return found


def _explain(plans: "Mapping[str, Plan]", text: str, args: argparse.Namespace) -> int:
    from engine.models.base import Message
    from engine.models.local import LocalModel, detect_language
    from engine.models.local.classify import classifier
    from engine.routing import Came, by_rule, by_words, decide, read

    does, among = triage(plans), _choices(plans)
    fits = by_rule(
        {plan.flow: plan.settings.get("rule", {}) for plan in plans.values()},
        Came(args.channel, tuple(args.tag), args.form),
    )
    model, words = LocalModel(), (Message("customer", text),)
    decision = by_words(text, does.topics) or asyncio.run(
        decide(model, words, among, does.threshold, fits=fits, last=text)
    )
    scores: Mapping[str, float] = decision.scores or asyncio.run(read(model, words, among)).data["scores"]
    print(clean(_said(decision, scores, does)))
    if len(fits) > 1:
        print(f"the rules of {' and '.join(fits)} contradict each other: none counts")
    print(f"language: {detect_language(text)}")
    show("scores", ("score", "flow"), [(f"{scores[f]:.2f}", f) for f in sorted(scores, key=lambda f: -scores[f])])
    near = classifier(among).near(text, 5) if any(char.isalnum() for char in text) else []
    show(
        "nearest examples",
        ("likeness", "flow", "example"),
        [(f"{n.similarity:.2f}", n.choice, n.example) for n in near],
    )
    rows = [(wish.flow or "unclear", f"{wish.confidence:.2f}", text[wish.start : wish.end]) for wish in decision.wishes]
    if rows:
        show("wishes", ("flow", "confidence", "text"), rows)
    return OK


def _said(decision: "Decision", scores: "Mapping[str, float]", does: Triage) -> str:
    from engine.routing import Why

    match decision.why:
        case Why.PERSON:
            return "a person takes it: the customer asks for one"
        case Why.TOPIC:
            return f"a person takes it: the text touches {', '.join(sorted(decision.touched))}"
        case Why.RULE:
            return f"{decision.flow}: by its `start` rule, whatever the text says"
        case Why.SEVERAL:
            return f"{', then '.join(wish.flow or 'a person' for wish in decision.wishes)}: several wishes"
        case Why.EXAMPLES:
            got, needed = apart(max(scores.values()), does.threshold)
            return f"{decision.flow}: like its examples, {got} of {needed} needed"
        case Why.UNSURE:
            got, needed = apart(max(scores.values()), does.threshold)
            return f"unsure, {got} of {needed} needed: {does.unsure}"


def apart(got: float, needed: float) -> tuple[str, str]:
    """Both with as many places as it takes to see which is more, two at least."""
    for places in range(2, 8):
        shown = f"{got:.{places}f}", f"{needed:.{places}f}"
        if shown[0] != shown[1]:
            return shown
    return f"{got:.2f}", f"{needed:.2f}"


def _lint(plans: "Mapping[str, Plan]", alike: float) -> int:
    from engine.models.local.classify import classifier

    found = classifier(_choices(plans)).collisions(alike)
    for one, other in found:
        print(clean(f"{other.similarity:.2f}: {_quoted(one)} and {_quoted(other)} say the same"))
    print(f"{len(found)} pairs of examples of two flows are alike from {alike:.2f} on")
    return FOUND if found else OK


def _quoted(near: "Near") -> str:
    return f"`{near.example}` of {near.choice}"
