"""What is fuzzed: whatever stands in a file or an expression, reading ends with a tree and findings within it."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from engine.diagnostics import Sink
from engine.expressions import Tree, parse_expression, parse_template
from engine.syntax import Mapping, Node, Sequence, Text, ignores, read
from tests.expressions.test_soundness import text_of

__all__ = ["CODE", "TARGETS", "Target"]

GOLDEN = Path(__file__).parent.parent / "golden"
CODE = ("engine.syntax", "engine.expressions")
"""The packages whose ways are looked at."""
YAML = [
    *b"\n  : - # { } [ ] , & * ! | > ' \" % @ ` ? ~ << --- ... %TAG !!str \\u0041 \t \r\n".split(b" "),
    "é\u2028\ufeff".encode(),
]
WORDS = b"""and or not is in none defined if else for {{ }} {% %} | ( ) [ ] . , + - * / == <= 'a' 1.5 default
    money EUR""".split()
SEEDS = [
    b"order.total > 25 and (a | days_ago) <= 3",
    b"Dear {{ a.b }}, {% if x %}y{% else %}z{% endif %}",
    b"[1, 'a'][0] == 10 EUR",
]


class Target(NamedTuple):
    """One entry. `run` raises where something is wrong."""

    run: Callable[[bytes], None]
    seeds: list[bytes]
    words: list[bytes]


def _file(data: bytes) -> None:
    sink = Sink()
    tree = read("f.yaml", data, sink)
    text = data.decode("utf-8", "replace")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    for found in sink.ordered():
        assert 1 <= found.place.line <= found.place.end_line <= lines + 1
    for node in _nodes(tree) if tree is not None else ():
        assert node.place[1:3] <= node.place[3:5]
    assert len(ignores("f.yaml", text)) <= 1_000


def _nodes(node: Node) -> list[Node]:
    found, waiting = [], [node]
    while waiting:
        at = waiting.pop()
        found.append(at)
        if isinstance(at, Sequence):
            waiting += at.items
        elif isinstance(at, Mapping):
            for entry in at.entries:
                waiting += [entry.key, entry.value]
        elif isinstance(at, Text):
            at.place_of(0, len(at.value))
    return found


def _expression(data: bytes, *, template: bool = False) -> None:
    text = text_of(data.decode("utf-8", "replace"))
    sink = Sink()
    tree = (parse_template if template else parse_expression)(text, sink)
    assert isinstance(tree, Tree) == (len(sink) == 0)
    for part in tree.walk() if isinstance(tree, Tree) else ():
        assert 0 <= part.start <= part.end <= len(text.value)


def _template(data: bytes) -> None:
    _expression(data, template=True)


def _locked(data: bytes) -> None:
    """Four letters in their places are not met by chance, unless each right one is seen to lead on."""
    if data[:1] != b"L":
        return
    if data[1:2] != b"O":
        return
    if data[2:3] != b"C":
        return
    if data[3:4] == b"K":
        raise ZeroDivisionError("open")


TARGETS = {
    "file": Target(
        _file,
        [path.read_bytes()[:1_500] for path in sorted((GOLDEN / "wrong").glob("*.yaml"))[::12]],
        [*YAML, b"# engine: ignore[x] why"],
    ),
    "expression": Target(_expression, SEEDS, WORDS),
    "template": Target(_template, SEEDS, WORDS),
    "locked": Target(_locked, [b"......"], [b"L", b"O", b"C", b"K", b"S"]),
}
"""By name; the last is there to see that what is learned leads on."""
