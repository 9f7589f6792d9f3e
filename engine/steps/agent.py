"""`agent`: a model works on a goal, with tools, in a bounded loop."""

import re
from typing import Any

from engine.project.containers import Either, ListOf, MapOf
from engine.project.durations import Span
from engine.project.grant import Silence
from engine.project.kind import KIND
from engine.project.scalars import AMOUNT, DURATION, EXPRESSION, NAME, STRING, Amount, Expr, Number, Ref, Right, Word
from engine.project.shape import Declaration, Section, key
from engine.project.step import OTHERWISE, Otherwise, StepKind
from engine.syntax import Text

__all__ = ["Agent", "Bounds"]


class Bounds(Declaration):
    """What ends an agent that does not come to an end: then it is `exhausted`."""

    WHAT = "max"
    model_calls: int | None = key(
        "model_calls", Number("1", "100", whole=True), doc="How often the model is asked.", example="20", required=True
    )
    customer_turns: int | None = key(
        "customer_turns", Number("0", "50", whole=True), doc="How often it may write to the customer and wait.",
        example="4", required=True,
    )  # fmt: skip
    cost: Amount | None = key("cost", AMOUNT, doc="What the model may cost, in USD.", example="0.50 USD")
    time: Span | None = key(
        "time", DURATION, doc="How long it may take from its first call on, with every wait for the customer and for "
        "people.", example="3d",
    )  # fmt: skip


_GIVES = Either(
    "a type such as `text` or `yes_no`, or a list of words to choose from",
    text=KIND, items=ListOf(STRING, least=2),
)  # fmt: skip


_PATH = r"""(?![.]{1,2}/)(?:[^/\\\s,}"'#]+/)+[^/\\\s,}"'#]+[.](?:md|txt)"""
_POLICY = Word(
    "the path of a document, such as `knowledge/policies/refunds.md`",
    lambda text: text if re.fullmatch(_PATH, text.value) and ".." not in text.value.split("/") else None,
    {"type": "string", "pattern": f"^{_PATH}$", "not": {"pattern": "(?:^|/)[.][.]/"}},
)  # fmt: skip


class Agent(StepKind):
    """A model works on a goal: it calls the tools that are named here, each through all gates of the flow's grant,
    looks things up, talks with the customer, and ends in typed values or hands over. What it gives is a claim."""

    WORD = "agent"
    WHAT = "the step `agent`"
    CAN = ("silent", "unsure", "exhausted", "blocked", "rejected", "late")

    goal: Text | None = key(
        "agent", STRING, doc="What it is to reach.", required=True,
        example="Find out why the parcel is late, and offer what the policies allow.",
    )  # fmt: skip
    tools: Any = key(
        "tools", Either("`all` for every granted tool, or a list of tools",
                        text=Right(all="Every tool that this flow grants."), items=ListOf(Ref("tool", right=True))),
        doc="The tools that it may call, of those that this flow grants.", example="[orders.get]",
    )  # fmt: skip
    knowledge: list[Text] | None = key(
        "knowledge", ListOf(Ref("collection")), doc="The collections that it may search.", example="[policies]"
    )
    policy: Text | None = key(
        "policy", _POLICY, doc="A document of the knowledge folder that it is given in full, by its path.",
        example="knowledge/policies/refunds.md",
    )  # fmt: skip
    using: list[Expr] | None = key(
        "using", ListOf(EXPRESSION), doc="Values that it sees beside the conversation.", example="[order]"
    )
    gives: dict[str, tuple[Text, Any]] | None = key(
        "gives", MapOf(_GIVES, names=NAME, what="a name", least=1), doc="What it ends with.",
        example="{solved: yes_no, why: [damaged, late]}", required=True,
    )  # fmt: skip
    bounds: Bounds | None = key(
        "max", Section(Bounds), doc="What it may take at most.", example="{model_calls: 20, customer_turns: 4}",
        required=True,
    )  # fmt: skip
    name: Text | None = key("as", NAME, doc="The name of what it gives.", example="outcome", required=True)
    silence: Silence | None = key(
        "silence", Section(Silence), doc="How long it waits for the customer.",
        example="{within: 2d, otherwise: close}",
    )  # fmt: skip
    otherwise: Otherwise | None = key(
        "otherwise", OTHERWISE, doc="What follows if it does not come to an end.", example="{exhausted: escalate}"
    )

    @property
    def named_tools(self) -> list[Text] | None:
        """The tools by their names; None for all that the flow grants."""
        return None if isinstance(self.tools, Text) else list(self.tools or ())
