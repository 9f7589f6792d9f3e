"""engine.yaml: where calls may go, and the MCP servers that tools name."""

from typing import Any

from engine.network import parse
from engine.project.containers import ListOf, MapOf
from engine.project.scalars import TEMPLATE, Expr, Word, text_of
from engine.project.shape import Declaration, Reader, Schema, key
from engine.syntax import Text

__all__ = ["NetworkSettings", "ServerSettings"]

_LABEL = "[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_NAMED = rf"(?![0-9.]+(?::|\s*$))(?:[*][.](?={_LABEL}[.]))?(?:{_LABEL}[.])*{_LABEL}[.]?"
_BYTE = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_RANGE = rf"(?:{_BYTE}[.]){{3}}{_BYTE}(?:/[0-9]{{1,2}})?"
_SIX = r"\[?[0-9A-Fa-f]*:[0-9A-Fa-f:.]*(?:/[0-9]{1,3})?\]?"
_ENTRY = Word(
    "a host such as `api.shop.example`, `*.shop.example`, `10.1.0.0/16` or `127.0.0.1:8080`",
    lambda text: text if parse(text.value) else None,
    text_of(f"(?:{_NAMED}|{_RANGE}|{_SIX})(?::[1-9][0-9]{{0,4}})?"),
)


class NetworkSettings(Declaration):
    """Where calls of tools may go."""

    WHAT = "network"
    allow: list[Text] | None = key(
        "allow", ListOf(_ENTRY),
        doc="Hosts, beside those that stand in a tool's own `url`. A private address is reached only if it is listed.",
        example='[api.shop.example, "*.shop.example", 10.1.0.0/16, "127.0.0.1:8080"]', required=True,
    )  # fmt: skip


class ServerSettings(Declaration):
    """An MCP server: a process of its own for each call, or an address."""

    WHAT = "a server"
    command: list[Expr] | None = key(
        "command", ListOf(TEMPLATE, least=1), doc="The program and its arguments; it runs in the project's folder.",
        example="[python, -m, crm_server]",
    )  # fmt: skip
    env: dict[str, tuple[Text, Expr | None]] | None = key(
        "env", MapOf(TEMPLATE, what="a variable"), doc="Variables of the program's environment.",
        example="{CRM_TOKEN: '{{ secret.CRM_TOKEN }}'}",
    )  # fmt: skip
    url: Expr | None = key("url", TEMPLATE, doc="Its address, for streamable HTTP.", example="https://crm.example/mcp")
    headers: dict[str, tuple[Text, Expr | None]] | None = key(
        "headers", MapOf(TEMPLATE, what="a header"), doc="Headers of each request.",
        example="{Authorization: 'Bearer {{ secret.CRM_TOKEN }}'}",
    )  # fmt: skip

    def finish(self, reader: Reader) -> None:
        """Either a program or an address, with what belongs to it."""
        if not {"command", "url"} & {*self.at, *self.broken}:
            self.broken.add("command")
            reader.missing(self, self.KEYS["command"])
        for one, other in _APART:
            if one in self.at and other in self.at:
                reader.error("wrong-shape", self.at[other].place, f"`{one}` and `{other}` do not go together")

    @classmethod
    def demands(cls) -> Schema:
        """The same as `finish`."""
        return {
            "anyOf": [{"required": ["command"]}, {"required": ["url"]}],
            "not": {"anyOf": [{"required": [*pair]} for pair in _APART]},
        }

    def templates(self) -> list[Expr]:
        """Everything in it that may hold a secret."""
        named: list[tuple[Any, Expr | None]] = [*(self.env or {}).values(), *(self.headers or {}).values()]
        found = [*(self.command or ()), self.url, *(expr for _, expr in named)]
        return [expr for expr in found if expr is not None]


_APART = (("command", "url"), ("command", "headers"), ("url", "env"))
