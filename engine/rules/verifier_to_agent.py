"""A tool by which `verify` proves customers, in the hands of an agent."""

from engine.diagnostics import Label, Place, Sink
from engine.rules.base import Case, Rule
from engine.steps.agent import Agent
from engine.steps.verify import Verify
from engine.syntax import Text

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """Of ways whose facts the customer is asked for: a sign-in's proof is nothing that a customer can guess."""
    for flow in case.flows.values():
        ways = [way for step, _ in flow.steps(Verify) for way in step.ways or ()]
        proving = {way.by.value: way.by.place for way in ways if way.by is not None and way.facts is not None}
        for step, _ in flow.steps(Agent):
            match step.tools:
                case Text(place=place):
                    given = dict.fromkeys(flow.flow.grants(), place)
                case named:
                    given = {text.value: text.place for text in named or ()}
            for name in sorted(given.keys() & proving.keys()):
                _tell(sink, name, given[name], proving[name], everything=isinstance(step.tools, Text))


def _tell(sink: Sink, name: str, place: Place, verify: Place, *, everything: bool) -> None:
    means = "`all` gives this agent" if everything else "this agent has"
    message = f"{means} `{name}`, by which `verify` proves who the customer is: a customer can have it guess for them"
    tip = f"name the tools that it needs, without `{name}`" if everything else f"remove `{name}`: `customer` is known"
    sink.error("verifier-to-agent", place, message, tip, [Label(verify, "`verify` uses it here")])


RULE = Rule(
    "verifier-to-agent",
    check,
    why="`attempts` counts the tries of `verify` alone. A model that may call the same tool can be talked into trying "
    "one postcode after the other, and into saying which one is right.",
    mend="Name the agent's tools, without the one that `verify` uses; the step's result is `customer`.",
)
