"""A copy of an index in a bucket on this machine: a search looks at a hundred places of its tables, which are files
here and would be a hundred requests there.

What LanceDB has written under a name never changes, so that only what is new is fetched, and processes of one machine
may share a copy. Only the manifests, which say what a version is made of, have names that come again when an index is
removed and made anew: those of the version that is wanted are fetched each time.
"""

import os
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import get_ident
from typing import Final

from engine.knowledge.base import VersionGone
from engine.knowledge.objects import Objects
from engine.knowledge.pointer import FILE, Pointer

__all__ = ["Replica"]

_AT_ONCE: Final = 8
"""Objects that are fetched side by side."""
_LISTINGS: Final = 3
"""Of a version: a run may remove old files between the listing and the fetching."""
_LONGEST: Final = 200
"""Bytes of a file's name: more than LanceDB's have."""
_SETTLED: Final = 3_600.0
"""Seconds after which a file that the bucket does not have is removed: another process may just have fetched it, and
know of a newer version than this one."""
_NEWEST: Final = 2**64 - 1
"""Names of manifests count down from it, so that the newest is listed first."""


class Replica:
    """The copy in a folder, which is made with the first version."""

    def __init__(self, folder: Path, objects: Objects) -> None:
        self._folder, self._objects = folder, objects
        self._before: set[str] = set()
        """Files of the version that was brought last: searches may still be under way in it."""

    def bring(self, pointer: Pointer) -> Path:
        """The folder, with the tables of a version in it. Raises `VersionGone`, OSError where it cannot be
        written, and what the objects raise."""
        for _ in range(_LISTINGS - 1):
            with suppress(FileNotFoundError):
                return self._bring(pointer)
        return self._bring(pointer)

    def _bring(self, pointer: Pointer) -> Path:
        files: dict[str, int] = {}
        manifests: dict[str, int] = {}
        for kind, version in pointer.versions.items():
            table = f"{kind}_{pointer.table}.lance"
            wanted = {f"{_NEWEST - version:020d}.manifest", f"{version}.manifest"}
            for name, size in _files(table, self._objects.sizes(table)).items():
                of, _, file = name.removeprefix(f"{table}/").partition("/")
                if of == "_versions" and file in wanted:
                    manifests[name] = size
                elif of not in ("_versions", "_transactions"):
                    files[name] = size
        if len(manifests) < len(pointer.versions):
            raise VersionGone
        lacking = {name: size for name, size in files.items() if not self._has(name, size)}
        with ThreadPoolExecutor(_AT_ONCE, "replica") as pool:
            for some in (lacking, manifests):  # these last: with them, the version is whole
                try:
                    for fetched in [pool.submit(self._fetch, name, size) for name, size in some.items()]:
                        fetched.result()
                except BaseException:
                    pool.shutdown(cancel_futures=True)  # what is queued would fail too, after as long a wait
                    raise
        wanted = {*files, *manifests}
        self._remove_all_but(wanted | self._before)
        self._before = wanted
        return self._folder

    def _has(self, name: str, size: int) -> bool:
        try:
            return (self._folder / name).stat().st_size == size
        except FileNotFoundError:
            return False

    def _fetch(self, name: str, size: int) -> None:
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"{path.name}.{os.getpid()}.{get_ident()}.new")
        with fresh.open("wb") as file:
            for part in self._objects.parts(name, size):
                file.write(part)
        fresh.replace(path)

    def _remove_all_but(self, names: set[str]) -> None:
        before = time.time() - _SETTLED
        for path in [path for path in self._folder.rglob("*") if path.is_file()]:
            name = path.relative_to(self._folder).as_posix()
            if name in names or name == FILE:
                continue
            try:
                if path.stat().st_mtime < before:
                    path.unlink()
            except FileNotFoundError:
                continue  # another process was first


def _files(table: str, listed: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Those of a table, with bytes: tools that show buckets as folders put empty objects where these would be, and no
    name leads out of the copy, or is none that a file can have."""
    found: dict[str, int] = {}
    for name, size in listed:
        if name.startswith(f"{table}/") and all(map(_plain, name.split("/"))):
            found[name] = max(size, found.get(name, 0))  # an object `x` and a folder `x/` are listed by one name
    folders = {name[:at] for name in found for at, sign in enumerate(name) if sign == "/"}
    return {name: size for name, size in found.items() if name not in folders}


def _plain(part: str) -> bool:
    return part not in ("", ".", "..") and "\0" not in part and len(part.encode()) <= _LONGEST
