"""Shapes of single texts: words, names, durations, amounts, expressions. YAML's own typing plays no part."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, ClassVar, Final, NamedTuple

from engine import patterns
from engine.diagnostics import Meant, Place
from engine.expressions import Path, Tree, parse_expression, parse_template
from engine.project.durations import BUSINESS, TIME, Span, duration, unlike_duration
from engine.project.ranges import between
from engine.project.shape import Outline, Reader, Schema, Shape, misspelt, quoted, renamed, shortened
from engine.syntax import Broken, Node, Nothing, Text

__all__ = [
    "AMOUNT", "CURRENCY", "DURATION", "EXPRESSION", "LANGUAGE", "NAME", "RESERVED", "SCALAR", "SECRET", "SLUG",
    "STRING", "TEMPLATE", "YES", "Amount", "Choice", "Expr", "Number", "Pattern", "Percent", "Ref", "Threshold",
    "Word", "amount",
]  # fmt: skip

RESERVED: Final = frozenset(
    """
    customer ticket conversation refused result secret true false none True False None and or not in is if else for
    loop self""".split()
)
"""Names with a meaning of their own: no step may bind them."""

SCALAR: Final[Schema] = {"type": ["string", "number", "boolean"]}
"""Any text, as YAML may have typed it: `no`, `0421`, `12:30` and `1.10` are a boolean and numbers to YAML 1.1."""
FLAG: Final[Schema] = {"type": ["string", "boolean"]}
"""A text of letters, which may be a boolean to YAML 1.1: `no`, `on`."""


class Expr(NamedTuple):
    """An expression or template with the text that it stands in. A `Broken` tree silences what would use it."""

    text: Text
    tree: Any

    @property
    def reads(self) -> frozenset[Path]:
        """The dotted paths that it reads."""
        return self.tree.reads() if isinstance(self.tree, Tree) else frozenset()

    @property
    def names(self) -> frozenset[str]:
        """The names that it reads."""
        return self.tree.names() if isinstance(self.tree, Tree) else frozenset()


class Amount(NamedTuple):
    """Money as `500 EUR`."""

    value: Decimal
    currency: str
    text: Text


class Bound(NamedTuple):
    """A threshold such as `< -0.5`."""

    op: str
    value: Decimal
    text: Text

    def to_json(self) -> dict[str, str]:
        """As plans say it: the number as text, so that it stays decimal."""
        return {"op": self.op, "value": str(self.value)}


class Word(Shape):
    """A text that a function reads. The function gives the value, or None; `schema` says the same to editors. `why`
    tells more of what is none: what is wrong with it and a tip, both of which may be empty."""

    def __init__(
        self, says: str, read: Callable[[Text], Any], schema: Schema,
        why: Callable[[str], tuple[str, str]] | None = None,
    ) -> None:  # fmt: skip
        self.says = says
        self._read = read
        self._schema = schema
        self._why = why

    def read(self, node: Node, reader: Reader) -> Any:
        """What the function makes of the text."""
        if not isinstance(node, Text):
            return self.wrong(node, reader)
        value = self._read(node)
        if value is None:
            why, tip = self._why(node.value) if self._why else ("", "")
            return self.wrong(node, reader, f"got `{shortened(node.value)}`{why and f': {why}'}", tip)
        return value

    def schema(self, outline: Outline) -> Schema:
        """What the function accepts."""
        return dict(self._schema)


class Choice(Shape):
    """One of a few words, each with what it means. None is a word that YAML types."""

    GUESSED: ClassVar[bool] = True
    """Whether `--fix` may write the nearest word."""

    def __init__(self, otherwise: Mapping[str, str | tuple[str, str]] | None = None, /, **words: str) -> None:
        """`otherwise`: what others call these -> the word, with a tip where it alone is not enough."""
        self.words = words
        self.otherwise = {name: said for name, said in (otherwise or {}).items() if _first(said) in words}
        self.says = quoted(words)

    def read(self, node: Node, reader: Reader) -> Any:
        """The text, which is one of the words."""
        if not isinstance(node, Text):
            return self.wrong(node, reader)
        if node.value in self.words:
            return node
        message = f"expected {self.says}, got `{shortened(node.value)}`"
        tip, fix = self._meant(node)
        reader.error("wrong-word", node.place, message, tip, fix if self.GUESSED else None)
        return None

    def _meant(self, node: Text) -> Meant:
        said = self.otherwise.get(node.value.lower())
        if isinstance(said, tuple):
            return Meant(said[1])
        return renamed(node, said) if said else misspelt(node, self.words)

    def schema(self, outline: Outline) -> Schema:
        """The words, explained."""
        return {"enum": [*self.words], "markdownEnumDescriptions": [*self.words.values()]}


def _first(said: str | tuple[str, str]) -> str:
    return said if isinstance(said, str) else said[0]


class Right(Choice):
    """One of a few words on which a right hangs: what was meant is never guessed."""

    GUESSED = False


class Ref(Shape):
    """The name of something declared elsewhere in the project; whether it exists is a rule's business. `right`: a right
    hangs on it, so that what was meant is never guessed."""

    def __init__(self, what: str, says: str = "", *, right: bool = False) -> None:
        self.what = what
        self.right = right
        self.says = says or f"the name of a {what}"

    def read(self, node: Node, reader: Reader) -> Any:
        """The text, noted to be resolved."""
        if not isinstance(node, Text):
            return self.wrong(node, reader)
        reader.refer(self.what, node, right=self.right)
        return node

    def schema(self, outline: Outline) -> Schema:
        """Any text: what the project has is beyond the file. The language server looks at what it refers to."""
        return {**SCALAR, "x-refers-to": self.what}


class _Parsed(Shape):
    """An expression or a template."""

    def __init__(self, says: str, parse: Callable[..., Any]) -> None:
        self.says = says
        self._parse = parse

    def read(self, node: Node, reader: Reader) -> Any:
        """The text with its tree."""
        if not isinstance(node, Text):
            return self.wrong(node, reader)
        if not node.value.strip():
            message = f"expected {self.says}, but nothing stands here"
            reader.error("wrong-shape", node.place, message, tip="an empty text that is meant is `\"{{ '' }}\"`")
            return None
        tree = self._parse(node, reader.sink)
        if isinstance(tree, Broken):
            reader.count += 1
        return Expr(node, tree)

    def schema(self, outline: Outline) -> Schema:
        """Any text: what an expression is, no schema tells. The language server looks at which of the two it is."""
        return {
            **SCALAR,
            "pattern": r"\S",
            "x-expression": "template" if self._parse is parse_template else "expression",
        }


class Number(Shape):
    """A decimal number within bounds, both included. `whole`: without a fraction."""

    def __init__(self, low: str, high: str, *, whole: bool = False) -> None:
        self.low, self.high, self.whole = Decimal(low), Decimal(high), whole
        self.says = f"a {'whole ' if whole else ''}number from {low} to {high}"

    def read(self, node: Node, reader: Reader) -> Any:
        """An int or a Decimal."""
        if not isinstance(node, Text):
            return self.wrong(node, reader)
        value = decimal(node.value)
        if value is None or not self.low <= value <= self.high or (self.whole and value != int(value)):
            return self.wrong(node, reader, f"got `{shortened(node.value)}`")
        return int(value) if self.whole else value

    def schema(self, outline: Outline) -> Schema:
        """A number, or the text of one."""
        return {
            "type": ["integer" if self.whole else "number", "string"], "minimum": _plain(self.low),
            "maximum": _plain(self.high), "pattern": rf"^\s*{between(self.low, self.high, whole=self.whole)}\s*$",
        }  # fmt: skip


class Threshold(Shape):
    """`< 0.75`: an operator and a number within the range that the measured value has."""

    def __init__(self, low: str, high: str) -> None:
        self.low, self.high = Decimal(low), Decimal(high)
        self.says = f'an operator and a number from {low} to {high}, such as "< {low}"'

    def read(self, node: Node, reader: Reader) -> Any:
        """A `Bound`."""
        if not isinstance(node, Text):
            return self.wrong(node, reader)
        match = re.fullmatch(r"\s*(<=|>=|<|>)\s*(\S+)\s*", node.value)
        value = decimal(match[2]) if match else None
        if match is None or value is None or not self.low <= value <= self.high:
            return self.wrong(node, reader, f"got `{shortened(node.value)}`")
        return Bound(match[1], value, node)

    def schema(self, outline: Outline) -> Schema:
        """An operator and the text of a number."""
        return {"type": "string", "pattern": rf"^\s*(?:<=|>=|<|>)\s*{between(self.low, self.high)}\s*$"}


class Pattern(Shape):
    """A regular expression that a whole answer must match, in `patterns`. Kept simple, so that it can be read."""

    says = "a regular expression without nested repeats, such as `[A-Z]{2}[0-9]{6}`"

    def read(self, node: Node, reader: Reader) -> Any:
        """The text, which compiles."""
        if not isinstance(node, Text):
            return self.wrong(node, reader)
        if not node.value:
            return self.wrong(node, reader, "but nothing stands here")
        if len(node.value) > 200 or re.search(_HARD, node.value):
            return self.wrong(node, reader, f"got `{shortened(node.value)}`")
        try:
            patterns.compiled(node.value)
        except patterns.Hard as error:
            none = "none" if isinstance(error, patterns.Wrong) else "not supported"
            return self.wrong(node, reader, f"`{shortened(node.value)}` is {none}: {error}")
        return node

    def schema(self, outline: Outline) -> Schema:
        """A text that is a regular expression, as far as an editor looks at formats."""
        return {
            **SCALAR,
            "minLength": 1,
            "maxLength": 200,
            "format": "regex",
            "not": {"type": "string", "pattern": _HARD},
        }


class _Text(Shape):
    """Any text that is not empty."""

    says = "a text"

    def read(self, node: Node, reader: Reader) -> Any:
        """The text."""
        if isinstance(node, Nothing) or (isinstance(node, Text) and not node.value.strip()):
            return self.wrong(node, reader, "but nothing stands here")
        return node if isinstance(node, Text) else self.wrong(node, reader)

    def schema(self, outline: Outline) -> Schema:
        """A text with something in it."""
        return {**SCALAR, "pattern": r"\S"}


_NUMBER = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{1,9})?")
_HARD = r"[*+}]\)?[*+{]|\)[*+{]|\(\?[^:]|\\[0-9]"
"""Nested repeats, groups that look around, and back references."""
_SLUG = r"[a-z0-9][a-z0-9_-]{0,63}"
PLAIN = r"[0-9]{1,18}(?:[.][0-9]{1,9})?"


def decimal(text: str) -> Decimal | None:
    """A plain decimal number; no exponents, no words for infinity."""
    return Decimal(text.strip()) if _NUMBER.fullmatch(text.strip()) else None


def amount(text: Text) -> Amount | None:
    """`500 EUR`; None for anything else."""
    match = re.fullmatch(r"\s*([0-9.]+)\s+([A-Z]{3})\s*", text.value)
    value = decimal(match[1]) if match else None
    return Amount(value, match[2], text) if match and value is not None else None


def _percent(text: Text) -> Decimal | None:
    value = decimal(text.value.strip().removesuffix("%")) if text.value.strip().endswith("%") else None
    return value if value is not None and 0 <= value <= 100 else None


def _name(text: Text) -> Text | None:
    return text if _NAME.fullmatch(text.value) and text.value not in RESERVED else None


_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")


def _fits(pattern: str) -> Callable[[Text], Text | None]:
    compiled = re.compile(pattern)
    return lambda text: text if compiled.fullmatch(text.value) else None


def _flag(text: Text) -> Text | None:
    return text if text.value in ("true", "yes") else None


def _plain(number: Decimal) -> int | float:
    return int(number) if number == int(number) else float(number)


def text_of(pattern: str) -> Schema:
    """The schema of a text that no YAML reader types otherwise."""
    return {"type": "string", "pattern": rf"^\s*(?:{pattern})\s*$"}


STRING: Final = _Text()
DURATION: Final = Word("a duration such as `30s`, `15m`, `4h`, `3d` or `2 business days`", duration,
                       text_of(f"{TIME}|{BUSINESS}"), unlike_duration)  # fmt: skip
AMOUNT: Final = Word("an amount with its currency, such as `500 EUR`", amount, text_of(rf"{PLAIN}\s+[A-Z]{{3}}"))
Percent: Final = Word("a share from `0%` to `100%`", _percent, text_of(rf"{between(Decimal(0), Decimal(100))}\s*%"))
NAME: Final = Word("a name of letters, digits and `_` that begins with a letter and is no word of the language", _name,
                   {**FLAG, "pattern": "^[A-Za-z][A-Za-z0-9_]{0,63}$", "not": {"enum": sorted(RESERVED)}})  # fmt: skip
SLUG: Final = Word("a name of lower-case letters, digits and `-`", _fits(_SLUG),
                   {**SCALAR, "pattern": f"^{_SLUG}$", "minimum": 0})  # fmt: skip
YES: Final = Word("`true`", _flag, {"enum": [True, "true", "yes"], "markdownEnumDescriptions": ["It is so."] * 3})
LANGUAGE: Final = Word("a language such as `en`", _fits("[a-z]{2}"), {**FLAG, "pattern": "^[a-z]{2}$"})
CURRENCY: Final = Word("a currency such as `EUR`", _fits("[A-Z]{3}"), {"type": "string", "pattern": "^[A-Z]{3}$"})
EXPRESSION: Final = _Parsed("an expression such as `order.total > 50`", parse_expression)
TEMPLATE: Final = _Parsed('a text, in which `"{{ order.number }}"` stands for a value', parse_template)

SECRET: Final = _Parsed('`"{{ secret.NAME }}"` alone, which names a variable of the environment', parse_template)
"""Whether it is that alone is told by a rule, which knows what was meant."""


def where(value: Any, otherwise: Place) -> Place:
    """The place of something that was read, which may be missing."""
    match value:
        case Text():
            return value.place
        case Expr() | Span() | Amount() | Bound():
            return value.text.place
    return otherwise
