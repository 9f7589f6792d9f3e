"""`mcp:` tools: a tool of an MCP server, by the official SDK, over stdio or streamable HTTP.

A binding is JSON: {server, tool, digest, key: argument or none}. Each call has a session of its own, a started process
included: it begins by listing the server's tools, and goes on only if the tool is there with the schemas that the
project has pinned (`digest_of`). What a tool says of itself beside them, such as its description, reaches nobody.

An error that the tool reports is one of the declared ones if their `body` stands in its text. Any other failure of a
write after the call was handed to the server is unknown: the protocol has no idempotency, unless the tool takes a key
as one of its arguments (`idempotency: {argument}`).
"""

import asyncio
import json
import logging
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from engine.exchange import CAP
from engine.expressions.evaluate import EvaluationError, evaluate
from engine.plan import digest
from engine.tools import schema as schemas
from engine.tools import wire
from engine.tools.answers import hidden, scrubbed
from engine.tools.base import (
    CallError,
    Contract,
    Failed,
    Result,
    Surroundings,
    ToolDefinition,
    ToolError,
    Unknown,
    Unreadable,
)
from engine.tools.breaker import Breakers
from engine.tools.request import secret_names
from engine.tools.typed import plain, typed

if TYPE_CHECKING:
    from mcp import Client
    from mcp.types import CallToolResult, Tool

__all__ = ["McpTool", "digest_of", "find", "listed", "session", "values_of"]

log = logging.getLogger("engine.tools")
for _name in ("mcp", "httpx2", "httpcore2"):  # they log addresses, and what servers answer
    logging.getLogger(_name).setLevel(logging.CRITICAL)
_PAGES: Final = 50
"""Pages of a server's list of tools that are read."""
_OK: Final = 200


def digest_of(tool: "Tool") -> str:
    """SHA-256 in hex of what a call relies on: the tool's name and its schemas."""
    return digest({"name": tool.name, "input": tool.input_schema, "output": tool.output_schema})


class McpTool:
    """A tool behind an MCP server. Holds no connection and no process."""

    def __init__(self, definition: ToolDefinition, surroundings: Surroundings) -> None:
        self.contract = definition.contract
        self.effect = definition.contract.effect
        self.binding = definition.binding
        self._around = surroundings
        self._breakers: Breakers = surroundings.breakers or Breakers()

    async def call(
        self, contract: Contract, arguments: Mapping[str, Any], *, secrets: Mapping[str, str], key: str | None
    ) -> Result:
        """See `engine.tools.base.Tool`."""
        if contract.effect != self.effect:
            raise Failed("contract", again=False)
        if contract.idempotency and key is None and self.effect != "read":
            raise Failed("no_key", again=False)
        server = self._around.servers.get(str(self.binding["server"]))
        if server is None:
            raise Failed("not_here")
        given = _given(contract, arguments, key)
        used = values_of(server, secrets)
        progress = _Progress()
        with self._breakers.passing(f"mcp:{self.binding['server']}") as outcome:
            try:
                async with asyncio.timeout(contract.timeout):
                    await self._ask(server, secrets, given, progress)
            except CallError:
                raise
            except TimeoutError:
                if progress.answer is None:
                    outcome.good = False
                    raise self._open(progress, "timeout") from None
            except Exception as error:
                log.error("the MCP server %s failed: %s", self.binding["server"], _kind(error))
                if progress.answer is None:  # else it failed at being closed
                    outcome.good = False
                    raise self._open(progress, "cut") from None
            outcome.good = True
        if progress.changed:
            raise Failed("changed", again=False)
        return self._result(contract, progress.answer, used)

    async def _ask(
        self, server: Mapping[str, Any], secrets: Mapping[str, str], given: Mapping[str, Any], progress: "_Progress"
    ) -> None:
        """Raises nothing of its own within the session, whose tasks would wrap it."""
        async with session(server, secrets, self._around) as client:
            tool = await find(client, str(self.binding["tool"]))
            if tool is None or digest_of(tool) != self.binding["digest"]:
                progress.changed = True
                return
            progress.sent = True
            progress.answer = await client.call_tool(tool.name, dict(given))

    def _result(self, contract: Contract, answer: "CallToolResult", used: Mapping[str, str]) -> Result:
        texts = [str(part.text) for part in answer.content if part.type == "text"]
        if answer.is_error:
            raise self._error(contract, "\n".join(texts))
        value: Any = answer.structured_content
        value = _value("\n".join(texts)) if value is None else _read(_exact(value))
        return Result(typed(scrubbed(value, hidden(used)), contract.output), _OK)

    def _error(self, contract: Contract, text: str) -> CallError:
        """The declared error whose `body` says most of what the tool reports."""
        found = [(-len(str(error["body"])), name) for name, error in contract.errors.items()
                 if isinstance(error.get("body"), str) and error["body"] in text]  # fmt: skip
        if not found:
            return Failed("error", again=False) if self.effect == "read" else Unknown("error")
        name = min(found)[1]
        return ToolError(name, not_done=self.effect == "read" or contract.errors[name].get("not_done") is True)

    def _open(self, progress: "_Progress", code: str) -> CallError:
        """A failure on the way: of a write that the server has seen, nobody knows what it came to."""
        if progress.sent and self.effect != "read":
            return Unknown(code)
        return Failed(code if progress.sent or code == "timeout" else "unreachable")


