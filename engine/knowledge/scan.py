"""The documents below a folder: which there are, and what their bytes say."""

import hashlib
import os
import stat
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path, PurePosixPath
from typing import Any, Final, NamedTuple

from engine.knowledge.apart import Apart
from engine.knowledge.base import BrokenDocument, Document, KnowledgeError
from engine.knowledge.front import decoded, draft, read_labels
from engine.knowledge.labels import INTERNAL, notes
from engine.knowledge.readers import READERS, read_as

MAX_BYTES: Final = 20_000_000
LABELS: Final = "labels.yaml"
_LABELS_TOO: Final = "labels.yml"
_YAML: Final = frozenset({".yaml", ".yml"})
_LIKE: Final = 0.8
_MARKDOWN: Final = frozenset({".md", ".markdown"})
DEFAULT_COLLECTION: Final = "general"
_BESIDE: Final = frozenset(
    ".avif .bmp .css .gif .ico .jpeg .jpg .js .map .mov .mp3 .mp4 .png .svg .ttf .webm .webp .woff .woff2".split()
)
"""Suffixes of what articles show, or need to be shown."""
_NO_UTF8: Final = "its name is not UTF-8: rename it"
ANY_LANGUAGE: Final = "und"
"""ISO 639 for "undetermined": found whatever language is asked for."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file that a reader exists for. `name`: its path below the root, forward slashes, composed accents."""

    name: str
    path: Path
    labels: tuple[tuple[str, str], ...] = ()
    """What `labels.yaml` of its folders says."""
    refused: str = ""
    """Why it is not read, for what is no article of this folder."""
    folder: bool = False
    """Whether it is a folder, of which is not known what is in it."""


def documents(root: Path) -> list[Found]:
    """Everything below `root` with the suffix of a reader, by name, without what is hidden; the links to folders, and
    the folders that can't be looked into.

    A link to a file is followed where the file lies below `root` too: so do mounted volumes show their files. Drafts
    are left out. Raises `KnowledgeError` where `root` is no folder, or can't be read.
    """
    return looked(root)[0]


def looked(root: Path) -> tuple[list[Found], list[str]]:
    """`documents`, and the names of the drafts, which say that they are not published."""
    found = _everything(root)
    drafts = {one.name for one in found if _draft(one)}
    return [one for one in found if one.name not in drafts], sorted(drafts)


def _draft(found: Found) -> bool:
    try:
        return found.path.suffix.lower() in _MARKDOWN and draft(load(found))
    except BrokenDocument:
        return False


def _everything(root: Path) -> list[Found]:
    labels: dict[Path, _Labels] = {}
    found = [_found(one, root, labels) for one in _told_apart(_files(root), root)]
    wrong = [
        Found(_name(said.file or folder / LABELS, root), said.file or folder / LABELS, refused=said.own)
        for folder, said in labels.items()
        if said.own
    ]
    return sorted([*found, *wrong], key=lambda one: one.name)


def empty(root: Path) -> bool:
    """Whether nothing is in it but what is hidden, as in a folder where a share is to be mounted."""
    return all(one.name.startswith(".") for one in root.iterdir())


def unread(root: Path) -> dict[str, int]:
    """Suffix -> how many files below `root` have it that no reader exists for, without what articles show or need."""
    found: Counter[str] = Counter()
    for _, folders, files in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            suffix = Path(_readable(name)).suffix.lower()
            if not name.startswith(".") and not _labels_file(name) and suffix not in READERS and suffix not in _BESIDE:
                found[suffix] += 1
    return dict(sorted(found.items()))


class _Labels(NamedTuple):
    """What the labels of a folder come to."""

    said: dict[str, str]
    refused: str = ""
    """Why nothing below is read: who may read it is not known."""
    own: str = ""
    """What is wrong with its own file."""
    file: Path | None = None
    """Which that is."""


class _File(NamedTuple):
    """What a look into the folders finds."""

    path: Path
    real: Path
    """Where a link leads to."""
    refused: str = ""
    folder: bool = False


def _found(one: _File, root: Path, known: dict[Path, _Labels]) -> Found:
    labels = _labels(one.path.parent, root, known)
    said = tuple(sorted(labels.said.items()))
    return Found(_name(one.path, root), one.real, said, one.refused or labels.refused, one.folder)


def _name(path: Path, root: Path) -> str:
    return unicodedata.normalize("NFC", _readable(path.relative_to(root).as_posix()))


