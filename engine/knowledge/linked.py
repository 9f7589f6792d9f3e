"""Links between articles: those that lead to nothing, and articles that no link leads to."""

import os
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from engine.knowledge.base import Document
from engine.knowledge.readers import READERS

__all__ = ["Dead", "dead", "lonely"]

_AGAIN = re.compile(r"[-_]\d{1,3}$")
"""What is put behind the anchor of a heading that stands there once more."""
_WRITTEN = re.compile(r"\{\{|\{%|\$\{|<%")
_MARKDOWN = (".md", ".markdown")
_SPELT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "å": "aa", "ø": "oe", "æ": "ae"})
_WHOLE_PAGE = frozenset({"", "top"})


class Dead(NamedTuple):
    """A link and what is wrong with it."""

    path: str
    message: str


class _Target(NamedTuple):
    """What a link may mean."""

    paths: tuple[str, ...]
    """Below the root, or above it; the first that is there counts."""
    place: str
    """In it."""
    elsewhere: bool = False
    """Whether it may as well be an address of the site that shows the articles."""


def dead(documents: Mapping[str, Document], root: Path) -> Iterator[Dead]:
    """Links of documents, by path, to files that are not there, and to places that an article there does not have."""
    places = {path: _places(one.anchors) for path, one in documents.items() if one.anchors is not None}
    folders = {one.name for one in root.iterdir() if one.is_dir()}
    for path, document in documents.items():
        for link in document.links:
            target = _target(path, link, folders)
            if target is None:
                continue
            found = next((one for one in target.paths if _exists(root / one)), None)
            if found is None and not target.elsewhere:
                yield Dead(path, f"links to `{link}`, which is not there")
            elif found in places and not _there(target.place, places[found]):
                yield Dead(path, f"links to `{link}`, and there is no heading `{target.place}` there")


def _exists(path: Path) -> bool:
    """False too for what no file can be called, of thousands of characters or with a NUL."""
    return os.path.exists(path)  # noqa: PTH110  # Path.exists raises


def lonely(documents: Mapping[str, Document]) -> list[str]:
    """Articles that no other one links to and that link to none, where most are linked."""
    links = {
        path: {
            found
            for link in one.links
            if (target := _target(path, link)) is not None
            and (found := next((one for one in target.paths if one in documents), path)) != path
        }
        for path, one in documents.items()
    }
    linked = {target for targets in links.values() for target in targets}
    if 2 * sum(path in linked for path in documents) < len(documents):
        return []  # these articles are not woven together by links: that one has none says nothing
    return [path for path in documents if path not in linked and not links[path]]


def _target(path: str, link: str, folders: Collection[str] = ()) -> _Target | None:
    """What a link means; None for one that leaves the folder (a page of the web, a mail), and for one that a program
    writes when the article is shown. `folders`: those of the root."""
    try:
        parts = urlsplit(link)
    except ValueError:
        return None
    if parts.scheme or parts.netloc or _WRITTEN.search(link):
        return None
    place = unquote(parts.fragment).partition(":~:")[0]
    if not parts.path:
        return None if parts.query else _Target((path,), place)
    said = unquote(parts.path)
    if not said.startswith("/"):
        beside = PurePosixPath(path)
        return _Target(_meant(*(_walked(base / said) for base in (beside.parent, beside.with_suffix("")))), place)
    walked = _walked(PurePosixPath(said.lstrip("/")))
    first, *more = walked.split("/")
    ours = first in folders if more else PurePosixPath(first).suffix in _MARKDOWN
    return _Target(_meant(walked), place, elsewhere=not (ours and PurePosixPath(walked).suffix[1:].isalpha()))


def _walked(path: PurePosixPath) -> str:
    walked: list[str] = []
    for part in path.parts:
        if part == ".." and walked and walked[-1] != "..":
            walked.pop()
        elif part != ".":
            walked.append(part)
    return "/".join(walked)


def _meant(path: str, below: str = "") -> tuple[str, ...]:
    """The files that a path may mean: those who make sites of articles leave suffixes out, or name the page. There an
    article may also count as a folder of its own: `below` is where the path leads from there."""
    suffix = PurePosixPath(path).suffix
    if suffix in (".html", ".htm"):
        return (path, *(path.removesuffix(suffix) + one for one in _MARKDOWN))
    if suffix in READERS:
        return (path,)
    names = [name for one in (path, below) if one for name in (one, f"{one}/index", f"{one}/README")]
    return (path, *(name + one for name in names for one in READERS if one != ".csv"))


def _places(anchors: tuple[str, ...]) -> set[str]:
    """Programs that show articles make anchors of headings in ways of their own: with accents, without, and with what
    is written in their place."""
    return {key for anchor in anchors for key in (_key(anchor), _bare(anchor), _spelt(anchor), _spelt(anchor, "and"))}


def _there(place: str, places: set[str]) -> bool:
    return place.lower() in _WHOLE_PAGE or not places.isdisjoint({_key(place), _key(_AGAIN.sub("", place))})


def _key(text: str) -> str:
    """Letters and digits alone."""
    return "".join(re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold()))


def _spelt(text: str, ampersand: str = "") -> str:
    """In ASCII alone, as far as letters have a usual way."""
    return _bare(unicodedata.normalize("NFC", text).casefold().translate(_SPELT).replace("&", ampersand))


def _bare(text: str) -> str:
    split = unicodedata.normalize("NFKD", text)
    return _key("".join(one for one in split if not unicodedata.combining(one)))
