"""`python:` tools: a function of the project's own, or of an installed package, called in the worker.

A binding is JSON: {function: "module:name", secrets: {NAME: tree}}. The module is imported when it is first called,
installed ones first, then those in the project's folder. A coroutine function runs in the worker's loop, where it must
not block (it would hold up the heartbeats of every call); any other runs in a thread. See `engine.calls` for what a
function takes and gives.

A thread cannot be stopped. A write that runs out of time is unknown at once, and goes on behind it: its function must
bound what it waits for by `Call.left`, or the outcome that a person finds may not be the last one.
"""

import asyncio
import importlib
import inspect
import logging
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from engine.calls import Call, CallError, Unsent
from engine.tools import schema as schemas
from engine.tools.answers import hidden, scrubbed
from engine.tools.base import Contract, Failed, Result, Surroundings, ToolDefinition, ToolError, Unknown, Unreadable
from engine.tools.typed import plain, typed

__all__ = ["PythonTool"]

log = logging.getLogger("engine.tools")
_THREADS: Final = 32
_DEPTH: Final = 60
_OK: Final = 200


class PythonTool:
    """A tool behind a function. Imports nothing until it is called."""

    def __init__(self, definition: ToolDefinition, surroundings: Surroundings) -> None:
        self.contract = definition.contract
        self.effect = definition.contract.effect
        self._named = str(definition.binding["function"])
        self._secrets = tuple(definition.binding.get("secrets", ()))
        self._root = surroundings.root

    async def call(
        self, contract: Contract, arguments: Mapping[str, Any], *, secrets: Mapping[str, str], key: str | None
    ) -> Result:
        """See `engine.tools.base.Tool`."""
        if contract.effect != self.effect:
            raise Failed("contract", again=False)
        if contract.idempotency and key is None and self.effect != "read":
            raise Failed("no_key", again=False)
        try:
            given = plain({k: v for k, v in arguments.items() if v is not None}, contract.input)
            schemas.check(given, contract.input)
        except Unreadable:
            raise Failed("argument", again=False) from None
        if not all(secrets.get(name) for name in self._secrets):
            raise Failed("secret", again=False)
        own = {name: secrets[name] for name in self._secrets}
        function = await asyncio.to_thread(self._function)  # what it imports may take its time
        deadline = time.monotonic() + contract.timeout
        told = Call(contract.tool, self.effect, key if contract.idempotency else None, own, deadline)
        try:
            inspect.signature(function).bind(**self._all(function, given, told))
        except TypeError:
            raise Failed("argument", again=False) from None
        answer = await self._run(contract, function, self._all(function, given, told))
        return Result(typed(scrubbed(_json(answer), hidden(own)), contract.output), _OK)

    @staticmethod
    def _all(function: Callable[..., Any], given: Mapping[str, Any], told: Call) -> dict[str, Any]:
        return {**given, "call": told} if "call" in inspect.signature(function).parameters else dict(given)

    def _function(self) -> Callable[..., Any]:
        """Raises Failed: another worker, or a later moment, may have it."""
        module, _, name = self._named.partition(":")
        try:
            _reach(self._root)
            found = getattr(importlib.import_module(module), name)
        except Exception as error:
            log.error("the function %s cannot be had: %s", self._named, type(error).__name__)
            raise Failed("not_here") from None
        if not callable(found):
            raise Failed("not_here")
        function: Callable[..., Any] = found
        return function

    async def _run(self, contract: Contract, function: Callable[..., Any], given: Mapping[str, Any]) -> Any:
        began: Future[Any] | None = None
        try:
            async with asyncio.timeout(contract.timeout):
                if inspect.iscoroutinefunction(function):
                    return await function(**given)
                began = _threads().submit(lambda: function(**given))
                return await asyncio.wrap_future(began)
        except CallError as error:
            raise self._declared(contract, error.name) from None
        except Unsent:
            raise Failed("unreachable") from None
        except TimeoutError:
            if began is not None and began.cancel():  # it was still waiting for a thread
                raise Failed("timeout") from None
            raise self._open("timeout") from None
        except Exception as error:
            frames = "".join(traceback.format_tb(error.__traceback__))  # without the message, which may hold contents
            log.error("the function %s failed: %s\n%s", self._named, type(error).__name__, frames)
            raise self._open("error") from None

    def _declared(self, contract: Contract, name: str) -> Exception:
        known = contract.errors.get(name)
        if known is None:
            log.error("the function %s raised an error that its file does not declare", self._named)
            return self._open("error")
        return ToolError(name, not_done=self.effect == "read" or known.get("not_done") is True)

    def _open(self, code: str) -> Exception:
        """What happened is open: for a read that is no matter."""
        return Failed(code, again=code == "timeout") if self.effect == "read" else Unknown(code)


def _reach(root: Path | None) -> None:
    """The project's folder is the last place where modules are looked for, from now on."""
    if root is not None and str(root) not in sys.path:
        sys.path.append(str(root))
        importlib.invalidate_caches()


@lru_cache(maxsize=1)
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_THREADS, thread_name_prefix="python-tool")


def _json(value: Any, depth: int = 0) -> Any:
    """What a function gave, as JSON with exact numbers. Raises Unreadable for what has no such form."""
    if depth > _DEPTH:
        raise Unreadable("$")
    match value:
        case None | bool() | int() | str():
            return value
        case Decimal() if value.is_finite():
            return value
        case float():
            with suppress(ArithmeticError):
                number = Decimal(repr(value))
                if number.is_finite():
                    return number
        case datetime() | date():
            return value.isoformat()
        case Mapping():
            return {str(key): _json(item, depth + 1) for key, item in value.items()}
        case list() | tuple():
            return [_json(item, depth + 1) for item in value]
    raise Unreadable("$")
