"""`ask`: obtains typed fields, of the customer or of a team."""

import re
from typing import Any

from engine.project.containers import Either, ListOf, MapOf
from engine.project.durations import Span
from engine.project.grant import Silence
from engine.project.scalars import (
    DURATION,
    EXPRESSION,
    NAME,
    STRING,
    TEMPLATE,
    YES,
    Choice,
    Expr,
    Number,
    Pattern,
    Ref,
    Word,
)
from engine.project.shape import Declaration, Outline, Reader, Schema, Section, key, quoted
from engine.project.step import OTHERWISE, Otherwise, StepKind
from engine.syntax import Text

__all__ = ["Ask", "FieldSpec", "Files"]

_KINDS = (
    "text", "number", "integer", "yes_no", "date", "money", "one_of", "some_of", "pattern", "email", "phone",
    "postcode", "order_number", "files",
)  # fmt: skip
_OPTIONS = Either("an expression that gives a list, or a list of words", text=EXPRESSION, items=ListOf(STRING, least=2))
_MONEY = Word("`true` or a currency such as `EUR`",
              lambda t: t if t.value in ("true", "yes") or re.fullmatch("[A-Z]{3}", t.value) else None,
              {"anyOf": [YES.schema(Outline({})), {"type": "string", "pattern": "^[A-Z]{3}$"}]})  # fmt: skip


_TYPES = Choice(
    image="A picture: PNG, JPEG, GIF or WebP.", pdf="A PDF document.", text="A text file in UTF-8, such as CSV."
)
_MEGABYTES = "(?:[1-9]|1[0-9]|20) MB"
_SIZE = Word(
    "a size such as `5 MB`, at most `20 MB`", lambda text: text if re.fullmatch(_MEGABYTES, text.value) else None,
    {"type": "string", "pattern": f"^{_MEGABYTES}$"},
)  # fmt: skip


class Files(Declaration):
    """What counts as an attachment. What a file is, its first bytes say, not its name."""

    WHAT = "files"
    types: list[Text] | None = key(
        "types", ListOf(_TYPES, one=True, least=1), doc="What they may be; `image` and `pdf` unless told.",
        example="[image]",
    )  # fmt: skip
    most: int | None = key("most", Number("1", "20", whole=True), doc="How many; 5 unless told.", example="3")
    size: Text | None = key("size", _SIZE, doc="How large each may be; `10 MB` unless told.", example="5 MB")

    def to_json(self) -> dict[str, Any]:
        """As plans say it: `size` in bytes."""
        return {
            "types": sorted({text.value for text in self.types or ()}) or ["image", "pdf"],
            "most": self.most or 5,
            "size": int(self.size.value.split()[0]) * 1_000_000 if self.size else 10_000_000,
        }


