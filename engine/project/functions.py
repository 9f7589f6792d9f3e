"""Looking for the function of a `python:` tool in its source, without running any of it."""

import ast
import sys
from collections.abc import Mapping
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any, NamedTuple

from engine.diagnostics import nearest

__all__ = ["Sought", "missing", "source"]

_LARGEST = 2_000_000


class Sought(NamedTuple):
    """Where a module's source is, and where it could have been in the project."""

    path: Path | None
    """None: there is no such module, or it has no source that can be read (`installed`)."""
    installed: bool
    candidates: tuple[Path, ...]


def source(module: str, root: Path) -> Sought:
    """Installed modules first, then those in the project's folder, as the worker looks for them."""
    steps = module.split(".")
    here = root.joinpath(*steps)
    candidates = (here.with_suffix(".py"), here / "__init__.py")
    found, origin = _installed(steps, root)
    if found:
        return Sought(origin, True, candidates)
    return Sought(next((path for path in candidates if path.is_file()), None), False, candidates)


def _installed(steps: list[str], root: Path) -> tuple[bool, Path | None]:
    """Whether a module is there, and its source. Nothing is imported: packages are followed by their folders."""
    where: Any = [entry for entry in sys.path if entry and Path(entry).resolve() != root.resolve()]
    name = ""
    for number, step in enumerate(steps):
        name = f"{name}.{step}" if name else step
        if name in sys.builtin_module_names:
            return number == len(steps) - 1, None
        try:
            spec = PathFinder.find_spec(name, where)
        except (ImportError, ValueError, OSError):
            return False, None
        if spec is None or (spec.origin is None and number == len(steps) - 1):
            return False, None
        where = spec.submodule_search_locations
        if number == len(steps) - 1:
            there = spec.origin and spec.origin.endswith(".py")
            return True, Path(str(spec.origin)) if there else None
        if where is None:
            return False, None
    return False, None


def missing(content: bytes, name: str, arguments: Mapping[str, bool]) -> tuple[str, str] | None:
    """What is wrong with a function as its source has it: the message's end, and the name that was meant.

    `arguments` are those of the tool, and whether a call always has them.
    """
    if len(content) > _LARGEST:
        return None
    try:
        tree = ast.parse(content)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return "stands in a file that is no Python", ""
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    if name in functions:
        return _signature(functions[name], arguments)
    others = _bound(tree)
    if name in others or "*" in others:
        return None  # made by something else than `def`: what it takes is seen when it is called
    return "is not in its module", nearest(name, functions) or ""


def _bound(tree: ast.Module) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom() | ast.Import():
                found |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
            case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
                found |= {node.name} if node not in tree.body else set()
            case ast.Name(ctx=ast.Store()):
                found.add(node.id)
    return found


def _signature(node: ast.FunctionDef | ast.AsyncFunctionDef, arguments: Mapping[str, bool]) -> tuple[str, str] | None:
    taken = node.args
    plain = [one.arg for one in taken.args]
    names = [*plain, *(one.arg for one in taken.kwonlyargs)]
    free = {*plain[len(plain) - len(taken.defaults) :]} if taken.defaults else set()
    free |= {one.arg for one, default in zip(taken.kwonlyargs, taken.kw_defaults, strict=True) if default is not None}
    if taken.posonlyargs:
        return f"takes `{taken.posonlyargs[0].arg}` by its place, and arguments are given by name", ""
    for name in arguments if taken.kwarg is None else ():
        if name not in names:
            return f"takes no `{name}`, which `input` has", nearest(name, names) or ""
    for name in names:
        if name not in free and name != "call" and not arguments.get(name):
            said = "a call may lack" if name in arguments else "`input` does not have"
            return f"cannot go without `{name}`, which {said}", ""
    return None
