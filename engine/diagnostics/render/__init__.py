"""How findings are shown: one renderer a file."""

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import cast

from engine.diagnostics.finding import Diagnostic

__all__ = ["RENDERERS", "Renderer", "renderer"]

Renderer = Callable[[Sequence[Diagnostic], Mapping[str, str], bool], str]
"""(findings, path -> source text, colour) -> what is printed."""

RENDERERS = {"json": "engine.diagnostics.render.json", "text": "engine.diagnostics.render.text"}


def renderer(name: str) -> Renderer:
    """The renderer of this name. Raises KeyError."""
    return cast("Renderer", import_module(RENDERERS[name]).render)
