"""`engine tools`: what flows may call, whether it can be called from here, and what a call would send."""

import argparse
import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.cli.place import add_project, root_of, settings_of
from engine.cli.shown import clean, show
from engine.cli.status import FOUND, OK, USAGE, Stop
from engine.diagnostics import nearest

if TYPE_CHECKING:
    from engine.check import Checked
    from engine.project.contract import Tool
    from engine.settings import Settings

__all__ = ["READY", "add_arguments", "run"]

READY = Path(__file__).parent.parent / "tools" / "ready"
"""Tool files of vendors, as they are shipped."""
_WRITES = (
    "a write is called by flows alone: its gates, its limits, the customer's yes and its row in the store are what "
    "keeps it from happening twice or without right. --dry-run shows what it would send"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the arguments of `engine tools`."""
    what = parser.add_subparsers(dest="what", required=True, metavar="list|check|call|add")
    listing = what.add_parser("list", help="tools, what they change, and which flows may call them", allow_abbrev=False)
    checking = what.add_parser("check", help="findings, missing secrets, hosts that are not listed", allow_abbrev=False)
    checking.add_argument("tool", nargs="?", metavar="TOOL", help="only this one")
    checking.add_argument("--live", action="store_true", help="ask the systems too; prints the digests of MCP tools")
    calling = what.add_parser("call", help="call a read, or show what any call would send", allow_abbrev=False)
    calling.add_argument("tool", metavar="TOOL", help="its name, such as orders.get")
    calling.add_argument("arguments", nargs="*", metavar="NAME=VALUE", help="its arguments; JSON for lists and records")
    calling.add_argument(
        "--dry-run", nargs="*", metavar="NAME=VALUE", help="send nothing: show the request, without its secrets"
    )
    adding = what.add_parser("add", help="copy the tools of a vendor into tools/", allow_abbrev=False)
    adding.add_argument("name", nargs="?", metavar="NAME", help="such as stripe; without one, all are listed")
    for command in (listing, checking, calling, adding):
        add_project(command)


def run(args: argparse.Namespace) -> int:
    """Lists, checks, calls or copies."""
    match args.what:
        case "list":
            return _list(_checked(args))
        case "add":
            return _add(args)
        case "check":
            return _check(args)
    return _call(args)


def _checked(args: argparse.Namespace) -> "Checked":
    from engine.check import check

    root = root_of(args.project)
    return check([root], root=root)


def _named(checked: "Checked", name: str) -> "Tool":
    tools = checked.project.tools
    if name not in tools:
        close = nearest(name, tools)
        raise Stop(f"the project has no tool `{name}`" + (f"; did you mean `{close}`?" if close else ""), USAGE)
    return tools[name]


def _list(checked: "Checked") -> int:
    granted: dict[str, list[str]] = {}
    for flow, plan in sorted(checked.plans.items()):
        for tool in plan.grants:
            granted.setdefault(tool, []).append(flow)
    rows = [
        (name, tool.contract.effect, tool.kind, tool.entry.location.value if tool.entry.location else "-",
         ", ".join(granted.get(name, [])) or "-", tool.entry.title.value if tool.entry.title else "-")
        for name, tool in sorted(checked.project.tools.items())
    ]  # fmt: skip
    show("", ("tool", "effect", "kind", "location", "granted by", "title"), rows)
    return OK


def _check(args: argparse.Namespace) -> int:
    """What stands in the way of each tool. Nothing is spoken to, unless it is asked for."""
    checked, settings = _checked(args), settings_of(args)
    names = [_named(checked, args.tool).name] if args.tool else sorted(checked.project.tools)
    status = OK
    for name in names:
        tool = checked.project.tools[name]
        wrong = [*_findings(checked, tool), *_lacking(checked, tool, settings)]
        if args.live:
            wrong += asyncio.run(_live(checked, tool, settings))
        status = FOUND if wrong else status
        for line in wrong or ["ok"]:
            print(clean(f"{name}: {line}"))
    return status


def _findings(checked: "Checked", tool: "Tool") -> list[str]:
    """Those that stand within the tool's lines of its file."""
    place = tool.entry.place
    inside = [one for one in checked.diagnostics if one.place.path == tool.entry.path
              and place.line <= one.place.line <= place.end_line]  # fmt: skip
    return [f"{one.place}: {one.message} [{one.rule}]" for one in inside]


def _lacking(checked: "Checked", tool: "Tool", settings: "Settings") -> list[str]:
    from engine.runtime.around import surroundings
    from engine.tools.shown import secrets_of

    around = surroundings(checked.project.root, checked.project.settings)
    server = around.servers.get(str(tool.binding.get("server")), {})
    needed = [*secrets_of(tool.binding), *secrets_of(server)]
    wrong = [f"needs {name} in the environment" for name in needed if not settings.secrets.get(name)]
    host = _host(tool.binding.get("url") or server.get("url"), settings)
    if host and not (host[2] or around.network.lists(host[0], host[1])):
        wrong.append(f"goes to {host[0]}, which `network: {{allow: [...]}}` of engine.yaml does not list")
    return wrong


def _host(url: Any, settings: "Settings") -> tuple[str, int, bool] | None:
    """Host and port of an address, and whether the file itself names it; None where that is open."""
    from urllib.parse import urlsplit

    first = url[1] if url and url[0] == "text" else url
    if not first or (first[0] == "dot" and not settings.secrets.get(str(first[2]))):
        return None
    literal = first[0] == "lit"
    parts = urlsplit(str(first[1]) if literal else settings.secrets[str(first[2])])
    try:
        return (parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80), literal)
    except ValueError:
        return None


