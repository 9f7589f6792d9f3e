"""What goes wrong where the index is kept, said plainly: a full disk, a folder that may not be written to."""

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from engine.knowledge.base import KnowledgeError

__all__ = ["told"]

_OF_FILES: Final = frozenset(
    {
        errno.EACCES, errno.EDQUOT, errno.EEXIST, errno.EFBIG, errno.EIO, errno.EISDIR, errno.EMFILE, errno.ENFILE,
        errno.ENOSPC, errno.ENOTDIR, errno.EPERM, errno.EROFS,
    }
)  # fmt: skip
"""Others come from somewhere else: an embedder's connection, say."""
_LANCE: Final = re.compile(r"lance error", re.IGNORECASE)
_NUMBER: Final = re.compile(r"\(os error (\d+)\)")
"""As Rust's standard library puts the system's number behind every error of files."""


@contextmanager
def told(path: Path, doing: str, then: str) -> Iterator[None]:
    """Raises KnowledgeError for what the files of the index at `path` raise: that it cannot be `doing`, why, and what
    holds `then`."""
    try:
        yield
    except (OSError, RuntimeError) as error:
        why = _why(error)
        if why is None:
            raise
        raise KnowledgeError(f"the index in {path} cannot be {doing}: {why}; {then}") from error


def _why(error: Exception) -> str | None:
    """In words; None where it is no matter of these files."""
    number = error.errno if isinstance(error, OSError) else None
    if number is None and _LANCE.search(str(error)):
        found = _NUMBER.search(str(error))
        if found is None:
            return "LanceDB cannot go on with its files"
        number = int(found[1])
        return _plain(number)
    return _plain(number) if number in _OF_FILES else None


def _plain(number: int) -> str:
    text = os.strerror(number)
    return text[:1].lower() + text[1:]
