"""The flows that a ticket may go to: those whose rule it fits, and what a model is told of the others."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from engine.models.base import Answer, Choice, Job, Message, Model, Request
from engine.plan import Plan

__all__ = ["BUILT_IN", "Came", "by_rule", "choices", "read"]

BUILT_IN: Final = frozenset({"triage", "human"})
"""Flows that no ticket is routed to."""


class Came(NamedTuple):
    """What a ticket comes with, as its channel says it."""

    channel: str = ""
    tags: tuple[str, ...] = ()
    form: str | None = None


def by_rule(starts: Mapping[str, Mapping[str, Any]], came: Came) -> list[str]:
    """The flows whose `start` rule the ticket fits, of those only the closest (most of tags, form and channel). One:
    it starts there. Several: they contradict each other, and the text decides."""
    fits = {flow: len(rule) for flow, rule in starts.items() if rule and _fits(rule, came)}
    return sorted(flow for flow, close in fits.items() if close == max(fits.values()))


def _fits(rule: Mapping[str, Any], came: Came) -> bool:
    tags = {tag.casefold() for tag in came.tags}
    return (
        ("tags" not in rule or any(str(tag).casefold() in tags for tag in rule["tags"]))
        and ("form" not in rule or came.form == rule["form"])
        and ("channel" not in rule or came.channel == rule["channel"])
    )


def choices(plans: Iterable[Plan]) -> tuple[Choice, ...]:
    """What there is to choose from: every flow with examples, in the order of their names."""
    found = (plan for plan in plans if plan.flow not in BUILT_IN and plan.settings.get("examples"))
    return tuple(
        Choice(
            plan.flow, str(plan.settings.get("about", "")), tuple(plan.settings["examples"]),
            tuple(plan.settings.get("not", ())),
        )
        for plan in sorted(found, key=lambda plan: plan.flow)
    )  # fmt: skip


async def read(model: Model, texts: tuple[Message, ...], among: tuple[Choice, ...]) -> Answer:
    """What the model makes of these messages."""
    return await model.answer(Request(Job.CLASSIFY, texts, choices=among, wished=True))
