"""What stands in a file that no careful author has written: every one ends in findings, at the right place."""

import os
from random import Random

import pytest

from engine.diagnostics import Sink
from engine.expressions import infer, parse_expression, parse_template
from engine.syntax import Broken, Entry, Mapping, Node, Nothing, Sequence, Text, read
from engine.syntax.read import EVENTS, LEVELS, SIZE
from engine.types import TEXT

MANY = 60_000 if os.environ.get("ENGINE_PROVE") else 2_000


def findings(file: str | bytes) -> list[str]:
    sink = Sink()
    read("f.yaml", file, sink)
    return [f"{found.place.line}:{found.place.column} {found.rule}: {found.message}" for found in sink.ordered()]


@pytest.mark.parametrize("file", ["", "# only\n# comments\n", "\n \n", "\ufeff", "---\n", "a: b\n", "a: b # c\n...\n"])
def test_nothing_wrong(file: str) -> None:
    assert findings(file) == []


@pytest.mark.parametrize(
    ("file", "finding"),
    [
        ("a: b\0c\n", "1:5 encoding: a NUL character may not stand in a file"),
        ("a: x\nb: \x1bc", "2:4 yaml: this file holds a character that YAML does not allow: U+001B"),
        ("a: \ufeffb\n", "1:4 yaml: this file holds a character that YAML does not allow: U+FEFF"),
        ("a: é\nb: 日\ud800\n", "2:5 encoding: this file is not UTF-8; save it as UTF-8"),
        ("a: é\r\nb: Müller".encode("latin-1"), "1:4 encoding: this file is not UTF-8; save it as UTF-8"),
        (b"a: \xc3\xa9\r\rb: M\xfcller", "3:5 encoding: this file is not UTF-8; save it as UTF-8"),
        (b"\xef\xbb\xbfa: M\xfcller", "1:5 encoding: this file is not UTF-8; save it as UTF-8"),
        ("a: b\n".encode("utf-16"), "1:1 encoding: this file is not UTF-8; save it as UTF-8"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "1:1 encoding: this file is not UTF-8; save it as UTF-8"),
        ("a: 1\nb: 2\na: 3\n", "3:1 duplicate-key: `a` stands here twice"),
        ("a:\n  <<: {y: 2}\n", "2:3 merge-key: `<<` is a merge key of YAML, which is not accepted here"),
        ("a: &one x\n", "1:4 anchor: `&one` is an anchor of YAML, which is not accepted here"),
        ("a: *one\n", "1:4 anchor: `*one` is an alias of YAML, which is not accepted here"),
        ("if: !verified\n", "1:5 tag: `!verified` is a tag of YAML, which is not accepted here"),
        ("%TAG ! tag:x,2000:\n---\na: b\n", "1:1 tag: `%TAG` is a directive of YAML, which is not accepted here"),
        ("%YAML 3.0\n---\na: b\n", "1:1 yaml: this is no version of YAML 1"),
        ("a: 1\n---\nb: 2\n", "2:1 several-documents: one file holds one document; `---` ends it"),
        ("a: 1\n...\n# x\nb: 2\n", "4:1 several-documents: one file holds one document; `---` ends it"),
        ("to: {{ order.id }}\n", "1:6 key: a key is a word; write it before a `:`"),
        ("a:\n\tb: c\n", "2:1 yaml: a tab may not indent"),
        ("a: 'it\nb: c\n", "1:4 yaml: a quote or bracket that opens here is never closed"),
        ("reply: Good news: yours\n", "1:17 yaml: a text that holds `: ` needs quotes"),
        ("reply: *bold*\n", "1:13 yaml: `*` and `&` begin an alias or an anchor of YAML"),
        ("to: @team\n", "1:5 yaml: a text may not begin with this character"),
        ("a: b\nfoo\nc: d\n", "2:1 yaml: this line has no `:` after its key"),
        ("a: {b: c\n", "1:4 yaml: a record in braces misses `,` or `}`"),
        ('a: "C:\\Users"\n', "1:9 yaml: in double quotes `\\` begins an escape, and this is none"),
        ("[,,,", "1:2 yaml: a value is missing before this character"),
        ("a: Order #1 b\n", "1:10 cut-text: ` #` begins a comment in YAML: all that is read is `Order`"),
        ("a: b\n- c\n", "2:1 yaml: this line stands at a depth where no key or item is expected"),
        ("a: " + "[" * 5000, f"1:{LEVELS + 3} too-large: this is nested over {LEVELS} levels deep"),
        ("- a\n" * EVENTS, f"{EVENTS - 1}:3 too-large: this file has over {EVENTS:,} parts"),
        ("a: " + "x" * 10_000_000, f"1:1 too-large: this file has over {SIZE:,} bytes; at most {SIZE:,} are read"),
        ("!" + "a" * 5000, f"1:1 tag: `!{'a' * 56}...` is a tag of YAML, which is not accepted here"),
    ],
    ids=range(34),
)
def test_one_finding(file: str | bytes, finding: str) -> None:
    assert findings(file) == [finding]


