"""`engine validate --fix`: makes those changes to a project's files that cannot be meant otherwise.

A file is written as a whole or not at all: to a temporary file beside it, which then takes its place.
"""

import contextlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from engine.check import Checked, check
from engine.diagnostics import Edit, Place, Sink
from engine.diagnostics.edits import edited, sure
from engine.project import Project
from engine.syntax import read

__all__ = ["Mended", "mend"]

_ROUNDS = 10
"""What stands under a misspelt key is read once the key is mended, and may have misspellings of its own."""
_SCHEMA = "# yaml-language-server: $schema="
_NAMED = re.compile(r"^\ufeff?[ \t]*#[ \t]*yaml-language-server:", re.MULTILINE)
_SCHEMAS = {
    "flows/": "flow.schema.json",
    "tools/": "tools.schema.json",
    "engine.yaml": "engine.schema.json",
}
"""Where a file lies -> its schema in the folder `schemas`, as `engine schema --write` names it."""


class Mended(NamedTuple):
    """What was done, and what is left."""

    checked: Checked
    """The project as its files are now."""
    done: tuple[Edit, ...]
    refused: tuple[str, ...]
    """Files that could not be written, each with the reason."""


def mend(paths: Sequence[Path], *, root: Path | None = None) -> Mended:
    """Applies every fix, reads the files again, and so on until none is left. Raises NoProject.

    Where every path is a file, only these files are changed.
    """
    done: list[Edit] = []
    refused: dict[str, str] = {}
    checked = check(paths, root=root)
    for _ in range(_ROUNDS):
        changed = list(_round(checked, _chosen(paths, checked.project.root), refused))
        if not changed:
            break
        done += changed
        checked = check(paths, root=root)
    return Mended(checked, tuple(done), tuple(f"{path}: {why}" for path, why in sorted(refused.items())))


def _chosen(paths: Sequence[Path], root: Path) -> set[str] | None:
    """The files that were named; None for all of the project's."""
    if not paths or not all(path.is_file() for path in paths):
        return None
    return {path.resolve().relative_to(root).as_posix() for path in paths if root in path.resolve().parents}


def _round(checked: Checked, chosen: set[str] | None, refused: dict[str, str]) -> Iterator[Edit]:
    fixes: dict[str, list[Edit]] = {}
    for edit in (*sure(checked.diagnostics), *_schema_lines(checked.project)):
        fixes.setdefault(edit.place.path, []).append(edit)
    for path, edits in sorted(fixes.items()):
        if path not in refused and (chosen is None or path in chosen):
            try:
                yield from _file(checked.project, path, edits)
            except OSError as error:
                refused[path] = error.strerror or type(error).__name__


def _file(project: Project, path: str, edits: Sequence[Edit]) -> tuple[Edit, ...]:
    """Writes one file anew, if it is still what was checked and the edits leave it as readable as it was."""
    file = (project.root / path).resolve()
    try:
        text = file.read_bytes().decode()
    except UnicodeDecodeError:
        return ()
    new, done = edited(text, edits)
    if not done or text != project.sources[path] or _troubles(path, new) > _troubles(path, text):
        return ()
    if project.root not in file.parents:
        raise PermissionError(0, "it lies outside of the project")
    _write(file, new.encode())
    return done


def _troubles(path: str, text: str) -> int:
    """How much is wrong with a file as YAML: a mended key may now stand twice."""
    sink = Sink()
    read(path, text, sink)
    return len(sink)


def _write(file: Path, content: bytes) -> None:
    """Replaces a file in one step. Its mode stays. Raises OSError, and then the file is what it was."""
    if not os.access(file, os.W_OK):
        raise PermissionError(0, "it may not be written")
    number, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    try:
        with os.fdopen(number, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        shutil.copymode(file, name)
        Path(name).replace(file)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def _schema_lines(project: Project) -> Iterator[Edit]:
    """The first line that tells editors a file's schema, where it is missing and the project has that schema."""
    for path, text in project.sources.items():
        name = _schema(project.root, path)
        if name is not None and not _NAMED.search(text):
            up = "../" * path.count("/")
            yield Edit(Place(path, 1, 1, 1, 1), "", f"{_SCHEMA}{up}schemas/{name}\n")


def _schema(root: Path, path: str) -> str | None:
    name = next((name for start, name in _SCHEMAS.items() if path.startswith(start)), None)
    return name if name is not None and (root / "schemas" / name).is_file() else None
