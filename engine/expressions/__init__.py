"""One expression language: Jinja2's grammar parses it, our tree holds it, our evaluator walks it.

The names here load on first use: workflow code imports `engine.expressions.evaluate` and neither Jinja2 nor YAML.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.expressions.inference import infer
    from engine.expressions.narrowing import narrowed
    from engine.expressions.operator_types import comparison
    from engine.expressions.parse import parse_expression, parse_template
    from engine.expressions.tree import Path, Tree, dotted, paths, to_json

__all__ = [
    "Path", "Tree", "comparison", "dotted", "infer", "narrowed", "parse_expression", "parse_template", "paths",
    "to_json",
]  # fmt: skip

_HOME = {
    "Path": "tree", "Tree": "tree", "comparison": "operator_types", "dotted": "tree", "infer": "inference",
    "narrowed": "narrowing", "parse_expression": "parse", "parse_template": "parse", "paths": "tree", "to_json": "tree",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(name)
    return getattr(import_module(f"engine.expressions.{_HOME[name]}"), name)
