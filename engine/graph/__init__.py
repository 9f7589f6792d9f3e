"""A plan shown to people: drawn as Mermaid, or told as text for a terminal. The same plan gives the same bytes."""

from collections.abc import Callable, Mapping
from typing import Final

from engine.graph.account import account
from engine.graph.mermaid import mermaid
from engine.plan import Plan

__all__ = ["FORMATS", "account", "mermaid"]

FORMATS: Final[Mapping[str, Callable[[Plan], str]]] = {"text": account, "mermaid": mermaid}
