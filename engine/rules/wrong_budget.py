"""A budget of engine.yaml that bounds nothing: one ticket may cost more than the whole day."""

from engine.diagnostics import Label, Sink
from engine.rules.base import Case, Rule

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """Of the two amounts that there are, that of the ticket is the smaller one."""
    settings = case.project.settings
    budget = settings.budget if settings is not None and case.furniture else None
    if budget is None or budget.broken or budget.ticket is None or budget.day is None:
        return
    ticket, day = budget.ticket, budget.day
    if ticket.value > day.value:
        message = f"one ticket may cost {ticket.value} USD, and all tickets of a day {day.value} USD"
        labels = [Label(day.text.place, "the day's budget")]
        tip = "write a smaller amount for the ticket: the first one could use up the day, and all others go to people"
        sink.warning("wrong-budget", ticket.text.place, message, tip=tip, labels=labels)


RULE = Rule(
    "wrong-budget",
    check,
    why="One ticket could use up what all tickets of the day may cost, and people would have to go on with the others.",
    mend="Give a ticket a small part of what a day may cost.",
)
