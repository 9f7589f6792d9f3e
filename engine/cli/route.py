"""`engine route`: which flow a text goes to, and why; how well that goes on labelled texts; which examples collide."""

import argparse
import asyncio
import csv
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from engine.cli.place import add_project, root_of
from engine.cli.shown import clean, coloured, show, view
from engine.cli.status import FOUND, OK, USAGE, Stop

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.models.base import Choice
    from engine.models.local.classify import Near
    from engine.plan import Node, Plan

__all__ = ["add_arguments", "run"]

_ALIKE = 0.85
"""Examples of two flows that are so alike say the same: measured on rewordings of one wish."""
_NOWHERE = frozenset({"", "-", "none", "human", "out-of-scope"})
"""Labels of texts that belong to no flow."""


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
    value = float(said.removesuffix("%")) / (100 if said.endswith("%") else 1)
    if not 0 <= value <= 1:
        raise ValueError
    return value


def run(args: argparse.Namespace) -> int:
    """Explains, evaluates or compares."""
    if (args.what == "eval") != (args.file is not None):
        raise Stop("`engine route eval FILE.csv` takes a file; a text is one argument, in quotes", USAGE)
    plans = _plans(args)
    if plans is None:
        return FOUND
    if args.what == "eval":
        return _evaluate(plans, args.file, args.error)
    if args.what == "lint":
        return _lint(plans, args.alike)
    return _explain(plans, sys.stdin.read() if args.what == "-" else args.what, args)


def _plans(args: argparse.Namespace) -> "Mapping[str, Plan] | None":
    """The plans of a sound project; None where it has errors, which then stand on stdout."""
    from engine.check import check
    from engine.diagnostics.render import renderer

    root = root_of(args.project)
    checked = check([root], root=root)
    if not checked.ok:
        shown = renderer("text")(checked.diagnostics, checked.project.sources, coloured(sys.stdout), view(sys.stdout))
        sys.stdout.write(shown)
        return None
    return checked.plans


def _choices(plans: "Mapping[str, Plan]") -> "tuple[Choice, ...]":
    from engine.routing import choices

    found = choices(plans.values())
    if not found:
        raise Stop("no flow has examples: `start: {examples: [...]}`")
    return found


class _Triage(NamedTuple):
    """What the flow `triage` does with a first message."""

    threshold: float
    unsure: str


def _triage(plans: "Mapping[str, Plan]") -> _Triage:
    plan = plans.get("triage")
    node = next((n for n in plan.nodes.values() if n.kind == "transfer" and not n.data["to"]), None) if plan else None
    if plan is None or node is None:
        return _Triage(0.6, "a person takes it")
    return _Triage(float(node.data["threshold"]), _next(plan, plan.nodes.get(node.on.get("unsure", ""))))


def _next(plan: "Plan", node: "Node | None") -> str:
    if node is not None and node.kind == "ask":
        asked = " ".join(str(field["ask"][1]) for field in node.data["fields"].values() if field.get("ask"))
        return f"the customer is asked: {asked}"
    team = plan.settings.get("escalate", {}).get("to") or "people"
    return f"a person takes it ({team})" if node is None or node.kind == "escalate" else f"goes on at `{node.kind}`"


def _explain(plans: "Mapping[str, Plan]", text: str, args: argparse.Namespace) -> int:
    from engine.models.base import Message
    from engine.models.lexical import topics, wishes_person
    from engine.models.local import LocalModel, detect_language
    from engine.models.local.classify import classifier
    from engine.routing import Came, by_rule, read, wishes

    triage, among = _triage(plans), _choices(plans)
    when = plans["triage"].settings.get("escalate", {}).get("when", {}) if "triage" in plans else {}
    fits = by_rule(
        {plan.flow: plan.settings.get("rule", {}) for plan in plans.values()},
        Came(args.channel, tuple(args.tag), args.form),
    )
    model = LocalModel()
    answer = asyncio.run(read(model, (Message("customer", text),), among))
    several = asyncio.run(wishes(model, text, answer, among, triage.threshold))
    scores: dict[str, float] = answer.data["scores"]
    best, touched = max(scores, key=lambda flow: scores[flow]), topics(text, when.get("topics", ()))
    if wishes_person(text):
        said = "a person takes it: the customer asks for one"
    elif touched:
        said = f"a person takes it: the text touches {', '.join(sorted(touched))}"
    elif len(fits) == 1:
        said = f"{fits[0]}: by its `start` rule, whatever the text says"
    elif len(several) > 1:
        said = f"{', then '.join(wish.flow or 'a person' for wish in several)}: several wishes"
    elif scores[best] >= triage.threshold:
        said = f"{best}: like its examples, {scores[best]:.2f} of {triage.threshold:.2f} needed"
    else:
        said = f"unsure, {scores[best]:.2f} of {triage.threshold:.2f} needed: {triage.unsure}"
    print(clean(said))
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
    rows = [(wish.flow or "unclear", f"{wish.confidence:.2f}", text[wish.start : wish.end]) for wish in several]
    if rows:
        show("wishes", ("flow", "confidence", "text"), rows)
    return OK


