"""Grants: what a flow allows of a tool, and the gates before each call."""

import re
from decimal import Decimal
from typing import Any, NamedTuple

from engine.expressions import parse_expression
from engine.project.containers import Either, ListOf
from engine.project.durations import TIME, Span, duration, unlike_duration
from engine.project.ranges import natural
from engine.project.scalars import DURATION, EXPRESSION, PLAIN, STRING, TEMPLATE, Expr, Ref, Right, decimal, text_of
from engine.project.shape import Declaration, Outline, Reader, Schema, Section, Shape, key, shortened
from engine.project.step import OTHERWISE, Otherwise
from engine.syntax import Mapping, Node, Text

__all__ = ["GRANT", "LIMIT", "Approval", "Fallback", "GrantEntry", "Limit", "Silence"]


class Silence(Declaration):
    """How long a wait lasts, who is reminded when, and what follows."""

    WHAT = "silence"
    remind: list[Span] | None = key(
        "remind", ListOf(DURATION, one=True), doc="When to remind, counted from the question.", example="[1d, 3d]"
    )
    within: Span | None = key("within", DURATION, doc="When the wait ends.", example="5d", required=True)
    otherwise: Otherwise | None = key(
        "otherwise", OTHERWISE, doc="What follows a silence: a word, or steps.", example="close", required=True
    )


class Limit(NamedTuple):
    """`2 per customer per 90d` or `500 EUR per customer per 30d`; without a window it counts for ever."""

    times: int | None
    amount: Decimal | None
    currency: str | None
    subject: Any
    """A tree of names and dots; `customer` stands for `customer.id`."""
    part: Text
    """The subject's own words."""
    window: Span | None
    text: Text


_LIMIT = re.compile(
    r"\s*(?:(?P<count>[0-9]{1,6})|(?P<amount>[0-9.]+) (?P<currency>[A-Z]{3}))"
    r"\s+per\s+(?P<subject>[A-Za-z][A-Za-z0-9_.]*)(?:\s+per\s+(?P<window>[^#]+?))?\s*"
)


class _Limit(Shape):
    says = "a limit such as `1 per order_id`, `2 per customer per 90d` or `500 EUR per customer per 30d`"

    def read(self, node: Node, reader: Reader) -> Any:
        """A `Limit`; its subject is an expression of names and dots over what the grant sees."""
        if not isinstance(node, Text):
            return self.wrong(node, reader)
        match = _LIMIT.fullmatch(node.value)
        if match is None or (match["count"] and int(match["count"]) == 0):
            many = re.match(r"\s*(?:0+|[0-9]{7,})\s+per\s", node.value)
            why = ": it counts from 1 to 999999" if many else ""
            return self.wrong(node, reader, f"got `{shortened(node.value)}`{why}")
        amount = decimal(match["amount"]) if match["amount"] else None
        window = duration(node, match["window"]) if match["window"] else None
        broken = (match["amount"] and not amount) or (match["window"] and (window is None or window.business_days))
        if broken:
            why, tip = unlike_duration(match["window"]) if match["window"] and window is None else ("", "")
            return self.wrong(node, reader, f"got `{shortened(node.value)}`{why and f': {why}'}", tip)
        count = int(match["count"]) if match["count"] else None
        words = part(node, *match.span("subject"))
        subject = parse_expression(words, reader.sink)
        return Limit(count, amount, match["currency"], subject, words, window, node)

    def schema(self, outline: Outline) -> Schema:
        """A text of that form."""
        times, amount = rf"(?=[0-9]{{1,6}}\s){natural(1, 999999)}", rf"(?=[0-9.]*[1-9]){PLAIN} [A-Z]{{3}}"
        return text_of(rf"(?:{times}|{amount})\s+per\s+[A-Za-z][A-Za-z0-9_.]*(?:\s+per\s+(?:{TIME}))?")


LIMIT = _Limit()


class _After(Shape):
    """What follows where nobody decided in time: another team that is asked the same, or an `otherwise`."""

    says = f"{OTHERWISE.says}; or a mapping with `by`, `within` and `otherwise`: the team that is asked next"
    nests = True

    def read(self, node: Node, reader: Reader) -> Any:
        """A `Fallback` where the mapping names a team, else an `Otherwise`."""
        if isinstance(node, Mapping) and any(entry.key.value in Fallback.KEYS for entry in node.entries):
            return Fallback.read(node, reader)
        return OTHERWISE.read(node, reader)

    def schema(self, outline: Outline) -> Schema:
        """Either."""
        return {"anyOf": [OTHERWISE.schema(outline), outline.define("Fallback", lambda: Fallback.schema(outline))]}


_AFTER = _After()


class _Asked(Declaration):
    """What a line of `approve` and the teams behind it have in common."""

    by: Text | None
    remind: list[Span] | None
    within: Span | None
    after: "Otherwise | Fallback | None"

    @property
    def fallbacks(self) -> "list[Fallback]":
        """Whom it passes on to, in turn."""
        found: list[Fallback] = []
        after = self.after
        while isinstance(after, Fallback):
            found.append(after)
            after = after.after
        return found

    @property
    def otherwise(self) -> Otherwise | None:
        """What follows where none of them decided in time."""
        last = self.fallbacks[-1].after if self.fallbacks else self.after
        return last if isinstance(last, Otherwise) else None


