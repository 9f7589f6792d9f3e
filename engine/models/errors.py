"""What goes wrong between the engine and a model. Adapters map their SDK's errors onto these.

ModelError
 +-- ModelUnavailable   down, overloaded, rate-limited, too slow: try again or fall back; `retry_after` in seconds
 +-- ModelRejected      the request itself will never be accepted (too long, not supported): do not try again
 +-- BadAnswer          an answer came and cannot be used; it is never half-used
 +-- MissingKey         the environment lacks the variable that holds the key; found at validate and at start
 +-- UnknownModel       no adapter, or no answer, of that name

Messages never hold a customer's text, a key or a model's output: they reach logs (invariant 10).
"""

from engine.errors import EngineError


class ModelError(EngineError):
    """Base of what adapters raise."""

    code = "model"


class ModelUnavailable(ModelError):
    """The model did not answer this time. `retry_after`: seconds that it asked us to wait, if it did."""

    code = "model_unavailable"

    def __init__(self, message: str = "", *, retry_after: float | None = None, code: str | None = None) -> None:
        super().__init__(message, code=code)
        self.retry_after = retry_after


class ModelRejected(ModelError):
    """The request can never succeed as it is."""

    code = "model_rejected"


class BadAnswer(ModelError):
    """The model answered something that is not what was asked for, or breaks the schema."""

    code = "bad_answer"


class MissingKey(ModelError):
    """The environment variable `variable` is not set, and the model cannot work without it."""

    code = "missing_key"

    def __init__(self, variable: str, model: str) -> None:
        super().__init__(f"model {model!r} needs the environment variable {variable}")
        self.variable = variable


class UnknownModel(ModelError):
    """Nothing of that name is registered (or, with a scripted model, scripted)."""

    code = "unknown_model"
