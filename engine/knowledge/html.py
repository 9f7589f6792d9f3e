"""HTML articles: the page's main part, by its headings; menus, scripts, forms and what is hidden are left out.

`<html lang>`, `<title>` and `<meta name="audience" content="public">` (also collection, language, reviewed) label it.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from engine.knowledge.base import BrokenDocument, Document
from engine.knowledge.outline import ACCEPTED, iso_day, one_line, outlined

_SKIPPED: Final = frozenset(
    "script style template noscript head nav footer aside svg math iframe object canvas audio video form button select "
    "textarea input dialog".split()
)
_HEADINGS: Final = {f"h{level}": level for level in range(1, 7)}
_INLINE: Final = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i img ins kbd label mark q s samp small span strong "
    "strike sub sup time tt u var wbr".split()
)
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset|^\xef\xbb\xbf|^\xff\xfe|^\xfe\xff|<\?xml[^>]{0,200}encoding", re.I)


def read_html(data: bytes, path: str) -> Document:
    """Read a page; raises `BrokenDocument` for what holds no tag or no text."""
    from lxml import etree, html  # 40 ms for who reads none

    if b"<" not in data:
        raise BrokenDocument("not HTML: it holds no tag")
    encoding = None
    if not _CHARSET.search(data[:4_096]):
        try:
            data.decode("utf-8")
            encoding = "utf-8"
        except UnicodeDecodeError:
            encoding = "windows-1252"
    parser = html.HTMLParser(encoding=encoding, no_network=True, remove_comments=True, remove_pis=True)
    try:
        tree = html.document_fromstring(data, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise BrokenDocument(f"not HTML, or over the memory that it may take: {one_line(str(error))[:100]}") from None
    mains = tree.xpath("//main | //*[@role='main']") or tree.xpath("//article")
    body = mains[0] if len(mains) == 1 else tree
    links = [one for one in body.xpath(".//a/@href") if isinstance(one, str)]
    ids = [one for one in tree.xpath("//@id | //a/@name") if isinstance(one, str)]
    return outlined(_lines(body), path, _labels(tree), links, ids)


def _labels(tree: Any) -> dict[str, str]:
    labels = {}
    title = tree.findtext(".//title")
    heading = tree.find(".//h1")
    if heading is not None and one_line(heading.text_content()):
        labels["title"] = one_line(heading.text_content())
    elif title and one_line(title):
        labels["title"] = one_line(title)
    if lang := tree.get("lang"):
        labels["language"] = re.split(r"[-_]", lang)[0].lower()
    for meta in tree.iterfind(".//meta"):
        name, content = (meta.get("name") or "").lower(), one_line(meta.get("content") or "")
        if name in ACCEPTED and name != "title" and content:
            labels[name] = iso_day(content, "meta: ") if name == "reviewed" else content
    return labels


def _lines(body: Any) -> Iterator[tuple[int, str]]:
    """Without recursion: pages of hostile depth are walked like any other."""
    inline: list[str] = []
    stack: list[tuple[str, Any]] = [("open", body)]
    while stack:
        what, item = stack.pop()
        if what == "text":
            inline.append(item)
            continue
        if what == "flush":
            yield from _flush(inline)
            continue
        tag = item.tag if isinstance(item.tag, str) else ""
        if tag in _SKIPPED or not tag or item.get("hidden") is not None or item.get("aria-hidden") == "true":
            continue
        if tag in _HEADINGS:
            yield from _flush(inline)
            if text := one_line(item.text_content()):
                yield _HEADINGS[tag], text
        elif tag == "tr":
            yield from _flush(inline)
            cells = [one_line(cell.text_content()) for cell in item if cell.tag in {"td", "th"}]
            if any(cells):
                yield 0, " | ".join(cell for cell in cells if cell)
        elif tag == "pre":
            yield from _flush(inline)
            yield from ((0, line.strip()) for line in item.text_content().split("\n") if line.strip())
        else:
            _open(item, tag, stack, inline)
    yield from _flush(inline)


def _open(item: Any, tag: str, stack: list[tuple[str, Any]], inline: list[str]) -> None:
    """Puts what an element holds on the stack, last part first."""
    parts: list[tuple[str, Any]] = [] if tag in _INLINE else [("flush", None)]
    if item.text:
        parts.append(("text", item.text))
    if tag == "img" and item.get("alt"):
        parts.append(("text", item.get("alt")))
    for child in item:
        parts.append(("open", child))
        if child.tail:
            parts.append(("text", child.tail))
    if tag not in _INLINE:
        parts.append(("flush", None))
    stack.extend(reversed(parts))


def _flush(inline: list[str]) -> Iterator[tuple[int, str]]:
    text = one_line("".join(inline))
    inline.clear()
    if text:
        yield 0, text
