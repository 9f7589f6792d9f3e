"""A flow: how the tickets of one category are handled."""

from typing import Any

from engine.project.containers import ListOf, MapOf
from engine.project.durations import Span
from engine.project.grant import GRANT, GrantEntry, Silence
from engine.project.kind import KIND, Kind
from engine.project.scalars import (
    AMOUNT,
    DURATION,
    NAME,
    SCALAR,
    SLUG,
    STRING,
    TEMPLATE,
    Amount,
    Choice,
    Expr,
    Number,
    Percent,
    Ref,
    Right,
    Threshold,
)
from engine.project.shape import Declaration, Outline, Reader, Reference, Schema, Section, Shape, key, quoted
from engine.project.start import Start
from engine.project.step import STEPS, StepKind
from engine.syntax import Mapping, Node, Text

__all__ = ["GUARDRAILS", "Data", "Escalation", "Figures", "Flow", "Meanwhile", "Rollout", "When"]

_OF_PIECES = ("flow", "title", "owner", "about", "takes", "gives", "needs", "steps")
_FOLLOWS = Right(
    stop="The flow stops, and the ticket closes as withdrawn.",
    ask_again="The step that is asked about is done again.",
    update="What is known is brought up to date.",
    answer="It is answered, and the flow goes on.",
    queue="It waits until this matter is done.",
    escalate="A person takes over.",
)


class Meanwhile(Declaration):
    """What follows a message that no step waits for, by what it means."""

    WHAT = "meanwhile"
    withdraws: Text | None = key("withdraws", _FOLLOWS, doc="The customer takes the wish back.", example="stop")
    corrects: Text | None = key(
        "corrects", _FOLLOWS, doc="The customer corrects a fact given earlier.", example="ask_again"
    )
    adds: Text | None = key("adds", _FOLLOWS, doc="The customer adds something.", example="update")
    asks: Text | None = key("asks", _FOLLOWS, doc="The customer asks something on the side.", example="answer")
    new_wish: Text | None = key("new_wish", _FOLLOWS, doc="The customer wants something else.", example="queue")


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


_MODE = Right(
    shadow="It runs beside people, and nothing that it does is seen or counts.",
    suggest="It drafts, people send.",
    read_only="It answers; writes are left to people.",
    live="It does all that the flow allows.",
)


class Rollout(Declaration):
    """How far the flow is let."""

    WHAT = "rollout"
    mode: Text | None = key("mode", _MODE, doc="How far the engine acts.", example="live")
    share: Any = key(
        "share", Percent, example="100%",
        doc="The share of customers that it is for, by a stable hash; for the others it suggests to people at most.",
    )  # fmt: skip


_LOCATION = Right(
    anywhere="Wherever models and tools are.", on_premises="No model, tool or embedder of a cloud sees them."
)
_MASK = Right(card="Numbers of payment cards.", iban="Numbers of bank accounts.")
_JOBS = Choice(
    answer="Writes replies.", ask="Reads what customers write.", route="Finds the flow.", agent="Works with tools."
)


class Data(Declaration):
    """Where contents may go."""

    WHAT = "data"
    location: Text | None = key("location", _LOCATION, doc="Where contents may be processed.", example="on_premises")
    mask: list[Text] | None = key(
        "mask", ListOf(_MASK), example="[card, iban]",
        doc="What no model and no embedder sees: they are given `[CARD_1]`, customers, tools and people the number.",
    )  # fmt: skip


class Figures(Declaration):
    """What is measured of the tickets of a flow."""

    WHAT = "figures"
    resolution: Any = key(
        "resolution", Percent, doc="Tickets that are solved without a person, of all that end.", example="70%"
    )
    csat: Any = key("csat", Number("1", "5"), doc="The mean mark of the survey, from 1 to 5.", example="4.2")
    first_reply: Span | None = key(
        "first_reply", DURATION, doc="Half of the tickets have a first reply within this time.", example="30s"
    )
    cost: Amount | None = key("cost", AMOUNT, doc="What a ticket costs on the average.", example="6 USD")


_SURVEY = Choice(csat="How content the customer was, from 1 to 5.")


