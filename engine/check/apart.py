"""A project checked by several processes at once, each with its share of the flows: what `engine validate` does.

Every process reads its files and tells which of them are shared pieces; it is told all pieces, reads those of others,
and examines its flows. What flows have to do with each other is judged at the end, in one place, from what was told.
"""

import contextlib
import gc
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from engine.check.part import Part, examined, joined
from engine.compile import compile_flow
from engine.diagnostics import Sink
from engine.diagnostics.outcome import Outcome
from engine.project import Loader, Project
from engine.rules import Case
from engine.steps import LATER, STEPS

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

__all__ = ["outcome"]

_FEWEST = 40
"""Flows that are worth a process."""


def outcome(root: Path, processes: int | None = None) -> Outcome:
    """What the check of a whole project comes to. `processes` are as many as there are cores, unless told."""
    loader = Loader(Project(root), Sink(), STEPS, LATER)
    with _undisturbed():
        loader.furnish()
        paths = loader.flows()
        count = processes or min(_cores(), len(paths) // _FEWEST)
        parts = _apart(loader, _shares(paths, count)) if count > 1 and paths else None
        if parts is None:
            loader = Loader(Project(root), Sink(), STEPS, LATER)
            loader.furnish()
            share = _Share(loader, paths)
            parts = [share.examined(share.pieces, chief=True)]
        return Outcome(sum(part.flows for part in parts), len(loader.project.tools), joined(parts))


class _Share:
    """Some of the files of `flows/`, read."""

    def __init__(self, loader: Loader, paths: Sequence[Path]) -> None:
        self.loader = loader
        for path in paths:
            loader.flow(path)
        own = loader.project.pieces
        self.pieces = [path for path in paths if path.stem in own]

    def examined(self, pieces: Sequence[Path], *, chief: bool) -> Part:
        """These flows, and all of `pieces` themselves if it is the `chief`. What is wrong in how the pieces of others
        are written is told by the others."""
        project, sink = self.loader.project, self.loader.sink
        sources = dict(project.sources)
        self.loader.sink = Sink()
        for path in pieces:
            if path.stem not in project.pieces:
                self.loader.flow(path)
        project.sources = sources
        project.pieces = dict(sorted(project.pieces.items()))
        flows = {name: compile_flow(flow, project) for name, flow in sorted(project.flows.items())}
        alone = project.pieces.items() if chief else ()
        return examined(Case(project, flows, {name: compile_flow(piece, project) for name, piece in alone}), sink)


def _apart(loader: Loader, shares: list[list[Path]]) -> list[Part] | None:
    """One part a share, the first one examined here. None where a process was lost or cannot be had."""
    if sys.platform != "linux":
        return None  # elsewhere a copy of this process is not to be had, or not safe
    import multiprocessing  # for which a small project need not wait

    context = multiprocessing.get_context("fork")
    with contextlib.ExitStack() as stack:
        ends: list[Connection] = []
        for share in shares[1:]:
            here, there = context.Pipe()
            process = context.Process(target=_work, args=(there, loader, share), daemon=True)
            try:
                process.start()
            except OSError:
                return None
            stack.callback(process.join)
            stack.callback(process.kill)
            there.close()
            ends.append(stack.enter_context(here))
        own = _Share(loader, shares[0])
        try:
            pieces = [*own.pieces, *(path for end in ends for path in end.recv())]
            for end in ends:
                end.send(pieces)
            return [own.examined(pieces, chief=True), *(end.recv() for end in ends)]
        except (EOFError, OSError):
            return None


def _work(end: "Connection", loader: Loader, paths: list[Path]) -> None:
    loader.sink = Sink()  # what is wrong elsewhere is told by the first process
    share = _Share(loader, paths)
    end.send(share.pieces)
    end.send(share.examined(end.recv(), chief=False))


def _shares(paths: list[Path], count: int) -> list[list[Path]]:
    """In the order of their names, since the first of several flows that collide is in the right."""
    size = -(-len(paths) // count)
    return [paths[at : at + size] for at in range(0, len(paths), size)]


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
