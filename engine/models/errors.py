"""What goes wrong between the engine and a model. Adapters map their SDK's errors onto these.

ModelError
 +-- ModelUnavailable   down, overloaded, rate-limited, too slow: try again or fall back; `retry_after` in seconds
 +-- ModelRejected      the request itself will never be accepted (too long, not supported): do not try again
      +-- LeavesPremises  contents that must stay would go to a model elsewhere; nothing was sent
 +-- BadAnswer          an answer came and cannot be used; it is never half-used
 +-- BudgetReached      no more money for this ticket, or for this day: a person goes on
 +-- MissingKey         the environment lacks the variable that holds the key; found at start, and by `validate`
 +-- WrongAddress       the `base_url` of engine.yaml is none that could be asked; found at start, and by `validate`
 +-- UnknownModel       no adapter, or no answer, of that name

Messages never hold a customer's text, a key or a model's output: they reach logs (invariant 10).
"""

from decimal import Decimal

from engine.errors import EngineError
from engine.models.base import Usage


class ModelError(EngineError):
    """Base of what adapters raise."""

    code = "model"
    usage: Usage | None = None
    """Tokens that were used up all the same, where the provider said so."""
    cost: Decimal | None = None
    """What they cost, in USD, where that is known."""
    billed: bool = False
    """Whether the provider may ask for money although no answer came; `cost` is then open."""


class ModelUnavailable(ModelError):
    """The model did not answer this time. `retry_after`: seconds that it asked us to wait, if it did."""

    code = "model_unavailable"

    def __init__(
        self, message: str = "", *, retry_after: float | None = None, code: str | None = None, billed: bool = False
    ) -> None:
        super().__init__(message, code=code)
        self.retry_after = retry_after
        self.billed = billed


class ModelRejected(ModelError):
    """The request can never succeed as it is."""

    code = "model_rejected"


class LeavesPremises(ModelRejected):
    """The flow says `data: {location: on_premises}`, and the model runs elsewhere. Nothing was sent."""

    code = "leaves_premises"


class BudgetReached(ModelError):
    """The call could cost more than what is left for the ticket (`budget_ticket`) or the day (`budget_day`), or its
    price is not known where there is a budget (`budget_unpriced`)."""

    code = "budget"


class BadAnswer(ModelError):
    """The model answered something that is not what was asked for, or breaks the schema."""

    code = "bad_answer"
    billed = True


class MissingKey(ModelError):
    """The environment variable `variable` is not set, and the model cannot work without it."""

    code = "missing_key"

    def __init__(self, variable: str, model: str) -> None:
        super().__init__(f"model {model!r} needs the environment variable {variable}")
        self.variable = variable


class WrongAddress(ModelError):
    """The `base_url` of engine.yaml is no address of a server. Nothing was sent; the address is not repeated."""

    code = "wrong_address"


class UnknownModel(ModelError):
    """Nothing of that name is registered (or, with a scripted model, scripted)."""

    code = "unknown_model"
