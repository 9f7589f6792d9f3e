"""The boundary of every activity: what comes in is only an id and references, what goes out never holds a text."""

import asyncio
import logging
import sys
import traceback
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Concatenate, ParamSpec, TypeVar

from temporalio import activity
from temporalio.exceptions import ApplicationError

from engine.errors import EngineError
from engine.models.errors import ModelUnavailable
from engine.runtime.activities.desk import Desk
from engine.runtime.activities.drafting import does
from engine.runtime.activities.scope import Scope
from engine.runtime.input import Result, Work

__all__ = ["Group", "always", "guarded", "later"]

log = logging.getLogger("engine.activity")
P = ParamSpec("P")
R = TypeVar("R")
G = TypeVar("G", bound="Group")

_SILENT = timedelta(seconds=10)
"""Where the workflow does not say after which silence a worker counts as gone."""
_PERMANENT = frozenset({
    "erased", "missing", "plan", "policy", "revision", "type", "undecidable", "prompt", "missing_key",
    "wrong_address", "leaves_premises", "mask", "model_rejected", "no_vision", "no_tools", "key_refused", "no_quota",
    "no_such_model",
    "too_long", "unseen", "budget", "budget_ticket", "budget_day", "budget_unpriced",
})  # fmt: skip
"""Codes that trying again does not mend: the ticket goes to a person."""
_BAD_ANSWERS = frozenset({"bad_answer", "bad_arguments", "bad_json", "bad_reply", "bad_schema"})
_ARTICLES = {"knowledge": 8, "index_missing": 8, "embedder_changed": 8, "index_silent": 20}
_ATTEMPTS = {**dict.fromkeys(_BAD_ANSWERS, 3), "model_unavailable": 20, "unknown_model": 20, **_ARTICLES}
"""Codes that trying again may mend, and after how many attempts a person goes on nevertheless. Twenty take about ten
minutes, in which a provider's outage mostly ends, and a worker is started that knows a model which is new."""


class Group:
    """Activities that belong together, such as all that speak."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.context = desk.context
        self.store = desk.store


def guarded(
    method: Callable[Concatenate[G, Scope, P], Awaitable[Result]], *, closed: bool = False, always: bool = False
) -> Callable[[G, Work], Awaitable[Result]]:
    """The boundary: loads the scope, and turns every exception into a code. Its text stays on this worker's log.

    A ticket that was handed off in the store (the customer's wish at the webhook, the watchdog) is nothing that a flow
    works on any more: only the activities that hand it over, and a write's own settling, run `always`.
    """

    async def run(self: G, work: Work) -> Result:
        beat = asyncio.create_task(_beat())
        try:
            scope = await self.desk.enter(work, closed=closed, lenient=always)
            if scope is None:
                return Result("gone")
            if not always and scope.ticket.state == "handed_off" and scope.plan.flow != "human":
                return Result("handed_off", because=scope.ticket.escalated or "customer_wish")
            await does(self.desk, scope.ticket, activity.info().activity_type, reads=bool(work.data.get("read")))
            return await method(self, scope)  # type: ignore[call-arg]
        except ApplicationError:
            raise
        except EngineError as error:
            spent = activity.info().attempt >= _ATTEMPTS.get(error.code, sys.maxsize)
            if isinstance(error, ModelUnavailable) and error.retry_after and not spent:
                raise later(error.code, error.retry_after) from None
            raise _failure(error.code, permanent=spent or error.code in _PERMANENT) from None
        except Exception as error:
            frames = "".join(traceback.format_tb(error.__traceback__))  # without the message, which may hold contents
            log.error("activity %s failed: %s\n%s", activity.info().activity_type, type(error).__name__, frames)
            raise _failure(type(error).__name__, permanent=activity.info().attempt >= 8) from None
        finally:
            beat.cancel()

    # not functools.wraps: Temporal reads the argument's type from the signature, which must be that of `run`
    run.__annotations__ = {"work": Work, "return": Result}
    run.__name__, run.__qualname__, run.__doc__ = method.__name__, method.__qualname__, method.__doc__
    return run


async def _beat() -> None:
    """Tells Temporal that this worker lives: what it has begun is repeated elsewhere only if it does not."""
    pause = (activity.info().heartbeat_timeout or _SILENT) / 5
    while True:
        activity.heartbeat()
        await asyncio.sleep(pause.total_seconds())


def always(method: Callable[[G, Scope], Awaitable[Result]]) -> Callable[[G, Work], Awaitable[Result]]:
    """`guarded`, also for a ticket that people have."""
    return guarded(method, always=True)


def later(code: str, seconds: float) -> ApplicationError:
    """A failure that Temporal retries after `seconds`: somebody else holds the row, or the far side asked to wait."""
    return ApplicationError(code, type=code, next_retry_delay=timedelta(seconds=seconds))


def _failure(code: str, *, permanent: bool) -> ApplicationError:
    return ApplicationError(code, type=code, non_retryable=permanent)
