"""Blocks of Markdown that CommonMark does not know, or reads otherwise: rules for `engine.knowledge.dialect`."""

import re
from typing import Final

from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.utils import EnvType

__all__ = ["COMMENT", "COMMENTS", "added", "end_of_comment", "module", "table", "verbatim"]

COMMENTS: Final = {"<!--": "-->", "{/*": "*/}"}
COMMENT = re.compile(r"<!--|\{/\*")
_NOTE_TEXT = re.compile(r"\[\^([^\[\]\s]+)\]:[ \t]*")
_CONTAINER = re.compile(r":{3,}[ \t]*(?P<kind>[\w-]*)[ \t]*(?:\[(?P<title>.*)\])?(?P<rest>.*)$")
_BRACES = re.compile(r"\{[^{}\n]*\}")
_MODULE = re.compile(
    r"import\s+(?:[\w$*{}\s,]+\sfrom\s+)?['\"][^'\"\n]+['\"];?\s*$|import\s*\{\s*$|import\s+[\w$]+,\s*\{\s*$"
    r"|export\s+(?:(?:const|let|var)\s+[\w$]+\s*=|(?:default\s+)?(?:async\s+)?function\b|(?:default\s+)?class\s+\w+.*\{"
    r"|default\s+[\w$.]+;?\s*$|default\s*[({]|\{)"
)
_VERBATIM = re.compile(r"<(?:pre|script|style)(?=[\s>])", re.IGNORECASE)
_VERBATIM_END = re.compile(r"</(?:pre|script|style)\s*>", re.IGNORECASE)
_BETWEEN_CELLS = re.compile(r"(?<!\\)\|")
_RULE_CELL = re.compile(r"\s*:?-+:?\s*")
"""Of the line below the head of a table."""


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]]


def _line_of(state: StateBlock, place: int, first: int, end: int) -> int:
    """The line of a place in the text; the last of the block where it is beyond, or nowhere (-1)."""
    if place < 0:
        return end - 1
    return next((number for number in range(first, end) if state.eMarks[number] >= place), end - 1)


def _paragraph(state: StateBlock, text: str, first: int, after: int) -> None:
    if text.strip():
        state.push("paragraph_open", "p", 1).map = [first, after]
        token = state.push("inline", "", 0)
        token.content, token.map, token.children = text.strip(), [first, after], []
        state.push("paragraph_close", "p", -1)
    state.line = after


def added(state: StateBlock, first: int, end: int, silent: bool) -> bool:
    """Blocks that CommonMark does not know. One rule for all, as each is tried at each line."""
    begin = state.bMarks[first] + state.tShift[first]
    rule = _ADDED.get(state.src[begin : begin + 2])
    return rule is not None and not state.is_code_block(first) and rule(state, first, end, silent)


def _comment_block(state: StateBlock, first: int, end: int, silent: bool) -> bool:
    """One of several lines, whatever is in them; without an end, it is all that follows."""
    begin = state.bMarks[first] + state.tShift[first]
    opened = COMMENT.match(state.src, begin)
    if opened is None or not (opened[0] == "<!--" or _ends_later(state.env, "*/}")):
        return False
    found = end_of_comment(state, opened[0], begin)
    if 0 <= found <= state.eMarks[first] or (found < 0 and opened[0] == "{/*"):
        return False  # one within a line, or none
    if silent:
        return True
    last = _line_of(state, found, first, end)
    rest = state.src[found : state.eMarks[last]] if 0 <= found <= state.eMarks[last] else ""
    _paragraph(state, rest, first, last + 1)
    return True


def end_of_comment(state: StateBlock | StateInline, opened: str, begin: int) -> int:
    """The place behind it; -1 where it has no end in this text, and `begin` where it is no comment then."""
    close = COMMENTS[opened]
    found = state.src.find(close, begin + len(opened))
    if found >= 0:
        return found + len(close)
    return -1 if opened == "<!--" or _ends_later(state.env, close) else begin


def _ends_later(env: EnvType, close: str) -> bool:
    """Whether it stands in the article at all."""
    if close not in env:
        env[close] = close in env["text"]
    return bool(env[close])


