"""The declarative layer: what a key is called, what stands behind it, what it is for.

A thing that can be written in YAML is declared once, as a class whose attributes are keys:

    class Search(StepKind):
        query: Expr | None = key("search", TEMPLATE, doc="What to look for.", example="refund after 30 days")

The reader walks the declaration over a tree and makes an instance whose leaves carry places. Reading never raises: what
is broken is reported, reads as None, and its key stands in `broken`, so that later rules keep quiet about it.

Beside `read` stands `schema`, the same said as JSON Schema (draft-07) for editors. Scalars are text in this language
and typed by YAML in an editor, so the schema of a scalar accepts whatever a reader of YAML 1.1 or 1.2 makes of a text
that is accepted.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, ClassVar, NamedTuple, Self, TypeAlias

from engine.diagnostics import Edit, Meant, Place, Sink, meant, nearest
from engine.syntax import Broken, Entry, Node, Nothing, Sequence, Text
from engine.syntax import Mapping as MappingNode

__all__ = [
    "Declaration", "Key", "Outline", "Reader", "Reference", "RightReference", "Schema", "Section", "Shape", "key",
    "misspelt", "quoted", "renamed",
]  # fmt: skip

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
Schema: TypeAlias = dict[str, Any]
"""A JSON Schema."""


class Reference(NamedTuple):
    """A name that must exist elsewhere in the project."""

    what: str
    """team, flow, tool, collection, guardrail or model."""
    text: Text


class RightReference(Reference):
    """A name on which a right hangs: what was meant by it is never guessed."""

    __slots__ = ()


class Outline:
    """What the parts of one JSON Schema share: the step kinds by word, and the definitions that they refer to."""

    def __init__(self, steps: "Mapping[str, type[Declaration]]") -> None:
        self.steps = steps
        self.definitions: dict[str, Schema] = {}

    def define(self, name: str, make: Callable[[], Schema]) -> Schema:
        """A reference to the definition of this name, which `make` gives once; it may refer to itself."""
        if name not in self.definitions:
            self.definitions[name] = {}
            self.definitions[name] = make()
        return {"$ref": f"#/definitions/{name}"}


class Shape:
    """How a value stands in YAML. `says` completes "expected ..."."""

    says: str = "a value"
    nests: bool = False
    """Whether steps may stand inside."""

    def read(self, node: Node, reader: "Reader") -> Any:
        """The typed value, or None after `reader.error`."""
        raise NotImplementedError  # each kind has its own

    def schema(self, outline: Outline) -> Schema:
        """What `read` accepts, as JSON Schema."""
        raise NotImplementedError  # each kind has its own

    def wrong(self, node: Node, reader: "Reader", but: str = "", tip: str = "") -> None:
        """Reports that `node` has another shape; says nothing about what the syntax reported already."""
        if not isinstance(node, Broken):
            message = f"expected {self.says}, {but or 'but this is ' + kind_of(node)}"
            reader.error("wrong-shape", node.place, message, tip)
        else:
            reader.count += 1


class Key:
    """One key of a declaration."""

    __slots__ = ("attribute", "default", "doc", "example", "name", "required", "shape")

    def __init__(self, name: str, shape: Shape, doc: str, example: str, required: bool, default: Any) -> None:
        self.name = name
        self.shape = shape
        self.doc = doc
        self.example = example
        self.required = required
        self.default = default
        self.attribute = ""

    def schema(self, outline: Outline) -> Schema:
        """The schema of its value, described."""
        example = f" For example: `{self.name}: {self.example}`" if self.example else ""
        given = self.shape.schema(outline)
        if "$ref" in given:  # draft-07 looks at nothing beside a `$ref`
            given = {"allOf": [given]}
        default = {} if self.default is None else {"default": self.default}
        return {"description": f"{self.doc}{example}", **default, **given}


def key(
    name: str, shape: Shape, *, doc: str, example: str = "", required: bool = False, default: Any = None
) -> Any:  # fmt: skip
    """Declares a key."""
    return Key(name, shape, doc, example, required, default)


class Declaration:
    """Base of everything that is read from a mapping. Attributes hold what was read; None: absent or broken."""

    KEYS: ClassVar[Mapping[str, Key]] = {}
    NEEDED: ClassVar[tuple[str, ...]] = ()
    """Those of them that are required."""
    WHAT: ClassVar[str] = "entry"
    """What messages call it."""

    OTHERWISE: ClassVar[Mapping[str, str]] = {}
    """What other programs call a key -> its name here."""

    node: Node
    """The whole mapping, or the text that stands for it."""
    at: dict[str, Text]
    """The keys that are written."""
    broken: set[str]
    """Keys with an error inside, or missing though required."""

    def __init_subclass__(cls) -> None:
        """Collects the keys, in the order of the class body, after those of the bases."""
        super().__init_subclass__()
        keys = dict(cls.KEYS)
        for attribute, value in list(vars(cls).items()):
            if isinstance(value, Key):
                value.attribute = attribute
                keys[value.name] = value
                setattr(cls, attribute, value.default)  # for every instance that is not given another
        cls.KEYS = keys
        cls.NEEDED = tuple(name for name, declared in keys.items() if declared.required)

    def __init__(self, node: Node) -> None:
        self.node = node
        self.at = {}
        self.broken = set()

    @property
    def place(self) -> Place:
        """Of the whole."""
        return self.node.place

    def part(self, *names: str) -> Node:
        """The first of these keys that is written, else the whole."""
        for name in names:
            if name in self.at:
                return self.at[name]
        return self.node

    def spot(self, *names: str) -> Place:
        """Where that stands."""
        return self.part(*names).place

    @classmethod
    def read(cls, node: MappingNode, reader: "Reader") -> Self:
        """Reads a mapping by this declaration."""
        made = cls(node)
        strange: list[Text] = []
        for entry in node.entries:
            if entry.key.value in cls.KEYS:
                made.take(entry, reader)
            else:
                strange.append(entry.key)
        near = made._guessed(strange, reader) if strange else []
        if node.cut:  # the rest of its keys may stand behind the error
            made.broken |= cls.KEYS.keys() - made.at.keys()
        for name in made.absent():
            made.broken.add(name)
            if name not in near:
                reader.missing(made, cls.KEYS[name])
        made.finish(reader)
        return made

    def _guessed(self, strange: list[Text], reader: "Reader") -> list[str | None]:
        """Reports words that are no keys. The keys that were meant by them, which count as broken."""
        near = [self.OTHERWISE.get(word.value) or nearest(word.value, self.KEYS) for word in strange]
        twice = {name for name in near if name is not None and near.count(name) > 1}
        for word in strange:
            reader.unknown(word, self.KEYS, self.WHAT, {*self.at, *twice}, self.OTHERWISE)
        meant = {name for name in near if name is not None and name not in self.at}
        self.broken |= meant
        reader.lost = reader.lost or any(self.KEYS[name].shape.nests for name in meant)
        return near

    def take(self, entry: Entry, reader: "Reader") -> None:
        """Reads one entry into its attribute."""
        name = entry.key.value
        declared = self.KEYS[name]
        self.at[name] = entry.key
        before = reader.count
        setattr(self, declared.attribute, declared.shape.read(entry.value, reader))
        if reader.count > before or (isinstance(entry.value, Sequence | MappingNode) and entry.value.cut):
            self.broken.add(name)

    def absent(self) -> Iterable[str]:
        """Required keys that are not written."""
        return [name for name in self.NEEDED if name not in self.at] if self.NEEDED else ()

    def finish(self, reader: "Reader") -> None:
        """Checks that concern several keys at once. Nothing by default."""

    @classmethod
    def demands(cls) -> Schema:
        """What `absent` and `finish` check, as JSON Schema."""
        return {"required": [*cls.NEEDED]} if cls.NEEDED else {}

    @classmethod
    def schema(cls, outline: Outline) -> Schema:
        """What `read` accepts, as JSON Schema."""
        properties = {name: declared.schema(outline) for name, declared in cls.KEYS.items()}
        return {
            "type": "object", "description": " ".join((cls.__doc__ or "").split()), "properties": properties,
            **cls.demands(), "additionalProperties": False,
        }  # fmt: skip


class Section(Shape):
    """A mapping with declared keys."""

    def __init__(self, declaration: type[Declaration]) -> None:
        self.declaration = declaration
        names = quoted(declaration.NEEDED, "and") if declaration.NEEDED else quoted(declaration.KEYS)
        self.says = f"a mapping with {names}"

    def read(self, node: Node, reader: "Reader") -> Any:
        """An instance of the declaration."""
        if isinstance(node, MappingNode):
            return self.declaration.read(node, reader)
        needed = self.declaration.NEEDED
        alone = isinstance(node, Text) and len(needed) == 1 and _PLAIN.fullmatch(node.value)
        return self.wrong(node, reader, tip=f"write `{{{needed[0]}: {node}}}`" if alone else "")

    def schema(self, outline: Outline) -> Schema:
        """A definition under the declaration's name."""
        return outline.define(self.declaration.__name__, lambda: self.declaration.schema(outline))


