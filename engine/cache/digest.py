"""What the findings of a project depend on, as one digest: the checker, its Python, and all that it reads."""

import os
import sys
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from engine.root import Files

__all__ = ["CHECKER", "Inputs", "inputs"]

CHECKER = (
    "__init__.py", "address.py", "cache", "catalogue", "check", "compile", "diagnostics", "errors.py", "expressions",
    "guardrails/base.py", "guardrails/registry.py", "network.py", "patterns.py", "plan", "project", "prompts",
    "root.py", "rules", "steps", "syntax", "types",
)  # fmt: skip
"""The checker's own code, below `engine`."""
_READ = (".py", ".j2", ".json")
_LIBRARIES = ("jinja2-", "markupsafe-", "pyyaml-", "tzdata-")
_ENGINE = str(Path(__file__).parent.parent)


class Inputs(NamedTuple):
    """All that a check reads."""

    digest: str
    checker: str
    """The part of it that is the same for all projects."""
    files: Files


def inputs(root: Path) -> Inputs | None:
    """Reads them. None where a file cannot be read: such a project is checked anew each time.

    Flows depend on each other (an example in two of them, a transfer, who uses a name), so the digest is of all files.
    """
    found = blake2b(sys.version.encode(), digest_size=32)
    try:
        files = Files.read(root)
        for name in _libraries():
            _take(found, name, b"")
        for name in _code():
            with open(f"{_ENGINE}/{name}", "rb") as file:  # noqa: PTH123 - a Path for each takes twice the time
                _take(found, name, file.read())
    except OSError:
        return None
    checker = found.hexdigest()
    for name, content in files.contents.items():
        _take(found, name, content)
    for name in files.tests:
        _take(found, name, b"tests")
    for stray in files.strays:
        _take(found, stray.path, f"stray {stray.why}".encode())
    return Inputs(found.hexdigest(), checker, files)


def _take(found: blake2b, name: str, content: bytes) -> None:
    """With lengths, so that nothing can pass from one file to its neighbour. A name may hold halves of characters."""
    raw = name.encode("utf-8", "surrogateescape")
    found.update(b"%d %d " % (len(raw), len(content)))
    found.update(raw)
    found.update(content)


def _code() -> Iterator[str]:
    """Names of the checker's files below `engine`."""
    for part in CHECKER:
        if part.endswith(".py"):
            yield part
            continue
        for folder, inside, names in os.walk(f"{_ENGINE}/{part}"):
            inside.sort()
            yield from (f"{folder[len(_ENGINE) + 1 :]}/{name}" for name in sorted(names) if name.endswith(_READ))


def _libraries() -> list[str]:
    """Names of the installed versions. importlib.metadata tells the same and takes ten times as long to import."""
    folders = [folder for folder in sys.path if folder and os.path.isdir(folder)]  # noqa: PTH112
    names = (name for folder in folders for name in os.listdir(folder))  # noqa: PTH208 - a Path for each takes longer
    return sorted(name for name in names if name.lower().startswith(_LIBRARIES))
