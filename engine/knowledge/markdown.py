"""Markdown articles: front matter, then headings, paragraphs, lists, tables and code.

Only what a quotation needs is understood: the result is plain text in which a paragraph, a list item and a
table row are one line each, so that a sentence can be quoted word for word.
"""

import re
from collections.abc import Iterator
from typing import Final

from engine.knowledge.base import Document
from engine.knowledge.front import decoded, parted
from engine.knowledge.outline import outlined

_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(.*)$")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)[ \t]*$")
_RULE = re.compile(r" {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$")
_FENCE = re.compile(r" {0,3}(```+|~~~+)")
_ITEM = re.compile(r"^\s*(?:[-*+]|\d{1,3}[.)])[ \t]+")
_TABLE_CELL = re.compile(r"[ \t]*:?-+:?[ \t]*")
_LINK = re.compile(r"(?<!\\)\]\([ \t]*(?:<([^<>\n]{1,2000})>|((?:[^()\s<>]|\([^()\s<>]*\))++))")
"""Of a picture too."""
_DEFINED = re.compile(
    r"^ {0,3}\[(?!\^)[^\[\]\n]{1,500}\]:[ \t]*(?:<([^<>\n]{1,2000})>|([^\s<>]{1,2000}))", re.MULTILINE
)
"""What a link by reference leads to."""
_TAG_LINK = re.compile(
    r"<(?:a|img|video|audio|source|iframe)\s[^<>]{0,500}?\b(?:href|src)\s*=\s*(?:\"([^\"<>\n]*)\"|'([^'<>\n]*)'|([^\s\"'<>]+))",
    re.I,
)
_ID = re.compile(r"<[a-z][^<>]{0,500}?\s(?:id|name)\s*=\s*[\"']?([^\s\"'<>]+)|\{#([\w-]+)\}", re.IGNORECASE)
_CODE = re.compile(r"`[^`\n]+`")
_ADDRESS: Final = r"\((?:[^()\n]|\([^()\n]*\))*+\)"
"""Of a link, with at most one pair of brackets inside."""
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)


def read_markdown(data: bytes, path: str) -> Document:
    """Read an article; raises `BrokenDocument` for what is no UTF-8, no YAML or TOML, or has no text."""
    labels, body = parted(decoded(data))
    body = _COMMENT.sub("", body)
    prose = _CODE.sub("", "\n".join(_unfenced(body)))
    links = ("".join(one) for pattern in (_LINK, _DEFINED, _TAG_LINK) for one in pattern.findall(prose))
    return outlined(_lines(body), path, labels, links, ("".join(one) for one in _ID.findall(prose)))


def _unfenced(body: str) -> Iterator[str]:
    """The lines that are no code: a link in an example leads nowhere."""
    fence = ""
    for line in body.split("\n"):
        if fence:
            fence = "" if line.strip().startswith(fence) else fence
        elif opened := _FENCE.match(line):
            fence = opened[1]
        else:
            yield line


def _lines(body: str) -> Iterator[tuple[int, str]]:
    """(level, heading) for a heading, (0, plain text) for a paragraph, item, row or line of code."""
    paragraph: list[str] = []
    fence = ""
    for line in [*body.split("\n"), ""]:
        if fence or (opened := _FENCE.match(line)):
            yield from _flush(paragraph)
            if not fence:
                fence = opened[1] if opened else ""
            elif line.strip().startswith(fence):
                fence = ""
            elif line.strip():
                yield 0, line.strip()
        elif (heading := _HEADING.match(line)) and (named := _unclosed(heading[2])):
            yield from _flush(paragraph)
            yield len(heading[1]), plain(named)
        elif paragraph and (under := _UNDERLINE.match(line)) and not _ITEM.match(paragraph[0]):
            text = plain(" ".join(paragraph))
            paragraph.clear()
            yield (1 if under[1].startswith("=") else 2), text
        elif not line.strip() or _RULE.match(line) or _is_table_line(line):
            yield from _flush(paragraph)
        elif "|" in line and line.strip().startswith("|"):
            yield from _flush(paragraph)
            yield 0, " | ".join(plain(cell) for cell in line.strip().strip("|").split("|") if cell.strip())
        else:
            if _ITEM.match(line):
                yield from _flush(paragraph)
            paragraph.append(line.strip().lstrip("> ") if line.lstrip().startswith(">") else line.strip())


def _unclosed(heading: str) -> str:
    """Without the `#` that may close it."""
    return heading.rstrip(" \t").rstrip("#").rstrip(" \t")


def _is_table_line(line: str) -> bool:
    """Whether it parts the head of a table from its rows."""
    cells = line.strip()
    return bool(cells) and all(map(_TABLE_CELL.fullmatch, cells.removeprefix("|").removesuffix("|").split("|")))


def _flush(paragraph: list[str]) -> Iterator[tuple[int, str]]:
    if paragraph:
        text = plain(_ITEM.sub("", " ".join(paragraph), count=1))
        paragraph.clear()
        if text:
            yield 0, text


# Each ends where the next of its kind begins, so that what is never closed is not looked for from every place anew.
_INLINE: Final = (
    (re.compile(rf"!\[([^\[\]\n]*)\]{_ADDRESS}"), r"\1"),
    (re.compile(rf"\[([^\[\]\n]+)\](?:{_ADDRESS}|\[[^\[\]\n]*\])"), r"\1"),
    (re.compile(r"<((?:https?://|mailto:)[^<>\s]+)>"), r"\1"),
    (re.compile(r"</?[A-Za-z][^<>\n]{0,200}>"), ""),
    (re.compile(r"`([^`\n]+)`"), r"\1"),
    (re.compile(r"(?<![\w*])\*{1,3}(?=\S)([^*\n]+?)(?<=\S)\*{1,3}(?![\w*])"), r"\1"),
    (re.compile(r"(?<![\w_])_{1,3}(?=\S)([^_\n]+?)(?<=\S)_{1,3}(?![\w_])"), r"\1"),
    (re.compile(r"~~([^~\n]+)~~"), r"\1"),
    (re.compile(r"\\([\\`*_{}\[\]()#+.!>~|-])"), r"\1"),
    (re.compile(r"[ \t]+"), " "),
)


def plain(text: str) -> str:
    """One line of Markdown without its markup."""
    for pattern, replacement in _INLINE:
        text = pattern.sub(replacement, text)
    return text.strip()
