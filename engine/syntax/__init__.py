"""YAML as a tree whose leaves carry places. Scalars are text always, typed by the place where they stand."""

from engine.syntax.ignores import IGNORE, Ignore, ignores
from engine.syntax.nodes import Broken, Entry, Mapping, Node, Nothing, Sequence, Text
from engine.syntax.read import read

__all__ = ["IGNORE", "Broken", "Entry", "Ignore", "Mapping", "Node", "Nothing", "Sequence", "Text", "ignores", "read"]