class FieldSpec(Declaration):
    """One thing to be obtained: exactly one key says of which kind it is."""

    WHAT = "a field"
    text: Text | None = key("text", YES, doc="Any text.", example="true")
    number: Text | None = key("number", YES, doc="A number.", example="true")
    integer: Text | None = key("integer", YES, doc="A whole number.", example="true")
    yes_no: Text | None = key("yes_no", YES, doc="Yes or no.", example="true")
    date: Text | None = key("date", YES, doc="A day.", example="true")
    money: Text | None = key("money", _MONEY, doc="An amount.", example="EUR")
    one_of: Any = key("one_of", _OPTIONS, doc="One element of a list.", example="[damaged, late]")
    some_of: Any = key("some_of", _OPTIONS, doc="Some elements of a list.", example="order.items")
    pattern: Text | None = key("pattern", Pattern(), doc="A text of this form.", example="'[A-Z]{2}[0-9]{6}'")
    email: Text | None = key("email", YES, doc="An e-mail address.", example="true")
    phone: Text | None = key("phone", YES, doc="A telephone number.", example="true")
    postcode: Text | None = key("postcode", YES, doc="A postcode.", example="true")
    order_number: Text | None = key("order_number", YES, doc="The number of an order.", example="true")
    files: Any = key(
        "files", Either("`true`, or a mapping with `types`, `most` and `size`", text=YES, entries=Section(Files)),
        doc="What the customer attaches: a list of records with `id`, `name`, `type` and `size`, never their contents.",
        example="{types: [image], most: 3}",
    )  # fmt: skip
    show: Expr | None = key(
        "show", TEMPLATE, doc="How an element reads; the field's own name stands for it.",
        example='"{{ order.number }}"',
    )  # fmt: skip
    ask: Expr | None = key("ask", TEMPLATE, doc="The question.", example='"Which order is this about?"')
    optional: Text | None = key("optional", YES, doc="The flow goes on without it.", example="true")
    test: Expr | None = key("if", EXPRESSION, doc="Asked for only where this holds.", example="reason == 'damaged'")

    @property
    def kind(self) -> str | None:
        """The key that says of which kind the field is."""
        for kind in self.at:
            if kind in _KINDS:
                return kind
        return None

    def finish(self, reader: Reader) -> None:
        """Exactly one kind."""
        kinds = [kind for kind in _KINDS if kind in self.at]
        if not kinds and not self.broken.isdisjoint(_KINDS):
            self.broken.add("kind")  # a misspelt one, which is reported as such
        elif not kinds:
            self.broken.add("kind")
            reader.error("missing-key", self.place, f"a field needs one of {quoted(_KINDS)}", tip="write `text: true`")
        for second in kinds[1:]:
            self.broken.add("kind")
            message = f"a field has one kind: `{kinds[0]}` stands here already, beside `{second}`"
            reader.error("wrong-shape", self.at[second].place, message)

    @classmethod
    def demands(cls) -> Schema:
        """The same as `finish`."""
        return {"oneOf": [{"required": [kind]} for kind in _KINDS]}


class Ask(StepKind):
    """Obtains typed fields: from the conversation first, then one question at a time. With `of`, asks people. An answer
    authorises no write."""

    WORD = "ask"
    WHAT = "the step `ask`"
    CAN = ("silent", "invalid", "unsure", "late")

    name: Text | None = key(
        "ask", NAME, doc="The name under which the answers are known.", example="details", required=True
    )
    fields: dict[str, tuple[Text, FieldSpec | None]] | None = key(
        "fields", MapOf(Section(FieldSpec), names=NAME, what="a field", least=1), doc="What to obtain.",
        example='{reason: {text: true, ask: "What went wrong?"}}', required=True,
    )  # fmt: skip
    of: Text | None = key("of", Ref("team"), doc="The team that is asked instead of the customer.", example="billing")
    show: Expr | None = key("show", TEMPLATE, doc="What the team sees.", example='"Order {{ order.number }}"')
    remind: list[Span] | None = key(
        "remind", ListOf(DURATION, one=True), doc="When to remind the team.", example="[4h]"
    )
    within: Span | None = key("within", DURATION, doc="When the question to the team ends.", example="1 business day")
    silence: Silence | None = key(
        "silence", Section(Silence), doc="How long to wait for the customer.", example="{within: 2d, otherwise: close}"
    )
    otherwise: Otherwise | None = key(
        "otherwise", OTHERWISE, doc="What follows if it does not work.", example="{late: escalate}"
    )

    def finish(self, reader: Reader) -> None:
        """A team answers in the service, which takes no files."""
        for _, (text, spec) in (self.fields or {}).items() if "of" in self.at else ():
            if spec is not None and spec.kind == "files":
                self.broken.add("fields")
                message = f"`{text.value}` asks a team for files: only customers attach them"
                reader.error("wrong-shape", spec.at["files"].place, message)

    @classmethod
    def demands(cls) -> Schema:
        """The same as `finish`."""
        without: Schema = {"properties": {"fields": {"additionalProperties": {"not": {"required": ["files"]}}}}}
        return {**super().demands(), "if": {"required": ["of"]}, "then": without}
