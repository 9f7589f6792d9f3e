"""How findings are shown: one renderer a file."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Final, NamedTuple, Protocol, cast

from engine.diagnostics.catalogue import Page
from engine.diagnostics.finding import Diagnostic

__all__ = ["PLAIN", "RENDERERS", "Renderer", "View", "renderer"]


class View(NamedTuple):
    """What a renderer may want to know beside the findings and the files."""

    width: int = 168
    """Columns of the terminal. Source lines are cut to fit, so that carets stand where they belong."""
    prefix: str = ""
    """From the folder that the reader stands in to the project, such as `shop/`. Text and json do without."""
    pages: Mapping[str, Page] = {}
    """Rule -> its page."""


PLAIN: Final = View()
"""For a reader of whom nothing is known."""


class Renderer(Protocol):
    """(findings, path -> source text, colour, view) -> what is printed."""

    def __call__(
        self, findings: Sequence[Diagnostic], sources: Mapping[str, str], colour: bool = False, view: View = PLAIN, /
    ) -> str:
        """All findings as one text."""
        ...


RENDERERS = {
    "github": "engine.diagnostics.render.github",
    "json": "engine.diagnostics.render.json",
    "sarif": "engine.diagnostics.render.sarif",
    "text": "engine.diagnostics.render.text",
}


def renderer(name: str) -> Renderer:
    """The renderer of this name. Raises KeyError."""
    return cast("Renderer", import_module(RENDERERS[name]).render)
