"""What of a page is shown: the rest is emptied in its tree, once, before anything of it is read.

Left out are scripts and the like, what is hidden (`hidden`, `aria-hidden`, `popover`, a style of its own with
`display: none` or `visibility: hidden`), what is struck (`<del>`, `<s>`), and signs that link a heading to itself. What
a style sheet hides is not known here.
"""

import re
from collections.abc import Iterable
from itertools import islice
from typing import Any, Final

__all__ = ["HEADINGS", "drop", "keep_shown", "keep_text", "size", "text_of"]

HEADINGS: Final = {f"h{level}": level for level in range(1, 7)}
_NEVER: Final = frozenset(
    "script style template noscript svg math iframe object canvas audio video select textarea input dialog del s"
    " strike".split()
)
_HIDES = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none(?![\w-])|visibility\s*:\s*(?:hidden|collapse)|text-decoration(?:-line)?\s*:[^;]*line-through)",
    re.IGNORECASE,
)
_STYLE_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_NAMED: Final = frozenset(HEADINGS) | {"dt", "caption", "figcaption"}
"""What has a sign beside it that links to it."""
_ASKING: Final = _NAMED | {"summary"}
_NEAR: Final = 4
"""Elements between a heading and what it holds, at most: pages of hostile depth are not climbed."""
_WORD = re.compile(r"\w")
_UNFOLDS = re.compile(r"\baccordion|\bcollaps|\btoggle", re.IGNORECASE)


def keep_shown(tree: Any) -> None:
    """Empties what is not shown, and puts a line's end for each `<br>`."""
    drop(tree.iter(*_NEVER))
    drop(one for one in tree.xpath("//*[@hidden or @aria-hidden or @popover or @style]") if _hidden(one))
    drop(one for one in tree.iter("a") if _permalink(one))
    for one in tree.iter("br"):
        one.tail = f"\n{one.tail or ''}"


def keep_text(page: Any) -> None:
    """Empties menus, bars of links, feet, buttons and forms, but for what unfolds an answer and a form around all."""
    drop(page.iter("nav", "footer"))
    drop(one for one in page.iter("aside") if 2 * sum(map(size, one.iter("a"))) > size(one))
    for one in list(page.iter("button")):
        if _question(one):
            one.tag = "span" if _within(one, _ASKING) else "div"
    drop(page.iter("button"))
    whole = size(page)
    drop(one for one in page.iter("form") if 2 * size(one) < whole)


def drop(wrong: Iterable[Any]) -> None:
    """Empties elements where they stand, which takes the same time for each; what follows them stays."""
    for one in list(wrong):
        one.clear(keep_tail=True)
        one.tag = "wbr"


def text_of(element: Any) -> str:
    """All of its text, as it stands."""
    return "".join(element.itertext())


def size(element: Any) -> int:
    """Characters of its text, blanks aside."""
    return sum(map(len, text_of(element).split()))


def _hidden(one: Any) -> bool:
    hidden = one.get("hidden")
    return (
        (hidden is not None and hidden.strip().lower() != "until-found")  # that is closed, and can be found
        or (one.get("aria-hidden") or "").strip().lower() == "true"
        or one.get("popover") is not None
        or ("style" in one.attrib and _HIDES.search(_STYLE_COMMENT.sub("", one.get("style"))) is not None)
    )


def _permalink(one: Any) -> bool:
    """Whether a link has nothing but a sign (`¶`, `#`, a picture) at a heading."""
    if one.find(".//img") is not None:
        return False
    text = text_of(one).strip()
    return text == "¶" or (not _WORD.search(text) and _within(one, _NAMED))


def _question(button: Any) -> bool:
    """Whether it unfolds what is written below, and does not send, copy or buy."""
    if "aria-expanded" in button.attrib or _UNFOLDS.search(button.get("class") or ""):
        return True
    return _within(button, _ASKING)


def _within(one: Any, tags: frozenset[str]) -> bool:
    return any(above.tag in tags for above in islice(one.iterancestors(), _NEAR))
