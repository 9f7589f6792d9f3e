"""A budget that bounds nothing, as one ticket may cost more than the whole day, or that no call of a model fits in."""

from engine.catalogue import KEYS
from engine.diagnostics import Label, Sink
from engine.project.models import longest_answer, output_price, standing
from engine.project.settings import Budget, ModelSettings, Settings
from engine.rules.base import Case, Rule
from engine.steps.agent import Agent

__all__ = ["RULE"]

_ROOM = (
    "write a larger amount, or a smaller `max_output` at the model: what a call may cost at the most is set aside first"
)


def check(case: Case, sink: Sink) -> None:
    """Of the two amounts that there are, that of the ticket is the smaller one, and a whole answer of each model fits
    in. An agent may cost something."""
    settings = case.project.settings
    for flow in case.flows.values():
        for step, _ in flow.steps(Agent):
            cost = step.bounds.cost if step.bounds is not None else None
            if cost is not None and cost.value <= 0:
                message = "this agent may cost nothing: it is `exhausted` before its model is asked"
                sink.error("wrong-budget", cost.text.place, message, tip="write an amount, or leave `cost` out")
    budget = settings.budget if settings is not None and case.furniture else None
    if settings is None or budget is None or budget.broken:
        return
    _compared(budget, sink)
    _roomy(settings, budget, sink)


def _compared(budget: Budget, sink: Sink) -> None:
    ticket, day = budget.ticket, budget.day
    if ticket is not None and day is not None and ticket.value > day.value:
        message = f"one ticket may cost {ticket.value} USD, and all tickets of a day {day.value} USD"
        labels = [Label(day.text.place, "the day's budget")]
        tip = "write a smaller amount for the ticket: the first one could use up the day, and all others go to people"
        sink.warning("wrong-budget", ticket.text.place, message, tip=tip, labels=labels)


def _roomy(settings: Settings, budget: Budget, sink: Sink) -> None:
    """What an answer alone may cost is a part of what is set aside for its call (`HostedModel.worst`)."""
    amounts = [("a ticket", budget.ticket), ("all tickets of a day", budget.day)]
    found = [(amount.value, whose, amount) for whose, amount in amounts if amount is not None]
    if not found:
        return
    most, whose, amount = min(found, key=lambda one: one[0])
    for name, said in (settings.models or {}).values():
        one = standing(settings, name.value) if isinstance(said, ModelSettings) and not said.broken else None
        price = output_price(one) if one is not None and one.provider in KEYS else None
        if one is None or price is None or price * longest_answer(one) <= most * 1_000_000:
            continue
        worst = price * longest_answer(one) / 1_000_000
        message = (
            f"an answer of the model `{name.value}` may cost {worst.normalize():f} USD, and {whose} {most} USD: it is "
            "never asked"
        )
        labels = [Label(said.spot("max_output", "model"), f"{longest_answer(one)} tokens at the most")]
        sink.error("wrong-budget", amount.text.place, message, tip=_ROOM, labels=labels)


RULE = Rule(
    "wrong-budget",
    check,
    why="One ticket could use up what all tickets of the day may cost, or no ticket would get an answer, and people "
    "would have to go on with them.",
    mend="Give a ticket a small part of what a day may cost, and several times what one answer may.",
)