@pytest.mark.parametrize(
    "comment", ["# b", "#", "# ", "##", "#---", "#--- b", "#### b", "#=", "#engine: ignore[x] b", "#\tb"]
)
def test_comments_behind_a_text(comment: str) -> None:
    assert findings(f"a: b {comment}\nc: 'd' #e\nf: g#h\ni: |\n  j #k\nl: [m] #n\n#o\n") == []


def test_an_alias_bomb_is_never_unfolded() -> None:
    bomb = "a0: &a0 [x, x]\n" + "".join(f"a{n + 1}: &a{n + 1} [*a{n}, *a{n}]\n" for n in range(40))
    sink = Sink()
    tree = read("f.yaml", bomb, sink)
    assert isinstance(tree, Mapping)
    last = tree.get("a40")
    assert isinstance(last, Sequence)
    assert [type(item) for item in last.items] == [Broken, Broken]
    assert {found.rule for found in sink.ordered()} == {"anchor"}


def test_a_hundred_thousand_keys_are_looked_up_once_each() -> None:
    """Counted, not timed: every key is compared with the others by its hash."""
    many = EVENTS // 2 - 2
    sink = Sink()
    tree = read("f.yaml", "".join(f"a{number % 3}: 1\n" for number in range(many)), sink)
    assert isinstance(tree, Mapping)
    assert [entry.key.value for entry in tree.entries] == ["a0", "a1", "a2"]
    assert len(sink) == many - 3
    assert [found.labels[0].place.line for found in sink.ordered()[:2]] == [1, 2]


@pytest.mark.parametrize(
    "file",
    [
        "\n" * 999_999, "? " * 400_000, "- " * 400_000, ":\n" * 300_000, "&a " * 300_000, "}" * 500_000,
        "%TAG !a! x\n" * 40_000, "a: |\n" + " " * 900_000, 'a: "' + "\\" * 900_000, "a: '" + "''" * 400_000,
        "a: " + "9" * 900_000, "[" + "a, " * 40_000,
    ],
    ids=range(12),
)  # fmt: skip
def test_a_megabyte_of_one_thing(file: str) -> None:
    sink = Sink()
    read("f.yaml", file, sink)
    assert len(sink) <= 50


def test_what_stands_before_an_error_is_read() -> None:
    tree = read("f.yaml", "a: 1\nb:\n  - x\n  - {c: [d\ne: f\n", Sink())
    assert isinstance(tree, Mapping)
    assert str(tree.get("a")) == "1"
    items = tree.get("b")
    assert isinstance(items, Sequence)
    assert str(items.items[0]) == "x"


def test_scalars_are_text_and_blanks_are_nothing() -> None:
    tree = read("f.yaml", "a: yes\nb: 0x1F\nc: 2026-01-31\nd:\ne: ~\nf: 'null'\ng: \u0663\n", Sink())
    assert isinstance(tree, Mapping)
    assert [str(tree.get(key)) for key in "abcfg"] == ["yes", "0x1F", "2026-01-31", "null", "\u0663"]
    assert isinstance(tree.get("d"), Nothing)
    assert isinstance(tree.get("e"), Nothing)
    assert tree.get("nobody") is None


def every(node: Node | None) -> list[Node]:
    """A node and all below it."""
    found: list[Node] = [node] if node is not None else []
    for inside in found:
        if isinstance(inside, Sequence):
            found += inside.items
        elif isinstance(inside, Mapping):
            for entry in inside.entries:
                assert isinstance(entry, Entry)
                found += [entry.key, entry.value]
    return found


PIECES = (
    "a: ", "- ", "? ", "{{ ", " }}", "{", "}", "[", "]", ", ", "'", '"', "|", ">", "|2-", "\n", "\n  ", "\r\n",
    "\r", "\t", "#", " #", "&a ", "*a", "!x ", "!!str ", "---\n", "...\n", "%TAG ", "<<: ", "\\", "\\u00e9",
    "\\ud800", "\0", "\ufeff", "\x85", "\u2028", "🙂", "é", "x", "order.total", " | ", "sum", "{% if ",
    "{% endif %}", "{% for x in ", "%}", "not ", "in ", "(", ")", "1e999", "9" * 40, " is none", "0", "~",
    "\ud800", "==", "{#", "#}", "_", "**", "{% raw %}", "[0]", "else ", "elif ", ".",
)  # fmt: skip


def test_nothing_is_raised_whatever_the_bytes_are() -> None:
    """Reading, parsing and inference of what is left; each finding has a place within the file."""
    for seed in range(MANY):
        chance = Random(seed)
        text = "".join(chance.choices(PIECES, k=chance.randint(1, 25)))
        file = bytes(chance.randbytes(20)) if seed % 20 == 0 else text.encode("utf-8", "surrogatepass")
        sink = Sink()
        tree = read("f.yaml", file if seed % 3 else text, sink)
        for node in every(tree):
            if isinstance(node, Text):
                for parse in (parse_expression, parse_template):
                    infer(parse(node, sink), {"order": TEXT}, sink, node)
        lines = text.count("\n") + text.count("\r") + 1
        for found in sink.ordered():
            assert found.message
            assert found.place.line >= 1
            assert found.place.column >= 1
            assert seed % 20 == 0 or found.place.line <= lines, f"seed {seed}: {found}"
            assert found.place[1:3] <= found.place[3:5], f"seed {seed}: {found}"
