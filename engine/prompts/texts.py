"""The templates as texts, and the digest that a plan is pinned to."""

import json
from collections.abc import Mapping
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Final

__all__ = ["JOBS", "SUFFIX", "built_in", "version"]

JOBS: Final = ("answer", "classify", "extract", "work")
SUFFIX: Final = ".j2"


@lru_cache(maxsize=1)
def _packaged() -> dict[str, str]:
    return {job: Path(__file__).with_name(job + SUFFIX).read_text("utf-8") for job in JOBS}


def built_in(own: Mapping[str, str] | None = None) -> dict[str, str]:
    """job -> template: those of the package, with `own` in place of some. What is no job is left out."""
    return {job: (own or {}).get(job, text) for job, text in _packaged().items()}


def version(own: Mapping[str, str] | None = None) -> str:
    """Digest of the whole set, 16 hexadecimal digits."""
    text = json.dumps(built_in(own), sort_keys=True, ensure_ascii=True)
    return blake2b(text.encode(), digest_size=8).hexdigest()
