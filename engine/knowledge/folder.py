"""An index in a folder of this machine: the pointer is a file, replaced atomically, and the right to write a lock."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Final

from engine.knowledge.disk import told
from engine.knowledge.lance import connect
from engine.knowledge.place import Doing
from engine.knowledge.pointer import FILE, Pointer, decode, encode

__all__ = ["Folder", "Held"]

_THEN: Final = {"read": "if that lasts, remove it and index again", "written": "what was indexed before stays"}


class Folder:
    """The place of an index at `path`, which is made with its first run."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> Pointer | None:
        """The version that counts; raises `KnowledgeError` for a damaged file."""
        try:
            return decode((self._path / FILE).read_bytes(), "the index folder")
        except FileNotFoundError:
            return None

    def known(self) -> Pointer | None:
        """The same: reading a small file takes no time."""
        return self.read()

    def there(self) -> bool:
        """Whether there is a folder."""
        return self._path.is_dir()

    def connect(self) -> Any:
        """LanceDB's connection."""
        return connect(self._path)

    def reading(self, pointer: Pointer) -> Any:
        """The same: every version is there."""
        return connect(self._path)

    @contextmanager
    def alone(self) -> Iterator["Held"]:
        """Its lock, which is released by closing, and by the end of the process."""
        self._path.mkdir(parents=True, exist_ok=True)
        with (self._path / "index.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield Held(self._path, self.read())

    def told(self, doing: Doing) -> AbstractContextManager[None]:
        """What the files raise, said plainly."""
        return told(self._path, doing, _THEN[doing])


class Held:
    """The lock of a folder: nobody else can have it."""

    taken_over: Final = False

    def __init__(self, path: Path, pointer: Pointer | None) -> None:
        self._path = path
        self._pointer = pointer

    @property
    def pointer(self) -> Pointer | None:
        return self._pointer

    def check(self) -> None:
        """It holds until the process ends."""

    def publish(self, pointer: Pointer) -> None:
        """Replaces the file."""
        fresh = self._path / f"{FILE}.{os.getpid()}.new"
        with fresh.open("wb") as file:
            file.write(encode(pointer))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path / FILE)
        handle = os.open(self._path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        self._pointer = pointer
