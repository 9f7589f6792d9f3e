"""Reads a file from libyaml's events, never composed: a deep file ends in a finding, not in a crash.

At most 1 MB, 40 levels and 100,000 events. Anchors, aliases, tags, merge keys and duplicate keys are findings. The part
before a syntax error still gives a tree.
"""

from collections.abc import Iterator
from typing import Any

import yaml

from engine.diagnostics import Label, Place, Sink
from engine.syntax.nodes import Broken, Entry, Mapping, Node, Nothing, Sequence, Text
from engine.syntax.source import Source
from engine.syntax.trouble import explain

__all__ = ["EVENTS", "LEVELS", "SIZE", "read"]

SIZE = 1_000_000
LEVELS = 40
EVENTS = 100_000
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


def read(path: str, text: str | bytes, sink: Sink) -> Node | None:
    """The tree of a file; None where there is nothing to go on. What is wrong goes to the sink."""
    source = _decoded(path, text, sink)
    if source is None:
        return None
    builder = _Builder(source, sink)
    try:
        return builder.document(iter(yaml.parse(source.text, Loader=yaml.CSafeLoader)))
    except yaml.MarkedYAMLError as error:
        explain(error, source, sink)
    except yaml.YAMLError:
        sink.error("yaml", source.place(0, 1), "this file holds a character that YAML does not allow")
    except _TooLarge as stop:
        sink.error("too-large", stop.place, stop.message)
    return builder.rescued()


def _decoded(path: str, text: str | bytes, sink: Sink) -> Source | None:
    start = Place(path, 1, 1, 1, 2)
    if len(text) > SIZE:
        sink.error("too-large", start, f"this file has over {SIZE:,} bytes; at most {SIZE:,} are read")
        return None
    if isinstance(text, bytes):
        raw = text
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            sink.error("encoding", Place(path, line, 1, line, 2), "this file is not UTF-8; save it as UTF-8")
            return None
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    nul = text.find("\0")
    if nul >= 0:
        sink.error("encoding", Source(path, text).place(nul, nul + 1), "a NUL character may not stand in a file")
        return None
    return Source(path, text)


class _TooLarge(Exception):
    def __init__(self, place: Place, message: str) -> None:
        super().__init__(message)
        self.place = place
        self.message = message


class _Builder:
    """Builds the tree with a stack of its own, so that what was read before an error is still there."""

    def __init__(self, source: Source, sink: Sink) -> None:
        self.source = source
        self.sink = sink
        self.stack: list[Sequence | Mapping] = []
        self.keys: list[Text | None] = []
        self.root: Node | None = None
        self.documents = 0

    def document(self, events: Iterator[Any]) -> Node | None:
        for count, event in enumerate(events):
            if count > EVENTS:
                raise _TooLarge(self._place(event), f"this file has over {EVENTS:,} parts")
            self._event(event)
        return self.root

    def rescued(self) -> Node | None:
        """What stands when the events ended early: an open key counts as broken."""
        while self.stack:
            if isinstance(self.stack[-1], Mapping) and self.keys[-1] is not None:
                self._put(Broken(self.keys[-1].place))
            self._pop()
        return self.root

    def _event(self, event: Any) -> None:
        match event:
            case yaml.ScalarEvent():
                self._attributes(event)
                self._put(self._scalar(event))
            case yaml.SequenceStartEvent() | yaml.MappingStartEvent():
                self._attributes(event)
                self._push(event)
            case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                place = self._place(event)
                self.stack[-1].place = self.stack[-1].place._replace(
                    end_line=place.end_line, end_column=place.end_column
                )
                self._pop()
            case yaml.AliasEvent():
                place = self._place(event)
                self.sink.error(
                    "anchor", place, f"`*{event.anchor}` is an alias of YAML, which is not accepted here",
                    tip="Write the value out, or put quotes around a text that begins with `*`.",
                )  # fmt: skip
                self._put(Broken(place))
            case yaml.DocumentStartEvent():
                self.documents += 1
                if self.documents == 2:
                    self.sink.error(
                        "several-documents", self._place(event), "one file holds one document; `---` ends it"
                    )

    def _attributes(self, event: Any) -> None:
        if event.anchor:
            self.sink.error(
                "anchor", self._place(event), f"`&{event.anchor}` is an anchor of YAML, which is not accepted here",
                tip="Write the value out where it is needed, or put quotes around a text that begins with `&`.",
            )  # fmt: skip
        if event.tag and not (isinstance(event, yaml.ScalarEvent) and event.tag == "!" and event.style):
            self.sink.error(
                "tag", self._place(event), f"`{event.tag}` is a tag of YAML, which is not accepted here",
                tip="Put quotes around a text that begins with `!`; a condition negates with `not`.",
            )  # fmt: skip

    def _place(self, event: Any) -> Place:
        start, end = event.start_mark, event.end_mark
        return Place(self.source.path, start.line + 1, start.column + 1, end.line + 1, end.column + 1)

    def _scalar(self, event: Any) -> Node:
        place = self._place(event)
        style = event.style or ""
        if not style and event.value in _NULLS:
            return Nothing(place)
        start, end = event.start_mark.index, event.end_mark.index
        return Text(event.value, place, style, self.source, start, end)

    def _push(self, event: Any) -> None:
        place = self._place(event)
        if len(self.stack) >= LEVELS:
            raise _TooLarge(place, f"this is nested over {LEVELS} levels deep")
        kind = Sequence if isinstance(event, yaml.SequenceStartEvent) else Mapping
        node = kind([], place)
        self._put(node)
        self.stack.append(node)
        self.keys.append(None)

    def _pop(self) -> None:
        self.stack.pop()
        self.keys.pop()

    def _put(self, node: Node) -> None:
        """Puts a node where the stack stands: as the root, an item, a key, or the value of the open key."""
        if not self.stack:
            if self.root is None:
                self.root = node
            return
        parent = self.stack[-1]
        if isinstance(parent, Sequence):
            parent.items.append(node)
        elif self.keys[-1] is None:
            self.keys[-1] = self._key(node)
        else:
            key, self.keys[-1] = self.keys[-1], None
            self._entry(parent, key, node)

    def _key(self, node: Node) -> Text:
        if isinstance(node, Text):
            if node.value == "<<" and not node.style:
                self.sink.error("merge-key", node.place, "`<<` is a merge key of YAML, which is not accepted here")
            return node
        if not isinstance(node, Broken):
            self.sink.error("key", node.place, "a key is a word; write it before a `:`",
                            tip="A template in braces needs quotes: \"{{ order.id }}\".")  # fmt: skip
        return Text("", node.place, "", self.source, 0, 0)

    def _entry(self, parent: Mapping, key: Text, node: Node) -> None:
        there = parent.entry(key.value)
        if key.value == "":
            return
        if there is not None:
            self.sink.error(
                "duplicate-key", key.place, f"`{key.value}` stands here twice",
                labels=(Label(there.key.place, "it stands here already"),),
            )  # fmt: skip
            return
        parent.entries.append(Entry(key, node))
