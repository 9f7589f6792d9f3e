"""Markdown articles: front matter, then headings, paragraphs, lists, tables and code.

Only what a quotation needs is understood: the result is plain text in which a paragraph, a list item and a
table row are one line each, so that a sentence can be quoted word for word. It is that of the page that is shown:
comments, what is struck, and what is hidden are left out.
"""

import re
from html import unescape
from typing import TYPE_CHECKING, Any, Final

from engine.knowledge.base import Document
from engine.knowledge.elements import INLINE, Lines, Tag
from engine.knowledge.front import decoded, parted
from engine.knowledge.outline import outlined

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markdown_it.token import Token

_MARKED = re.compile(r"[`*_\[<{&~]")
"""What any markup within a line has, but a backslash."""
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_PLAIN_ESCAPE = re.compile(r"\\([-.,:;=+?@%$/|'])")
"""Of a sign that begins no markup within a line; where no code or tag is, in which a backslash stands for itself."""
_ONE_TAG = re.compile(r"\s*<[^<>]*>\s*")
_TAGS = re.compile(r"<!--.*?-->|</?[A-Za-z][^<>]*>", re.DOTALL)
_VERBATIM_END = re.compile(r"</(?:pre|script|style)\s*>", re.IGNORECASE)
_NOTICE = re.compile(r"\[!\w+\][+-]?[ \t]*")
_TASK = re.compile(r"\[[ xX]\][ \t]+")
_ID = re.compile(r"#([\w:.-]+)")
MAX_BRACKETS: Final = 100
"""In one paragraph: with more, links are looked for in a simpler way, as each may begin one with any that follows."""
_HOLDERS: Final = frozenset("table ul ol div details section aside".split())
"""In these, what is far to the right is no code."""


def read_markdown(data: bytes, path: str) -> Document:
    """Read an article; raises `BrokenDocument` for what is no UTF-8, no YAML or TOML, or has no text."""
    labels, body = parted(decoded(data))
    reader = _Reader(body)
    reader.read()
    links = filter(None, (*reader.links, *reader.defined))
    return outlined(reader.lines.close(), path, labels, links, reader.ids)