class _Judged(NamedTuple):
    text: str
    flow: str
    """Empty: it belongs nowhere."""
    best: str
    confidence: float

    @property
    def right(self) -> bool:
        return self.best == self.flow


def _evaluate(plans: "Mapping[str, Plan]", file: Path, error: float) -> int:
    from engine.models.local.classify import scored

    among, triage = _choices(plans), _triage(plans)
    labelled = _labelled(file, {choice.name for choice in among})
    judged = []
    for text, flow in labelled:
        scores = scored(text, among)
        best = max(scores, key=lambda name: scores[name])
        judged.append(_Judged(text, flow, best, scores[best]))
    inside = [one for one in judged if one.flow]
    outside = [one for one in judged if not one.flow]
    routed = [one for one in judged if one.confidence >= triage.threshold]
    wrong = [one for one in routed if not one.right]
    print(f"{len(judged)} texts, {len(outside)} of them for no flow")
    right = _percent(sum(one.right for one in inside), len(inside))
    print(f"accuracy: {right} of those for a flow, whatever the confidence")
    left = _percent(sum(one.confidence < triage.threshold for one in outside), len(outside))
    print(
        f"at the threshold {triage.threshold}: {_percent(len(routed), len(judged))} routed, "
        f"{_percent(len(wrong), len(routed))} of them wrong; {left} of those for no flow left to people"
    )
    kept, at = coverage([(one.confidence, one.right) for one in judged], error)
    told = f"{_percent(kept, len(judged))} of all, with the threshold {at:.2f}" if kept else "none"
    print(f"coverage with at most {error:.1%} of the routed ones wrong: {told}")
    confused = Counter(
        (one.flow or "(none)", one.best if one.confidence >= triage.threshold else "(person)") for one in judged
    )
    show("by flow", ("texts", "belongs to", "goes to"), [(str(n), a, b) for (a, b), n in sorted(confused.items())])
    return FOUND if wrong else OK


def coverage(judged: "Sequence[tuple[float, bool]]", error: float) -> tuple[int, float]:
    """How many can be routed, most certain first, with at most this share of them wrong, and the least confidence of
    these. Texts of the same confidence are routed all or none."""
    best, wrong = (0, 1.0), 0
    ranked = sorted(judged, key=lambda one: -one[0])
    for count, (confidence, right) in enumerate(ranked, 1):
        wrong += not right
        last = count == len(ranked) or ranked[count][0] < confidence
        if last and wrong <= error * count:
            best = (count, confidence)
    return best


def _labelled(file: Path, flows: set[str]) -> list[tuple[str, str]]:
    """Texts and their flows, empty for none. Raises Stop for a file, or a row by its line, that says something else."""
    rows = _rows(file)
    head = rows[0][1] if rows else []
    if not {"text", "flow"} <= set(head) or len(rows) < 2:
        raise Stop(f"{file}: expected the columns `text` and `flow`, and at least one row", USAGE)
    found = []
    for line, row in rows[1:]:
        if len(row) != len(head):
            many = f"{len(row)} cell{'s' if len(row) != 1 else ''} where the first row has {len(head)}"
            tip = "a text with a comma stands in quotes, and a text for no flow ends with one"
            raise Stop(f"{file}:{line}: {many}: {tip}", USAGE)
        text, flow = row[head.index("text")], row[head.index("flow")].strip()
        if flow not in flows and flow.casefold() not in _NOWHERE:
            raise Stop(f"{file}:{line}: no flow `{flow}` has examples; for none leave it empty", USAGE)
        found.append((text, flow if flow in flows else ""))
    return found


def _rows(file: Path) -> list[tuple[int, list[str]]]:
    """The rows that say something, each with the line on which it begins. Raises Stop."""
    rows: list[tuple[int, list[str]]] = []
    begin = 1
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            reader = csv.reader(opened, strict=True)
            for row in reader:
                rows += [(begin, row)] if row else []
                begin = reader.line_num + 1
    except csv.Error as error:
        ends = "unexpected end" in str(error)
        what = "a quote that is opened in this row is never closed" if ends else f"no row of a CSV file: {error}"
        raise Stop(f"{file}:{begin}: {what}", USAGE) from None
    except UnicodeDecodeError as error:
        raise Stop(f"{file}: not UTF-8: byte {error.start} is {error.object[error.start]:#04x}", USAGE) from None
    except OSError as error:
        raise Stop(f"{file}: cannot be read: {error.strerror}", USAGE) from None
    return rows


def _percent(part: int, whole: int) -> str:
    return f"{part / whole:.1%} ({part})" if whole else "0"


def _lint(plans: "Mapping[str, Plan]", alike: float) -> int:
    from engine.models.local.classify import classifier

    found = classifier(_choices(plans)).collisions(alike)
    for one, other in found:
        print(clean(f"{other.similarity:.2f}: {_said(one)} and {_said(other)} say the same"))
    print(f"{len(found)} pairs of examples of two flows are alike from {alike:.2f} on")
    return FOUND if found else OK


def _said(near: "Near") -> str:
    return f"`{near.example}` of {near.choice}"
