"""`.engine/cache`: what a check came to, sealed with a key of this user.

A cache that came with the files, in a commit or an archive, must not say of a project that it is clean: only what this
user's own checker wrote is believed. Whatever else stands there, and whatever cannot be read or written, is no cache.
"""

import contextlib
import json
import os
from hashlib import blake2b
from hmac import compare_digest
from pathlib import Path

from engine.diagnostics.outcome import Outcome

__all__ = ["FOLDER", "SIZE", "load", "save", "seal", "unsealed"]

FOLDER = Path(".engine", "cache")
SIZE = 16_000_000
"""Bytes. More is not kept, and a larger file not read."""
_OUTCOME = "validate.json"
_KEY = 32


def load(root: Path, digest: str) -> Outcome | None:
    """The outcome kept for this digest; None if there is none, or a file that tools refer to is another now."""
    body = unsealed(root, _OUTCOME, digest)
    try:
        known = Outcome.from_json(json.loads(body)) if body else None
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return known if known and all(_digest(root, path) == seen for path, seen in known.looked) else None


def _digest(root: Path, name: str) -> str:
    """As `engine.project.outer` has it."""
    if name.endswith("/"):
        return "folder" if (root / name).is_dir() else ""
    try:
        return blake2b((root / name).read_bytes(), digest_size=16).hexdigest()
    except OSError:
        return ""


def save(root: Path, digest: str, outcome: Outcome) -> None:
    """Keeps it in place of the last one, whole or not at all."""
    seal(root, _OUTCOME, digest, json.dumps(outcome.to_json(), separators=(",", ":")).encode())


def unsealed(root: Path, name: str, digest: str) -> bytes:
    """What this user's checker kept under this name for this digest; nothing where there is none."""
    key = _key(make=False)
    try:
        with (root / FOLDER / name).open("rb") as file:
            raw = file.read(SIZE + 1)
    except OSError:
        return b""
    told, _, body = raw.partition(b"\n")
    if key is None or len(raw) > SIZE or not compare_digest(told, _seal(key, digest, body)):
        return b""
    return body


def seal(root: Path, name: str, digest: str, body: bytes) -> None:
    """Keeps it, whole or not at all."""
    key = _key(make=True)
    if key is not None and len(body) < SIZE - 200:
        with contextlib.suppress(OSError):
            _replace(root / FOLDER / name, _seal(key, digest, body) + b"\n" + body)


def _seal(key: bytes, digest: str, body: bytes) -> bytes:
    """BLAKE2 with a key is a code of authentication by itself (RFC 7693, section 2.9)."""
    return blake2b(digest.encode() + b"\n" + body, key=key).hexdigest().encode()


def _key(*, make: bool) -> bytes | None:
    """Of this user on this machine. None where there is none and none can be made."""
    home = os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()
    file = Path(home) / "ticketflow-engine" / "key"
    with contextlib.suppress(OSError):
        if make and not file.exists():
            _replace(file, os.urandom(_KEY))
        key = file.read_bytes()
        return key if len(key) == _KEY else None
    return None


def _replace(file: Path, content: bytes) -> None:
    import tempfile  # for which an unchanged project need not wait

    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent)  # readable by its owner alone
    try:
        with os.fdopen(handle, "wb") as new:
            new.write(content)
        Path(name).replace(file)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
