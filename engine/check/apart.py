"""A project checked file by file, and by several processes at once: what `engine validate` does.

Each process reads its share of `flows/` and tells which of the files are shared pieces; it is told all pieces, reads
those of others, and checks its own files. What files have to do with each other is judged at the end, in one place,
from what was told of each. A file that the memory knows, with all that it refers to, is not looked at again.
"""

import contextlib
import gc
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from engine.check.memory import Memory, digest_of_names
from engine.check.part import joined
from engine.check.unit import File, Unit, furniture, unit
from engine.diagnostics import Sink
from engine.diagnostics.outcome import Outcome
from engine.project import Loader
from engine.project.models import keys
from engine.root import Files, stem
from engine.steps import STEPS

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

__all__ = ["outcome"]

_FEWEST = 40
"""Files that are worth a process."""
_AHEAD = 0.05
"""By how much of a share the first one is larger."""


def outcome(
    root: Path, processes: int | None = None, *, found: Files | None = None, memory: Memory | None = None
) -> Outcome:  # fmt: skip
    """What the check of a whole project comes to.

    `processes` are as many as there are cores, unless told. `found` are the files where they were read already.
    `memory` is asked, and told.
    """
    memory = memory or Memory()
    with _undisturbed():
        loader = Loader(root, Sink(), STEPS, found=found)
        loader.furnish()
        rest = furniture(loader.project, loader.sink)
        paths = sorted(loader.flows(), key=stem)  # `a` before `a-b`, unlike their files
        new = sum(memory.likely(path) is None for path in paths)
        count = processes or min(_cores(), new // _FEWEST)
        units = _apart(loader, memory, _shares(paths, count)) if count > 1 and paths else None
        if units is None:
            share = _Share(loader, memory, paths)
            units = share.units(share.pieces)
        memory.told(loader.project, paths, units)
        parts = [rest, *(one.part for one in units)]
        looked = tuple(sorted(loader.project.looked.items()))
        needed = tuple((key.model, key.variable) for key in keys(loader.project.settings))
        flows = sum(part.flows for part in parts)
        return Outcome(flows, len(loader.project.tools), joined(parts), looked, needed)


_PIECE = (b"gives", b"\\")
"""One of these stands in every shared piece: the key that makes it one, in whatever way it is written."""


class _Share:
    """Some of the files of `flows/`. Those that may have changed are read; of these, all that may be shared pieces at
    once, and the others one by one, each let go of before the next."""

    def __init__(self, loader: Loader, memory: Memory, paths: Sequence[str]) -> None:
        self.loader = loader
        self.memory = memory
        self.paths = paths
        self.files: dict[str, File] = {}
        self.pieces: list[str] = []
        for path in paths:
            known = memory.likely(path)
            if known is None and loader.holds(path, _PIECE):
                self.files[path] = self._read(path)
            if known.piece if known else stem(path) in loader.project.pieces:
                self.pieces.append(path)

    def _read(self, path: str) -> File:
        sources: dict[str, str] = {}
        self.loader.sink, self.loader.project.sources = Sink(), sources
        return File(path, self.loader.flow(path), self.loader.sink, sources)

    def units(self, pieces: Sequence[str]) -> list[Unit]:
        """One for each path. `pieces` are those of all shares."""
        project = self.loader.project
        names = digest_of_names(project, pieces)
        known = [self.memory.known(path, names) for path in self.paths]
        if None in known:
            for path in pieces:
                if path not in self.files:
                    self.files[path] = self._read(path)
            project.pieces = dict(sorted(project.pieces.items()))
        return [one or self._unit(path) for path, one in zip(self.paths, known, strict=True)]

    def _unit(self, path: str) -> Unit:
        found = unit(self.loader.project, self.files.pop(path) if path in self.files else self._read(path))
        self.loader.forget(path)
        return found


def _apart(loader: Loader, memory: Memory, shares: list[list[str]]) -> list[Unit] | None:
    """The units of all shares, those of the first one made here. None where a process was lost or cannot be had."""
    if sys.platform != "linux":
        return None  # elsewhere a copy of this process is not to be had, or not safe
    import multiprocessing  # for which a small project need not wait

    context = multiprocessing.get_context("fork")
    with contextlib.ExitStack() as stack:
        ends: list[Connection] = []
        for share in shares[1:]:
            here, there = context.Pipe()
            process = context.Process(target=_work, args=(there, loader, memory, share), daemon=True)
            try:
                process.start()
            except OSError:
                return None
            stack.callback(process.join)
            stack.callback(process.kill)
            there.close()
            ends.append(stack.enter_context(here))
        own = _Share(loader, memory, shares[0])
        try:
            pieces = [*own.pieces, *(path for end in ends for path in end.recv())]
            for end in ends:
                end.send(pieces)
            units = own.units(pieces)
            for end in ends:
                units += end.recv()
        except (EOFError, OSError):
            return None
        return units


def _work(end: "Connection", loader: Loader, memory: Memory, paths: list[str]) -> None:
    share = _Share(loader, memory, paths)
    end.send(share.pieces)
    end.send(share.units(end.recv()))


def _shares(paths: list[str], count: int) -> list[list[str]]:
    """In the order of their names, since the first of several flows that collide is in the right. The first one, which
    is checked here, has a few more: what others find has to be sent."""
    count = min(count, len(paths))
    size = max(1, int(len(paths) / (count + _AHEAD)))
    first = len(paths) - size * (count - 1)
    return [paths[:first], *(paths[at : at + size] for at in range(first, len(paths), size))]


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else 1


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Without looking for garbage: what a check makes stays, and going over it takes a quarter of the time."""
    wanted = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if wanted:
            gc.enable()
