"""The Markdown that articles are written in: CommonMark with tables and struck text, and what the tools of help centres
add: footnotes, `:::tip`, `{#id}`, MDX with its components, imports and `{/* comments */}`.

Tags are read where they stand, within paragraphs: what is between them is Markdown, as MDX has it, and a table in HTML
is put together again by `engine.knowledge.elements`. Only a block of `<pre>`, `<script>` or `<style>` is left as it is.
"""

import re
from functools import lru_cache
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_inline import StateInline

from engine.knowledge.blocks import COMMENT, COMMENTS, added, end_of_comment, module, table, verbatim

__all__ = ["Dialect", "dialect"]

_NESTING: Final = 100

_SIGNS = re.compile(r"[\n!&*<\[\\\]_`{~]")
"""Where a rule of ours may begin within a line: at the library's others, such as `-`, each would be tried in vain."""
_ID_ALONE = re.compile(r"\{/\*\s*#[\w-]+\s*\*/\}")
"""As MDX writes the anchor of a heading."""
_NOTE = re.compile(r"\[\^([^\[\]\s]+)\]")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~]|\n[ \t]*)")
_ATTRIBUTES = re.compile(r"\{(?::[^{}\n]*|(?=[#.])(?:\s*(?:[#.][\w:.-]+|[\w-]+=(?:\"[^\"{}\n]*\"|[^\s\"{}]+)))+\s*)\}")
"""`{#id}`, `{.class}`, and what kramdown writes: `{: #id .class}`."""
_LOOSE_LINK = re.compile(r"!?\[([^\[\]\n]*)\]\((?:[^()\n]|\([^()\n]*\))*+\)")
"""With an address that CommonMark does not know: with blanks, or of a template."""
_LOOSE_TAG = re.compile(r"</?(?:[A-Z][\w.]*(?=[\s>/])[^<>\n]{0,500}|[a-z][\w-]*\s[^<>\n]{0,500}=\{[^<>\n]{0,500})>")
"""A component whose attributes are no HTML."""


class Dialect(MarkdownIt):
    """Its parser. Addresses are kept as they are written, whatever they are."""

    def __init__(self, *, links: bool = True) -> None:
        super().__init__("commonmark", {"maxNesting": _NESTING})
        self.enable(["table", "strikethrough"])
        self.disable(["inline", "text_join", "fragments_join"])  # what is in a block is parsed by whoever needs it
        ends: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
        self.inline.terminator_re = _SIGNS
        block, inline = self.block.ruler, self.inline.ruler
        block.before("table", "added", added, ends)
        block.before("table", "module", module)
        block.at("html_block", verbatim, ends)
        block.at("table", table, {"alt": ["paragraph", "reference"]})
        inline.at("escape", _escape)
        inline.before("emphasis", "added", _added_within)
        inline.after("image", "loose_link", _loose_link)
        inline.after("html_inline", "loose_tag", _loose_tag)
        self.plainer = self
        """One that knows links to plain addresses alone."""
        if links:
            self.plainer = Dialect(links=False)
        else:
            self.disable(["link", "image"])

    def normalizeLink(self, url: str) -> str:  # noqa: N802
        return url

    def validateLink(self, url: str) -> bool:  # noqa: N802
        return True


@lru_cache(maxsize=1)
def dialect() -> Dialect:
    """Made once, which takes as long as it takes to read an article."""
    return Dialect()


def _escape(state: StateInline, silent: bool) -> bool:
    """As text of the line, and not a token of its own, which takes longer than all the rest of many lines."""
    found = _ESCAPED.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        if found[1][0] == "\n":
            state.push("hardbreak", "br", 0)
        else:
            state.pending += found[1]
    state.pos = found.end()
    return True


def _comment(state: StateInline, silent: bool) -> bool:
    opened = COMMENT.match(state.src, state.pos)
    if opened is None:
        return False
    found = end_of_comment(state, opened[0], state.pos)
    if found == state.pos:
        return False
    if silent:
        pass
    elif found < 0:
        state.push("comment_open", "", 0).markup = COMMENTS[opened[0]]
    elif _ID_ALONE.fullmatch(state.src, state.pos, found):
        state.push("attributes", "", 0).content = state.src[state.pos : found]
    state.pos = state.posMax if found < 0 else min(found, state.posMax)
    return True


def _attributes(state: StateInline, silent: bool) -> bool:
    found = _ATTRIBUTES.match(state.src, state.pos, state.posMax)
    if found is None or state.src[state.pos - 1 : state.pos] == "{":
        return False
    if not silent:
        state.push("attributes", "", 0).content = found[0]
    state.pos = found.end()
    return True


def _note(state: StateInline, silent: bool) -> bool:
    """The mark of a footnote that is there."""
    found = _NOTE.match(state.src, state.pos, state.posMax)
    if found is None or found[1] not in state.env.get("notes", ()):
        return False
    state.pos = found.end()
    return True


def _added_within(state: StateInline, silent: bool) -> bool:
    rule = _WITHIN.get(state.src[state.pos : state.pos + 2])
    return rule is not None and rule(state, silent)


def _product(state: StateInline, silent: bool) -> bool:
    """`2*3*4` is no number with an emphasis in it."""
    if not state.src[state.pos - 1 : state.pos].isdigit():
        return False
    if not silent:
        state.pending += "*"
    state.pos += 1
    return True


_WITHIN: Final = {
    "<!": _comment, "{/": _comment, "[^": _note, **dict.fromkeys(("{:", "{#", "{.", "{ "), _attributes),
    **dict.fromkeys((f"*{digit}" for digit in range(10)), _product),
}  # fmt: skip
"""How one begins -> its rule."""


def _loose_link(state: StateInline, silent: bool) -> bool:
    found = _LOOSE_LINK.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        last = state.posMax
        state.pos, state.posMax = found.span(1)
        state.md.inline.tokenize(state)
        state.posMax = last
    state.pos = found.end()
    return True


def _loose_tag(state: StateInline, silent: bool) -> bool:
    found = _LOOSE_TAG.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        state.push("html_inline", "", 0).content = found[0]
    state.pos = found.end()
    return True