def _readable(name: str) -> str:
    """With `\\xfc` for a byte that is no UTF-8."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _told_apart(files: Iterable[_File], root: Path) -> Iterator[_File]:
    """Of several whose names differ in nothing but the way in which their accents are written, the first alone is
    read, always the same one: the index knows a document by its name."""
    known: dict[str, str] = {}
    raw = {one: one.path.relative_to(root).as_posix() for one in files}
    for one in sorted(raw, key=lambda one: (bool(one.refused), raw[one] != _name(one.path, root), raw[one])):
        first = known.setdefault(_name(one.path, root), raw[one])
        if first == raw[one] or one.refused:
            yield one
            continue
        names = f"{first!a}, which is read, and {raw[one]!a}"
        why = f"not read, as two files have this name, with accents written in two ways: rename one of {names}"
        yield one._replace(refused=why)


def _labels(folder: Path, root: Path, known: dict[Path, _Labels]) -> _Labels:
    """What the `labels.yaml` (or `.yml`) of a folder says, over those of the folders above it. Where one cannot be
    read, nothing below it is: it might say that only few may read it."""
    if folder not in known:
        above = _labels(folder.parent, root, known) if folder != root else _Labels({})
        known[folder] = above._replace(own="", file=None)
        files = sorted(file for file in folder.iterdir() if _labels_file(file.name))
        for file in files:
            try:
                if len(files) > 1 or file.name not in (LABELS, _LABELS_TOO):
                    raise BrokenDocument(_which(files))
                own = read_labels(decoded(_contents(_within(file, root))))
                known[folder] = _Labels(above.said | own, above.refused)
            except (BrokenDocument, OSError) as error:
                known[folder] = _refused(file, root, getattr(error, "strerror", None) or str(error))
    return known[folder]


def _labels_file(name: str) -> bool:
    """Whether it is the file that labels a folder, or was meant to be."""
    stem, dot, suffix = name.lower().rpartition(".")
    return f"{dot}{suffix}" in _YAML and (stem == "labels" or bool(get_close_matches(stem, ("labels",), 1, _LIKE)))


def _which(files: Sequence[Path]) -> str:
    if len(files) > 1:
        names = " and ".join(file.name for file in files)
        return f"one file labels a folder, and here are {names}: which holds is not known"
    return f"the file that labels a folder is called `{LABELS}`: rename it"


def _refused(file: Path, root: Path, why: str) -> _Labels:
    return _Labels({}, f"not read, as {_name(file, root)} is broken, which says who may read it", why, file)


def _files(root: Path) -> Iterator[_File]:
    closed: list[OSError] = []
    for folder, folders, files in os.walk(root, onerror=closed.append):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in folders:
            path = Path(folder, name)
            if os.path.islink(path):  # noqa: PTH114  # which does not raise where it may not look
                yield _File(path, path, "a link to a folder, which is not followed", folder=True)
            elif not _utf8(name):
                yield _File(path, path, f"{_NO_UTF8}, and nothing in it is read", folder=True)
        folders[:] = filter(_utf8, folders)
        for name in files:
            path = Path(folder, name)
            if name.startswith(".") or path.suffix.lower() not in READERS:
                continue
            if not _utf8(name):
                yield _File(path, path, _NO_UTF8)
                continue
            try:
                yield _File(path, _within(path, root))
            except BrokenDocument as error:
                yield _File(path, path, str(error))
    for wrong in closed:
        path, why = Path(wrong.filename or root), wrong.strerror or type(wrong).__name__
        if path == root:
            gone = isinstance(wrong, FileNotFoundError | NotADirectoryError)
            what = "does not exist" if gone else f"can't be read: {why}"
            raise KnowledgeError(f"the knowledge folder {root.name!r} {what}")
        yield _File(path, path, f"a folder that can't be read: {why}", folder=True)


def _utf8(name: str) -> bool:
    """Whether its bytes are UTF-8; others stand in it as lone surrogates."""
    return _readable(name) == name


def _within(path: Path, root: Path) -> Path:
    """The file, or the one that a link leads to. Raises `BrokenDocument` for a link out of `root`, or to nothing."""
    if not os.path.islink(path):  # noqa: PTH114
        return path
    try:
        real = path.resolve(strict=True)
    except (OSError, RuntimeError):  # the second for a link to itself
        raise BrokenDocument("a link that leads to no file") from None
    if not real.is_relative_to(root.resolve()):
        raise BrokenDocument("a link that leads out of the folder of the articles")
    return real


def load(found: Found) -> bytes:
    """Its bytes; raises `BrokenDocument` where it can't be read, is no file, or is too large."""
    if found.refused:
        raise BrokenDocument(found.refused)
    try:
        return _contents(found.path)
    except OSError as error:
        raise BrokenDocument(f"can't be read: {error.strerror}") from None


def _contents(path: Path) -> bytes:
    """Of a regular file alone: opening a pipe waits for somebody who writes, and a device may never end."""
    if not stat.S_ISREG(path.lstat().st_mode):
        raise BrokenDocument("no regular file")
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):  # another one since
            raise BrokenDocument("no regular file")
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise BrokenDocument(f"over {MAX_BYTES // 1_000_000} MB")
    return data


def digest(found: Found, data: bytes) -> str:
    """What tells whether a document changed, or what is said of it."""
    said = repr(found.labels).encode("utf-8", "replace") if found.labels else b""
    return hashlib.sha256(data + said).hexdigest()


def read(found: Found, data: bytes, apart: Apart | None = None) -> tuple[Document, str]:
    """The document with its defaults filled in, and what is odd about its labels (`engine.knowledge.labels`).

    What it does not say itself, `labels.yaml` of its folder or of one above may say. An article of which nobody says
    who may read it is internal: a forgotten label shows nothing to customers. `apart` reads it within its bounds;
    without it, it is read here, without any.
    """
    suffix = PurePosixPath(found.name).suffix.lower()
    document = apart.read(suffix, data, found.name) if apart else read_as(suffix, data, found.name)
    first_folder = found.name.split("/")[0] if "/" in found.name else DEFAULT_COLLECTION
    said: dict[str, Any] = {name: getattr(document, name) or value for name, value in found.labels}
    document = replace(document, **said)
    labelled = replace(
        document,
        collection=document.collection or first_folder,
        language=(document.language or ANY_LANGUAGE).lower().partition("-")[0],
        audience=(document.audience or INTERNAL).lower(),
    )
    return labelled, notes(document, labelled)
