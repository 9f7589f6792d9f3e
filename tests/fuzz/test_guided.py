"""Whatever stands in a file or an expression, reading ends with a tree and findings that lie within it."""

import os
from pathlib import Path

import pytest

import engine.expressions
import engine.syntax
from engine.diagnostics import Sink
from engine.expressions import Tree, parse_expression, parse_template
from engine.syntax import Mapping, Node, Sequence, Text, ignores, read
from tests.expressions.test_soundness import text_of
from tests.fuzz.guided import Guided

GOLDEN = Path(__file__).parent.parent / "golden"
TIMES = 200_000 if os.environ.get("ENGINE_PROVE") else 250
CODE = [str(Path(part.__file__ or "").parent) for part in (engine.syntax, engine.expressions)]
YAML = [
    *b"\n  : - # { } [ ] , & * ! | > ' \" % @ ` ? ~ << --- ... %TAG !!str \\u0041 \t \r\n".split(b" "),
    "é\u2028\ufeff".encode(),
]
WORDS = b"""and or not is in none defined if else for {{ }} {% %} | ( ) [ ] . , + - * / == <= 'a' 1.5 default
    money""".split()


def test_any_file_is_read() -> None:
    seeds = [path.read_bytes()[:1_500] for path in sorted((GOLDEN / "wrong").glob("*.yaml"))[::12]]
    run = Guided(_file, CODE, [*YAML, b"# engine: ignore[x] why"])
    run.run(seeds, TIMES)
    assert len(run.corpus) > len(seeds)  # something was learned beyond the seeds


@pytest.mark.parametrize("template", [False, True])
def test_any_expression_is_read(template: bool) -> None:
    seeds = [
        b"order.total > 25 and (a | days_ago) <= 3",
        b"Dear {{ a.b }}, {% if x %}y{% else %}z{% endif %}",
        b"[1, 'a'][0]",
    ]

    def target(data: bytes) -> None:
        text = text_of(data.decode("utf-8", "replace"))
        sink = Sink()
        tree = (parse_template if template else parse_expression)(text, sink)
        assert isinstance(tree, Tree) == (len(sink) == 0)
        for part in tree.walk() if isinstance(tree, Tree) else ():
            assert 0 <= part.start <= part.end <= len(text.value)

    run = Guided(target, CODE, WORDS)
    run.run(seeds, TIMES)
    assert len(run.corpus) > len(seeds)


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


def test_what_was_learned_leads_on() -> None:
    """Four letters in their places are not met by chance in so few tries, unless each right one is seen to lead on."""
    run = Guided(_locked, [__file__], [b"L", b"O", b"C", b"K", b"S"], seed=1)
    with pytest.raises(ZeroDivisionError, match="open"):
        run.run([b"......"], 10_000)
    blind = Guided(_locked, ["/no/such/code"], [b"L", b"O", b"C", b"K", b"S"], seed=1)
    blind.run([b"......"], 10_000)


def _locked(data: bytes) -> None:
    if data[:1] != b"L":
        return
    if data[1:2] != b"O":
        return
    if data[2:3] != b"C":
        return
    if data[3:4] == b"K":
        raise ZeroDivisionError("open")
