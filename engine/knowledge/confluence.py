"""Pages in Confluence's storage format, as its export and its API give them: XHTML with `ac:` and `ri:` elements.

https://confluence.atlassian.com/doc/confluence-storage-format-790796544.html
"""

import html
import re
from typing import Any, Final

from engine.knowledge.shown import drop, text_of

__all__ = ["INLINE", "opened", "plain"]

INLINE: Final = frozenset(
    "ac:emoticon ac:inline-comment-marker ac:link ac:link-body ac:plain-text-link-body ri:page ri:attachment ri:user"
    " ri:space ri:url ri:blog-post ri:shortcut ri:content-entity".split()
)
_THERE = re.compile(r"<ac:[a-z-]+|<ri:page\b", re.IGNORECASE)
_CDATA = re.compile(r"<!\[CDATA\[(.*?)(?:\]\]>|\Z)", re.DOTALL)
_RAW: Final = frozenset({"html", "javascript", "style", "css", "html-include", "html-bobswift"})
"""Macros whose body is no text for readers."""
_NEVER: Final = frozenset({"ac:placeholder", "ac:task-id", "ac:task-status", "ac:task-uuid"})
_PAGE: Final = "ri:content-title"


def opened(text: str) -> str:
    """The page with its marked sections as text; in any other page they are comments, as in browsers."""
    return _CDATA.sub(lambda found: html.escape(found[1]), text) if _THERE.search(text) else text


def plain(tree: Any) -> None:
    """Leaves what is shown: of a macro's parameters its title, code as it stands, and links by their page."""
    drop(one for one in tree.iter("ac:structured-macro") if any(map(_hides, one)))
    drop(one for one in tree.iter("ac:plain-text-body") if one.getparent().get("ac:name") in _RAW)
    drop(one for one in tree.iter("ac:parameter") if one.get("ac:name") != "title")
    drop(tree.iter(*_NEVER))
    for one in tree.iter("ac:plain-text-body"):
        one.tag = "pre"
    for one in tree.iter("ac:link"):
        if not text_of(one).strip():
            one.text = next((page.get(_PAGE) for page in one.iter() if page.get(_PAGE)), None)


def _hides(part: Any) -> bool:
    """Whether a part of a macro says that nothing of it is shown."""
    return part.tag == "ac:parameter" and part.get("ac:name") == "hidden" and text_of(part).strip() == "true"
