"""`engine route eval`: what happens to labelled texts, as `engine.routing.decide` decides it for tickets, too."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import ROUND_DOWN, Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from engine.cli.shown import show
from engine.cli.status import FOUND, OK, USAGE, Stop
from engine.cli.triage import Triage
from engine.rows import NoRows, rows

if TYPE_CHECKING:
    from engine.models.base import Choice

__all__ = ["coverage", "evaluate", "typed"]

NOWHERE: Final = frozenset({"", "-", "none", "human", "person", "out-of-scope"})
"""Labels of texts that belong to no flow."""


class Judged(NamedTuple):
    """A text's label, and what becomes of it. Flows of several wishes are joined by a plus."""

    flow: str
    """Empty: it belongs nowhere."""
    best: str
    """The likeliest, whatever the confidence; empty where people take it whatever that is."""
    confidence: float
    routed: bool

    @property
    def right(self) -> bool:
        """Whether the likeliest is what it belongs to."""
        return self.best == self.flow


def evaluate(file: Path, error: float, among: "tuple[Choice, ...]", triage: Triage) -> int:
    """Prints the figures; FOUND where a text goes to a wrong flow. Raises Stop for a file that says something else."""
    labelled = _labelled(file, {choice.name for choice in among})
    judged = asyncio.run(_judged(labelled, among, triage))
    inside = [one for one in judged if one.flow]
    outside = [one for one in judged if not one.flow]
    routed = [one for one in judged if one.routed]
    wrong = [one for one in routed if not one.right]
    print(f"{len(judged)} texts, {len(outside)} of them for no flow")
    right = _percent(sum(one.right for one in inside), len(inside))
    print(f"accuracy: {right} of those for a flow, whatever the confidence")
    left = _percent(sum(not one.routed for one in outside), len(outside))
    print(
        f"at the threshold {triage.threshold}: {_percent(len(routed), len(judged))} routed, "
        f"{_percent(len(wrong), len(routed))} of them wrong; {left} of those for no flow left to people"
    )
    told = _covered(labelled, judged, error, among, triage)
    print(f"coverage with at most {error:.1%} of the routed ones wrong: {told}")
    confused = Counter((one.flow or "(none)", one.best if one.routed else "(person)") for one in judged)
    show("by flow", ("texts", "belongs to", "goes to"), [(str(n), a, b) for (a, b), n in sorted(confused.items())])
    return FOUND if wrong else OK


def _covered(
    labelled: list[tuple[str, str]], judged: list[Judged], error: float, among: "tuple[Choice, ...]", triage: Triage
) -> str:
    """How many are routed, and wrong, at the threshold that routes most. It is tried, as the wishes of a message hang
    on it too: where these are others, and more are wrong, the next higher one is."""
    from engine.models.local.classify import REJECT

    # of less the model makes no choice, whatever the flow asks for
    sure = [(one.confidence, one.right) for one in judged if one.best and one.confidence >= REJECT]
    while (found := coverage(sure, error))[0]:
        shown = typed(found[1], [confidence for confidence, _ in sure])
        again = asyncio.run(_judged(labelled, among, triage._replace(threshold=float(shown))))
        routed = [one for one in again if one.routed]
        wrong = sum(not one.right for one in routed)
        if routed and wrong <= error * len(routed):
            return f"{_percent(len(routed), len(again))} of all, {wrong} of them wrong, with the threshold {shown}"
        sure = [one for one in sure if one[0] > found[1]]
    return "none"


async def _judged(labelled: list[tuple[str, str]], among: "tuple[Choice, ...]", triage: Triage) -> list[Judged]:
    from engine.models.base import Message
    from engine.models.local import LocalModel
    from engine.routing import by_words, decide

    model, judged = LocalModel(), []
    for text, flow in labelled:
        if by_words(text, triage.topics) is not None:
            judged.append(Judged(flow, "", 0.0, routed=False))
            continue
        decision = await decide(model, (Message("customer", text),), among, triage.threshold, last=text)
        best, sure = max(decision.scores.items(), key=lambda one: one[1])
        if decision.wishes:
            best = "+".join(wish.flow or "person" for wish in decision.wishes)
            sure = min(wish.confidence for wish in decision.wishes if wish.flow)
        judged.append(Judged(flow, best, sure, routed=decision.flow is not None))
    return judged


def coverage(judged: Sequence[tuple[float, bool]], error: float) -> tuple[int, float]:
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


def typed(at: float, confidences: Iterable[float]) -> str:
    """A threshold that routes what is as certain as `at`, and nothing that is less so. It has as few places as it can,
    two at least."""
    below = max((one for one in confidences if one < at), default=-1.0)
    for places in range(2, 18):
        shown = str(Decimal(str(at)).quantize(Decimal(1).scaleb(-places), ROUND_DOWN))
        if below < float(shown) <= at:
            return shown
    return repr(at)


def _labelled(file: Path, flows: set[str]) -> list[tuple[str, str]]:
    """Texts and their flows, empty for none. Raises Stop for a file, or a row by its line, that says something else."""
    table = _rows(file)
    head = [name.strip().casefold() for name in table[0][1]] if table else []
    if not {"text", "flow"} <= set(head) or len(table) < 2:
        raise Stop(f"{file}: expected the columns `text` and `flow`, and at least one row", USAGE)
    found = []
    for line, row in table[1:]:
        if len(row) != len(head):
            many = f"{len(row)} cell{'s' if len(row) != 1 else ''} where the first row has {len(head)}"
            tip = "a text with a comma stands in quotes, and a text for no flow ends with one"
            raise Stop(f"{file}:{line}: {many}: {tip}", USAGE)
        text, label = row[head.index("text")], row[head.index("flow")].strip()
        named = [one.strip() for one in label.split("+")]
        unknown = next((one for one in named if one not in flows and one.casefold() not in NOWHERE), None)
        if unknown is not None:
            raise Stop(f"{file}:{line}: no flow `{unknown}` has examples; for none leave it empty", USAGE)
        found.append((text, "+".join(named) if len(named) > 1 or label in flows else ""))
    return found


def _rows(file: Path) -> list[tuple[int, list[str]]]:
    """Each with its line. Raises Stop."""
    try:
        return list(rows(file.read_bytes()))
    except NoRows as error:
        raise Stop(f"{file}: {error}" if error.line is None else f"{file}:{error.line}: {error}", USAGE) from None
    except OSError as error:
        raise Stop(f"{file}: cannot be read: {error.strerror}", USAGE) from None


def _percent(part: int, whole: int) -> str:
    return f"{part / whole:.1%} ({part})" if whole else "0"
