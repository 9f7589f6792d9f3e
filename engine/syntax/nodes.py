"""The tree. Plain slotted classes, each with an `__init__` of its own: these are made by the thousand, and of most
nobody asks where they stand."""

from typing import Self

from engine.diagnostics import Place
from engine.syntax.source import Offsets, Source, offsets

__all__ = ["Broken", "Entry", "Mapping", "Node", "Nothing", "Sequence", "Text"]


class Node:
    """Anything that stands in a file: the characters from `start` to `end`, which is behind the last one."""

    __slots__ = ("_place", "end", "source", "start")

    def __init__(self, source: Source, start: int, end: int) -> None:
        self.source = source
        self.start = start
        self.end = end
        self._place: Place | None = None

    @classmethod
    def instead(cls, node: "Node") -> Self:
        """One in the place of another."""
        return cls(node.source, node.start, node.end)

    @property
    def place(self) -> Place:
        """Where it stands. Worked out when somebody asks."""
        if self._place is None:
            self._place = self.source.place(self.start, self.end)
        return self._place


class Broken(Node):
    """A part that could not be read; it was reported, and nothing that depends on it is."""

    __slots__ = ()


class Nothing(Node):
    """A key without a value, `~` or `null`."""

    __slots__ = ()


class Text(Node):
    """A scalar. `style` is the character that YAML begins it with: `'`, `"`, `|`, `>`, or none."""

    __slots__ = ("_offsets", "style", "value")

    def __init__(
        self, value: str, style: str, source: Source, start: int, end: int, place: Place | None = None
    ) -> None:  # fmt: skip
        self.value = value
        self.style = style
        self.source = source
        self.start = start
        self.end = end
        self._place = place
        self._offsets: Offsets | None = None

    def __str__(self) -> str:
        return self.value

    def saying(self, value: str) -> "Text":
        """Another text at the same place."""
        return Text(value, self.style, self.source, self.start, self.end, self._place)

    def place_of(self, start: int, end: int) -> Place:
        """Where the characters `start` to `end` of the value stand in the file.

        The k-th character of the value that is no blank is the k-th of the source, once quotes and escapes are undone.
        """
        if self._offsets is None:
            self._offsets = offsets(self.value, self.source.text[self.start : self.end], self.style)
        if not self.value:
            return self.place
        starts, ends = self._offsets
        first = starts[min(max(start, 0), len(starts) - 1)]
        last = ends[min(max(end - 1, start, 0), len(ends) - 1)]
        return self.source.place(self.start + first, self.start + max(last, first + 1))


class _Whole(Node):
    """What has an end that is found later."""

    __slots__ = ("cut",)

    cut: bool
    """Whether the file ended within it: more of it may stand behind the error."""


class Sequence(_Whole):
    """A list."""

    __slots__ = ("items",)

    def __init__(self, source: Source, start: int, end: int) -> None:
        self.source = source
        self.start = start
        self.end = end
        self._place = None
        self.cut = False
        self.items: list[Node] = []


class Entry:
    """A key with its value."""

    __slots__ = ("key", "value")

    def __init__(self, key: Text, value: Node) -> None:
        self.key = key
        self.value = value


class Mapping(_Whole):
    """A record. Keys are unique: a second one was reported and dropped."""

    __slots__ = ("_found", "entries")

    def __init__(self, source: Source, start: int, end: int) -> None:
        self.source = source
        self.start = start
        self.end = end
        self._place = None
        self.cut = False
        self.entries: list[Entry] = []
        self._found: dict[str, Entry] = {}

    def add(self, entry: Entry) -> Entry | None:
        """Takes an entry up; one whose key stands here already is dropped, and the first one comes back."""
        there = self._found.setdefault(entry.key.value, entry)
        if there is not entry:
            return there
        self.entries.append(entry)
        return None

    def entry(self, name: str) -> Entry | None:
        """The entry of this key."""
        return self._found.get(name)

    def get(self, name: str) -> Node | None:
        """The value of this key."""
        entry = self.entry(name)
        return entry.value if entry else None
