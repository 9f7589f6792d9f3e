"""How `engine kb eval` and `gaps` answer: `local` quotes, and what a flow hands over to people is no answer."""

from collections.abc import Collection, Iterator, Sequence
from functools import partial
from typing import Final, NamedTuple

from engine.knowledge.base import Passage
from engine.knowledge.preferred import told
from engine.knowledge.questions import Answering
from engine.models.local.synonyms import Synonyms
from engine.project import Project

__all__ = ["Threshold", "answering", "asks_others", "threshold"]

_PEOPLE: Final = "human"
"""The flow in which nothing is answered."""


class Threshold(NamedTuple):
    """The confidence from which on an answer counts, and where that stands."""

    value: float
    said: str


def threshold(project: Project, wanted: float | None) -> Threshold:
    """What is wanted, else the lowest `escalate.when.confidence` of a flow: the one that answers most. Where no flow
    names one, whatever is quoted counts."""
    from engine.compile.settings import plan_settings
    from engine.models.local.answer import THRESHOLD

    if wanted is not None:
        return Threshold(wanted, "`--threshold`")
    found = {}
    for name, flow in project.flows.items():
        bound = plan_settings(flow, project.settings)["escalate"]["when"].get("confidence")
        if bound is not None and name != _PEOPLE:
            found[name] = float(bound["value"])
    if not found:
        return Threshold(THRESHOLD, "no flow asks for more than `local` does by itself")
    lowest = min(found, key=lambda name: (found[name], name))
    return Threshold(found[lowest], f"`escalate.when.confidence` of the flow {lowest}")


def asks_others(project: Project) -> Iterator[str]:
    """What to know where a worker asks another model than these commands do."""
    from engine.compile.settings import plan_settings
    from engine.project.models import standing

    flows = [flow for name, flow in sorted(project.flows.items()) if name != _PEOPLE]
    for name in dict.fromkeys(str(plan_settings(flow, project.settings)["models"]["answer"]) for flow in flows):
        behind = standing(project.settings, name)
        if behind is not None and behind.provider != "local":
            yield f"note: a worker asks `{name}` ({behind.provider}) for answers; here `local` answers"


def answering(synonyms: Synonyms, least: float) -> Answering:
    """Answers from this confidence on."""
    return partial(_quoted, synonyms, least)


def _quoted(synonyms: Synonyms, least: float, question: str, passages: Sequence[Passage]) -> Collection[str]:
    """The articles that are quoted; none where it refuses."""
    from engine.models.base import Job, Message, Request
    from engine.models.local.answer import quote

    request = Request(
        Job.ANSWER, messages=(Message("customer", question),), passages=tuple(passages), language=told(question),
        synonyms=synonyms.of(question),
    )  # fmt: skip
    said = quote(request)
    if not said.text or said.confidence < least:
        return ()
    return {one.source for one in passages if one.id in said.citations}
