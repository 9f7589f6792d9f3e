"""The project as it stood at a revision of git, without touching the work tree.

The blobs are read as they were committed: no checkout, no filter, no attribute of an archive plays a part. Beside the
files of every project, those that its flows and tools name are read: policies, OpenAPI documents, sources of functions.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import NamedTuple

from engine.diagnostics import Sink
from engine.errors import EngineError
from engine.project import Loader
from engine.prompts import SUFFIX
from engine.root import FOLDERS, MARK, PROMPTS, policies
from engine.steps import STEPS

__all__ = ["NoRevision", "Past", "past"]

_SECONDS = 60
_QUIET = {
    "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_NO_REPLACE_OBJECTS": "1",
}  # fmt: skip
"""Nobody is asked, nothing is locked or fetched, and what counts is what was committed."""


class NoRevision(EngineError):
    """There is no project to compare with: no git, no repository, no such revision, or no project at it."""

    code = "no_revision"


class Past(NamedTuple):
    """The project as it stood."""

    root: Path
    commit: str
    """The commit's full name."""


@contextmanager
def past(root: Path, revision: str) -> Iterator[Past]:
    """The files of the project in `root` at a revision, in a folder that is gone afterwards. Raises NoRevision."""
    _git(root, "rev-parse", "--git-dir", said=f"{root} is in no repository of git")
    commit = (
        _git(
            root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}",
            said=f"git knows no revision `{revision}` here (a clone may hold the last commits alone: "
            f"`git fetch --unshallow`)",
        )
        .decode()
        .strip()
    )  # fmt: skip
    own = {name: blob for name, blob in _blobs(root, commit, [MARK, *FOLDERS, PROMPTS]).items() if _of_project(name)}
    if MARK not in own:
        raise NoRevision(f"there is no {MARK} at `{revision}` where {root} is")
    with TemporaryDirectory(prefix="engine-diff-") as folder:
        there = Path(folder).resolve()
        contents = _write(root, there, own)
        named = [*policies(contents), *_looked(there)]
        found = _blobs(root, commit, named) if named else {}
        _write(root, there, {name: blob for name, blob in found.items() if name in named})
        yield Past(there, commit)


def _write(root: Path, folder: Path, blobs: dict[str, str]) -> dict[str, bytes]:
    contents = dict(zip(blobs, _contents(root, list(blobs.values())), strict=True))
    for name, content in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return contents


def _looked(folder: Path) -> list[str]:
    """Files in the project's folder that its tools name."""
    loader = Loader(folder, Sink(), STEPS)
    loader.furnish()
    return [name for name in loader.project.looked if not Path(name).is_absolute() and not name.endswith("/")]


def _blobs(root: Path, commit: str, names: list[str]) -> dict[str, str]:
    """Files at the commit, those in folders too -> the names of their contents. git counts paths from its folder."""
    listed = _git(root, "--literal-pathspecs", "ls-tree", "-r", "-z", commit, "--", *names)
    found = {}
    for line in filter(None, listed.decode(errors="surrogateescape").split("\0")):
        meta, _, name = line.partition("\t")
        _, kind, blob = meta.split()
        if kind == "blob":
            found[name] = blob
    return found


def _of_project(name: str) -> bool:
    path = PurePosixPath(name)
    suffixes = {**dict.fromkeys(FOLDERS, ".yaml"), PROMPTS: SUFFIX}
    return name == MARK or (len(path.parts) == 2 and path.suffix == suffixes.get(path.parts[0]))


def _contents(root: Path, blobs: list[str]) -> Iterator[bytes]:
    answer = _git(root, "cat-file", "--batch", given="".join(f"{blob}\n" for blob in blobs).encode())
    at = 0
    for blob in blobs:
        end = answer.index(b"\n", at)
        words = answer[at:end].split()
        if len(words) != 3 or words[1] != b"blob":
            raise NoRevision(f"git does not have the content {blob}: is this a partial clone?")
        at = end + 1 + int(words[2])
        yield answer[end + 1 : at]
        at += 1


def _git(root: Path, *words: str, given: bytes = b"", said: str = "") -> bytes:
    """What git answers."""
    git = shutil.which("git")
    if git is None:
        raise NoRevision("there is no git on this machine")
    try:
        ran = subprocess.run(
            [git, *words], cwd=root, input=given, capture_output=True, timeout=_SECONDS,
            env={**os.environ, **_QUIET}, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise NoRevision(f"git did not answer within {_SECONDS} seconds") from None
    if ran.returncode != 0:
        told = ran.stderr.decode(errors="replace").strip().splitlines()
        why = told[0] if told else ""
        raise NoRevision(f"{said or f'git {words[0]} failed'}{f': {why}' if why else ''}")
    return ran.stdout
