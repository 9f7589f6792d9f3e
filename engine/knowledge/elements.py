"""Elements and the text between them, in their order, to lines: a paragraph, an item, a row of a table is one each.

Elements are those of HTML, whether Markdown makes them or a tag does. What is hidden or struck is left out, also where
tags open and close it in different paragraphs.
"""

import re
from html import unescape
from typing import Final

from engine.knowledge.outline import one_line, row

__all__ = ["INLINE", "Lines", "Tag"]

INLINE: Final = frozenset(
    "a abbr b bdi bdo big cite code data del dfn em font i img ins kbd label mark q s samp small span strike strong"
    " sub sup time tt u var wbr".split()
)
_BLOCKS: Final = frozenset(
    "address article aside blockquote body br caption center dd details div dl dt fieldset figcaption figure footer"
    " form header hr html legend li main nav ol p pre section summary tbody tfoot thead ul".split()
)
_VOID: Final = frozenset("area base br col embed hr img input link meta source track wbr".split())
_NEVER: Final = frozenset(
    "script style template noscript head svg math iframe object canvas audio video select textarea dialog del s"
    " strike".split()
)
_LITERAL: Final = frozenset({"script", "style"})
_KINDS: Final = {
    **dict.fromkeys(_BLOCKS, "block"), **dict.fromkeys(_NEVER, "never"), "tr": "row", "table": "table",
    **dict.fromkeys(("td", "th"), "cell"), **dict.fromkeys((f"h{level}" for level in range(1, 7)), "heading"),
}  # fmt: skip
MAX_DEPTH: Final = 20
"""Of tables within tables, and of elements within one that is hidden: what lies deeper is taken for part of it."""
_HIDES = re.compile(r"display['\"]?\s*:\s*['\"]?none|visibility['\"]?\s*:\s*['\"]?hidden", re.IGNORECASE)
_TAG = re.compile(r"<(/?)([A-Za-z][\w:.-]*)")
_ATTRIBUTE = re.compile(r"([\w:@.-]+)(?:\s*=\s*(\"[^\"]*\"|'[^']*'|\{\{.*?\}\}|[^\s\"'>]+))?", re.DOTALL)

_Line = tuple[int, str]


class Tag:
    """One that is written out in an article. `closes`: whether it ends its element."""

    def __init__(self, raw: str) -> None:
        found = _TAG.match(raw)
        self.closes = bool(found and found[1])
        self.written = found[2] if found else ""
        self.name = self.written.lower()
        self.alone = raw.endswith("/>") or self.name in _VOID
        """Whether nothing is within it."""
        self._of: dict[str, str] = {}
        for attribute in _ATTRIBUTE.finditer(raw.rstrip("/>"), found.end() if found else 0):
            self._of.setdefault(attribute[1].lower(), unescape((attribute[2] or "").strip("\"'")))

    def get(self, name: str) -> str:
        """The value of an attribute; empty where there is none."""
        return self._of.get(name, "")

    @property
    def hidden(self) -> bool:
        return (
            self._of.get("hidden", "until-found").lower() not in ("until-found", "{false}")
            or self.get("aria-hidden").lower() == "true"
            or _HIDES.search(self.get("style")) is not None
        )


class Lines:
    """Takes elements and text, and has their lines: (level, heading) and (0, text)."""

    def __init__(self) -> None:
        self.found: list[_Line] = []
        self._text: list[str] = []
        self._level = 0
        self._hidden: list[str] = []
        self._tables: list[list[list[_Line]]] = []
        """Of each open table the cells of its open row."""

    @property
    def hidden(self) -> int:
        """How many elements are open of which nothing is shown."""
        return len(self._hidden)

    def start(self, name: str, *, hides: bool = False) -> None:
        """An element begins; of one without an end, it is all."""
        if self._hidden or hides:
            self._hide(name, hides)
            return
        match _KINDS.get(name):
            case "block":
                self.end_line()
            case "cell":
                self.end_line()
                if self._tables:
                    self._tables[-1].append([])
            case "row":
                self._end_row()
            case "heading":
                self._end_heading()
                self._level = int(name[1])
            case "table":
                self.end_line()
                if len(self._tables) < MAX_DEPTH:
                    self._tables.append([])
            case "never":
                self._hide(name, True)

    def end(self, name: str) -> None:
        """An element ends, and those that are hidden in it."""
        if self._hidden:
            self._show(name)
            return
        match _KINDS.get(name):
            case "block" | "cell":
                self.end_line()
            case "row":
                self._end_row()
            case "heading":
                self._end_heading()
            case "table":
                self._end_row()
                if self._tables:
                    self._tables.pop()

    def _hide(self, name: str, hides: bool) -> None:
        if self._hidden == ["p"] and _KINDS.get(name, "never") != "never":
            self._hidden.clear()  # nothing that is a block of its own is within a paragraph
            self.start(name, hides=hides)
        elif name not in _VOID and len(self._hidden) < MAX_DEPTH:
            self._hidden.append(name)

    def _show(self, name: str) -> None:
        if self._hidden[-1] in _LITERAL and name != self._hidden[-1]:
            return
        if name in self._hidden:
            while self._hidden.pop() != name:
                pass

    def end_block(self, hidden: int) -> None:
        """A block of Markdown ends, before which so many elements were hidden: what is written within a line ends with
        it, closed or not."""
        if len(self._hidden) > hidden:
            self._hidden[hidden:] = [name for name in self._hidden[hidden:] if name not in INLINE and name != "p"]
        if not self._hidden:
            self._end_heading()

    def text(self, text: str) -> None:
        """Some text of the line."""
        if not self._hidden:
            self._text.append(text)

    def code(self, text: str) -> None:
        """Lines that stay as they are."""
        if self._hidden:
            return
        self.end_line()
        for line in text.split("\n"):
            if line.strip():
                self._put(0, line.strip())

    def end_line(self) -> None:
        """What follows is another line; of a heading, the same."""
        if not self._text:
            return
        if self._level:
            self._text.append(" ")
            return
        text = one_line("".join(self._text))
        self._text.clear()
        if text:
            self._put(0, text)

    def close(self) -> list[_Line]:
        """All lines, with what was never closed."""
        self._end_heading()
        while self._tables:
            self._end_row()
            self._tables.pop()
        return self.found

    def _end_heading(self) -> None:
        level, self._level = self._level, 0
        if not level:
            self.end_line()
            return
        text = one_line("".join(self._text))
        self._text.clear()
        if text:
            self._put(level, text)

    def _end_row(self) -> None:
        self._end_heading()
        if not self._tables:
            return
        cells, self._tables[-1] = self._tables[-1], []
        for line in row(cells):
            self._put(*line)

    def _put(self, level: int, text: str) -> None:
        cells = next((cells for cells in reversed(self._tables) if cells), None)
        (self.found if cells is None else cells[-1]).append((level, text))
