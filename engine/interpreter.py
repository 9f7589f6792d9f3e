"""The engine's own Python, started once more for a part of the engine that is a process of its own."""

import sys
from pathlib import Path
from typing import Final

import engine

__all__ = ["running"]

_CODE: Final = """\
import runpy, sys
sys.path.insert(0, sys.argv[1])
import engine
sys.path.append(sys.path.pop(0))
module = sys.argv[2]
del sys.argv[1:3]
runpy.run_module(module, run_name="__main__", alter_sys=True)
"""
"""With the same engine as this process, from wherever that is: a package, a checkout, or an archive."""


def running(module: str, *arguments: str) -> list[str]:
    """The command that runs a module of the engine. A project is often the working folder, and a `token.py` or
    `queue.py` there is no part of the engine: unlike with `python -m`, nothing is imported from it (`-P`)."""
    return [sys.executable, "-P", "-c", _CODE, str(Path(engine.__file__).parents[1]), module, *arguments]
