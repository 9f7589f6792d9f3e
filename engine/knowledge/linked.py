"""Links between articles: those that lead to nothing, and articles that no link leads to."""

import os
import re
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from engine.knowledge.base import Document

__all__ = ["Dead", "dead", "lonely"]

_AGAIN = re.compile(r"[-_]\d{1,3}$")
"""What is put behind the anchor of a heading that stands there once more."""
_WHOLE_PAGE = frozenset({"", "top"})


class Dead(NamedTuple):
    """A link and what is wrong with it."""

    path: str
    message: str


class _Target(NamedTuple):
    """A file below the root, and the place in it."""

    path: str
    place: str


def dead(documents: Mapping[str, Document], root: Path) -> Iterator[Dead]:
    """Links of documents, by path, to files that are not there, and to places that an article there does not have."""
    places = {path: _places(one.anchors) for path, one in documents.items() if one.anchors is not None}
    for path, document in documents.items():
        for link in document.links:
            target = _target(path, link)
            if target is None:
                continue
            if target.path.startswith("..") or not _exists(root / target.path):
                yield Dead(path, f"links to `{link}`, which is not there")
            elif target.path in places and not _there(target.place, places[target.path]):
                yield Dead(path, f"links to `{link}`, and there is no heading `{target.place}` there")


def _exists(path: Path) -> bool:
    """False too for what no file can be called, of thousands of characters or with a NUL."""
    return os.path.exists(path)  # noqa: PTH110  # Path.exists raises


def lonely(documents: Mapping[str, Document]) -> list[str]:
    """Articles that no other one links to and that link to none, where most are linked."""
    links = {
        path: {target.path for link in one.links if (target := _target(path, link)) is not None} - {path}
        for path, one in documents.items()
    }
    linked = {target for targets in links.values() for target in targets}
    if 2 * sum(path in linked for path in documents) < len(documents):
        return []  # these articles are not woven together by links: that one has none says nothing
    return [path for path in documents if path not in linked and not links[path] & documents.keys()]


def _target(path: str, link: str) -> _Target | None:
    """What a link means; None for one that leaves the folder (a page of the web, a mail)."""
    try:
        parts = urlsplit(link)
    except ValueError:
        return None
    if parts.scheme or parts.netloc:
        return None
    place = unquote(parts.fragment).partition(":~:")[0]
    if not parts.path:
        return None if parts.query else _Target(path, place)
    base = PurePosixPath() if parts.path.startswith("/") else PurePosixPath(path).parent
    walked: list[str] = []
    for part in (base / unquote(parts.path).lstrip("/")).parts:
        if part == ".." and walked and walked[-1] != "..":
            walked.pop()
        elif part != ".":
            walked.append(part)
    return _Target("/".join(walked), place)


def _places(anchors: tuple[str, ...]) -> set[str]:
    """Programs that show articles make anchors of headings in ways of their own: with accents and without."""
    return {key for anchor in anchors for key in (_key(anchor), _bare(anchor))}


def _there(place: str, places: set[str]) -> bool:
    return place.lower() in _WHOLE_PAGE or not places.isdisjoint({_key(place), _key(_AGAIN.sub("", place))})


def _key(text: str) -> str:
    """Letters and digits alone."""
    return "".join(re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold()))


def _bare(text: str) -> str:
    split = unicodedata.normalize("NFKD", text)
    return _key("".join(one for one in split if not unicodedata.combining(one)))
