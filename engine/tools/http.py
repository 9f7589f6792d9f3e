"""`http:` tools: one request a call, put together from compiled templates.

A binding is JSON: {method, url: tree, headers: {name: tree}, query: {name: tree}, json: body, form: {name: tree},
retry: {attempts, backoff}}. A body is {"tree": tree}, {"map": {key: body}} or {"list": [body]}. Templates see the
arguments in the form that the input schema gives them (cents where it says `minor`), a declared argument that is
missing as none, and `secret`. A none in headers, query, form or a map leaves the entry out.

A request goes to hosts that the project lists or the tool's own `url` names, and to no private address unless it is
listed (`engine.network`); a host that keeps failing is left alone for a while (`engine.tools.breaker`).

A read is tried again after a lost connection, 429 and 5xx, within the contract's time-out. A write is sent at most
once a call; what it came to, only a 2xx, a declared error or an unsent request tells.
"""

import asyncio
import random
from collections.abc import Mapping
from typing import Any, Final

from engine.exchange import Answer, Cut, NotSent, exchange, retry_after
from engine.tools import wire
from engine.tools.answers import declared, in_progress, scrubbed
from engine.tools.base import (
    Contract,
    Failed,
    InProgress,
    Result,
    Surroundings,
    ToolDefinition,
    ToolError,
    Unknown,
    Unreadable,
)
from engine.tools.breaker import Breakers
from engine.tools.request import Prepared, prepare
from engine.tools.typed import typed

__all__ = ["HttpTool"]

_ATTEMPTS: Final = 3
_BACKOFF: Final = 0.2
"""Seconds before the second attempt of a read; doubled each time, with up to half of it added at random."""
_PASSING: Final = (429, 500, 502, 503, 504)
_VAIN: Final = ("url", "host", "address")
"""Why nothing was sent, where the same call can never be."""


class HttpTool:
    """A tool behind HTTP. Holds no connection and no secret; safe to share between tasks."""

    def __init__(self, definition: ToolDefinition, surroundings: Surroundings) -> None:
        self.contract = definition.contract
        self.effect = definition.contract.effect
        self.binding = definition.binding
        self._network = surroundings.network
        self._breakers: Breakers = surroundings.breakers or Breakers()

    async def call(
        self, contract: Contract, arguments: Mapping[str, Any], *, secrets: Mapping[str, str], key: str | None
    ) -> Result:
        """See `engine.tools.base.Tool`."""
        if contract.effect != self.effect:
            raise Failed("contract", again=False)
        if contract.idempotency and key is None and self.effect != "read":
            raise Failed("no_key", again=False)
        prepared = prepare(self.binding, contract, arguments, secrets, key)
        if self.effect == "read":
            return await self._read(contract, prepared)
        return await self._write(contract, prepared, keyed=key is not None and bool(contract.idempotency))

    async def _write(self, contract: Contract, prepared: Prepared, *, keyed: bool) -> Result:
        try:
            answer = await self._send(prepared, contract.timeout)
        except NotSent as error:
            raise Failed(error.code, again=error.code not in _VAIN) from None
        except Cut as error:
            if _good(error.status) and error.code in ("too_large", "encoding"):
                raise Unreadable("$") from None
            raise Unknown(error.code) from None
        wait = retry_after(answer.headers)
        if keyed and in_progress(answer):
            raise InProgress(retry_after=wait)
        if (error_name := declared(answer, contract.errors)) is not None:
            raise ToolError(error_name, not_done=_not_done(contract, error_name))
        if not _good(answer.status):
            raise Unknown("redirect" if answer.status < 400 else f"status_{answer.status}", retry_after=wait)
        return _result(contract, prepared, answer)

    async def _read(self, contract: Contract, prepared: Prepared) -> Result:
        clock = asyncio.get_running_loop().time
        end = clock() + contract.timeout
        retry = self.binding.get("retry", {})
        attempts, pause = max(int(retry.get("attempts", _ATTEMPTS)), 1), float(retry.get("backoff", _BACKOFF))
        for left in range(attempts - 1, -1, -1):
            try:
                return await self._look(contract, prepared, end - clock())
            except Failed as error:
                wait = error.retry_after if error.retry_after is not None else pause * random.uniform(1, 1.5)  # noqa: S311
                if not left or not error.again or clock() + wait >= end:
                    raise
                await asyncio.sleep(wait)
                pause *= 2
        raise AssertionError("the last attempt returns or raises")

    async def _look(self, contract: Contract, prepared: Prepared, seconds: float) -> Result:
        try:
            answer = await self._send(prepared, seconds)
        except NotSent as error:
            raise Failed(error.code, again=error.code not in _VAIN) from None
        except Cut as error:
            if error.code in ("too_large", "encoding"):
                raise Unreadable("$") from None
            raise Failed(error.code) from None
        if (error_name := declared(answer, contract.errors)) is not None:
            raise ToolError(error_name, not_done=True)
        if answer.status in _PASSING:
            code = "rate_limited" if answer.status == 429 else f"status_{answer.status}"
            raise Failed(code, retry_after=retry_after(answer.headers))
        if not _good(answer.status):
            raise Failed("redirect" if answer.status < 400 else f"status_{answer.status}", again=False)
        return _result(contract, prepared, answer)

    async def _send(self, prepared: Prepared, seconds: float) -> Answer:
        """Raises Failed where the breaker lets nothing pass, NotSent and Cut."""
        with self._breakers.passing(prepared.host) as outcome:
            try:
                answer = await exchange(
                    prepared.method, prepared.url, headers=prepared.headers, content=prepared.content,
                    seconds=seconds, network=self._network, listed=prepared.listed,
                )  # fmt: skip
            except NotSent as error:
                outcome.good = None if error.code in _VAIN else False
                raise
            except Cut as error:
                outcome.good = error.code in ("too_large", "encoding")  # it answers, if not as it should
                raise
            outcome.good = answer.status < 500
            return answer


def _result(contract: Contract, prepared: Prepared, answer: Answer) -> Result:
    """A tool that echoes its request would hand a secret on as data: its value is taken out first."""
    json = scrubbed(wire.read(answer.body), prepared.secrets)
    return Result(typed(json, contract.output), answer.status)


def _good(status: int | None) -> bool:
    return status is not None and 200 <= status < 300


def _not_done(contract: Contract, name: str) -> bool:
    return contract.errors[name].get("not_done") is True
