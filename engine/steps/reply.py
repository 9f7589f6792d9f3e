"""`reply`: a text to the customer."""

from typing import Any, NamedTuple

from engine.project.containers import ListOf, MapOf
from engine.project.scalars import EXPRESSION, LANGUAGE, STRING, TEMPLATE, Expr
from engine.project.shape import Declaration, Outline, Reader, Schema, Section, Shape, key
from engine.project.step import OTHERWISE, Otherwise, StepKind
from engine.syntax import Mapping, Node, Text

__all__ = ["Reply", "Texts", "Write"]


class Write(Declaration):
    """A text that a model writes from the values that it may use."""

    WHAT = "a text to write"
    write: Text | None = key(
        "write", STRING, doc="What to write.", example="Answer the question from the passages.", required=True
    )
    using: list[Expr] | None = key(
        "using", ListOf(EXPRESSION, least=1), doc="The values that it may be written from.", example="[passages]",
        required=True,
    )  # fmt: skip


class Texts(NamedTuple):
    """One template per language; `""` for one text in whatever language it stands."""

    by_language: dict[str, tuple[Text, Expr | None]]


_LANGUAGES = MapOf(TEMPLATE, names=LANGUAGE, what="a language", least=1)


class _What(Shape):
    says = "a text, one per language such as `{en: ..., de: ...}`, or `{write: ..., using: [...]}`"

    def read(self, node: Node, reader: Reader) -> Any:
        """`Texts` or `Write`."""
        match node:
            case Text():
                return Texts({"": (node, TEMPLATE.read(node, reader))})
            case Mapping() if any(entry.key.value in Write.KEYS for entry in node.entries):
                return Write.read(node, reader)
            case Mapping():
                texts = _LANGUAGES.read(node, reader)
                return Texts(texts) if texts else None
        return self.wrong(node, reader)

    def schema(self, outline: Outline) -> Schema:
        """A text, one a language, or what is to be written."""
        return {"anyOf": [shape.schema(outline) for shape in (TEMPLATE, Section(Write), _LANGUAGES)]}


class Reply(StepKind):
    """A text to the customer, through the flow's guardrails: a template, one per language, or what a model writes."""

    WORD = "reply"
    WHAT = "the step `reply`"
    CAN = ("unsure", "blocked")

    what: Texts | Write | None = key(
        "reply", _What(), doc="The text.", example='"Order {{ order.number }} is on its way."', required=True
    )
    otherwise: Otherwise | None = key(
        "otherwise", OTHERWISE, doc="What follows if nothing supports a text, or a guardrail blocks it.",
        example="{unsure: escalate}",
    )  # fmt: skip
