"""What a tool is to the engine, and what a call can come to.

Raised by `Tool.call`:

CallError
 +-- ToolError    an error that the tool file declares, by its name; `not_done`: the call changed nothing
 +-- Failed       a read gave nothing usable, or nothing was sent at all; `again`: repeating may help
 +-- InProgress   the vendor is still working on an earlier call under the same idempotency key: wait, ask again
 +-- Unknown      a write whose outcome nobody can tell from here
 +-- Unreadable   a 2xx that breaks the declared output schema; `path` says where. For a write: it is done

They hold codes, names and paths of the project's own making, never a value, a URL or a secret.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from engine.errors import EngineError
from engine.network import Network

__all__ = [
    "CallError", "Contract", "Failed", "InProgress", "Result", "Surroundings", "Tool", "ToolDefinition", "ToolError",
    "Unknown", "Unreadable",
]  # fmt: skip


class CallError(EngineError):
    """Base of what a call raises."""

    code = "call"

    def __init__(self, code: str, *, retry_after: float | None = None) -> None:
        super().__init__(code, code=code)
        self.retry_after = retry_after
        """Seconds that the far side asked to wait, if it did."""


class ToolError(CallError):
    """A declared error. Its name is the cause that `otherwise` branches on."""

    def __init__(self, name: str, *, not_done: bool = False) -> None:
        super().__init__(name)
        self.name = name
        self.not_done = not_done


class Failed(CallError):
    """Certainly not done: a read that failed after its attempts, or a call of which nothing was sent.

    Codes: `unreachable`, `timeout`, `cut`, `rate_limited`, `redirect`, `status_<n>`, `encoding`, `circuit_open` (the
    host failed too often: `engine.tools.breaker`), `not_here` (this worker lacks the function or the server), `error`
    (a function or an MCP tool failed); and of the call itself, so that repeating it is in vain (`again` is False):
    `argument` (breaks the input schema or does not fit its place), `secret` (missing from the environment), `url`,
    `header`, `no_key`, `host` and `address` (the network policy), `changed` (an MCP tool is not the pinned one),
    `leaves_premises` (contents stay where the flow says so, and the tool is elsewhere).
    """

    def __init__(self, code: str, *, again: bool = True, retry_after: float | None = None) -> None:
        super().__init__(code, retry_after=retry_after)
        self.again = again


class InProgress(CallError):
    """The vendor knows the key and has not finished: not a failure, and no reason for another key."""

    def __init__(self, *, retry_after: float | None = None) -> None:
        super().__init__("in_progress", retry_after=retry_after)


class Unknown(CallError):
    """The write may have happened. Codes: `timeout`, `cut`, `redirect`, `status_<n>`, `error`."""


class Unreadable(CallError):
    """A value breaks its schema at `path` (`$.orders[3].total`; keys that no schema names are `*`)."""

    def __init__(self, path: str) -> None:
        super().__init__("unreadable")
        self.path = path


class Contract(Protocol):
    """What a flow relies on of a tool; `engine.plan.ToolContract` is one."""

    @property
    def tool(self) -> str:
        """Its name, such as `orders.get`."""

    @property
    def effect(self) -> str:
        """`read`, `write` or `irreversible`."""

    @property
    def input(self) -> Mapping[str, Any]:
        """JSON Schema of the arguments."""

    @property
    def output(self) -> Mapping[str, Any]:
        """JSON Schema of the answer."""

    @property
    def errors(self) -> Mapping[str, Any]:
        """name -> {status: int or list of int, body: a part that the answer holds, not_done: bool}"""

    @property
    def idempotency(self) -> Mapping[str, Any]:
        """{header or argument, keeps: seconds}, a function's without either; empty: the vendor has no keys."""

    @property
    def timeout(self) -> int:
        """Seconds for the whole exchange, repeats of a read included."""

    def to_json(self) -> dict[str, Any]:
        """What its digest covers."""


@dataclass(frozen=True, slots=True)
class Result:
    """A typed answer and the status that it came with."""

    value: Any = field(repr=False)
    status: int


@dataclass(frozen=True, slots=True)
class ToolDefinition:
    """A tool as its file declares it: what flows rely on, and how it is called.

    `kind` is a key of `TOOLS`. `binding` is JSON, each kind's own: see the kind's file.
    """

    contract: Contract
    kind: str
    binding: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the tools of a project share. Without anything said: no host is listed, no project, no MCP server."""

    network: Network = field(default_factory=Network)
    breakers: Any = None
    """`engine.tools.breaker.Breakers`; None: nothing is ever left alone."""
    root: Path | None = None
    """The project's folder, where its Python functions are."""
    servers: Mapping[str, Any] = field(default_factory=dict)
    """MCP servers by name: {command: [tree], env: {name: tree}} or {url: tree, headers: {name: tree}}"""


@runtime_checkable
class Tool(Protocol):
    """A tool that can be called."""

    @property
    def contract(self) -> Any:
        """The contract of the project that this worker has loaded (`Contract`)."""

    @property
    def effect(self) -> str:
        """`read`, `write` or `irreversible`, by that contract."""

    async def call(
        self, contract: Contract, arguments: Mapping[str, Any], *, secrets: Mapping[str, str], key: str | None
    ) -> Result:
        """Call once under the given contract (the pinned one) with typed arguments. Raises `CallError`.

        A write is sent at most once. `key`: the vendor's idempotency key, None where the contract has none.
        """
