"""guardrails-ai, loaded quietly: the only place that imports it.

It sends telemetry unless its settings file says otherwise, and every `Guard()` of its own reads that file again;
so `RC.load` is replaced, for the whole process, by one that says no. Its import takes 4 to 6 s.
"""

import os
import warnings
from typing import Any

os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")  # else litellm fetches a price list at import

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of its dependencies, at import
    from guardrails.classes.rc import RC
    from guardrails.settings import settings
    from guardrails.validator_base import ErrorSpan, FailResult, PassResult, Validator, register_validator

__all__ = ["FailResult", "PassResult", "TextCheck", "Validator", "register_validator"]


def _quiet(*_: Any, **__: Any) -> RC:
    return RC(enable_metrics=False, use_remote_inferencing=False)


RC.load = _quiet
settings.rc = _quiet()

Hit = tuple[int, int, str]
"""start, end, code"""


class TextCheck(Validator):  # type: ignore[misc]
    """A check of ours: `hits` gives spans with codes, and no hit is a pass. Error messages hold no contents."""

    def hits(self, text: str, metadata: dict[str, Any]) -> list[Hit]:
        """Where the text breaks the check."""
        raise NotImplementedError  # each check has its own

    def _validate(self, value: Any, metadata: dict[str, Any]) -> Any:
        if not isinstance(value, str):
            return FailResult(error_message="not a text")
        found = self.hits(value, metadata)
        if not found:
            return PassResult()
        spans = [ErrorSpan(start=start, end=end, reason=code) for start, end, code in found]
        return FailResult(error_message=", ".join(sorted({code for _, _, code in found})), error_spans=spans)
