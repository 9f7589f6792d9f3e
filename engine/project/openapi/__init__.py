"""OpenAPI documents (3.0 and 3.1): what an operation takes and gives, and the request that it is."""

from engine.project.openapi.document import Document, read
from engine.project.openapi.lowering import Lowered, lower

__all__ = ["Document", "Lowered", "lower", "read"]
