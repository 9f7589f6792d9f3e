"""A plan's revision: the digest of its canonical JSON, so that a comment in the YAML makes no new one."""

import hashlib
import json
from typing import Any

__all__ = ["canonical", "digest", "revision"]

_SHORT = 8  # hex characters shown to people: 32 bits tell the revisions of one flow apart


_JSON = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def canonical(value: Any) -> bytes:
    """JSON with sorted keys, no blanks and no escapes beyond JSON's own; the input of every digest of a plan."""
    return _JSON.encode(value).encode()


def digest(value: Any) -> str:
    """SHA-256 of `canonical(value)`, in hex."""
    return hashlib.sha256(canonical(value)).hexdigest()


def revision(flow: str, plan: Any) -> str:
    """`refund@3f9a2c1b`: the flow's name and the first eight digits of the digest."""
    return f"{flow}@{digest(plan)[:_SHORT]}"