class _Reader:
    """One article's tokens to lines."""

    def __init__(self, body: str) -> None:
        from engine.knowledge.dialect import dialect  # 40 ms for who reads none

        self._dialect = dialect()
        self.lines = Lines()
        self.links: list[str] = []
        self.ids: list[str] = []
        self._body = body
        self._env: dict[str, Any] = {"text": body}
        self._comment = ""
        """What ends the one that is open; empty for none."""
        self._held = 0
        """Open elements of HTML in which Markdown may be indented."""
        self._last: dict[int, int] = {}
        """Level -> the last number of a list."""
        self._numbered: list[bool] = []
        """Of each open list of numbers, whether they are part of what it says."""
        self._number = ""
        """Of the item that begins, if it is."""

    @property
    def defined(self) -> "Iterator[str]":
        """Addresses of links by reference."""
        return (one["href"] for one in self._env.get("references", {}).values())

    def read(self) -> None:
        tokens = self._dialect.parse(self._body, self._env)
        for at, token in enumerate(tokens):
            if token.type == "inline":
                self._block(token.content, tokens, at)
            elif token.type == "html_block":
                if not self._comment:
                    self._verbatim(token.content)
                elif rest := self._uncommented(token.content):
                    self._inline(rest)
            elif token.type in ("fence", "code_block"):
                self._code(token, tokens, at)
            elif token.nesting >= 0:
                self._open(token, tokens[at - 1])
            else:
                if token.type == "ordered_list_close":
                    self._numbered.pop()
                self.lines.end(token.tag)

    def _open(self, token: "Token", before: "Token") -> None:
        self.lines.start(token.tag)
        if token.type == "list_item_open" and token.info:
            number = int(token.info)
            if before.type == "ordered_list_open":
                # "24. December" on a line of its own is a list to Markdown, and shown with its number
                self._numbered.append(number > 1 and number != self._last.get(token.level, 0) + 1)
            self._last[token.level] = number
            self._number = f"{token.info}{token.markup} " if self._numbered[-1] and number > 1 else ""

    def _code(self, token: "Token", tokens: "Sequence[Token]", at: int) -> None:
        rest = self._uncommented(token.content)
        if token.type == "code_block" and self._held:
            self._block(rest, tokens, at)
            self.lines.end_line()
        else:
            self.lines.code(rest)

    def _uncommented(self, text: str) -> str:
        """What stands behind a comment that is open."""
        if self._comment:
            _, found, text = text.partition(self._comment)
            self._comment = "" if found else self._comment
        return text

    def _block(self, content: str, tokens: "Sequence[Token]", at: int) -> None:
        content = self._uncommented(content)
        above = tokens[at - 2].type if at > 1 else ""
        if above == "blockquote_open":
            content = _NOTICE.sub("", content, count=1)
        elif above == "list_item_open":
            content = _TASK.sub("", content, count=1)
        hidden = self.lines.hidden
        self.lines.text(self._number)
        self._number = ""
        self._inline(content)
        if not _ONE_TAG.fullmatch(content):
            self.lines.end_block(hidden)

    # -- within a block ----------------------------------------------------------------------------

    def _inline(self, content: str) -> None:
        if not _MARKED.search(content):
            self.lines.text(_ESCAPED.sub(r"\1", content))
            return
        if "\\" in content and "`" not in content and "<" not in content:
            content = _PLAIN_ESCAPE.sub(r"\1", content)  # which most backslashes are: it saves a token each
        tokens: list[Token] = []
        parser = self._dialect if content.count("[") <= MAX_BRACKETS else self._dialect.plainer
        parser.inline.parse(content, parser, self._env, tokens)
        self._tokens(tokens)

    def _tokens(self, tokens: "Sequence[Token]") -> None:
        for at, token in enumerate(tokens):
            match token.type:
                case "text" | "text_special" | "code_inline":
                    self.lines.text(token.content)
                case "softbreak" | "hardbreak":
                    self.lines.text(" ")
                case "html_inline":
                    self._tag(token.content, alone=_on_its_own(tokens, at))
                case "image":
                    self.links.append(str(token.attrs.get("src", "")))
                    self._tokens(token.children or ())
                case "link_open":
                    self.links.append(str(token.attrs.get("href", "")))
                case "attributes":
                    self.ids += _ID.findall(token.content)
                case "comment_open":
                    self._comment = token.markup
                case "s_open":
                    self.lines.start("s")
                case "s_close":
                    self.lines.end("s")

    def _verbatim(self, content: str) -> None:
        """A block of code in HTML, or of what is never shown, and what follows on its last line."""
        tag = Tag(content[: content.find(">") + 1])
        end = _VERBATIM_END.search(content)
        inner, rest = (content[: end.start()], content[end.end() :]) if end else (content, "")
        self._mention(tag)
        if tag.name == "pre" and not tag.hidden:
            self.lines.code(unescape(_TAGS.sub("", inner)))
        self._inline(rest)
        self.lines.end_line()

    def _tag(self, raw: str, *, alone: bool = False) -> None:
        tag = Tag(raw)
        if not tag.name:
            return
        component = alone and tag.name not in INLINE
        if component:
            self.lines.end_line()
        if tag.closes:
            self.lines.end(tag.name)
        else:
            self._mention(tag)
            if not tag.alone or tag.name == "br":
                self.lines.start(tag.name, hides=tag.hidden)
        if tag.name in _HOLDERS or tag.written[0].isupper():
            self._held = max(0, self._held + (-1 if tag.closes else 0 if tag.alone else 1))

    def _mention(self, tag: Tag) -> None:
        self.ids += filter(None, (tag.get("id"), tag.get("name")))
        if tag.name == "a" and tag.get("href"):
            self.links.append(tag.get("href"))
        elif tag.name in ("img", "video", "audio", "source", "iframe") and tag.get("src"):
            self.links.append(tag.get("src"))
        if tag.name == "img" and not tag.hidden:
            self.lines.text(tag.get("alt"))


def _on_its_own(tokens: "Sequence[Token]", at: int) -> bool:
    """Whether nothing else stands in its line."""
    beside = (*tokens[max(at - 1, 0) : at], *tokens[at + 1 : at + 2])
    return all(one.type in ("softbreak", "hardbreak", "html_inline") for one in beside)
