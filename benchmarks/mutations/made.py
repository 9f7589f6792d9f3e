"""The mutants of a file: one change each, all else byte for byte as it was."""

import contextlib
import re
from collections.abc import Callable, Iterator, Mapping
from functools import wraps
from typing import Any, NamedTuple

import yaml

from engine.project import scalars
from engine.project.shape import Shape
from engine.syntax import Text

__all__ = ["MISTAKES", "File", "Mutant", "mutants", "shapes"]

MISTAKES = frozenset({
    "a key misspelt", "a word misspelt", "a reference misspelt", "a name in an expression misspelt",
    "a key twice", "a text where a list or record stands", "a list where a text stands", "a record where a text stands",
    "a word for a number", "a number below zero", "a currency of nobody", "a text compared with a number",
    "an argument left out", "an expression cut short", "nothing where a value stands",
})  # fmt: skip
"""Ways of changing whose result nobody means."""
_SHAPES = ("Word", "Choice", "Ref", "Number", "Threshold", "Pattern", "_Parsed", "_Text")
_WORDS = frozenset("and or not in is if else elif endif for endfor true false none defined".split())
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_NAME = re.compile(r"(?<![\w.|])[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
_BRACES = re.compile(r"\{\{(.*?)\}\}|\{%(.*?)%\}", re.DOTALL)


class File(NamedTuple):
    """A right file, with the shape that each of its texts was read by."""

    path: str
    text: str
    shapes: Mapping[int, Shape]
    """Offset -> the last shape that read the text there."""
    known: Mapping[str, tuple[str, ...]]
    """What a reference may be to -> the names that are there."""


class Mutant(NamedTuple):
    """A file in which one thing was changed."""

    path: str
    kind: str
    line: int
    """Where the change begins, from 1."""
    lines: int
    """How many lines of the right file it is about."""
    word: str
    """A name that is gone from there: its uses are where a finding may stand as well."""
    around: tuple[int, ...]
    """Lines of what it stands in: of the key that it stands behind, and of the record that this is a key of."""
    before: str
    after: str
    text: str
    """The whole file."""


class _Spot(NamedTuple):
    """A node of the file with what stands around it."""

    node: Any
    around: tuple[int, ...]
    key: str
    """The key that it stands behind."""


Change = tuple[str, int, int, str, str, tuple[int, ...]]
"""(kind, start, end, what stands there then, the name that is gone, lines of what it stands in)"""


@contextlib.contextmanager
def shapes() -> Iterator[dict[tuple[str, int], Shape]]:
    """Notes, while files are read, which shape reads which text: (path, offset) -> shape."""
    found: dict[tuple[str, int], Shape] = {}
    kinds: list[Any] = [getattr(scalars, name) for name in _SHAPES]
    originals = [kind.read for kind in kinds]

    def noting(read: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(read)
        def noted(self: Shape, node: Any, reader: Any) -> Any:
            if isinstance(node, Text):
                found[node.source.path, node.start] = self
            return read(self, node, reader)

        return noted

    for kind, read in zip(kinds, originals, strict=True):
        kind.read = noting(read)
    try:
        yield found
    finally:
        for kind, read in zip(kinds, originals, strict=True):
            kind.read = read


def mutants(file: File) -> Iterator[Mutant]:
    """Every one, in the order of the file; none that leaves the file as it was."""
    root = yaml.compose(file.text, Loader=yaml.CSafeLoader)
    if root is None:
        return
    seen = {file.text}
    for spot in _walk(root, (1,), ""):
        for make in _WAYS:
            for kind, start, end, instead, word, around in make(file, spot):
                text = file.text[:start] + instead + file.text[end:]
                if text not in seen:
                    seen.add(text)
                    before = file.text[start:end]
                    line = file.text.count("\n", 0, start) + 1
                    yield Mutant(file.path, kind, line, before.count("\n") + 1, word, around, before, instead, text)


def _walk(node: Any, around: tuple[int, ...], key: str) -> Iterator[_Spot]:
    yield _Spot(node, around, key)
    line = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            yield from _walk(value, (name.start_mark.line + 1, line), name.value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _walk(item, around, key)


def _start(node: Any) -> int:
    return int(node.start_mark.index)


def _end(file: File, node: Any) -> int:
    """Without what follows a block: its last line's end belongs to nobody."""
    start, end = _start(node), int(node.end_mark.index)
    return start + len(file.text[start:end].rstrip())


# entries and items


def _entries(file: File, spot: _Spot) -> Iterator[Change]:
    """Each key left out, misspelt, and written twice."""
    if not isinstance(spot.node, yaml.MappingNode):
        return
    pairs = spot.node.value
    for at, (key, value) in enumerate(pairs):
        start, end = _start(key), _end(file, value)
        flowing = spot.node.flow_style
        if at + 1 < len(pairs):
            gone = (start, _start(pairs[at + 1][0]))
        else:
            gone = (_end(file, pairs[at - 1][1]) if at and flowing else start, end)
        if spot.node.start_mark.line == key.start_mark.line and not spot.key and not at:
            gone = (start, gone[1])
        yield _left_out(spot.key, key.value), *gone, "", _named(key, value), spot.around
        yield "a key misspelt", start, start + len(key.value), _misspelt(key.value), key.value, spot.around
        whole = file.text[start:end]
        if flowing:
            yield "a key twice", end, end, f", {whole}", "", spot.around
        elif "\n" not in whole:
            yield "a key twice", end, end, f"\n{' ' * key.start_mark.column}{whole}", "", spot.around


def _left_out(around: str, key: str) -> str:
    if around == "with":
        return "an argument left out"
    if key in ("only_if", "limit", "confirm", "approve", "facts", "otherwise", "silence", "within"):
        return f"`{key}` left out"
    return "a key left out"


def _named(key: Any, value: Any) -> str:
    """The name that goes with an entry: what it calls something, or its own key."""
    return str(value.value) if key.value in ("as", "ask", "id") and isinstance(value.value, str) else str(key.value)


def _items(file: File, spot: _Spot) -> Iterator[Change]:
    """Each item left out, and changed with the next one."""
    if not isinstance(spot.node, yaml.SequenceNode):
        return
    items = spot.node.value
    flowing = spot.node.flow_style
    spans = [
        (_start(item) if flowing else file.text.rfind("-", 0, _start(item) + 1), _end(file, item)) for item in items
    ]
    for at, (start, end) in enumerate(spans):
        after = spans[at + 1][0] if at + 1 < len(spans) else end
        before = spans[at - 1][1] if at and flowing and at + 1 == len(spans) else start
        word = str(items[at].value) if isinstance(items[at].value, str) else ""
        what = {"only_if": "a line of `only_if`", "limit": "a limit", "approve": "a line of `approve`"}
        name = what.get(spot.key, "a step" if spot.key in ("steps", "then", "else", "do") else "an item")
        yield f"{name} left out", before, after, "", word, spot.around
        if at + 1 < len(spans):
            second, rest = file.text[spans[at + 1][0] : spans[at + 1][1]], file.text[end : spans[at + 1][0]]
            swapped = second + rest + file.text[start:end]
            yield f"{name} and the next one exchanged", start, spans[at + 1][1], swapped, "", spot.around


def _retyped(file: File, spot: _Spot) -> Iterator[Change]:
    """A text, a list or a record where another of these stands."""
    start, end = _start(spot.node), _end(file, spot.node)
    said = file.text[start:end]
    if isinstance(spot.node, yaml.ScalarNode):
        if spot.node.style not in ("|", ">") and said:
            yield "a list where a text stands", start, end, f"[[{said}]]", "", spot.around
            yield "a record where a text stands", start, end, f"{{x: {said}}}", "", spot.around
            yield "nothing where a value stands", start, end, '""', "", spot.around
    elif spot.key:
        yield "a text where a list or record stands", start, end, "something", "", spot.around


# texts


def _texts(file: File, spot: _Spot) -> Iterator[Change]:
    """By what reads it: a word, a reference, a number, or an expression."""
    shape = file.shapes.get(_start(spot.node)) if isinstance(spot.node, yaml.ScalarNode) else None
    if shape is None or spot.node.style in ("|", ">"):
        return
    quote = 1 if spot.node.style else 0
    start, end = _start(spot.node) + quote, _end(file, spot.node) - quote
    said = file.text[start:end]
    for kind, instead in _instead(file, shape, said):
        yield kind, start, end, instead, said, spot.around
    if isinstance(shape, scalars._Parsed):
        for kind, first, last, instead, word in _expressions(said, shape is scalars.TEMPLATE):
            yield kind, start + first, start + last, instead, word, spot.around


def _instead(file: File, shape: Shape, said: str) -> Iterator[tuple[str, str]]:
    if isinstance(shape, scalars.Ref):
        yield "a reference misspelt", _misspelt(said)
        for other in [name for name in file.known.get(shape.what, ()) if name != said][:2]:
            yield "another name of the same sort", other
    elif isinstance(shape, scalars.Choice):
        yield "a word misspelt", _misspelt(said)
        for other in [word for word in shape.words if word != said][:2]:
            yield "another word that may stand there", other
    elif isinstance(shape, scalars.Number) or shape in (scalars.DURATION, scalars.AMOUNT):
        yield "a word for a number", "soon"
        yield "a number below zero", f"-{said}"
        if shape is scalars.DURATION and said[-1:] in "smhd":
            yield "another unit of time", said[:-1] + ("d" if said[-1] != "d" else "h")
        if shape is scalars.AMOUNT:
            yield "a currency of nobody", re.sub(r"[A-Z]{3}", "Euro", said)
        if number := re.search(r"\d+", said):
            yield "a number one higher", said[: number.start()] + str(int(number[0]) + 1) + said[number.end() :]


def _expressions(said: str, template: bool) -> Iterator[tuple[str, int, int, str, str]]:
    parts = [match.span(1) if match[1] is not None else match.span(2) for match in _BRACES.finditer(said)]
    for first, last in parts if template else [(0, len(said))]:
        inside = said[first:last]
        bare = _QUOTED.sub(lambda match: " " * len(match[0]), inside)
        for match in _NAME.finditer(bare):
            if match[0] in _WORDS:
                continue
            keys = match[0].split(".")
            at = match.start()
            for key in keys:
                span = first + at, first + at + len(key)
                yield "a name in an expression misspelt", *span, _misspelt(key), key
                at += len(key) + 1
        if not template:
            yield from _conditions(inside, bare)
        if inside.strip():
            yield "an expression cut short", first, last, f"{inside.rstrip()} +", ""


_SIGNS = {"<=": "<", ">=": ">", "<": "<=", ">": ">=", "==": "!=", "!=": "=="}
_TURNED = {"<=": ">", ">=": "<", "<": ">=", ">": "<="}


def _conditions(said: str, bare: str) -> Iterator[tuple[str, int, int, str, str]]:
    yield "a condition turned round", 0, len(said), f"not ({said})", ""
    for match in re.finditer(r"<=|>=|==|!=|<|>", bare):
        yield "a comparison off by one, or its opposite", *match.span(), _SIGNS[match[0]], ""
        if match[0] in _TURNED:
            yield "a comparison turned round", *match.span(), _TURNED[match[0]], ""
    for match in re.finditer(r"\b(and|or)\b", bare):
        yield "`and` for `or`, or `or` for `and`", *match.span(), "or" if match[0] == "and" else "and", ""
        yield "half of a condition left out", match.start(), len(said), "", ""
        yield "half of a condition left out", 0, match.end() + 1, "", ""
    for match in re.finditer(r"(?<![\w.])\d+(?![\w.])", bare):
        yield "a number one higher", *match.span(), str(int(match[0]) + 1), ""
        yield "a text compared with a number", *match.span(), "'many'", ""


def _misspelt(word: str) -> str:
    """Two letters exchanged in the middle, else one more letter."""
    at = len(word) // 2
    swapped = word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :] if len(word) > 2 else word
    return swapped if swapped != word else f"{word}x"


_WAYS: tuple[Callable[[File, _Spot], Iterator[Change]], ...] = (_entries, _items, _retyped, _texts)
