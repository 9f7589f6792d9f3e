"""An operation that the OpenAPI document does not have."""

from engine.rules.base import Rule

__all__ = ["RULE"]

RULE = Rule(
    "unknown-operation",
    unread=True,
    why="Nothing is known of what the tool would take and give.",
    mend="Write the `operationId` as the document has it, or the method and the path, such as `GET /orders/{id}`.",
)
