"""A flow: how the tickets of one category are handled."""

from typing import Any

from engine.project.containers import ListOf, MapOf
from engine.project.grant import GRANT, GrantEntry, Silence
from engine.project.scalars import SLUG, STRING, Choice, Percent, Ref, Threshold
from engine.project.shape import Declaration, Reader, Reference, Section, Shape, key
from engine.project.step import STEPS, StepKind
from engine.syntax import Mapping, Node, Text

__all__ = ["Data", "Escalation", "Flow", "Meanwhile", "Rollout", "Start", "When"]

_TODO = ("stop", "ask_again", "update", "answer", "queue", "escalate")


class Start(Declaration):
    """Which tickets begin here."""

    WHAT = "start"
    examples: list[Text] | None = key(
        "examples", ListOf(STRING, least=1), doc="What customers write who belong here.", required=True,
        example='["I want a refund for order 4821"]',
    )  # fmt: skip
    counter: list[Text] | None = key(
        "not", ListOf(STRING), doc="What looks alike and belongs to another flow.",
        example='["Where is the refund you promised?"]',
    )  # fmt: skip
    event: Any = key("event", STRING, doc="An event that starts the flow.", later=True)
    schedule: Any = key("schedule", STRING, doc="A schedule that starts the flow.", later=True)

    def absent(self) -> list[str]:
        """`examples` may be missing where an event or a schedule starts the flow."""
        return [] if {"event", "schedule"} & set(self.at) else list(super().absent())


class Meanwhile(Declaration):
    """What follows a message that no step waits for, by what it means."""

    WHAT = "meanwhile"
    withdraws: Text | None = key("withdraws", Choice(*_TODO), doc="The customer takes the wish back.", example="stop")
    corrects: Text | None = key(
        "corrects", Choice(*_TODO), doc="The customer corrects a fact given earlier.", example="ask_again"
    )
    adds: Text | None = key("adds", Choice(*_TODO), doc="The customer adds something.", example="update")
    asks: Text | None = key("asks", Choice(*_TODO), doc="The customer asks something on the side.", example="answer")
    new_wish: Text | None = key("new_wish", Choice(*_TODO), doc="The customer wants something else.", example="queue")


class When(Declaration):
    """Thresholds beyond which people take over."""

    WHAT = "when"
    confidence: Any = key("confidence", Threshold("0", "1"), doc="Of the answer about to be sent.", example='"< 0.75"')
    sentiment: Any = key("sentiment", Threshold("-1", "1"), doc="Of the customer's last message.", example='"< -0.5"')
    customer_turns: Any = key(
        "customer_turns", Threshold("0", "1000"), doc="How often the customer wrote.", example='"> 8"'
    )
    topics: list[Text] | None = key(
        "topics", ListOf(STRING, least=1), doc="Matters that only people handle.", example="[legal, press]"
    )


class Escalation(Declaration):
    """Who takes over, and when."""

    WHAT = "escalate"
    to: Text | None = key("to", Ref("team"), doc="The team that takes over.", example="billing-tier-2")
    when: When | None = key("when", Section(When), doc="Thresholds of this flow.", example='{confidence: "< 0.75"}')


class Rollout(Declaration):
    """How far the flow is let."""

    WHAT = "rollout"
    mode: Text | None = key(
        "mode",
        Choice("shadow", "suggest", "read_only", "live", guessed=False),
        doc="How far the engine acts.",
        example="live",
    )
    share: Any = key("share", Percent, doc="The share of customers, by a stable hash.", example="100%")


class Data(Declaration):
    """Where contents may go."""

    WHAT = "data"
    location: Text | None = key(
        "location", Choice("anywhere", "on_premises"), doc="Where contents may be processed.", example="on_premises"
    )
    mask: list[Text] | None = key(
        "mask", ListOf(STRING), doc="What no model, log or history sees.", example="[card, iban]"
    )


class _Guardrails(Shape):
    says = "the name of a guardrail set, or one check with its options"

    def read(self, node: Node, reader: Reader) -> Any:
        """The node, with a reference where it is a name."""
        if isinstance(node, Text):
            return Ref("guardrail").read(node, reader)
        return node if isinstance(node, Mapping) and len(node.entries) == 1 else self.wrong(node, reader)


class Flow(Declaration):
    """One file of `flows/`."""

    WHAT = "a flow"
    references: list[Reference]
    name: str
    """That of its file."""
    lost: bool = False
    """Whether some step could not be read at all, so that names may be bound that nothing shows."""

    flow: Text | None = key("flow", SLUG, doc="The flow's name, which is its file's.", example="refund", required=True)
    title: Text | None = key("title", STRING, doc="What people call it.", example="Refund request", required=True)
    owner: Text | None = key(
        "owner", Ref("team"), doc="The team that answers for it.", example="billing", required=True
    )
    about: Text | None = key("about", STRING, doc="In a sentence, what the customer wants.", required=True,
                             example="The customer wants money back for an order that they paid for.")  # fmt: skip
    start: Start | None = key("start", Section(Start), doc="Which tickets begin here.", example="{examples: [...]}")
    tools: dict[str, tuple[Text, GrantEntry | None]] | None = key(
        "tools", MapOf(GRANT, names=Ref("tool"), what="a tool"), doc="What the flow may call, and how far.",
        example="{orders.get: allow}",
    )  # fmt: skip
    silence: Silence | None = key(
        "silence", Section(Silence), doc="Every wait for the customer, unless a step says otherwise.",
        example="{remind: [1d], within: 5d, otherwise: close}",
    )  # fmt: skip
    meanwhile: Meanwhile | None = key(
        "meanwhile", Section(Meanwhile), doc="What follows a message that no step waits for.",
        example="{new_wish: queue}",
    )  # fmt: skip
    steps: list[StepKind] | None = key(
        "steps", STEPS, doc="What is done, from top to bottom.", example="[...]", required=True
    )
    knowledge: list[Text] | None = key(
        "knowledge", ListOf(Ref("collection")), doc="The collections that may be searched.", example="[faq]"
    )
    models: dict[str, tuple[Text, Text | None]] | None = key(
        "models", MapOf(Ref("model"), names=Choice("answer", "ask", "route"), what="a job"),
        doc="Which model does which job.", example="{answer: local}",
    )  # fmt: skip
    guardrails: list[Node] | None = key(
        "guardrails", ListOf(_Guardrails()), doc="What every text to the customer is held against.",
        example="[customer-facing]",
    )  # fmt: skip
    escalate: Escalation | None = key(
        "escalate", Section(Escalation), doc="Who takes over, and when.", example="{to: billing-tier-2}"
    )
    data: Data | None = key("data", Section(Data), doc="Where contents may go.", example="{mask: [card, iban]}")
    rollout: Rollout | None = key(
        "rollout", Section(Rollout), doc="How far the flow is let.", example="{mode: live, share: 100%}"
    )
    targets: Any = key("targets", MapOf(STRING), doc="What the flow should reach.", example="{resolution: 70%}")
    baseline: Any = key("baseline", MapOf(STRING), doc="How it was before.", example="{resolution: 45%}")
    survey: Any = key("survey", STRING, doc="The survey after the close.", example="csat")
    gives: Any = key("gives", MapOf(STRING), doc="What a shared piece hands back.", later=True)
    needs: Any = key("needs", STRING, doc="What a shared piece relies on.", later=True)

    def grants(self) -> dict[str, tuple[Text, GrantEntry]]:
        """The grants that could be read."""
        return {tool: (text, grant) for tool, (text, grant) in (self.tools or {}).items() if grant is not None}
