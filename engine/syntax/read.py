"""Reads a file from libyaml's events, never composed: a deep file ends in a finding, not in a crash.

At most 1 MB, 40 levels and 20,000 events. Anchors, aliases, tags, merge keys and duplicate keys are findings. The part
before a syntax error still gives a tree.
"""

import re
from codecs import BOM_UTF8
from collections.abc import Callable
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from engine.diagnostics import Label, Place, Sink
from engine.syntax.nodes import Broken, Entry, Mapping, Node, Nothing, Sequence, Text
from engine.syntax.source import Source, shortened
from engine.syntax.trouble import behind_quotes, explain

__all__ = ["EVENTS", "LEVELS", "SIZE", "read", "readable"]

SIZE = 1_000_000
LEVELS = 40
EVENTS = 20_000
_HEAD = re.compile(r"(?:%[^\n]*\n|[ \t]*(?:#[^\n]*)?\n)*+")
"""Directives, comments and empty lines before a document. Possessive: it never goes back over a file of line ends."""
_TAG = re.compile(r"^%TAG", re.MULTILINE)
_BREAK = re.compile(rb"\r\n|\r|\n")
_CUT = re.compile(r"[ \t]++#(?=\S)(?!engine:)(?![#=*~_+-]{2})(?![#=*~_+-][ \t]*(?:\n|\Z))")
"""A comment behind a text that was hardly meant to be one: no blank follows its `#`, and it is no ruler like `#---`."""
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


def read(path: str, text: str | bytes, sink: Sink) -> Node | None:
    """The tree of a file; None where there is nothing to go on. What is wrong goes to the sink; nothing is raised."""
    source = _decoded(path, text, sink)
    if source is None:
        return None
    text = readable(source, sink)
    builder = _Builder(source, sink, len(text))
    try:
        return builder.document(yaml.CSafeLoader(text).get_event)
    except yaml.MarkedYAMLError as error:
        if len(text) == len(source.text):  # else the finding is about the character that cut it
            explain(error, source, sink)
        if behind_quotes(error, source) is not None:
            builder.forget_last()
    except _TooLarge as stop:
        sink.error("too-large", stop.place, stop.message)
    return builder.rescued()


def readable(source: Source, sink: Sink) -> str:
    """What libyaml is given, its offsets those of the source: up to a character that it refuses, and without `%TAG`.

    Each `%TAG` is compared with all before it, so that a file of them would take minutes.
    """
    text = source.text
    bad = _refused(text)
    if bad is not None:
        message = f"this file holds a character that YAML does not allow: U+{ord(text[bad]):04X}"
        sink.error("yaml", source.place(bad, bad + 1), message)
        text = text[:bad]
    head = _HEAD.match(text)
    first = _TAG.search(head[0]) if head else None
    if head is None or first is None:
        return text
    sink.error("tag", source.place(*first.span()), "`%TAG` is a directive of YAML, which is not accepted here")
    return _TAG.sub("#TAG", head[0]) + text[head.end() :]


def _refused(text: str) -> int | None:
    """The first character that libyaml refuses: one that does not print, or a mark of byte order within a file."""
    found = yaml.reader.Reader.NON_PRINTABLE.search(text)
    mark = text.find("\ufeff", 0, found.start() if found else len(text))
    return mark if mark >= 0 else found.start() if found else None


