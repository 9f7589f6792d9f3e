"""Why a mutant of which nothing is found is none that could be found, or is no mistake: each reason with its proof.

A reason holds where its `holds` says so, which looks at the compiled plans of both sides and believes no wording: that
a name is nobody's but the author's is shown by renaming it in the plans of the right files, that a key says what holds
anyway by plans that are the same. A mutant without a reason is unexplained, and the results list it.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from benchmarks.mutations.made import Mutant
from engine.compile import Compiled
from engine.plan import canonical
from engine.steps.judge import Judge
from engine.steps.reply import Reply
from engine.steps.switch import Switch
from engine.steps.tool import Call
from engine.steps.wait import Wait

__all__ = ["REASONS", "SOUND", "Reason", "Unfound", "reason"]


class Unfound(NamedTuple):
    """A mutant of which nothing is found: flows by name, as they were and as they are."""

    mutant: Mutant
    right: str
    """The file as it was."""
    old: Mapping[str, Compiled]
    new: Mapping[str, Compiled]
    named: bool
    """Whether `engine diff` names it as a widened right."""

    @property
    def same(self) -> bool:
        """Whether what runs is the same, byte for byte. How a tool is called stands in no plan."""
        return self.mutant.path.startswith("flows/") and _canonical(self.old) == _canonical(self.new)

    @property
    def step(self) -> Any:
        """The innermost step that the change stands in, as it is now."""
        pairs = enumerate(zip(self.right, self.mutant.text, strict=False))
        at = next(at for at, (was, now) in pairs if was != now)
        before = self.mutant.text[:at]
        here = before.count("\n") + 1, at - before.rfind("\n")
        places = ((record.step, record.step.place) for flow in self.new.values() for record in flow.graph.steps)
        around = [
            (place, step)
            for step, place in places
            if place.path == self.mutant.path and place[1:3] <= here < place[3:5]
        ]
        return max(around, key=lambda one: one[0], default=(None, None))[1]


class Reason(NamedTuple):
    """Why nothing is found, and how that is shown."""

    name: str
    why: str
    holds: Callable[[Unfound], bool]
    same: bool = False
    """What runs is the same: an equivalent in the narrow sense."""


def reason(one: Unfound) -> str:
    """The name of the first reason that holds; empty where none does."""
    return next((known.name for known in REASONS if known.same == one.same and known.holds(one)), "")


# what runs


def _canonical(flows: Mapping[str, Compiled]) -> dict[str, bytes]:
    return {name: canonical(flow.plan.body()) for name, flow in flows.items()}


def _plans(flows: Mapping[str, Compiled]) -> dict[str, str]:
    """As JSON, in the order in which they were made."""
    return {name: json.dumps(flow.plan.body()) for name, flow in flows.items()}


def _numbered(text: str) -> Any:
    """A plan with its nodes numbered in the order in which they are come to, since ids are made of what steps say."""
    body = json.loads(text)
    nodes = body["nodes"]
    order: dict[str, str] = {}
    waiting = [body["entry"]]
    while waiting:
        name = waiting.pop()
        if name in nodes and name not in order:
            order[name] = f"#{len(order)}"
            waiting += reversed(list(nodes[name].get("on", {}).values()))
    names = "|".join(map(re.escape, sorted(order, key=len, reverse=True)))
    return json.loads(re.sub(rf'(?<=")(?:{names})(?=["/])', lambda found: order[found[0]], text))


def _renamed(one: Unfound) -> bool:
    """Whether what runs is the same but for the name, wherever it is another."""
    mutant = one.mutant
    word = re.compile(rf"(?<![\w-]){re.escape(mutant.before)}(?![\w-])")

    def new(text: str) -> str:
        return word.sub(mutant.after, text)

    old_plans, new_plans = _plans(one.old), _plans(one.new)
    return old_plans.keys() == new_plans.keys() and all(
        old_plans[name] == text or _alike(_numbered(old_plans[name]), _numbered(text), new)
        for name, text in new_plans.items()
    )


def _alike(old: Any, now: Any, new: Callable[[str], str]) -> bool:
    match old, now:
        case dict(), dict():
            names = {name: name if name in now else new(name) for name in old}
            return set(names.values()) == now.keys() and all(
                _alike(value, now[names[name]], new) for name, value in old.items()
            )
        case list(), list():
            if all(isinstance(one, str) for one in (*old, *now)):
                return sorted(one if one in now else new(one) for one in old) == sorted(now)
            return len(old) == len(now) and all(_alike(*pair, new) for pair in zip(old, now, strict=True))
        case str(), str():
            return old == now or new(old) == now
    return bool(old == now)


def _changed(one: Unfound) -> set[str]:
    """The parts of plans in which they are not the same."""
    return {
        part
        for name, flow in one.new.items()
        if name in one.old
        for part, value in flow.plan.body().items()
        if value != one.old[name].plan.body()[part]
    }


def _stands(one: Unfound, *kinds: type) -> bool:
    """Whether the change is in a step of this kind."""
    return isinstance(one.step, kinds)


def _optional(one: Unfound) -> bool:
    step = one.step
    if one.mutant.kind != "an argument left out" or not isinstance(step, Call) or step.tool is None:
        return False
    tool = next(iter(one.new.values())).project.tools[step.tool.value]
    return one.mutant.word not in tool.required


def _line(one: Unfound) -> str:
    return one.right.split("\n")[one.mutant.line - 1]


def _left(words: str) -> Callable[[Unfound], bool]:
    """Whether the keys that are gone are some of these."""
    found = re.compile(rf"\W*(?:{words})\b")
    return lambda one: bool(found.match(one.mutant.before))


def _kind(kind: str, holds: Callable[[Unfound], bool]) -> Callable[[Unfound], bool]:
    return lambda one: one.mutant.kind == kind and holds(one)


REASONS: Final = (
    Reason(
        "the cause escalates anyway",
        "A cause that `otherwise` does not name goes to a person, or as the flow's `silence` says: as it was named.",
        lambda one: "otherwise" in one.mutant.kind or bool(re.search(r": (escalate|close)\W*$", one.mutant.before)),
        same=True,
    ),
    Reason("the model is `local` anyway", "A job that names no model has this one.", _left("models|answer|ask|route"),
           same=True),
    Reason(
        "a message means this anyway", "It is what follows such a message where `meanwhile` says nothing.",
        _left("meanwhile|withdraws|corrects|adds|asks|new_wish"), same=True,
    ),
    Reason("the team takes over anyway", "It is the team of `handoff`.", _left("escalate|to"), same=True),
    Reason(
        "a figure for reports", "Reports are held against `targets` and `baseline`; no ticket goes another way.",
        lambda one: bool(re.match(r"\s*(?:targets|baseline): ", _line(one))), same=True,
    ),
    Reason("the order says nothing", "These are a set.", lambda one: one.mutant.kind.endswith("exchanged"), same=True),
    Reason(
        "how another system is called",
        "Its documentation alone says which fields, headers and shapes it takes. `engine diff` names each change; a "
        "tool by `openapi:` or `mcp:` is held to its document.",
        lambda one: one.mutant.path.startswith("tools/") and _canonical(one.old) == _canonical(one.new) and one.named,
    ),
    Reason(
        "what another system answers",
        "A field or a word of an answer that no flow reads or compares. `engine diff` names each change.",
        lambda one: one.mutant.path.startswith("tools/") and _changed(one) <= {"tools", "types"} and one.named,
    ),
    Reason(
        "a variable of the environment",
        "Which variables there are is the machine's; the worker does not start without one, or the call is not made.",
        lambda one: one.mutant.kind == "a name in an expression misspelt" and f"secret.{one.mutant.word}" in _line(one),
    ),
    Reason(
        "a field of another system's event", "No file says which fields it has; without it the wait ends by its time.",
        _kind("a key misspelt", lambda one: _stands(one, Wait)),
    ),
    Reason("a word that a text may be", "The customer's words are compared with it, and may be any.",
           _kind("a key misspelt", lambda one: _stands(one, Switch))),
    Reason(
        "a name of the author's own",
        "Nothing reads it: what did would find no such name. What runs is the same but for the name.",
        _kind("a key misspelt", _renamed),
    ),
    Reason("an argument that may be left out", "The tool's schema does not require it.", _optional),
    Reason(
        "another text to the customer", "A reply may be one text, and any.",
        _kind("a text where a list or record stands", lambda one: _stands(one, Reply)),
    ),
    Reason(
        "another meaning of an answer", "What a word means to a judge may be one text, and any.",
        _kind("a text where a list or record stands", lambda one: _stands(one, Judge)),
    ),
    Reason(
        "a list of one", "An option of a check that takes words may be one, and any. `engine diff` names it.",
        lambda one: one.mutant.kind == "a text where a list or record stands" and "allow: " in _line(one) and one.named,
    ),
)  # fmt: skip
"""In the order in which they are tried."""

SOUND: Final = {
    "`and` for `or`, or `or` for `and`": "A step may branch as its author means; in a gate the looser one is named.",
    "`approve` left out": "What no floor asks for is a right that was widened, and named.",
    "`limit` left out": "A `search` without it finds as many passages as usual; of a grant it is named.",
    "`only_if` left out": "A gate that no floor and no proof asks for is a right that was widened, and named.",
    "`otherwise` left out": "Every cause then goes to a person, or ends as the flow's `silence` says.",
    "`silence` left out": "That of engine.yaml holds, or the language's own.",
    "a comparison off by one, or its opposite": "Its author knows which bound is meant; in a gate the looser is named.",
    "a comparison turned round": "The same: a step may branch so; in a gate the looser one is named.",
    "a condition turned round": "The same: a step may branch so; in a gate the looser one is named.",
    "a key left out": "The key may be left out, and what then holds is sound; what widens a right is named.",
    "a limit and the next one exchanged": "All of them hold, in any order: none is another right.",
    "a limit left out": "What no floor and no rule asks for is a right that was widened, and named.",
    "a line of `approve` and the next one exchanged": "All of them hold, in any order: none is another right.",
    "a line of `approve` left out": "What no floor asks for is a right that was widened, and named.",
    "a line of `only_if` and the next one exchanged": "All of them hold, in any order: none is another right.",
    "a line of `only_if` left out": "What no floor, proof or rule asks for is a right that was widened, and named.",
    "a number one higher": "Only its author knows which number is meant; a higher limit or bound of a gate is named.",
    "a step and the next one exchanged": "Neither needs the other: what does is found, as a value before it is set.",
    "a step left out": "Nothing needs it, else it is found; a call less, or a reply less, is no wider right.",
    "an item and the next one exchanged": "Where the order says something (ways of `verify`), either order is sound.",
    "an item left out": "A list may be shorter: a passage, a language or a word less. What widens a right is named.",
    "another name of the same sort": "Another team, flow or model that is there may be meant; a wider right is named.",
    "another unit of time": "A wait may be shorter or longer, within what the rules allow; a longer window is named.",
    "another word that may stand there": "Each word that may stand there is sound there; a wider right is named.",
    "half of a condition left out": "Only its author knows which condition is meant; in a gate the looser is named.",
}
"""Kind of change that is not always a mistake -> why what is not found of it need not be wrong. What of it `engine
diff` names, each run counts."""
