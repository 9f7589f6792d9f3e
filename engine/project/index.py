"""Where the index of the articles is kept, as engine.yaml says it. Only the standard library: workers read it too."""

import re
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from engine.project.knowledge import IndexSettings, KnowledgeSettings
from engine.syntax import Text

__all__ = ["SCHEMES", "Index", "fault", "index_of"]

SCHEMES: Final = ("s3", "gs", "az")
"""Amazon's and what speaks as it does, Google's, Microsoft's."""

_BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9._-]{1,221}[a-z0-9]")
"""As long as any provider lets a name be."""


_ODD: Final = re.compile(r"[%\\\x00-\x1f\x7f]")
"""What LanceDB and obstore read differently, or not at all."""


class Index(NamedTuple):
    """An index in an object store."""

    url: Text
    base_url: Text | None = None
    location: Text | None = None


def index_of(knowledge: KnowledgeSettings | None) -> Index | None:
    """None: a folder on this machine, or what cannot be read."""
    said = knowledge.index if knowledge is not None else None
    if isinstance(said, IndexSettings):
        return Index(said.url, said.base_url, said.location) if said.url is not None and not said.broken else None
    return Index(said) if said is not None else None


def fault(url: str) -> str | None:
    """What is wrong with a URL, without repeating it: it may hold a password. None: nothing."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "it is no URL"
    if parts.scheme not in SCHEMES or not url.startswith(f"{parts.scheme}://"):
        return f"it begins with none of {', '.join(f'`{scheme}://`' for scheme in SCHEMES)}"
    if "@" in parts.netloc:
        return "it has credentials in it"
    if parts.query or parts.fragment:
        return "more than a bucket and a path stands in it"
    path = parts.path.removeprefix("/").removesuffix("/")
    if _ODD.search(url) or (path and not {"", ".", ".."}.isdisjoint(path.split("/"))):
        return "its path has an empty part, a `.` or `..`, or a sign that stands in no path"
    return None if _BUCKET.fullmatch(parts.netloc) else "it names no bucket"