class _Progress:
    """How far a call came."""

    def __init__(self) -> None:
        self.changed = False
        """The tool is not there, or not the pinned one."""
        self.sent = False
        self.answer: Any = None


def _given(contract: Contract, arguments: Mapping[str, Any], key: str | None) -> dict[str, Any]:
    """The arguments as JSON for the SDK, with the key where the tool takes one. Raises Failed."""
    try:
        given = plain({k: v for k, v in arguments.items() if v is not None}, contract.input)
        schemas.check(given, contract.input)
    except Unreadable:
        raise Failed("argument", again=False) from None
    if key is not None and (argument := contract.idempotency.get("argument")):
        given[str(argument)] = key
    content = wire.write(given)
    if len(content) > CAP:
        raise Failed("argument", again=False)
    found: dict[str, Any] = json.loads(content)
    return found


def values_of(server: Mapping[str, Any], secrets: Mapping[str, str]) -> dict[str, str]:
    """The secrets that a server is given. Raises Failed where one is missing."""
    names = set(secret_names(server))
    if not all(secrets.get(name) for name in names):
        raise Failed("secret", again=False)
    return {name: secrets[name] for name in names}


@asynccontextmanager
async def session(
    server: Mapping[str, Any], secrets: Mapping[str, str], around: Surroundings
) -> "AsyncIterator[Client]":
    """A session with a server, for as long as the block runs. Raises Failed `secret`, `url`, `host`, `address`.

    A server that is a process gets its own variables and the few that the SDK hands on (PATH, HOME and the like), runs
    in the project's folder, and what it writes to stderr goes nowhere: it may hold contents.
    """
    from mcp import Client, StdioServerParameters, stdio_client

    from engine.tools.mcp_http import way_to

    values_of(server, secrets)
    said = _said(server, {"secret": dict(secrets)})
    if "command" in said:
        command, *arguments = said["command"]
        where = str(around.root) if around.root is not None else None
        started = StdioServerParameters(command=command, args=arguments, env=said.get("env", {}), cwd=where)
        with open(os.devnull, "w", encoding="utf-8") as nowhere:  # noqa: ASYNC230, PTH123 - the null device never waits
            async with Client(stdio_client(started, errlog=nowhere), cache=None) as client:
                yield client
        return
    literal = server["url"][0] == "lit"
    async with (
        way_to(said["url"], said.get("headers", {}), around.network, listed=literal) as way,
        Client(way, cache=None) as client,
    ):
        yield client


async def find(client: "Client", name: str) -> "Tool | None":
    """The server's tool of this name."""
    async for tool in listed(client):
        if tool.name == name:
            return tool
    return None


async def listed(client: "Client") -> "AsyncIterator[Tool]":
    """The tools of a server, page by page."""
    cursor = None
    for _ in range(_PAGES):
        page = await client.list_tools(cursor=cursor)
        for tool in page.tools:
            yield tool
        cursor = page.next_cursor
        if not cursor:
            return


def _said(server: Mapping[str, Any], names: Mapping[str, Any]) -> dict[str, Any]:
    """The parts of a server's declaration with their secrets in place. Raises Failed."""
    found: dict[str, Any] = {}
    try:
        for part, trees in server.items():
            if part == "url":
                found[part] = str(evaluate(trees, names))
            elif part == "command":
                found[part] = [str(evaluate(tree, names)) for tree in trees]
            else:
                found[part] = {name: str(evaluate(tree, names)) for name, tree in trees.items()}
    except EvaluationError:
        raise Failed("argument", again=False) from None
    return found


def _read(value: Any) -> Any:
    """JSON as strict and as small as that of any other tool."""
    try:
        content = wire.write(value)
    except (TypeError, RecursionError):
        raise Unreadable("$") from None
    if len(content) > CAP:
        raise Unreadable("$")
    return wire.read(content)


def _value(text: str) -> Any:
    """An answer without structure: the JSON that its text is, else `{text: ...}`."""
    if len(text) > CAP:
        raise Unreadable("$")
    try:
        found = wire.read(text.encode("utf-8", "surrogatepass"))
    except Unreadable:
        found = None
    return found if isinstance(found, dict | list) else {"text": text}


def _exact(value: Any) -> Any:
    """Numbers as they were written: 0.1, and not the nearest binary fraction."""
    match value:
        case float():
            return Decimal(repr(value))
        case dict():
            return {str(key): _exact(item) for key, item in value.items()}
        case list():
            return [_exact(item) for item in value]
    return value


def _kind(error: BaseException) -> str:
    """The names of what went wrong, without a message: it may hold contents."""
    if isinstance(error, BaseExceptionGroup):
        return ", ".join(sorted({_kind(one) for one in error.exceptions}))
    return type(error).__name__
