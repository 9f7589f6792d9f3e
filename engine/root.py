"""Where a project is, and which files it consists of. Imports nothing, so that a command can ask at once."""

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from engine.errors import EngineError

__all__ = [
    "DOCUMENT",
    "FOLDERS",
    "MARK",
    "PROMPTS",
    "TESTS",
    "Files",
    "NoProject",
    "chosen",
    "document",
    "files",
    "find_root",
    "policies",
    "prompts",
    "tests",
]

MARK = "engine.yaml"
PROMPTS = "prompts"
"""Folder of templates that take the place of the engine's own: `prompts/answer.j2`."""
FOLDERS = ("tools", "flows")
"""Folders whose files are read, beside engine.yaml."""
DOCUMENT = 100_000
"""Bytes of a document that a flow gives to a model in full."""
TESTS = ".test.yaml"
"""How the file of a flow's tests ends, beside the flow."""


class NoProject(EngineError):
    """No engine.yaml at or above a path."""

    code = "no_project"


def find_root(path: Path) -> Path:
    """The folder with engine.yaml, at `path` or above. Raises NoProject."""
    start = path.resolve()
    for folder in (start, *start.parents):
        if (folder / MARK).is_file():
            return folder
    raise NoProject(f"no {MARK} at {path} or above it")


class Files(NamedTuple):
    """The files of a project as they were when they were read, so that all who look at them see the same."""

    contents: dict[str, bytes]
    """Path relative to the root -> what the file holds."""
    tests: list[str]
    """Names of the flows that have tests, in order."""

    @classmethod
    def read(cls, root: Path) -> "Files":
        """Reads them all. Raises OSError where one can't be read."""
        names = [MARK, *(f"{folder}/{name}" for folder in FOLDERS for name in _names(root, folder))]
        names += [f"{PROMPTS}/{name}" for name in prompts(root)]
        contents = {}
        for name in names:
            with open(f"{root}/{name}", "rb") as file:  # noqa: PTH123 - a Path for each takes twice the time
                contents[name] = file.read()
        for name in policies(contents):
            with contextlib.suppress(OSError):  # one that can't be read is not there, which is for a rule to say
                contents[name] = document(root, name)
        return cls(contents, tests(root))


def files(root: Path, folder: str) -> list[Path]:
    """The files of one of `FOLDERS`, in order; the tests of flows are none."""
    return [root / folder / name for name in _names(root, folder)]


def prompts(root: Path) -> list[str]:
    """Names of the files of `PROMPTS`, in order."""
    return [name for name in _listed(root / PROMPTS) if name.endswith(".j2")]


def document(root: Path, name: str) -> bytes:
    """A document that a flow names, by its path from the root. Of one that is longer than it may be, one byte more
    than that. Raises OSError where there is none, or its name leads out of the project."""
    path = (root / name).resolve()
    if not path.is_relative_to(root.resolve()):
        raise FileNotFoundError(name)
    with path.open("rb") as file:
        return file.read(DOCUMENT + 1)


def policies(contents: dict[str, bytes]) -> list[str]:
    """What stands behind the key `policy` of flows, as far as it is a path."""
    found: dict[str, None] = {}
    for content in contents.values():
        if b"policy" in content:
            import re  # for which other projects need not wait

            for match in re.finditer(rb"""policy["']?\s*:\s*["']?([^\s"',}#][^\s"',}]*)""", content):
                found[match[1].decode("utf-8", "replace")] = None
    return [name for name in found if name not in contents and not name.startswith("/") and "\0" not in name]


def tests(root: Path) -> list[str]:
    """Names of the flows that have tests, in order."""
    return [name.removesuffix(TESTS) for name in _listed(root / "flows") if name.endswith(TESTS)]


def _names(root: Path, folder: str) -> list[str]:
    return [name for name in _listed(root / folder) if name.endswith(".yaml") and not name.endswith(TESTS)]


def _listed(folder: Path) -> list[str]:
    """Names of the files in it, in order. None where there is no such folder, or it can't be listed."""
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        return sorted(entry.name for entry in entries if entry.is_file())
    return []


def chosen(paths: Sequence[Path], root: Path) -> frozenset[str] | None:
    """The flow files that are asked for, relative to the root; None where it is the whole project."""
    found = [path.resolve() for path in paths]
    if not found or not all(path.parent == root / "flows" and path.is_file() for path in found):
        return None
    return frozenset(path.relative_to(root).as_posix() for path in found)
