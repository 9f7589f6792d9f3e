"""The guard: which checks look at a text in which position, and what a finding does.

Nothing here imports guardrails-ai (seconds, and over 100 MB): a check is loaded when a guard first needs it, or ahead
of time by `Guard.load`. A check that raises, cannot be loaded or answers nonsense counts as failed.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, Literal, NamedTuple, Protocol, get_args

from engine.errors import EngineError
from engine.guardrails.secrets import own

__all__ = [
    "ACTIONS", "MAX_CHARACTERS", "POSITIONS", "Action", "Check", "CheckError", "Chosen", "Finding", "Guard", "Position",
    "Span", "Verdict",
]  # fmt: skip

Position = Literal["customer_input", "passage", "arguments", "result", "reply"]
POSITIONS: Final[tuple[Position, ...]] = get_args(Position)

Action = Literal["note", "mask", "block", "escalate"]
ACTIONS: Final[tuple[Action, ...]] = get_args(Action)

MAX_CHARACTERS: Final = 200_000
"""A longer text is not looked at and does not pass."""


class CheckError(EngineError):
    """A set names a check that does not exist, or gives it parameters that it does not take."""

    code = "check"


class Span(NamedTuple):
    """Characters `start` up to `end` of the text that was checked."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found, without the words: its name, where, and a code of the check's own."""

    check: str
    span: Span | None
    code: str
    action: Action = "block"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`passed` is False if any finding blocks or escalates. `text` is the text with masks in place.

    `masked`: label in `text` -> the words it stands for, so that a mask can be undone for customer and tool.
    """

    passed: bool
    findings: tuple[Finding, ...]
    text: str = field(repr=False)
    masked: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def escalates(self) -> bool:
        """Whether a finding sends the ticket to a person, not just the text back."""
        return any(finding.action == "escalate" for finding in self.findings)


class Check(Protocol):
    """What the guard needs of a check: the interface of a guardrails-ai Validator."""

    def validate(self, value: Any, metadata: dict[str, Any]) -> Any:
        """A PassResult or FailResult (`outcome`, `error_spans` with start, end, reason)."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A check of a set with its parameters. `actions`: the positions in which it looks, and what it does there."""

    name: str
    make: Callable[[], Check]
    actions: Mapping[Position, Action]
    label: str = "HIDDEN"
    """What a mask of it is called: `[CARD_1]`."""
    piecewise: bool = False
    """Whether a text that it passes is one that it passes up to the end of each sentence, and the other way about: what
    looks at the whole says nothing of a beginning."""


class Guard:
    """The checks of a flow. Holds nothing of a text: one guard may serve many tickets and threads."""

    def __init__(self, chosen: Iterable[Chosen]) -> None:
        self.chosen = tuple(chosen)

    @property
    def piecewise(self) -> bool:
        """Whether a reply may be judged sentence by sentence, while it is written."""
        return all(chosen.piecewise for chosen in self.chosen if "reply" in chosen.actions)

    def load(self) -> None:
        """Load every check now (seconds the first time): at a worker's start, not at the first ticket. Raises."""
        for chosen, check in self._checks:
            if check is None:
                raise CheckError(f"check {chosen.name!r} cannot be loaded", code="not_loaded")

    @cached_property
    def _checks(self) -> tuple[tuple[Chosen, Check | None], ...]:
        return tuple((chosen, _made(chosen)) for chosen in self.chosen)

    def check(self, text: str, *, position: Position, metadata: Mapping[str, Any] | None = None) -> Verdict:
        """Look at a text. `metadata` goes to the checks: `values`, what may be said, as lists by source (`tools`,
        `articles`, `people`, `flow`, `customer`), and `secrets`, by name, what may not: a reply that holds one of their
        values is blocked whatever the flow has chosen."""
        if position not in POSITIONS:
            raise CheckError(f"no position {position!r}", code="position")
        if not isinstance(text, str) or len(text) > MAX_CHARACTERS:
            return Verdict(False, (Finding("text", None, "too_long" if isinstance(text, str) else "not_text"),), "")
        findings: list[Finding] = []
        labels: dict[str, str] = {}
        for chosen, check in self._checks:
            action = chosen.actions.get(position)
            if action is not None:
                found = _findings(chosen.name, action, check, text, dict(metadata or {}))
                findings += found
                labels[chosen.name] = chosen.label
        masked, labelled = _mask(text, [f for f in findings if f.action == "mask"], labels)
        passed = not any(f.action in ("block", "escalate") for f in findings)
        if passed and position == "reply" and own(masked, (metadata or {}).get("secrets", ())):
            passed = False
            findings.append(Finding("secrets", None, "own_secret"))
        return Verdict(passed, tuple(findings), masked, labelled)


def _made(chosen: Chosen) -> Check | None:
    try:
        return chosen.make()
    except Exception:  # whatever keeps a check from loading, the texts that it should see do not pass
        return None


def _findings(name: str, action: Action, check: Check | None, text: str, metadata: dict[str, Any]) -> list[Finding]:
    """A check that is missing, raises, or fails without a usable span blocks: there is nothing to mask."""
    closed: Action = action if action == "escalate" else "block"
    if check is None:
        return [Finding(name, None, "not_loaded", closed)]
    try:
        result = check.validate(text, metadata)
        if result.outcome == "pass":
            return []
        spans = [(Span(s.start, s.end), str(s.reason)) for s in result.error_spans or ()]
    except Exception:  # a check that raises has not passed
        return [Finding(name, None, "raised", closed)]
    if result.outcome != "fail" or (action == "mask" and not all(_inside(span, text) for span, _ in spans)):
        return [Finding(name, None, "unusable", closed)]
    if not spans:
        return [Finding(name, None, "failed", closed if action == "mask" else action)]
    return [Finding(name, span, code, action) for span, code in spans]


def _inside(span: Span, text: str) -> bool:
    return 0 <= span.start < span.end <= len(text)


def _mask(text: str, findings: Sequence[Finding], labels: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """The text with a label for each span; the same words get the same label. Overlapping spans are one."""
    spans = sorted((finding.span, labels[finding.check]) for finding in findings if finding.span is not None)
    parts: list[str] = []
    named: dict[str, str] = {}
    counts: dict[str, int] = {}
    at = 0
    for span, label in _merged(spans):
        words = text[span.start : span.end]
        name = next((known for known, said in named.items() if said == words), "")
        while not name or (name not in named and name in text):  # a customer may have written `[CARD_1]` already
            counts[label] = counts.get(label, 0) + 1
            name = f"[{label}_{counts[label]}]"
        named[name] = words
        parts += [text[at : span.start], name]
        at = span.end
    return "".join([*parts, text[at:]]), named


def _merged(spans: Sequence[tuple[Span, str]]) -> list[tuple[Span, str]]:
    merged: list[tuple[Span, str]] = []
    for span, label in spans:
        if merged and span.start < merged[-1][0].end:
            last, name = merged[-1]
            merged[-1] = (Span(last.start, max(last.end, span.end)), name)
        else:
            merged.append((span, label))
    return merged
