"""HTML articles: the page's main part, by its headings; menus, scripts, forms and what is hidden are left out.

`<html lang>`, `<title>` and `<meta name="audience" content="public">` (also collection, language, reviewed) label it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from engine.knowledge import confluence
from engine.knowledge.base import BrokenDocument, Document
from engine.knowledge.decoded import decoded
from engine.knowledge.outline import ACCEPTED, iso_day, one_line, outlined, row
from engine.knowledge.shown import HEADINGS, keep_shown, keep_text, size, text_of

_INLINE: Final = confluence.INLINE | frozenset(
    "a abbr acronym b bdi bdo big cite code data dfn em font i img ins kbd label mark q rp rt ruby samp small span"
    " strong sub sup time tt u var wbr".split()
)


def read_html(data: bytes, path: str) -> Document:
    """Read a page; raises `BrokenDocument` for what holds no tag or no text, or cannot be read to its end."""
    if b"<" not in data:
        raise BrokenDocument("not HTML: it holds no tag")
    tree = _parsed(confluence.opened(decoded(data)))
    labels = _labels(tree)
    ids = [one for one in tree.xpath("//@id | //a/@name") if isinstance(one, str)]
    body = tree.find("body")
    page = tree if body is None else body
    keep_shown(tree)
    confluence.plain(tree)
    keep_text(page)
    parts = _content(page)
    if title := _title(tree, parts):
        labels["title"] = title
    links = [one for part in parts for one in part.xpath(".//a/@href") if isinstance(one, str)]
    return outlined((line for part in parts for line in _lines(part)), path, labels, links, ids)


def _parsed(text: str) -> Any:
    from lxml import etree  # 40 ms for who reads none

    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=True)
    try:
        tree = etree.fromstring(text.replace("\0", "").encode(), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise BrokenDocument(f"not HTML, or over the memory that it may take: {one_line(str(error))[:100]}") from None
    if tree is None:
        raise BrokenDocument("not HTML: it holds nothing")
    stopped = next((one for one in parser.error_log if one.level == etree.ErrorLevels.FATAL), None)
    if stopped is not None:
        raise BrokenDocument(f"nested too deeply, or never closed, to be read beyond line {stopped.line}")
    return tree


def _labels(tree: Any) -> dict[str, str]:
    labels: dict[str, str] = {}
    if lang := tree.get("lang"):
        labels["language"] = re.split(r"[-_]", lang)[0].lower()
    for meta in tree.iter("meta"):
        content = one_line(meta.get("content") or "")
        for name in {(meta.get(one) or "").strip().lower() for one in ("name", "property")}:
            if name not in ACCEPTED or name == "title" or not content:
                continue
            if name == "audience" and labels.get(name, content).lower() != content.lower():
                raise BrokenDocument(f"meta: says two audiences, `{labels[name]}` and `{content}`")
            labels[name] = iso_day(content, "meta: ") if name == "reviewed" else content
    return labels


def _content(page: Any) -> list[Any]:
    """The elements that are the article: all that say they are the main part, one `<article>`, or else the page."""
    mains = [one for one in _outermost(page.xpath(".//main | .//*[@role='main']")) if size(one)]
    if mains:
        return mains
    article = max(_outermost(page.iter("article")), key=size, default=None)
    if article is None:
        return [page]
    within = [article in one.iterancestors() for one in page.iter("h1") if not _of_site(one)]
    most = 2 * size(article) > size(page)
    if within and all(within) is any(within):  # a heading of the page tells better than how much there is
        most = all(within)
    return [article if most else page]


def _outermost(found: Iterable[Any]) -> list[Any]:
    """Not those within another."""
    some = list(found)
    among = set(some)
    return [one for one in some if among.isdisjoint(one.iterancestors())]


def _title(tree: Any, parts: Sequence[Any]) -> str:
    """The first heading of the article; where it has none, what the page is called; then the heading of the site."""
    headings = [one for part in parts for one in part.iter("h1") if size(one)]
    own = next((one for one in headings if not _of_site(one)), None)
    said = one_line(tree.findtext(".//title") or "")
    if own is None and said:
        return said
    first = own if own is not None else next(iter(headings), None)
    return "" if first is None else _flat(first)


def _of_site(heading: Any) -> bool:
    """Whether it is of the page's head, which is that of every page of a site."""
    above = [one.tag for one in heading.iterancestors()]
    return "header" in above and not {"main", "article", "section"} & set(above)


def _lines(content: Any, *, flat: bool = False) -> Iterator[tuple[int, str]]:
    """Without recursion: pages of hostile depth are walked like any other. `flat`: headings and rows are text too."""
    inline: list[str] = []
    stack: list[tuple[str, Any]] = [("open", content)]
    while stack:
        what, item = stack.pop()
        if what == "text":
            inline.append(item)
            continue
        if what == "flush":
            yield from _flush(inline)
            continue
        tag = item.tag
        if tag == "head":
            continue
        if tag in HEADINGS and not flat:
            yield from _flush(inline)
            if text := _flat(item):
                yield HEADINGS[tag], text
        elif tag == "tr" and not flat and item.find(".//tr") is None:
            yield from _flush(inline)
            yield from row([list(_lines(cell, flat=cell.tag == "th")) for cell in item if cell.tag in {"td", "th"}])
        elif tag == "pre" and not flat:
            yield from _flush(inline)
            yield from ((0, line.strip()) for line in text_of(item).split("\n") if line.strip())
        else:
            _open(item, tag, stack, inline)
    yield from _flush(inline)


def _flat(item: Any) -> str:
    """Its text in one line."""
    return " ".join(text for _, text in _lines(item, flat=True))


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