def _decoded(path: str, text: str | bytes, sink: Sink) -> Source | None:
    start = Place(path, 1, 1, 1, 2)
    if len(text) > SIZE:
        sink.error("too-large", start, f"this file has over {SIZE:,} bytes; at most {SIZE:,} are read")
        return None
    raw = (text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")).removeprefix(BOM_UTF8)
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        before = _BREAK.split(raw[: error.start])
        line, column = len(before), len(before[-1].decode()) + 1
        sink.error("encoding", Place(path, line, column, line, column + 1), "this file is not UTF-8; save it as UTF-8")
        return None
    source = Source(path, text)
    nul = source.text.find("\0")
    if nul >= 0:
        sink.error("encoding", source.place(nul, nul + 1), "a NUL character may not stand in a file")
        return None
    return source


def _may_cut(text: str) -> bool:
    """Whether a ` #` stands somewhere, which mostly begins a comment."""
    return " #" in text or "\t#" in text


class _TooLarge(Exception):
    def __init__(self, place: Place, message: str) -> None:
        super().__init__(message)
        self.place = place
        self.message = message


class _Builder:
    """Builds the tree with a stack of its own, so that what was read before an error is still there."""

    def __init__(self, source: Source, sink: Sink, end: int) -> None:
        self.source = source
        self.end = end
        self.sink = sink
        self.root: Node | None = None
        self.inner: Sequence | Mapping | None = None
        """The list or record that is open."""
        self.key: Text | None = None
        """Its key that waits for a value."""
        self.outer: list[tuple[Sequence | Mapping | None, Text | None]] = []
        """Those around it, each with its open key."""
        self.may_cut = _may_cut(source.text)
        self.spoilt: set[int] = set()
        """Depths whose mapping has a key that means nothing: what it lacks may be meant there."""

    def document(self, next_event: Callable[[], Any]) -> Node | None:
        """The tree of the first document. Most of what is read is plain texts in records: they are put in here."""
        source, may_cut = self.source, self.may_cut
        for _ in range(EVENTS + 1):  # the document that begins is one
            event = next_event()
            kind = type(event)
            if kind is ScalarEvent:
                value, style = event.value, event.style or ""
                if event.tag or event.anchor or (not style and (may_cut or value in _NULLS)):
                    self._put(self._scalar(event))
                    continue
                text = Text(value, style, source, event.start_mark.index, event.end_mark.index)
                inner, key = self.inner, self.key
                if type(inner) is not Mapping:
                    self._put(text)
                elif key is not None:
                    self.key = None
                    if key.value and (there := inner.add(Entry(key, text))) is not None:
                        self._twice(key, there)
                elif value == "<<" and not style:
                    self.key = self._no_key(text)
                else:
                    self.key = text
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                self._push(event, kind)
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                self._pop(event.end_mark.index)
            elif kind is AliasEvent:
                self._alias(event)
            elif kind is DocumentEndEvent:
                self._ended(event)
                return self.root
            elif kind is StreamEndEvent:
                return self.root
        raise _TooLarge(self._place(next_event()), f"this file has over {EVENTS:,} parts")

    def _ended(self, event: Any) -> None:
        """Whatever follows a document is one too many; it is not read."""
        rest = _HEAD.match(self.source.text, event.end_mark.index)
        at = rest.end() if rest else self.end
        if self.source.text[at : self.end].strip(" \t"):
            message = "one file holds one document; `---` ends it"
            self.sink.error("several-documents", self.source.place(at, at + 3), message)

    def forget_last(self) -> None:
        """The last text was the half of one: what it says means nothing."""
        node = self.inner
        last = node.items[-1] if isinstance(node, Sequence) and node.items else None
        if isinstance(node, Mapping) and node.entries and self.key is None:
            last = node.entries[-1].value
        if isinstance(last, Text):
            self._spoil(last)

    def rescued(self) -> Node | None:
        """What stands when the events ended early: an open key counts as broken."""
        while self.inner is not None:
            if isinstance(self.inner, Mapping) and self.key is not None:
                self._put(Broken.instead(self.key))
            self.inner.cut = True
            self._pop(self.inner.end)
        return self.root

    def _alias(self, event: Any) -> None:
        said = f"`*{shortened(str(event.anchor))}` is an alias of YAML, which is not accepted here"
        tip = "Write the value out, or put quotes around a text that begins with `*`."
        self.sink.error("anchor", self._place(event), said, tip=tip)
        self._put(Broken(self.source, event.start_mark.index, event.end_mark.index))

    def _attributes(self, event: Any) -> None:
        if event.anchor:
            said = f"`&{shortened(event.anchor)}` is an anchor of YAML, which is not accepted here"
            self.sink.error(
                "anchor", self._place(event), said,
                tip="Write the value out where it is needed, or put quotes around a text that begins with `&`.",
            )  # fmt: skip
        if _is_tagged(event):
            self.sink.error(
                "tag", self._place(event), f"`{shortened(event.tag)}` is a tag of YAML, which is not accepted here",
                tip="Put quotes around a text that begins with `!`; a condition negates with `not`.",
            )  # fmt: skip

    def _place(self, event: Any) -> Place:
        return self.source.place(event.start_mark.index, event.end_mark.index)

    def _scalar(self, event: Any) -> Node:
        """A text that may be none, or begins behind a tag or an anchor."""
        source, style, value = self.source, event.style or "", event.value
        start, end = event.start_mark.index, event.end_mark.index
        if self.may_cut and not style and (cut := _CUT.match(source.text, end)):
            return self._cut(value, start, end, cut.end())
        if event.tag or event.anchor:
            self._attributes(event)
            if not style and value in _NULLS:
                return Nothing(source, start, end)
            if _is_tagged(event) and event.tag.startswith("!"):
                return Broken(source, start, end)  # mostly a text or a condition whose first word is gone now
            start = max(start, source.text.find(style or value[:1], start, end))
        elif not style and value in _NULLS:
            return Nothing(source, start, end)
        return Text(value, style, source, start, end)

    def _cut(self, value: str, start: int, end: int, after: int) -> Broken:
        """A text that ends before a ` #`: `Order #12 is done` would be `Order`."""
        read = f"all that is read is `{shortened(value)}`" if value else "nothing is read"
        self.sink.error(
            "cut-text", self.source.place(after - 1, after), f"` #` begins a comment in YAML: {read}",
            tip='Put quotes around the whole text: "...". A comment that is meant has a blank after its `#`.',
        )  # fmt: skip
        return Broken(self.source, start, end)

    def _push(self, event: Any, kind: type) -> None:
        if event.tag or event.anchor:
            self._attributes(event)
        if len(self.outer) >= LEVELS:
            raise _TooLarge(self._place(event), f"this is nested over {LEVELS} levels deep")
        whole = Sequence if kind is SequenceStartEvent else Mapping
        node = whole(self.source, event.start_mark.index, event.end_mark.index)
        self._put(node)
        self.outer.append((self.inner, self.key))
        self.inner, self.key = node, None

    def _pop(self, end: int) -> None:
        node = self.inner
        assert node is not None, "what ends has begun"
        node.end = end
        self.inner, self.key = self.outer.pop()
        if self.spoilt and len(self.outer) in self.spoilt:
            self.spoilt.discard(len(self.outer))
            self._spoil(node)

    def _spoil(self, node: Node) -> None:
        """Puts a broken part in the place of a node that was just closed; a file's root stays."""
        parent = self.inner
        if isinstance(parent, Sequence):
            parent.items[-1] = Broken.instead(node)
        elif isinstance(parent, Mapping) and parent.entries and parent.entries[-1].value is node:
            parent.entries[-1].value = Broken.instead(node)

    def _put(self, node: Node) -> None:
        """Puts a node where the stack stands: as the root, an item, a key, or the value of the open key."""
        inner, key = self.inner, self.key
        if type(inner) is Mapping:
            if key is not None:
                self.key = None
                if key.value and (there := inner.add(Entry(key, node))) is not None:
                    self._twice(key, there)
            elif isinstance(node, Text) and (node.value != "<<" or node.style):
                self.key = node
            else:
                self.key = self._no_key(node)
        elif type(inner) is Sequence:
            inner.items.append(node)
        elif self.root is None:
            self.root = node

    def _no_key(self, node: Node) -> Text:
        self.spoilt.add(len(self.outer) - 1)
        if isinstance(node, Text):
            self.sink.error("merge-key", node.place, "`<<` is a merge key of YAML, which is not accepted here")
        elif not isinstance(node, Broken):
            self.sink.error("key", node.place, "a key is a word; write it before a `:`",
                            tip="A template in braces needs quotes: \"{{ order.id }}\".")  # fmt: skip
        return Text("", "", self.source, node.start, node.end)

    def _twice(self, key: Text, there: Entry) -> None:
        self.sink.error(
            "duplicate-key", key.place, f"`{shortened(key.value)}` stands here twice",
            labels=(Label(there.key.place, "it stands here already"),),
        )  # fmt: skip


def _is_tagged(event: Any) -> bool:
    """Whether the author wrote a tag; libyaml gives quoted scalars one of their own."""
    return bool(event.tag) and not (isinstance(event, ScalarEvent) and event.tag == "!" and event.style)
