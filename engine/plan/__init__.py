"""The compiled form of a flow: data only, the same on every worker, pinned by its revision."""

from engine.plan.model import SCHEMA, Grant, Json, Node, Plan, ToolContract, node_id
from engine.plan.revision import canonical, digest, revision

__all__ = ["SCHEMA", "Grant", "Json", "Node", "Plan", "ToolContract", "canonical", "digest", "node_id", "revision"]
