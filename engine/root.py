"""Where a project is, and which files it consists of. Imports nothing, so that a command can ask at once."""

import contextlib
import os
from collections.abc import Iterator, Sequence
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
    "Stray",
    "chosen",
    "document",
    "files",
    "find_root",
    "policies",
    "prompts",
    "stem",
    "strays",
    "tests",
]

MARK = "engine.yaml"
PROMPTS = "prompts"
"""Folder of templates that take the place of the engine's own: `prompts/answer.j2`."""
FOLDERS = ("tools", "flows")
"""Folders whose files are read, beside engine.yaml."""
DOCUMENT = 100_000
"""Bytes of a document that a flow gives to a model in full."""
_TOOL_HEAD = 20_000
"""Bytes of a file within which a tool begins."""
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


class Stray(NamedTuple):
    """What lies in one of `FOLDERS` and is not read."""

    path: str
    """Relative to the root."""
    why: str
    """`ending`: it would be read if its name ended in .yaml. `folder`: it would be if it lay one folder up. Anything
    else is why it can't be read, in words."""


class Files(NamedTuple):
    """The files of a project as they were when they were read, so that all who look at them see the same."""

    contents: dict[str, bytes]
    """Path relative to the root -> what the file holds."""
    tests: list[str]
    """Names of the flows that have tests, in order."""
    strays: list[Stray]
    """What is not read, in order."""

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
        return cls(contents, tests(root), strays(root))


def files(root: Path, folder: str) -> list[str]:
    """The files of one of `FOLDERS` by their paths from the root, in order; the tests of flows are none."""
    return [f"{folder}/{name}" for name in _names(root, folder)]


def stem(name: str) -> str:
    """What a flow is called that stands in this file: `flows/refund.yaml` is `refund`."""
    return name.rpartition("/")[2].removesuffix(".yaml")


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
        return sorted(entry.name for entry in entries if _is_read(entry))
    return []


def _is_read(entry: os.DirEntry[str]) -> bool:
    """Whether it is a file. A link that leads nowhere or round in a circle is one too: whoever reads it is told so."""
    if entry.is_file(follow_symlinks=False):
        return True
    try:
        entry.stat()
    except OSError:
        return not entry.name.startswith(".")  # an editor's lock on a file may be such a link: `.#refund.yaml`
    return entry.is_file()


def strays(root: Path) -> list[Stray]:
    """What looks as if it were meant to be read from `FOLDERS`, and is not; in order."""
    return sorted(stray for folder in FOLDERS for stray in _strays(root, folder))


def _strays(root: Path, folder: str) -> Iterator[Stray]:
    try:
        with os.scandir(root / folder) as entries:
            odd = [entry for entry in entries if not (entry.name.endswith(".yaml") and _is_read(entry))]
    except FileNotFoundError:
        return
    except OSError as error:
        yield Stray(folder, error.strerror or type(error).__name__)
        return
    for entry in odd:
        path = f"{folder}/{entry.name}"
        if entry.name.startswith("."):
            continue
        if entry.name.endswith(".yaml"):
            yield Stray(path, "it is a folder" if (root / path).is_dir() else "it is no file")
        elif _is_yaml(entry.name) and _is_read(entry):
            yield Stray(path, "ending")
        if (root / path).is_dir():  # of a link in a circle the entry would raise
            yield from _below(root, path)


def _below(root: Path, folder: str) -> Iterator[Stray]:
    """Files of a folder within one of `FOLDERS`. Below `tools`, where documents may lie that tools refer to, those that
    hold a tool."""
    for here, inside, names in os.walk(root / folder):
        inside[:] = [name for name in inside if not name.startswith(".")]
        for name in names:
            path = Path(here, name)
            if _is_yaml(name) and (not folder.startswith("tools/") or _holds_tool(path)):
                yield Stray(path.relative_to(root).as_posix(), "folder")


def _is_yaml(name: str) -> bool:
    return name.lower().endswith((".yaml", ".yml")) and not name.startswith(".")


def _holds_tool(path: Path) -> bool:
    import re  # for which projects without such a file need not wait

    try:
        with path.open("rb") as file:
            head = file.read(_TOOL_HEAD)
    except OSError:
        return False
    return re.search(rb"""^(?:- *)?\{?["']?tool["']?\s*:""", head, re.MULTILINE) is not None


def chosen(paths: Sequence[Path], root: Path) -> frozenset[str] | None:
    """The flow files that are asked for, relative to the root; None where it is the whole project."""
    found = [path.resolve() for path in paths]
    if not found or not all(path.parent == root / "flows" and path.is_file() for path in found):
        return None
    return frozenset(path.relative_to(root).as_posix() for path in found)
