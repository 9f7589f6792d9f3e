"""What models are told: the goals of agents, the questions of judges, and the templates around them.

A text gives no right: whatever a model makes of it, every gate stands. So another goal or question is a change. But the
goal of an agent that may ask for a write says, like its policy, what it should ask for and when; and the templates hold
what keeps models from doing what a customer's message tells them to. Whether such a text is weaker than another is for
people to say: it is told as widened, either way round.
"""

from collections.abc import Iterator
from decimal import Decimal

from engine.compile import Compiled
from engine.diff.difference import Difference, Loosening, Severity, Spot
from engine.diff.matched import matched, step_of
from engine.diff.texts import apart, parted
from engine.plan import Node
from engine.project import Project
from engine.prompts import JOBS, SUFFIX, built_in
from engine.root import PROMPTS
from engine.steps.agent import Agent
from engine.steps.judge import Judge

__all__ = ["changed", "looser", "templates"]

_TOLD = {
    "answer": "that writes replies", "classify": "that finds flows and meanings", "extract": "that reads fields",
    "work": "that works as an agent",
}  # fmt: skip
"""Job -> the model that its template is for."""


def looser(strict: Compiled, loose: Compiled) -> Iterator[Loosening]:
    """Another goal of an agent that may ask for a write, and a judge that may be less sure."""
    for was, now in _goals(strict, loose):
        if _writes(loose, now):
            said = f"the agent `{now.id}`, which may ask for a write, has another goal, which cannot be compared"
            yield Loosening("goal", *_goal_spots(strict, was, loose, now), said)
    for was, now in matched(strict, loose, "judge"):
        before, after = Decimal(was.data["threshold"]), Decimal(now.data["threshold"])
        if after < before:
            yield Loosening(
                "threshold", Spot(step_of(strict, was).spot("threshold"), str(before)),
                Spot(step_of(loose, now).spot("threshold"), str(after)),
                f"the judge `{now.id}` may be less sure of its answer: {after}, not {before}",
                f"the judge `{now.id}` has to be surer of its answer: {before}, not {after}",
            )  # fmt: skip


def changed(old: Compiled, new: Compiled) -> Iterator[Loosening]:
    """Another goal of an agent that only reads; a judge that is asked something else, or chooses among other words."""
    for was, now in _goals(old, new):
        if not _writes(new, now):
            said = f"the agent `{now.id}` has another goal"
            yield Loosening("goal", *_goal_spots(old, was, new, now), said)
    for was, now in matched(old, new, "judge"):
        before, after = step_of(old, was), step_of(new, now)
        assert isinstance(before, Judge)
        assert isinstance(after, Judge)
        if was.data["question"] != now.data["question"] and before.question and after.question:
            said = f"the judge `{now.id}` is asked another question"
            yield Loosening("judge", *parted(before.question, after.question), said)
        if was.data["answers"] != now.data["answers"]:
            there, here = Spot(before.spot("answers"), _words(was)), Spot(after.spot("answers"), _words(now))
            yield Loosening("answers", there, here, f"the judge `{now.id}` chooses among other answers")


def templates(old: Project, new: Project) -> Iterator[Difference]:
    """A template of `prompts/` that says something else than the one that was used for its job."""
    before, after = built_in(old.prompt_texts), built_in(new.prompt_texts)
    for job in JOBS:
        if before[job] == after[job]:
            continue
        path = f"{PROMPTS}/{job}{SUFFIX}"
        was, now = apart(path, before[job], path, after[job])
        known, own = path in old.prompts, path in new.prompts
        what = "the engine's own text again" if not own else "another text" if known else "a text of the project's own"
        message = f"the model {_TOLD[job]} is told by {what}, which cannot be compared"
        yield Difference(
            Severity.WIDENED, "", "", "prompts", message, was.text if known else "", now.text if own else "",
            now.place if own else was.place, was.place if known else None, gone=not own,
        )  # fmt: skip


def _goals(strict: Compiled, loose: Compiled) -> Iterator[tuple[Node, Node]]:
    """Agents on both sides whose goals are not the same."""
    for was, now in matched(strict, loose, "agent"):
        if was.data["goal"] != now.data["goal"]:
            yield was, now


def _goal_spots(strict: Compiled, was: Node, loose: Compiled, now: Node) -> tuple[Spot, Spot]:
    before, after = step_of(strict, was), step_of(loose, now)
    assert isinstance(before, Agent)
    assert before.goal is not None
    assert isinstance(after, Agent)
    assert after.goal is not None, "an agent without a goal has no node"
    return parted(before.goal, after.goal)


def _writes(flow: Compiled, agent: Node) -> bool:
    return any(flow.project.tools[tool].writes for tool in agent.data["tools"])


def _words(judge: Node) -> str:
    return ", ".join(judge.data["answers"])