class Fallback(_Asked):
    """The team that decides a line in the place of one that did not in time.

    It has no `if` and no `edit`: what it is asked, what it may change and who may not decide are the line's own: so
    passing a line on can never make it looser.
    """

    WHAT = "the next team of an approval"
    by: Text | None = key(
        "by", Ref("team", right=True), doc="The team that is asked next.", required=True, example="finance"
    )
    remind: list[Span] | None = key(
        "remind", ListOf(DURATION, one=True), doc="When to remind, counted from then on.", example="[4h]"
    )
    within: Span | None = key(
        "within", DURATION, doc="How long it has, counted from then on.", example="1 business day", required=True
    )
    after: "Otherwise | Fallback | None" = key(
        "otherwise", _AFTER, doc="What follows when it does not decide in time either.", example="escalate",
        required=True,
    )  # fmt: skip


class Approval(_Asked):
    """One line of `approve`: who decides, when, until when."""

    WHAT = "approve"
    by: Text | None = key("by", Ref("team", right=True), doc="The team, one of whose people decides.", required=True,
                          example="billing-leads")  # fmt: skip
    test: Expr | None = key("if", EXPRESSION, doc="The line counts where this holds.", example="amount > 50")
    edit: list[Text] | None = key(
        "edit", ListOf(STRING), doc="Arguments that the approver may change.", example="[amount]"
    )
    remind: list[Span] | None = key(
        "remind", ListOf(DURATION, one=True), doc="When to remind, counted from the question.", example="[4h]"
    )
    within: Span | None = key(
        "within", DURATION, doc="When the question ends unanswered.", example="2 business days", required=True
    )
    after: "Otherwise | Fallback | None" = key(
        "otherwise", _AFTER, doc="What follows when nobody decided in time: another team's turn, or a way on.",
        example="{by: finance, within: 1 business day, otherwise: escalate}", required=True,
    )  # fmt: skip

    @property
    def asked(self) -> "list[Approval | Fallback]":
        """Who is asked in turn: its own team, then those behind it."""
        return [self, *self.fallbacks]


class _Confirm(Shape):
    """The question, or `no`. A word that says whether one is asked would become the question itself."""

    says = 'a question, in which `"{{ order.number }}"` stands for a value, or `no`'

    def read(self, node: Node, reader: Reader) -> Any:
        """The text with its tree."""
        if isinstance(node, Text) and node.value != "no" and node.value.strip().lower() in _WHETHER:
            message = f"expected the question to the customer, or `no` for none, got `{node.value.strip()}`"
            none = node.value.strip().lower() in _NONE
            tip = "write `confirm: no` if nobody is asked" if none else 'for example `confirm: "Shall I do it?"`'
            reader.error("wrong-word", node.place, message, tip)
            return None
        return TEMPLATE.read(node, reader)

    def schema(self, outline: Outline) -> Schema:
        """A text that is none of these words. To YAML 1.1 `no` is the same as `false`."""
        words = "|".join("".join(f"[{letter.upper()}{letter}]" for letter in word) for word in _WHETHER)
        pattern = rf"^(?:no$|(?!\s*(?:{words})\s*$)\s*\S)"
        return {**TEMPLATE.schema(outline), "pattern": pattern, "not": {"const": True}}


_NONE = ("no", "false", "none")
_WHETHER = ("yes", "true", *_NONE)
_CONFIRM = _Confirm()


class GrantEntry(Declaration):
    """What a flow allows of one tool."""

    WHAT = "a grant"
    only_if: list[Expr] | None = key(
        "only_if", ListOf(EXPRESSION, one=True), doc="Every line must hold; the failing one is the reason.",
        example="[order.customer_id == customer.id]",
    )  # fmt: skip
    limit: list[Limit] | None = key(
        "limit", ListOf(LIMIT, one=True), doc="How often or how much, counted over all tickets.",
        example="[1 per order_id]",
    )  # fmt: skip
    confirm: Expr | Text | None = key(
        "confirm", _CONFIRM, doc="The question to which the customer must say yes, or `no` for none.", example="no"
    )
    approve: list[Approval] | None = key(
        "approve", ListOf(Section(Approval), one=True), doc="Every line whose `if` holds decides.",
        example="[{by: leads, within: 1d, otherwise: escalate}]",
    )  # fmt: skip

    @property
    def asks_customer(self) -> bool:
        """Whether `confirm` is a text."""
        return isinstance(self.confirm, Expr) and self.confirm.text.value != "no"


_ALLOWED = Right(allow="Any call, without a gate: for reads alone.")


class _Allow(Shape):
    says = "`allow`, or a mapping with the gates"

    def read(self, node: Node, reader: Reader) -> Any:
        """A grant without gates."""
        return GrantEntry(node) if _ALLOWED.read(node, reader) is not None else None

    def schema(self, outline: Outline) -> Schema:
        """The word."""
        return _ALLOWED.schema(outline)


GRANT = Either("`allow`, or a mapping with `only_if`, `limit`, `confirm` and `approve`",
               text=_Allow(), entries=Section(GrantEntry))  # fmt: skip


def part(text: Text, start: int, end: int) -> Text:
    """A piece of a text as a text of its own, with its own place."""
    at = text.start + start + (1 if text.style in ("'", '"') else 0)
    return Text(text.value[start:end], "", text.source, at, at + end - start, text.place_of(start, end))
