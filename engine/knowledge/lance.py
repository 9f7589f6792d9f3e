"""LanceDB, which only those pay for who search or index."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

__all__ = ["connect"]


def connect(where: Path | str, options: Mapping[str, str] | None = None) -> Any:
    """A connection to the tables in a folder or at a URL. `options`: of the store there."""
    os.environ.setdefault("LANCEDB_LOG", "error")  # it tells of every partition on stderr
    import lancedb  # 0.6 s

    return lancedb.connect(where, storage_options=dict(options) if options else None)
