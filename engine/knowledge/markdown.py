"""Markdown articles: YAML front matter, then headings, paragraphs, lists, tables and code.

Only what a quotation needs is understood: the result is plain text in which a paragraph, a list item and a
table row are one line each, so that a sentence can be quoted word for word.
"""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import PurePosixPath
from typing import Any, Final

import yaml

from engine.knowledge.base import BrokenDocument, Document, Section

MAX_FRONT_MATTER: Final = 4_096
"""Characters. Deeper or longer YAML than a label sheet needs only serves to hurt the parser."""
ACCEPTED: Final = ("title", "collection", "language", "audience", "reviewed")

_FRONT = re.compile(r"\A---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*$\n?", re.DOTALL | re.MULTILINE)
_LABEL = re.compile(r"\A---[ \t]*\n\s*\w+[ \t]*:")
_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(.*?)[ \t]*#*[ \t]*$")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)[ \t]*$")
_RULE = re.compile(r" {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$")
_FENCE = re.compile(r" {0,3}(```+|~~~+)")
_ITEM = re.compile(r"^\s*(?:[-*+]|\d{1,3}[.)])[ \t]+")
_TABLE_LINE = re.compile(r"\s*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)


def read_markdown(data: bytes, path: str) -> Document:
    """Read an article; raises `BrokenDocument` for what is no UTF-8, no YAML, or has no text."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BrokenDocument(f"not UTF-8: byte {error.start} is {data[error.start]:#04x}") from None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    labels, body = _front_matter(text)
    sections = tuple(_sections(_COMMENT.sub("", body)))
    if not any(section.text for section in sections):
        raise BrokenDocument("has no text below its headings")
    title = labels.pop("title", "") or _first_heading(sections) or PurePosixPath(path).stem
    return Document(title=title, sections=_without_title(sections, title), **labels)


def _front_matter(text: str) -> tuple[dict[str, str], str]:
    if not text.startswith("---"):
        return {}, text
    match = _FRONT.match(text)
    if match is None:
        if not _LABEL.match(text):
            return {}, text  # a rule across the page, not front matter
        raise BrokenDocument("front matter: opened by `---` and never closed by a line `---`")
    if len(match[1]) > MAX_FRONT_MATTER or match[1].count("[") + match[1].count("{") > 20:
        raise BrokenDocument(f"front matter: over {MAX_FRONT_MATTER} characters, or nested too deeply")
    try:
        labels = yaml.load(match[1], Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        raise BrokenDocument(f"front matter: not YAML{f' (line {mark.line + 2})' if mark else ''}") from None
    return _labels(labels), text[match.end() :]


def _labels(found: Any) -> dict[str, str]:
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise BrokenDocument("front matter: expected `name: value` lines")
    labels = {}
    for name in ACCEPTED:
        value = found.get(name)
        if value is None:
            continue
        if not isinstance(value, str | date | int | float) or isinstance(value, bool):
            raise BrokenDocument(f"front matter: `{name}` must be a single text")
        labels[name] = str(value).strip()
    if "reviewed" in labels:
        labels["reviewed"] = _iso(labels["reviewed"])
    return labels


def _iso(text: str) -> str:
    try:
        return date.fromisoformat(text[:10]).isoformat()
    except ValueError:
        raise BrokenDocument(f"front matter: `reviewed` is no date like 2026-03-01: {text[:40]!r}") from None


def _sections(body: str) -> Iterator[Section]:
    path: list[tuple[int, str]] = []
    lines: list[str] = []
    for level, line in _lines(body):
        if not level:
            lines.append(line)
            continue
        yield Section(tuple(title for _, title in path), "\n".join(lines).strip())
        lines = []
        path = [one for one in path if one[0] < level]
        path.append((level, line))
    yield Section(tuple(title for _, title in path), "\n".join(lines).strip())


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
        elif (heading := _HEADING.match(line)) and heading[2]:
            yield from _flush(paragraph)
            yield len(heading[1]), plain(heading[2])
        elif paragraph and (under := _UNDERLINE.match(line)) and not _ITEM.match(paragraph[0]):
            text = plain(" ".join(paragraph))
            paragraph.clear()
            yield (1 if under[1].startswith("=") else 2), text
        elif not line.strip() or _RULE.match(line) or _TABLE_LINE.match(line):
            yield from _flush(paragraph)
        elif "|" in line and line.strip().startswith("|"):
            yield from _flush(paragraph)
            yield 0, " | ".join(plain(cell) for cell in line.strip().strip("|").split("|") if cell.strip())
        else:
            if _ITEM.match(line):
                yield from _flush(paragraph)
            paragraph.append(line.strip().lstrip("> ") if line.lstrip().startswith(">") else line.strip())


def _flush(paragraph: list[str]) -> Iterator[tuple[int, str]]:
    if paragraph:
        text = plain(_ITEM.sub("", " ".join(paragraph), count=1))
        paragraph.clear()
        if text:
            yield 0, text


_INLINE: Final = (
    (re.compile(r"!\[([^\]\n]*)\]\([^)\n]*\)"), r"\1"),
    (re.compile(r"\[([^\]\n]+)\](?:\([^)\n]*\)|\[[^\]\n]*\])"), r"\1"),
    (re.compile(r"<((?:https?://|mailto:)[^>\s]+)>"), r"\1"),
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


def _first_heading(sections: tuple[Section, ...]) -> str:
    return next((section.headings[0] for section in sections if section.headings), "")


def _without_title(sections: tuple[Section, ...], title: str) -> tuple[Section, ...]:
    """Sections with text; a first heading that only repeats the title is dropped from their paths."""
    return tuple(
        Section(one.headings[1:] if one.headings[:1] == (title,) else one.headings, one.text)
        for one in sections
        if one.text
    )