class _Guardrails(Shape):
    says = "the name of a guardrail set, or one check with its options"

    def read(self, node: Node, reader: Reader) -> Any:
        """The node, with a reference where it is a name."""
        if isinstance(node, Text):
            return Ref("guardrail").read(node, reader)
        return node if isinstance(node, Mapping) and len(node.entries) == 1 else self.wrong(node, reader)

    def schema(self, outline: Outline) -> Schema:
        """A name, or an object of one."""
        return {"anyOf": [dict(SCALAR), {"type": "object", "minProperties": 1, "maxProperties": 1}]}


GUARDRAILS = ListOf(_Guardrails())


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
        "tools", MapOf(GRANT, names=Ref("tool", right=True), what="a tool"), doc="What the flow may call, and how far.",
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
        "models", MapOf(Ref("model"), names=_JOBS, what="a job"),
        doc="Which model does which job.", example="{answer: local}",
    )  # fmt: skip
    guardrails: list[Node] | None = key(
        "guardrails", GUARDRAILS, doc="What every text to the customer is held against.",
        example="[customer-facing]",
    )  # fmt: skip
    escalate: Escalation | None = key(
        "escalate", Section(Escalation), doc="Who takes over, and when.", example="{to: billing-tier-2}"
    )
    data: Data | None = key("data", Section(Data), doc="Where contents may go.", example="{mask: [card, iban]}")
    rollout: Rollout | None = key(
        "rollout", Section(Rollout), doc="How far the flow is let.", example="{mode: live, share: 100%}"
    )
    targets: Figures | None = key(
        "targets", Section(Figures), doc="What the flow should reach.", example="{resolution: 70%}"
    )
    baseline: Figures | None = key("baseline", Section(Figures), doc="How it was before.", example="{resolution: 45%}")
    survey: Text | None = key("survey", _SURVEY, doc="Asked once, after a close as solved.", example="csat")
    gives: dict[str, tuple[Text, Expr | None]] | None = key(
        "gives", MapOf(TEMPLATE, names=NAME, what="a name"), doc="What a shared piece gives; it makes the file one.",
        example='{order: "{{ details.order }}"}',
    )  # fmt: skip
    takes: dict[str, tuple[Text, Kind | None]] | None = key(
        "takes", MapOf(KIND, names=NAME, what="a name"), doc="What a shared piece takes, with the type of each.",
        example="{days: integer, order: orders.get}",
    )  # fmt: skip
    needs: Text | None = key(
        "needs", Right(verified="The customer is verified by then."), example="verified",
        doc="What a shared piece relies on where it is used.",
    )  # fmt: skip

    @property
    def is_piece(self) -> bool:
        """Whether other flows use it, and no ticket starts in it."""
        return "gives" in self.at

    def finish(self, reader: Reader) -> None:
        """A shared piece has what is its own; all else is said by the flow that uses it."""
        for name in self.at if self.is_piece else ():
            if name not in _OF_PIECES:
                tip = f"A piece has {quoted(_OF_PIECES).replace(' or ', ' and ')}."
                reader.error(
                    "wrong-piece", self.at[name].place,
                    f"a shared piece (a file with `gives`) has no `{name}`: the flow that uses it says that", tip=tip,
                )  # fmt: skip
        for name in ("takes", "needs"):
            if name in self.at and not self.is_piece:
                message = f"`{name}` is for a shared piece, which has `gives`; this is a flow"
                reader.error(
                    "wrong-piece", self.at[name].place, message, tip="write `gives: {}` if others use this file"
                )

    @classmethod
    def demands(cls) -> Schema:
        """The same as `finish`."""
        alone: Schema = {"not": {"anyOf": [{"required": [name]} for name in ("takes", "needs")]}}
        piece: Schema = {"propertyNames": {"pattern": f"^(?:{'|'.join(_OF_PIECES)})$"}}
        return {**super().demands(), "if": {"required": ["gives"]}, "then": piece, "else": alone}

    def grants(self) -> dict[str, tuple[Text, GrantEntry]]:
        """The grants that could be read."""
        return {tool: (text, grant) for tool, (text, grant) in (self.tools or {}).items() if grant is not None}
