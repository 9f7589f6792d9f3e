"""A plan drawn as a Mermaid flowchart (https://mermaid.js.org/syntax/flowchart.html), which GitHub shows as a picture.

Of Mermaid's language only this is written: `flowchart TD`, nodes with a quoted label in one of six shapes, edges with a
quoted label, one `subgraph ... end` a write, and classes. Labels hold entities (`#quot;`) for what would end or format
them, so that no text of a flow is read as Mermaid's.
"""

import re
import textwrap
from dataclasses import dataclass, field
from typing import Final

from engine.graph.shape import Place, edges, is_good, place, walk
from engine.graph.words import branch, does, flat, waits
from engine.plan import Node, Plan

__all__ = ["mermaid"]

_WIDTH = 32
_LONGEST = 180
_ESCAPED: Final = re.compile(r"[\"#&<>`\\\[\]{}|*_~]|^\s*[-+]|^\s*[0-9]+[.)]")
_SHAPES: Final = {
    "branch": ("{", "}"), "until": ("{", "}"), "switch": ("{", "}"), "next": ("{", "}"), "wait": ("(", ")"),
    "ask": ("(", ")"), "verify": ("(", ")"), "gate": ("{{", "}}"), "escalate": ("[/", "/]"),
    "close": ("([", "])"),
}  # fmt: skip
_BOX: Final = ("[", "]")
_CLASSES: Final = (
    ("customer", "fill:#fff3d6,stroke:#b07d00"), ("people", "fill:#e3e8ff,stroke:#3949ab"),
    ("gate", "fill:#fff,stroke:#555,stroke-dasharray:4 2"), ("write", "fill:#ffe3e0,stroke:#b3261e"),
    ("done", "fill:#e2f3e4,stroke:#2e7d32"),
)  # fmt: skip


def mermaid(plan: Plan) -> str:
    """The drawing, which ends with a line break. Yellow waits for the customer, blue for people, red writes."""
    return _Drawing(plan).drawn()


@dataclass(slots=True)
class _Drawing:
    plan: Plan
    names: dict[Place, str] = field(default_factory=dict)
    """Place -> its name in the drawing: `n1`, in the order in which a ticket meets them."""

    def drawn(self) -> str:
        nodes = self.nodes()
        self.names = {place(self.plan, node.id): f"n{number}" for number, node in enumerate(nodes, 1)}
        lines = ["flowchart TD", f'  start(["{label(self.plan.title, 60)}"])']
        for node in nodes:
            if node.kind == "propose":
                lines += self.chain(node, nodes)
            elif node.data.get("intent") is None:
                lines.append(f"  {self.node(node)}")
        lines.append(f"  start --> {self.name(self.plan.entry)}")
        lines += [f"  {edge}" for node in nodes for edge in self.edges(node)]
        lines += [f"  classDef {name} {style}" for name, style in _CLASSES]
        for name, _ in _CLASSES:
            members = [self.name(node.id) for node in nodes if _class(node) == name]
            lines += [f"  class {','.join(members)} {name}"] if members else []
        return "\n".join(lines) + "\n"

    def nodes(self) -> list[Node]:
        """Those that a ticket can reach; ends that say the same on account of one line are drawn once."""
        kept: dict[Place, Node] = {}
        for node in walk(self.plan):
            kept.setdefault(place(self.plan, node.id), node)
        return [*kept.values()]

    def name(self, node: str) -> str:
        """A node in the drawing."""
        return self.names[place(self.plan, node)]

    def chain(self, propose: Node, nodes: list[Node]) -> list[str]:
        """A write: its proposal, its gates and its call, together."""
        links = [propose, *(node for node in nodes if node.data.get("intent") == propose.id)]
        title = label(f"{propose.data['tool']}: every gate, then the call", 60)
        inside = [f"    {self.node(link)}" for link in links]
        return [f'  subgraph {self.name(propose.id)}_gates ["{title}"]', *inside, "  end"]

    def node(self, node: Node) -> str:
        """A node with what it does, whom it waits for, and where it stands."""
        begin, end = _SHAPES.get(node.kind, _BOX)
        parts = [label(does(self.plan, node))]
        waiting = waits(self.plan, node)
        if waiting:
            parts.append(label(waiting))
        if node.id in self.plan.places:
            parts.append(label(self.plan.places[node.id], width=_LONGEST))
        return f'{self.name(node.id)}{begin}"{"<br/>".join(parts)}"{end}'

    def edges(self, node: Node) -> list[str]:
        """One edge a place: thick lines where it works, dotted ones where it does not."""
        found = []
        for outcomes, to in edges(self.plan, node):
            arrow = "-->" if any(is_good(node, outcome) for outcome in outcomes) else "-.->"
            said = ", ".join(_said(node, outcome) for outcome in outcomes)
            found.append(f'{self.name(node.id)} {arrow}|"{label(said, 80)}"| {self.name(to)}')
        return found


def _said(node: Node, outcome: str) -> str:
    if node.kind == "wait":
        return branch(node.data["branches"][int(outcome) - 1])
    return outcome[1:] if node.kind in ("switch", "parallel") and outcome[0] in "=&" else outcome


def _class(node: Node) -> str:
    if node.kind == "escalate" or "deadline" in node.data:
        return "people"
    if "silence" in node.data or node.kind == "wait":
        return "customer"
    return {"call": "write", "gate": "gate", "close": "done"}.get(node.kind, "")


def label(text: str, longest: int = _LONGEST, width: int = _WIDTH) -> str:
    """A text on lines of a readable width, with nothing in it that Mermaid or Markdown reads as theirs."""
    whole = flat(text)
    short = whole if len(whole) <= longest else f"{whole[: longest - 1]}…"
    lines = textwrap.wrap(short, width, break_on_hyphens=False)
    return "<br/>".join(_ESCAPED.sub(_entities, line) for line in lines)


def _entities(match: re.Match[str]) -> str:
    return "".join(char if char.isspace() or char.isdigit() else f"#{ord(char)};" for char in match[0])
