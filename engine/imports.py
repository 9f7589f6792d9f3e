"""What keeps a start short."""

import contextlib
import sys
from collections.abc import Iterator
from typing import Any

__all__ = ["without"]


@contextlib.contextmanager
def without(name: str) -> Iterator[None]:
    """Imports in this block do without the module of this name, as if it were not installed.

    For one that another package uses if it is there, that takes long, and that is of no use here. Whoever needs it
    later gets it.
    """
    modules: dict[str, Any] = sys.modules
    if name in modules:
        yield
        return
    modules[name] = None
    try:
        yield
    finally:
        del modules[name]
