"""A plan told step by step, for a terminal: what is done, who is waited for, what follows if it does not work."""

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from engine.graph.shape import Edges, Place, behind, edges, ends, is_good, is_word, list_of, place
from engine.graph.words import branch, does, flat, waits
from engine.plan import Node, Plan

__all__ = ["account"]

_WIDTH = 110
_STEP = 3
_BACK: Mapping[str, str] = {"next": "", "until": "again ", "join": ""}
"""Nodes behind the steps inside a step, with what is said before them."""
_INNER: Mapping[str, str] = {"each": "next", "repeat": "until", "parallel": "join"}
"""A step that holds steps -> the last part of the id of the node behind them."""
_NAMED: Mapping[str, str] = {"else": "anything else", "yes": "then", "no": "else"}


def account(plan: Plan) -> str:
    """The flow from top to bottom, as indented text that ends with a line break."""
    told = _Account(plan)
    told.steps(plan.entry, "", 0)
    return "\n".join([f"{flat(plan.title)} ({plan.flow}), owned by {plan.owner}", "", *told.lines]) + "\n"


class _Level(NamedTuple):
    """A step that is being told: its number, and where the flow goes on behind it."""

    number: str
    behind: str | None


@dataclass(slots=True)
class _Account:
    plan: Plan
    lines: list[str] = field(default_factory=list)
    levels: list[_Level] = field(default_factory=list)
    file: str = ""
    """Of the step that was told last."""

    def say(self, depth: int, text: str, *, mark: str = "", node: str | None = None) -> None:
        """One entry, wrapped; the place of its node at its end, without the file where that is the step's."""
        where = self.plan.places.get(node or "", "")
        file, _, line = where.rpartition(":")
        if mark[:1].isdigit():
            self.file = file
        at = f"  [{f':{line}' if file == self.file and not mark[:1].isdigit() else where}]" if where else ""
        indent = " " * (depth * _STEP)
        hanging = indent + " " * max(2, len(mark))
        self.lines += textwrap.wrap(
            f"{mark}{flat(text)}{at}", _WIDTH, initial_indent=indent, subsequent_indent=hanging,
            break_long_words=False, break_on_hyphens=False,
        )  # fmt: skip

    def steps(self, first: str, number: str, depth: int) -> None:
        """A list of steps from its first one, up to where it ends or goes on outside."""
        at: str | None = first
        count = 0
        while at is not None and list_of(at) == list_of(first):
            count += 1
            self.step(self.plan.nodes[at], f"{number}{count}", depth)
            at = behind(self.plan, at)
        if at is not None:
            self.goes_on(at, depth)

    def goes_on(self, to: str, depth: int) -> None:
        """What follows a list that does not end the ticket."""
        node = self.plan.nodes[to]
        if node.kind in _BACK and to.startswith(f"{node.data['of']}/"):
            self.say(depth, f"{_BACK[node.kind]}{does(self.plan, node)}", mark="-> ")
            return
        level = next((level for level in self.levels if level.behind == to), None)
        self.say(depth, f"goes on behind {level.number}" if level else f"goes on with {does(self.plan, node)}",
                 mark="-> ")  # fmt: skip

    def step(self, node: Node, number: str, depth: int) -> None:
        """One step: its line, its gates and waits, and its ways."""
        after = behind(self.plan, node.id)
        self.say(depth, does(self.plan, node), mark=f"{number}. ", node=node.id)
        self.wait(node, depth + 1)
        chain = [node]
        while chain[-1].kind in ("propose", "gate"):
            chain.append(self.plan.nodes[chain[-1].on["done" if chain[-1].kind == "propose" else "pass"]])
        for link in chain[1:]:
            self.say(depth + 1, does(self.plan, link), mark="- ", node=link.id if link.kind == "gate" else None)
            self.wait(link, depth + 2)
        if node.kind in _INNER:
            chain.append(self.plan.nodes[f"{node.id}/{_INNER[node.kind]}"])
        self.levels.append(_Level(number, after))
        self.ways(self.merged(chain), after, number, depth + 1)
        self.levels.pop()

    def wait(self, node: Node, depth: int) -> None:
        """For whom a node waits."""
        said = waits(self.plan, node)
        if said:
            self.say(depth, said, mark="~ ")

    def merged(self, chain: list[Node]) -> Edges:
        """The ways out of some nodes, each place once."""
        own = {node.id for node in chain[1:]}
        found: dict[Place, tuple[list[str], str]] = {}
        for node in chain:
            for outcomes, to in edges(self.plan, node):
                if to not in own and not (node.kind == "until" and "next" in outcomes):
                    said, _ = found.setdefault(place(self.plan, to), ([], to))
                    said += [name for name in (_label(node, outcome) for outcome in outcomes) if name not in said]
        return [*found.values()]

    def ways(self, ways: Edges, after: str | None, number: str, depth: int) -> None:
        """What follows each outcome: steps first, then those that are one line."""
        short = [way for way in ways if self.is_short(way[1], after)]
        for count, (outcomes, to) in enumerate((way for way in ways if way not in short), 1):
            only = outcomes == [""]
            if not only:
                self.say(depth, f"{', '.join(outcomes)}:")
            self.steps(to, f"{number}.{_letter(count)}" if not only else f"{number}.", depth + (not only))
        for outcomes, to in short:
            said = [outcome for outcome in outcomes if outcome]
            if to == after:
                if said and len(ways) > 1:
                    self.say(depth, f"{', '.join(said)}: goes on")
            else:
                self.say(depth, f"{', '.join(said) or 'then'}: {does(self.plan, self.plan.nodes[to])}", node=to)

    def is_short(self, to: str, after: str | None) -> bool:
        """Whether one line says what follows."""
        return to == after or (ends(self.plan.nodes[to]) and is_word(to))


def _label(node: Node, outcome: str) -> str:
    """An outcome as the flow says it; nothing for the one that a step is for."""
    match node.kind:
        case "wait":
            return branch(node.data["branches"][int(outcome) - 1])
        case "switch" | "parallel" if outcome[0] in "=&":
            return outcome[1:]
        case "each" | "repeat" | "next" | "until":
            return {"next": "each time", "done": ""}.get(outcome, _NAMED.get(outcome, outcome))
        case "branch" | "switch":
            return _NAMED.get(outcome, outcome)
    return "" if is_good(node, outcome) else _NAMED.get(outcome, outcome)


def _letter(count: int) -> str:
    """a, b, ... z, aa: the ways of a step."""
    rest, said = count, ""
    while rest:
        rest, digit = divmod(rest - 1, 26)
        said = chr(ord("a") + digit) + said
    return said