def _container(state: StateBlock, first: int, end: int, silent: bool) -> bool:
    """The line that opens or closes one: its title alone is text."""
    line = _line(state, first)
    found = _CONTAINER.match(line)
    if found is None:
        return False
    if not silent:
        rest = "" if found["rest"].rstrip().endswith(":::") else _BRACES.sub("", found["rest"])
        _paragraph(state, found["title"] or rest, first, first + 1)
    return True


def module(state: StateBlock, first: int, end: int, silent: bool) -> bool:
    """`import` and `export` of MDX, up to a blank line."""
    if state.level or silent or not _MODULE.match(state.src, state.bMarks[first], state.eMarks[first]):
        return False
    after = first + 1
    while after < end and not state.isEmpty(after):
        after += 1
    state.line = after
    return True


def _note_text(state: StateBlock, first: int, end: int, silent: bool) -> bool:
    """The text of a footnote, which says something that its sentence leaves out."""
    found = _NOTE_TEXT.match(_line(state, first))
    if found is None:
        return False
    if silent:
        return True
    after = first + 1
    while after < end and not state.isEmpty(after) and not _NOTE_TEXT.match(_line(state, after)):
        after += 1
    state.env.setdefault("notes", set()).add(found[1])
    lines = [_line(state, number) for number in range(first, after)]
    _paragraph(state, "\n".join(lines)[found.end() :], first, after)
    return True


_ADDED: Final = {"<!": _comment_block, "{/": _comment_block, "::": _container, "[^": _note_text}
"""How one begins -> its rule."""


def table(state: StateBlock, first: int, end: int, silent: bool) -> bool:
    """Lines that begin with `|`, and those below a head that the next line sets apart. Each has the cells that are
    written: the library's own drops those beyond the head's."""
    line = _line(state, first)
    if "|" not in line or state.is_code_block(first):
        return False
    below = _cells(_line(state, first + 1)) if first + 1 < end else []
    headed = bool(below) and all(map(_RULE_CELL.fullmatch, below))
    if not line.startswith("|") and not (headed and len(below) == len(_cells(line))):
        return False
    if not silent:
        others = state.md.block.ruler.getRules("blockquote")
        after = first + 1
        while (
            after < end and _goes_on(state, after, headed) and not any(one(state, after, end, True) for one in others)
        ):
            after += 1
        state.push("table_open", "table", 1).map = [first, after]
        for number in range(first, after):
            _row(state, number)
        state.push("table_close", "table", -1)
        state.line = after
    return True


def _goes_on(state: StateBlock, number: int, headed: bool) -> bool:
    if state.sCount[number] < state.blkIndent or state.is_code_block(number):
        return False
    line = _line(state, number)
    return line.startswith("|") or (headed and "|" in line)


def _cells(line: str) -> list[str]:
    cells = _BETWEEN_CELLS.split(line.strip().removeprefix("|"))
    return cells[:-1] if len(cells) > 1 and not cells[-1].strip() else cells


def _row(state: StateBlock, number: int) -> None:
    cells = _cells(_line(state, number))
    if all(map(_RULE_CELL.fullmatch, cells)):
        return
    state.push("tr_open", "tr", 1)
    for cell in cells:
        state.push("td_open", "td", 1)
        token = state.push("inline", "", 0)
        token.content, token.map, token.children = cell.strip().replace("\\|", "|"), [number, number + 1], []
        state.push("td_close", "td", -1)
    state.push("tr_close", "tr", -1)


def verbatim(state: StateBlock, first: int, end: int, silent: bool) -> bool:
    begin = state.bMarks[first] + state.tShift[first]
    if _VERBATIM.match(state.src, begin) is None or state.is_code_block(first):
        return False
    if silent:
        return True
    closed = _VERBATIM_END.search(state.src, begin)
    state.line = _line_of(state, closed.end() if closed else -1, first, end) + 1
    token = state.push("html_block", "", 0)
    token.map = [first, state.line]
    token.content = state.getLines(first, state.line, state.blkIndent, True)
    return True