async def _live(checked: "Checked", tool: "Tool", settings: "Settings") -> list[str]:
    from engine.network import Refused
    from engine.runtime.around import surroundings
    from engine.tools.base import CallError

    around = surroundings(checked.project.root, checked.project.settings)
    try:
        if tool.kind == "mcp":
            return await _live_mcp(tool, settings, around)
        host = _host(tool.binding.get("url"), settings)
        if host is None:
            return []
        async with asyncio.timeout(tool.contract.timeout):
            found = await around.network.addresses(host[0], host[1], listed=host[2])
            _, writer = await asyncio.open_connection(str(found[0]), host[1])
            writer.close()
    except Refused as refused:
        return [f"the network policy refuses its {refused.code}"]
    except CallError as error:
        return [f"cannot be asked: {error.code}"]
    except (OSError, TimeoutError):
        return ["nobody answers at its address"]
    return []


async def _live_mcp(tool: "Tool", settings: "Settings", around: Any) -> list[str]:
    from engine.tools.mcp import digest_of, find, session

    said = tool.contract.source
    server = around.servers.get(said.get("server", ""))
    if server is None:
        return []
    try:
        async with asyncio.timeout(tool.contract.timeout), session(server, settings.secrets, around) as client:
            known = await find(client, said["tool"])
    except ExceptionGroup:
        return [f"the server `{said['server']}` cannot be asked"]
    if known is None:
        return [f"the server `{said['server']}` has no tool `{said['tool']}`"]
    now = digest_of(known)
    return [] if now == said["digest"] else [f"the server's tool has the digest {now}, and not the pinned one"]


def _call(args: argparse.Namespace) -> int:
    from engine.tools.base import CallError, ToolError, Unreadable

    checked, settings = _checked(args), settings_of(args)
    tool = _named(checked, args.tool)
    if wrong := _findings(checked, tool):
        raise Stop(f"{tool.name} has findings: {wrong[0]}")
    given = _arguments(tool, [*args.arguments, *(args.dry_run or ())])
    try:
        if args.dry_run is not None:
            return _dry(tool, given, settings)
        if tool.writes:
            raise Stop(_WRITES, USAGE)
        return asyncio.run(_real(checked, tool, given, settings))
    except ToolError as error:
        raise Stop(f"{tool.name} answered with its error `{error.name}`") from None
    except Unreadable as error:
        raise Stop(f"the answer breaks `output` at {error.path}") from None
    except CallError as error:
        raise Stop(f"{tool.name} was not called, or came to nothing: {error.code}") from None


