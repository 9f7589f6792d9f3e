"""Completion: what may stand where somebody types.

The text is read once more with a mark in place of the word at the cursor. What is being typed is seldom valid, so that
the mark is tried as a value and as a key, with the rest of the file and without it; whatever can be read tells.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from engine.diagnostics import Sink
from engine.editor.names import Named, arguments, named
from engine.editor.projects import Workplace, compiled
from engine.editor.spot import Spot, find, kind_of, offered
from engine.editor.values import fields, known_in_flow, known_in_tool
from engine.expressions.filters import FILTERS, TESTS
from engine.project import Project
from engine.project.contract import Tool
from engine.project.step import CAUSES
from engine.steps import STEPS
from engine.syntax import Text, read
from engine.types import Type

__all__ = ["LARGEST", "Item", "complete"]

MARK: Final = "zq9mark"
"""Both a name of expressions and a plain word of YAML."""
LARGEST: Final = 200_000
"""Characters of a file above which nothing is completed: an answer has to come while somebody types."""
_WORD = re.compile(r"[\w.-]*$")
_PART = re.compile(r"\w*$")
_REST = re.compile(r"^[\w.-]*")
_CHAIN = re.compile(r"((?:[A-Za-z_]\w*(?:\[[^\]]*\])*\.)*)zq9mark")


class Item(NamedTuple):
    """One proposal. `start` is the column, from 1, of what it replaces up to the cursor."""

    label: str
    insert: str
    kind: str
    """key, word, name, field or filter."""
    detail: str
    doc: str
    start: int


def complete(workplace: Workplace, path: str, text: str, line: int, column: int) -> list[Item]:
    """What may stand at a line and column (from 1), in the order in which it is declared."""
    kind = kind_of(path)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if kind is None or len(text) > LARGEST or line > len(lines):
        return []
    found: dict[str, Item] = {}
    for marked in _marked(lines, line - 1, column - 1):
        root = read(path, marked, Sink())
        spot = find(kind, root, lambda text: MARK in text.value) if root is not None else None
        if spot is not None:
            for item in _Asked(workplace, path, marked, spot, lines[line - 1], column).items():
                found.setdefault(item.label, item)
    return [*found.values()]


def _marked(lines: list[str], at: int, column: int) -> Iterator[str]:
    before, after = lines[at][:column], lines[at][column:]
    head = before[: len(before) - len(_part(before))]
    rest = _REST.sub("", after)
    key = f"{head}{MARK}:" if rest[:1] != ":" else f"{head}{MARK}"
    for middle in (f"{head}{MARK}{rest}", f"{key}{rest}", f"{head}{MARK}{_closers(head)}", f"{key} {_closers(head)}"):
        yield "\n".join([*lines[:at], middle, *lines[at + 1 :]])
        yield "\n".join([*lines[:at], middle])


def _word(before: str) -> str:
    """What is typed of a name, which may have dots and hyphens."""
    match = _WORD.search(before)
    return match[0].lstrip("-") if match else ""


def _part(before: str) -> str:
    """What is typed behind the last dot."""
    match = _PART.search(before)
    return match[0] if match else ""


def _closers(head: str) -> str:
    """What closes the quotes, brackets and braces that a line opens."""
    opened: list[str] = []
    quote = ""
    for char in head:
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'" and (not opened or opened[-1] != "}}"):
            quote = char
        elif char in "[{":
            opened.append("]" if char == "[" else "}")
        elif char in "]}" and opened:
            opened.pop()
    template = " }}" if quote and head.rfind("{{") > head.rfind("}}") else ""
    return template + quote + "".join(reversed(opened))


def _tool_words(spot: Spot) -> Iterator[str]:
    """The tools that the records around are about, the outermost first: that of the file's own entry."""
    for outwards in reversed(range(len(spot.records))):
        yield spot.word("tool", outwards=outwards) or ""


