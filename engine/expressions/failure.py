"""Why an expression has no value."""

from typing import Any

from engine.errors import EngineError
from engine.expressions.tree import shown

__all__ = ["CODES", "EvaluationError"]

CODES = frozenset({"missing", "type", "currency", "division", "limit"})


class EvaluationError(EngineError):
    """An expression has no value. `code` says why, and is all that travels; the text also names the limit and the part.

    - missing: a value that is needed is not there
    - type: values of kinds that do not go together
    - currency: amounts in two currencies, or an amount in none
    - division: by zero
    - limit: more work, size or depth, a larger number or a farther date, than is allowed
    """

    code = "type"
    at: Any = None
    """The innermost part that has no value. It is told as an author would write it: a plan has no places."""

    def __str__(self) -> str:
        said = super().__str__()
        return f"{said}, in `{shown(self.at)}`" if self.at is not None else said
