"""Lowering: from steps to nodes. Total: whatever is missing or broken becomes a node that goes to people."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from engine.compile.graph import Graph, Placed, Record
from engine.expressions import paths
from engine.plan import Node
from engine.project.contract import Tool
from engine.project.flow import Flow
from engine.project.grant import GrantEntry, Silence
from engine.project.scalars import Expr
from engine.project.settings import Settings
from engine.project.step import Cause, Otherwise, StepKind

__all__ = ["DENIED", "PIECES", "STEPS", "At", "Lowering", "names", "reads", "silence_json"]

STEPS = 1_000
"""Steps of a flow, those of its shared pieces in their places: what a check looks at, and a person can oversee."""
PIECES = 8
"""Shared pieces within each other."""
DENIED = {"refused": "denied", "declined": "withdrawn", "silent": "silent"}
"""How a ticket counts that `otherwise: close` ends, by cause; any other cause counts as denied."""

FALLBACK = {"within": {"seconds": 5 * 86400}, "remind": [], "otherwise": "escalate"}
"""Where no silence is declared, which is an error: the wait ends all the same, with a person."""


class At(NamedTuple):
    """Where a step stands: its node id, and where the flow goes on after it."""

    id: str
    next: str


Kind = Callable[["Lowering", Any, At], None]


@dataclass(slots=True)
class Lowering:
    """One flow on its way to a graph."""

    flow: Flow
    settings: Settings | None
    tools: Mapping[str, Tool]
    kinds: Mapping[type[StepKind], Kind]
    graph: Graph
    pieces: Mapping[str, Flow] = field(default_factory=dict)
    document: Callable[[str], bytes | None] = lambda _: None
    """A document of the project, by its path."""
    room: int = STEPS
    """How many steps more are looked at."""
    end: str | None = None
    """The node behind the last step, once something reaches it."""
    lines: list[int] = field(default_factory=list)
    """Identities of the lines of `approve` whose ways out are being put in place."""
    inside: list[str] = field(default_factory=list)
    """The pieces that are being put in place, outermost first."""

    def granted(self, tool: str) -> GrantEntry | None:
        """The grant of a tool; a piece that is looked at alone leaves that to the flows that use it."""
        if self.flow.is_piece:
            return GrantEntry(self.flow.node)
        found = self.flow.grants().get(tool)
        return found[1] if found else None

    # steps

    def steps(
        self, steps: list[StepKind] | None, path: str, after: str | None, parent: str | None, part: Placed
    ) -> str:
        """Lowers a list; gives the id of its first node. An empty one that nothing follows falls off the end."""
        taken = self._within(steps or [])
        if len(taken) < len(steps or ()):
            after = self._unseen(part)
        ids = [self._id(step, path) for step in taken]
        for number, step in enumerate(taken):
            previous = ids[number - 1] if number else None
            self.graph.steps.append(Record(step, ids[number], parent, previous))
            following = ids[number + 1] if number + 1 < len(ids) else after or self._end(part)
            self._step(step, At(ids[number], following))
        return ids[0] if ids else after or self._end(part)

    def _within(self, steps: list[StepKind]) -> list[StepKind]:
        """Those of a list that are looked at."""
        room = self.room if len(self.inside) <= PIECES else 0
        if len(steps) > room and self.graph.beyond is None:
            self.graph.beyond = steps[room].place
        self.room -= min(room, len(steps))
        return steps[:room]

    def _unseen(self, part: Placed) -> str:
        """In place of steps that are too many: a ticket that gets there goes to a person."""
        data = {"to": None, "reason": "broken", "broken": True}
        return self.graph.add(Node(self.graph.reserve("beyond"), "escalate", data=data), part)

    def _id(self, step: StepKind, path: str) -> str:
        named = getattr(step, "identifier", None) or getattr(step, "name", None)
        word = named.value.rpartition("/")[2] if named else None  # in a piece, names are written with its place
        return self.graph.name(step.WORD, word, path, None if word else step.content)

    def _step(self, step: StepKind, at: At) -> None:
        kind = self.kinds.get(type(step))
        if kind is not None:
            kind(self, step, at)
        if at.id not in self.graph.nodes:
            self.broken(step, at)

    def _end(self, part: Placed) -> str:
        if self.end is None:
            self.end = self.graph.reserve("end")
            self.graph.add(Node(self.end, "escalate", data={"to": None, "reason": "flow_end"}), part)
        return self.end

    def broken(self, step: StepKind, at: At) -> str:
        """A node for what could not be read: it goes to people."""
        named = getattr(step, "name", None)
        self.graph.broken[at.id] = (at.next, named.value if named else None)
        data = {"to": None, "reason": "broken", "broken": True}
        return self.graph.add(Node(at.id, "escalate", data=data), step.node)

    # otherwise

    def outcomes(self, step: StepKind, at: At, causes: list[str]) -> dict[str, str]:
        """An edge for each cause, by the step's `otherwise`; a cause that it does not name escalates."""
        otherwise: Otherwise | None = getattr(step, "otherwise", None)
        return {cause: self.cause(otherwise, cause, at, step.node) for cause in causes}

    def cause(self, otherwise: Otherwise | None, cause: str, at: At, part: Placed) -> str:
        """The node that one cause leads to."""
        said = otherwise.of(cause) if otherwise else None
        if said is None:
            return self._escalate(at, cause, part)
        if said.steps is not None:
            return self._branch(otherwise, said, at)
        match said.word:
            case "next":
                return at.next
            case "close":
                return self._close(at, cause, said.node)
        return self._escalate(at, cause, said.node)

    def _branch(self, otherwise: Otherwise | None, said: Cause, at: At) -> str:
        """Steps of a cause are lowered once, whichever causes lead to them."""
        names = [name for name, (_, cause) in (otherwise.causes if otherwise else {}).items() if cause is said]
        path = f"{at.id}/otherwise" + (f".{names[0]}" if names else "")
        known = self.graph.branches.get((at.id, id(said)))
        if known is None:
            known = self.steps(said.steps, path, at.next, at.id, said.node)
            self.graph.branches[at.id, id(said)] = known
        return known

    def _escalate(self, at: At, cause: str, part: Placed) -> str:
        name = self.graph.reserve(f"{at.id}/otherwise.{cause}")
        return self.graph.add(Node(name, "escalate", data={"to": None, "reason": cause}), part)

    def _close(self, at: At, cause: str, part: Placed) -> str:
        name = self.graph.reserve(f"{at.id}/otherwise.{cause}")
        return self.graph.add(Node(name, "close", data={"outcome": DENIED.get(cause, "denied")}), part)

    # silence

    def silence(self, step: StepKind) -> Silence | None:
        """The step's own, else the flow's, else the project's."""
        own: Silence | None = getattr(step, "silence", None)
        return own or self.flow.silence or (self.settings.silence if self.settings else None)

    def silent(self, step: StepKind, at: At) -> str:
        """Where a silence leads: the step's word for `silent`, else that of the silence itself, else for any cause."""
        otherwise: Otherwise | None = getattr(step, "otherwise", None)
        silence = self.silence(step)
        own = otherwise is not None and "silent" in otherwise.causes
        said = otherwise if own or silence is None or silence.otherwise is None else silence.otherwise
        return self.cause(said, "silent", at, silence.node if silence and not own else step.node)


def silence_json(silence: Silence | None) -> dict[str, Any]:
    """As plans say it."""
    if silence is None or silence.within is None:
        return dict(FALLBACK)
    said = silence.otherwise.of("silent") if silence.otherwise else None
    word = said.word if said and said.word else "steps" if said and said.steps is not None else "escalate"
    return {
        "within": silence.within.to_json(),
        "remind": [span.to_json() for span in silence.remind or ()],
        "otherwise": word,
    }


def names(*exprs: Expr | None) -> tuple[str, ...]:
    """Names that expressions read, sorted."""
    found: set[str] = set()
    for expr in exprs:
        if expr is not None:
            found |= expr.names
    return tuple(sorted(found))


def reads(*trees: Any) -> tuple[str, ...]:
    """Names that trees read, sorted."""
    found: set[str] = set()
    for tree in trees:
        match tree:
            case dict():
                found |= set(reads(*tree.values()))
            case _:
                found |= {path[0] for path in paths(tree)}
    return tuple(sorted(found))