class _Asked:
    """One reading of the text, with the mark at its spot."""

    def __init__(self, workplace: Workplace, path: str, marked: str, spot: Spot, line: str, column: int) -> None:
        self.workplace = workplace
        self.path = path
        self.marked = marked
        self.spot = spot
        self.before = line[: column - 1]
        self.column = column
        rest = _REST.sub("", line[column - 1 :])
        self.colon = "" if rest.startswith(":") else ": "

    @property
    def project(self) -> Project:
        return self.workplace.project

    def items(self) -> Iterator[Item]:
        if self.spot.is_key:
            yield from self.keys()
        else:
            yield from self.values()

    def keys(self) -> Iterator[Item]:
        spot = self.spot
        there = {entry.key.value for entry in spot.records[-1].entries}
        above = spot.keys[-2] if len(spot.keys) > 1 else ""
        for name, doc in self._offered(above).items():
            if name not in there:
                yield self._item(name, f"{name}{self.colon}", "key", "", doc)
        for one in self._names(above):
            if one.name not in there:
                yield self._item(one.name, f"{one.name}{self.colon}", "name", one.what, one.more)

    def _offered(self, above: str) -> dict[str, str]:
        if above != "otherwise":
            return offered(self.spot.schemas)
        word = next((key.value for entry in self.spot.records[-2].entries if (key := entry.key).value in STEPS), "")
        tool = self._tool(outwards=1) if word == "tool" else None
        errors = dict.fromkeys(tool.contract.errors, f"An error that {tool.name} is known to give.") if tool else {}
        own = STEPS[word].CAN if word else tuple(CAUSES)
        return {**{cause: CAUSES[cause] for cause in own}, **errors, "else": CAUSES["else"]}

    def _names(self, above: str) -> list[Named]:
        """Keys that are names of the project, or arguments of a tool."""
        if above == "with":
            tool = self._tool(outwards=1)
            return arguments(tool) if tool else []
        wanted = [one["propertyNames"].get("x-refers-to") for one in self.spot.schemas if "propertyNames" in one]
        return [one for what in wanted if what for one in named(what, self.project)]

    def _tool(self, outwards: int = 0) -> Tool | None:
        """The tool that a record is about."""
        return self.project.tools.get(self.spot.word("tool", "by", outwards=outwards) or "")

    def values(self) -> Iterator[Item]:
        above = self.spot.keys[-1] if self.spot.keys else ""
        tool = self._tool() if above == "with" else None
        if tool is not None:  # `verify`: which facts the customer is asked for
            yield from (self._item(one.name, one.name, "field", one.what, one.more) for one in arguments(tool))
            return
        expressions = {one["x-expression"] for one in self.spot.schemas if "x-expression" in one}
        if expressions:
            yield from self.expression("expression" in expressions)
        for one in self.spot.schemas:
            docs = one.get("markdownEnumDescriptions", [])
            for word, doc in zip(one.get("enum", ()), docs, strict=False):
                said = str(word).lower() if isinstance(word, bool) else word
                yield self._item(said, said, "word", "", doc)
            for found in named(one.get("x-refers-to", ""), self.project):
                yield self._item(found.name, found.name, "name", found.what, found.more)

    def expression(self, bare: bool) -> Iterator[Item]:
        """Names and fields where a value is read; filters behind `|`, tests behind `is`."""
        value = self.spot.text.value
        before = value[: value.index(MARK)]
        if not bare and max(before.rfind("{{"), before.rfind("{%")) <= max(before.rfind("}}"), before.rfind("%}")):
            return
        if re.search(r"\|\s*$", before):
            yield from (self._part(name, "filter", "a filter") for name in FILTERS)
        elif re.search(r"\bis(\s+not)?\s+$", before):
            yield from (self._part(name, "filter", "a test") for name in TESTS)
        else:
            chain = _CHAIN.search(value)
            for name, kind in fields(chain[1] if chain else "", self._known(self.spot.text)).items():
                yield self._part(name, "field", kind)

    def _known(self, text: Text) -> Mapping[str, Type]:
        if self.path.startswith("flows/"):
            flow = compiled(self.workplace, self.path, self.marked)
            known = known_in_flow(flow, text) if flow else None
            return known.names if known else {}
        tools = map(self.project.tools.get, _tool_words(self.spot))
        return next((known_in_tool(tool, self.project) for tool in tools if tool is not None), {})

    def _item(self, label: str, insert: str, kind: str, detail: str, doc: str) -> Item:
        return Item(label, insert, kind, detail, doc, self.column - len(_word(self.before)))

    def _part(self, label: str, kind: str, detail: str) -> Item:
        return Item(label, label, kind, detail, "", self.column - len(_part(self.before)))