def _arguments(tool: "Tool", pairs: list[str]) -> dict[str, Any]:
    """`NAME=VALUE` as the tool's `input` has them: amounts in the form that it says, lists and records as JSON."""
    import json

    from engine.tools.base import Unreadable
    from engine.tools.typed import typed
    from engine.tools.wire import read

    properties = tool.contract.input.get("properties", {})
    given: dict[str, Any] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or name not in properties:
            raise Stop(f"write NAME=VALUE with a name of {', '.join(properties) or 'none: it takes nothing'}", USAGE)
        said = properties[name].get("type") if isinstance(properties[name], dict) else None
        kinds = {said} if isinstance(said, str) else set(said or ())
        text = "string" in kinds or (not kinds and value[:1] not in "[{")
        try:
            given[name] = value if text else read(value.encode() if kinds else json.dumps(value).encode())
        except Unreadable:
            raise Stop(f"`{name}` is {' or '.join(sorted(map(str, kinds)))}, and {value!r} is none", USAGE) from None
    try:
        made = typed(given, tool.contract.input)
    except Unreadable as error:
        raise Stop(f"these are no arguments of {tool.name}: see {error.path}", USAGE) from None
    return dict(made)


def _dry(tool: "Tool", given: dict[str, Any], settings: "Settings") -> int:
    from engine.tools.shown import request
    from engine.tools.typed import plain
    from engine.tools.wire import write

    if tool.kind in ("http", "openapi"):
        for line in request(tool.binding, tool.contract, given, settings.secrets):
            print(clean(line, keep="\n"))
        return OK
    said = tool.binding.get("function") or f"{tool.binding['tool']} of the MCP server {tool.binding['server']}"
    print(clean(f"{said} {write(plain(given, tool.contract.input)).decode()}"))
    return OK


async def _real(checked: "Checked", tool: "Tool", given: dict[str, Any], settings: "Settings") -> int:
    import json

    from engine.expressions.values import encode
    from engine.runtime.around import surroundings
    from engine.tools.base import ToolDefinition
    from engine.tools.registry import tool as made

    around = surroundings(checked.project.root, checked.project.settings)
    called = made(ToolDefinition(tool.contract, tool.kind, tool.binding), around)
    result = await called.call(tool.contract, given, secrets=settings.secrets, key=None)
    print(json.dumps(encode(result.value), ensure_ascii=False, indent=1, default=str))
    return OK


def _add(args: argparse.Namespace) -> int:
    """Never over a file that is there."""
    ready = {path.stem: path for path in sorted(READY.glob("*.yaml"))}
    if args.name is None:
        show("", ("name", "tools"), [(name, ", ".join(_tools(path))) for name, path in ready.items()])
        return OK
    if args.name not in ready:
        close = nearest(args.name, ready)
        meant = f"did you mean `{close}`?" if close else f"there are {', '.join(ready)}"
        raise Stop(f"there are no ready tools `{args.name}`; {meant}", USAGE)
    target = root_of(args.project) / "tools" / f"{args.name}.yaml"
    try:
        target.parent.mkdir(exist_ok=True)
        with target.open("xb") as file:
            file.write(ready[args.name].read_bytes())
    except FileExistsError:
        raise Stop(f"{target} is there already: nothing was copied", USAGE) from None
    except OSError as error:
        raise Stop(f"{target}: {error.strerror}", USAGE) from None
    print(f"{target}: {', '.join(_tools(target))}. Its first lines say what it needs; then `engine tools check`")
    return OK


def _tools(path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.removeprefix("- tool:").strip() for line in lines if line.startswith("- tool:")]