class Reader:
    """What reading shares: where findings go, the step kinds, the names that were referred to."""

    def __init__(self, sink: Sink, steps: Mapping[str, type[Declaration]], *, cut: bool = False) -> None:
        self.sink = sink
        self.steps = steps
        self.references: list[Reference] = []
        self.count = 0
        """Errors so far: a value whose reading raised it is broken."""
        self.cut = cut
        """The file ends early with an error: what is missing may stand behind it."""
        self.lost = False
        """A step could not be read at all."""

    def error(self, rule: str, place: Place, message: str, tip: str = "", fix: Edit | None = None) -> None:
        """Reports an error of shape; in a file that YAML cut short, what is missing may stand behind the cut."""
        self.count += 1
        if self.cut and rule in ("wrong-shape", "missing-key"):
            return
        self.sink.error(rule, place, message, tip=tip, fix=fix)

    def unknown(
        self, word: Text, known: Iterable[str], what: str, taken: Collection[str] = (),
        otherwise: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        """Reports a key that is not declared, with the nearest one. `taken` are keys that stand there already;
        `otherwise` is what others call them."""
        names = list(known)
        message = f"unknown key `{shortened(word.value)}` of {what}: expected {quoted(names)}"
        name = (otherwise or {}).get(word.value)
        self.error("unknown-key", word.place, message, *(
            renamed(word, name, taken) if name else misspelt(word, names, taken)
        ))  # fmt: skip

    def missing(self, made: Declaration, declared: Key) -> None:
        """Reports a required key that is not there."""
        example = f" `{declared.name}: {declared.example}`" if declared.example else ""
        tip = f"for example{example}" if example else ""
        place = made.place._replace(end_line=made.place.line, end_column=made.place.column + 1)
        self.error("missing-key", place, f"{made.WHAT} needs `{declared.name}`: {declared.doc}", tip=tip)

    def refer(self, what: str, text: Text, *, right: bool = False) -> None:
        """Notes a name to be resolved once the whole project is read."""
        self.references.append(RightReference(what, text) if right else Reference(what, text))


def misspelt(text: Text, known: Iterable[str], taken: Collection[str] = ()) -> Meant:
    """What a text that names nothing was probably meant to be: the tip and the fix of its finding."""
    return meant(text.value, known, text.place_of(0, len(text.value)), taken=taken)


def renamed(text: Text, name: str, taken: Collection[str] = ()) -> Meant:
    """The tip and the fix for a word that others use for what is called `name` here."""
    place = text.place_of(0, len(text.value))
    fix = Edit(place, text.value, name) if name not in taken and _PLAIN.fullmatch(text.value) else None
    return Meant(f"it is called `{name}` here", fix)


def quoted(words: Iterable[str], joined: str = "or", *, most: int = 24) -> str:
    """`a`, `b` or `c`: what is accepted, as messages list it."""
    shown = [f"`{word}`" for word in words]
    if len(shown) > most:
        shown = [*shown[:most], "..."]
    if len(shown) < 2:
        return "".join(shown) or "nothing"
    return f"{', '.join(shown[:-1])} {joined} {shown[-1]}"


def shortened(text: str, width: int = 60) -> str:
    """A text for a message: on one line, not too long."""
    flat = " ".join(text.split())
    return flat if len(flat) <= width else f"{flat[: width - 3]}..."


def kind_of(node: Node) -> str:
    """What a node is, in an author's words."""
    match node:
        case Text():
            return f"the text `{shortened(node.value)}`"
        case Sequence():
            return "a list"
        case MappingNode():
            return "a mapping"
        case Nothing():
            return "empty"
    return "broken"
