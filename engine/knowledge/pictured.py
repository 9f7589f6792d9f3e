"""Headings below which nothing stands but a picture or a video: they are bare to who quotes, and not to who reads."""

import re
from typing import Final

__all__ = ["key", "pictured"]

_HEADING: Final = re.compile(
    r"^ {0,3}#{1,6}[ \t]+(?P<marked>.{1,500})$|^(?P<under>.{1,500})\n {0,3}(?:=+|-{2,})[ \t]*$|"
    r"<h[1-6]\b[^<>]{0,500}>(?P<tag>.{1,500}?)</h[1-6]>",
    re.MULTILINE | re.IGNORECASE,
)
_SHOWN: Final = re.compile(
    r"!\[|<(?:(?i:img|picture|video|audio|iframe|embed|object|svg|canvas)\b|[A-Z]\w*[^<>\n]{0,500}/>)"
)
"""In Markdown, in HTML, and as a component of a site."""
_MARKUP: Final = re.compile(r"<[^<>]*>|\]\([^()\s]*\)|\{#[^{}\s]*\}|&\w{1,8};")


def pictured(data: bytes) -> frozenset[str]:
    """The keys of such headings in the source of an article in Markdown or HTML; of others too, which have text."""
    if not _SHOWN.search(text := data.decode("utf-8", "replace").replace("\r\n", "\n")):
        return frozenset()
    heads = list(_HEADING.finditer(text))
    ends = [*(one.start() for one in heads[1:]), len(text)]
    return frozenset(
        key(one[one.lastgroup or 0])
        for one, end in zip(heads, ends, strict=True)
        if _SHOWN.search(text, one.end(), end)
    )


def key(heading: str) -> str:
    """Its letters and digits alone, without markup."""
    return "".join(re.findall(r"[^\W_]+", _MARKUP.sub(" ", heading))).casefold()
