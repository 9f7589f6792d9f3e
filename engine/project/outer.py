"""Files beyond the project's own that a tool refers to: OpenAPI documents, and the sources of its functions.

Whatever is looked at is noted with its digest, a file that is not there too: what was found of a project holds as long
as none of them is another.
"""

from hashlib import blake2b
from pathlib import Path

from engine.project.openapi import Document, read

__all__ = ["Outer"]


class Outer:
    """Reads each file once. Never raises for what is in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.looked: dict[str, str] = {}
        """Path, relative to the root where it lies below it -> the digest of what it holds; empty: no such file. Of a
        folder, whose path ends in `/`, `folder`."""
        self._documents: dict[str, Document | str] = {}

    def content(self, path: Path) -> bytes | None:
        """What a file holds; None where it can't be read."""
        try:
            content = path.read_bytes()
        except OSError:
            content = None
        self.looked[self._name(path)] = blake2b(content, digest_size=16).hexdigest() if content is not None else ""
        return content

    def has_folder(self, name: str) -> bool:
        """Whether there is a folder of this path below the root."""
        there = (self.root / name).is_dir()
        self.looked[f"{name.rstrip('/')}/"] = "folder" if there else ""
        return there

    def document(self, name: str) -> Document | str:
        """The document of this path below the root; or what is wrong with it, as the end of a sentence."""
        if name not in self._documents:
            self._documents[name] = self._read(name)
        return self._documents[name]

    def _read(self, name: str) -> Document | str:
        path = Path(name)
        if path.is_absolute() or ".." in path.parts or "\x00" in name:
            return "does not lie in the project's folder"
        content = self.content(self.root / path)
        return "is not there, or cannot be read" if content is None else read(content)

    def _name(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else str(path)
