"""`.engine/cache/validate.json`: one outcome, sealed with a key of this user.

A cache that came with the files, in a commit or an archive, must not say of a project that it is clean: only what this
user's own checker wrote is believed. Whatever else stands there, and whatever cannot be read or written, is no cache.
"""

import contextlib
import hmac
import json
import os
import tempfile
from hashlib import blake2b
from pathlib import Path

from engine.diagnostics.outcome import Outcome

__all__ = ["SIZE", "load", "save"]

SIZE = 8_000_000
"""Bytes. A larger outcome is not kept, and a larger file not read."""
_KEY = 32


def load(root: Path, digest: str) -> Outcome | None:
    """The outcome kept for this digest; None if there is none."""
    key = _key(make=False)
    try:
        with _file(root).open("rb") as file:
            raw = file.read(SIZE + 1)
    except OSError:
        return None
    seal, _, body = raw.partition(b"\n")
    if key is None or len(raw) > SIZE or not hmac.compare_digest(seal, _seal(key, digest, body)):
        return None
    try:
        return Outcome.from_json(json.loads(body))
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def save(root: Path, digest: str, outcome: Outcome) -> None:
    """Keeps it in place of the last one, whole or not at all."""
    body = json.dumps(outcome.to_json(), separators=(",", ":")).encode()
    key = _key(make=True)
    if key is not None and len(body) < SIZE - 100:
        with contextlib.suppress(OSError):
            _replace(_file(root), _seal(key, digest, body) + b"\n" + body)


def _file(root: Path) -> Path:
    return root / ".engine" / "cache" / "validate.json"


def _seal(key: bytes, digest: str, body: bytes) -> bytes:
    return hmac.new(key, digest.encode() + b"\n" + body, blake2b).hexdigest().encode()


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
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent)  # readable by its owner alone
    try:
        with os.fdopen(handle, "wb") as new:
            new.write(content)
        Path(name).replace(file)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
