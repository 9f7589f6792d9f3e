"""What each file of `flows/` came to the last time, and what that depended on (a verifying trace: Mokhov, Mitchell and
Peyton Jones, "Build systems a la carte", 2018)."""

import pickle
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import NamedTuple

from engine.check.unit import Unit
from engine.project import Project
from engine.root import MARK, Files

__all__ = ["Memory", "digest_of_names"]


class _Kept(NamedTuple):
    unit: Unit
    names: str
    """Digest of the names that every file knows."""
    contents: dict[str, str]
    """Path -> the digest of a file that it depends on, its own among them; empty where there is no such file."""


class Memory:
    """Knows nothing unless it is given what another one kept, and the files as they are now."""

    def __init__(self, files: Files | None = None, kept: bytes = b"") -> None:
        """`kept` must come from whoever may run code here: it is unpickled."""
        contents = files.contents if files else {}
        self._now = {path: blake2b(content, digest_size=16).hexdigest() for path, content in contents.items()}
        self._kept: Mapping[str, _Kept] = pickle.loads(kept) if kept else {}  # noqa: S301

    def likely(self, path: str) -> Unit | None:
        """What is known of a file if no names have changed."""
        kept = self._kept.get(path)
        if kept is None or any(self._now.get(other, "") != digest for other, digest in kept.contents.items()):
            return None
        return kept.unit

    def known(self, path: str, names: str) -> Unit | None:
        """What a file comes to, if nothing has changed that it depends on."""
        unit = self.likely(path)
        return unit if unit and self._kept[path].names == names else None

    def told(self, project: Project, paths: Sequence[str], units: Sequence[Unit]) -> None:
        """Takes up what the files came to now."""
        if not self._now:
            return
        pieces = [path for path, unit in zip(paths, units, strict=True) if unit.piece]
        names = digest_of_names(project, pieces)
        self._kept = {
            path: _Kept(unit, names, {other: self._now.get(other, "") for other in (path, MARK, *unit.seen)})
            for path, unit in zip(paths, units, strict=True)
        }

    def kept(self) -> bytes:
        """For another memory."""
        return pickle.dumps(self._kept, protocol=5)


def digest_of_names(project: Project, pieces: Sequence[str]) -> str:
    """Of the names that every file knows, and of what tools refer to. `pieces` are the paths of all shared pieces."""
    tools = sorted((name, tool.entry.path) for name, tool in project.tools.items())
    said = repr((tools, sorted(project.looked.items()), project.partial, sorted(project.tested), sorted(pieces)))
    return blake2b(said.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
