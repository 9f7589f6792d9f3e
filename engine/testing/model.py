"""A model that answers from a script: for tests of flows and of the engine. Deterministic, offline, and it records.

model = ScriptedModel([
    (Job.CLASSIFY, Answer(data={"choice": "refund", "scores": {"refund": 0.97}}, confidence=0.97)),
    ("gift card", [ModelUnavailable("down", retry_after=1), Answer(text="No.", confidence=0.9)]),
    (lambda request: request.asked == "order", Answer(data={"order": "4821"}, confidence=0.9)),
])
"""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from engine.models.base import Answer, Capabilities, Job, Request
from engine.models.errors import UnknownModel

Matcher = Job | str | Callable[[Request], bool]
"""A job; words of the customer's last message, in any case; or a condition on the request."""
Outcome = Answer | Exception | Callable[[Request], Answer]
"""An answer, a fault to raise, or a function of the request."""


def anything(_: Request) -> bool:
    """The matcher of every request."""
    return True


class ScriptedModel:
    """Answers with the first entry of the script that matches.

    The script is a list of (matcher, outcome), or a mapping from one to the other. An entry with a list of
    outcomes gives one a time, and the last one from then on. `faults` maps the number of a call, from 1 over all
    calls, to what it raises instead. Every request is kept in `requests`. A request that nothing matches raises
    `UnknownModel` with code `unscripted`: a test never goes on with a made-up answer.
    """

    def __init__(
        self,
        script: Iterable[tuple[Matcher, Outcome | Sequence[Outcome]]] | Mapping[Any, Outcome | Sequence[Outcome]] = (),
        *,
        name: str = "scripted",
        capabilities: Capabilities | None = None,
        faults: Mapping[int, Exception] | None = None,
    ) -> None:
        pairs = script.items() if isinstance(script, Mapping) else script
        self.name = name
        self.capabilities = capabilities or Capabilities(
            vision=True, tools=True, schema=True, location="on_premises", free=True
        )  # fmt: skip
        self.requests: list[Request] = []
        self._script = [(matcher, _several(outcome)) for matcher, outcome in pairs]
        self._used = [0] * len(self._script)
        self._faults = dict(faults or {})
        self._lock = threading.Lock()

    @property
    def calls(self) -> int:
        """Requests so far, failed ones included."""
        return len(self.requests)

    async def answer(self, request: Request) -> Answer:
        """The scripted answer, with this model's name where the script gives none; or the scripted fault."""
        outcome = self._next(request)
        if isinstance(outcome, Exception):
            raise outcome
        said = outcome if isinstance(outcome, Answer) else outcome(request)
        return said if said.model else replace(said, model=self.name)

    def _next(self, request: Request) -> Outcome:
        with self._lock:
            self.requests.append(request)
            fault = self._faults.get(len(self.requests))
            if fault is not None:
                return fault
            for place, (matcher, outcomes) in enumerate(self._script):
                if _matches(matcher, request):
                    used = self._used[place]
                    self._used[place] += 1
                    return outcomes[min(used, len(outcomes) - 1)]
        raise UnknownModel(f"nothing is scripted for this {request.job} request", code="unscripted")


def _several(outcome: Outcome | Sequence[Outcome]) -> tuple[Outcome, ...]:
    several = tuple(outcome) if isinstance(outcome, Sequence) else (outcome,)
    if not several:
        raise ValueError("an entry of the script has no outcome")
    return several


def _matches(matcher: Matcher, request: Request) -> bool:
    if isinstance(matcher, Job):
        return request.job is matcher
    if isinstance(matcher, str):
        said = next((one.text for one in reversed(request.messages) if one.role == "customer"), "")
        return matcher.casefold() in said.casefold()
    return matcher(request)
