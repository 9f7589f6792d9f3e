"""A flow that is looser than the defaults of engine.yaml."""

from collections.abc import Iterator
from typing import NamedTuple

from engine.diagnostics import Label, Place, Sink
from engine.project.durations import Span
from engine.project.flow import Flow
from engine.project.grant import Silence
from engine.project.scalars import Bound
from engine.project.settings import Defaults
from engine.rules.base import Case, Rule

__all__ = ["RULE"]

_MODES = ("shadow", "suggest", "read_only", "live")
"""From the one that does least to the one that does everything."""


class _Looser(NamedTuple):
    place: Place
    default: Place
    message: str


def check(case: Case, sink: Sink) -> None:
    """Guardrails, topics and masks add up, so no flow can take any away."""
    settings = case.project.settings
    if settings is None:
        return
    for compiled in case.files:
        flow = compiled.flow
        found = [*(_of_defaults(flow, settings.defaults) if settings.defaults else ())]
        for silence in compiled.silences:
            found += _silence(silence, settings.silence)
        for looser in found:
            labels = (Label(looser.default, "the project's default stands here"),)
            tip = "a flow may be tighter than engine.yaml, never looser: leave it out here, or change the default"
            sink.error("looser-than-default", looser.place, looser.message, tip=tip, labels=labels)


def _of_defaults(flow: Flow, defaults: Defaults) -> Iterator[_Looser]:
    known = defaults.escalate.when if defaults.escalate else None
    own = flow.escalate.when if flow.escalate else None
    if known is not None and own is not None:
        for name in ("confidence", "sentiment", "customer_turns"):
            yield from _threshold(name, getattr(own, name), getattr(known, name))
    if flow.rollout is not None and defaults.rollout is not None:
        mode, most = flow.rollout.mode, defaults.rollout.mode
        if mode is not None and most is not None and _MODES.index(mode.value) > _MODES.index(most.value):
            yield _Looser(mode.place, most.place, f"`{mode.value}` lets the engine do more than `{most.value}`")
        share, limit = flow.rollout.share, defaults.rollout.share
        if share is not None and limit is not None and share > limit:
            message = f"{share}% of the customers are more than {limit}%"
            yield _Looser(flow.rollout.spot("share"), defaults.rollout.spot("share"), message)
    if flow.data is not None and defaults.data is not None:
        place, strict = flow.data.location, defaults.data.location
        if place is not None and strict is not None and (place.value, strict.value) == ("anywhere", "on_premises"):
            yield _Looser(place.place, strict.place, "contents stay on the premises in this project")


def _threshold(name: str, own: Bound | None, known: Bound | None) -> Iterator[_Looser]:
    """A threshold is looser where people take over less often: a lower `<`, a higher `>`."""
    if own is None or known is None or own.op[0] != known.op[0]:
        return
    lower = own.value < known.value if own.op[0] == "<" else own.value > known.value
    if lower or (own.value == known.value and own.op < known.op):
        message = f"with {name} `{own.text.value}` people take over later than with `{known.text.value}`"
        yield _Looser(own.text.place, known.text.place, message)


def _silence(own: Silence, known: Silence | None) -> list[_Looser]:
    if known is None or own is known or own.within is None or known.within is None:
        return []
    if not _longer(own.within, known.within):
        return []
    message = f"a silence of {own.within.text.value} lasts longer than {known.within.text.value}"
    return [_Looser(own.within.text.place, known.within.text.place, message)]


def _longer(own: Span, known: Span) -> bool:
    """Compared where both are of one kind: any calendar makes of business days what it likes."""
    if bool(own.business_days) != bool(known.business_days):
        return False
    return (own.business_days, own.seconds) > (known.business_days, known.seconds)


RULE = Rule(
    "looser-than-default",
    check,
    floor=True,
    why="The project has decided how far any flow may go, and this flow goes further.",
    mend="Leave the line out, or write one that is tighter.",
)
