"""The command line: `engine COMMAND`. One file a command, imported only when it is called for.

Each command's module has `add_arguments(parser)` and `run(args) -> int`. What stands here imports nothing heavy, so
that `engine --help` and `engine validate` answer at once.
"""

import argparse
import contextlib
import gc
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn, Protocol, cast

from engine import __version__
from engine.cli.status import FOUND, INTERNAL, INTERRUPTED, OK, USAGE, Stop
from engine.diagnostics import nearest
from engine.errors import EngineError, ProjectInvalid

__all__ = ["COMMANDS", "SUMMARIES", "Command", "main", "process"]

COMMANDS: dict[str, str] = {
    "init": "engine.cli.init",
    "validate": "engine.cli.validate",
    "explain": "engine.cli.explain",
    "compile": "engine.cli.compile",
    "graph": "engine.cli.graph",
    "diff": "engine.cli.diff",
    "schema": "engine.cli.schema",
    "lsp": "engine.cli.lsp",
    "dev": "engine.cli.dev",
    "demo": "engine.cli.demo",
    "customer": "engine.cli.customer",
    "worker": "engine.cli.worker",
    "serve": "engine.cli.serve",
    "tickets": "engine.cli.tickets",
    "approvals": "engine.cli.approvals",
    "questions": "engine.cli.questions",
    "reconcile": "engine.cli.reconcile",
    "store": "engine.cli.store",
    "token": "engine.cli.token",
    "revoke": "engine.cli.revoke",
    "tools": "engine.cli.tools",
    "kb": "engine.cli.kb",
    "route": "engine.cli.route",
}
"""Command -> the module that does it."""

SUMMARIES: dict[str, str] = {
    "init": "copy the sample project into an empty folder",
    "validate": "check a project and show what is wrong with it",
    "explain": "say what a rule finds, why, and how it is mended",
    "compile": "print the plan of a flow as canonical JSON",
    "graph": "tell or draw what a flow does",
    "diff": "name the rights that were widened since a revision of git",
    "schema": "print or write the JSON Schemas for editors",
    "lsp": "check and complete while you type: a language server",
    "dev": "run everything on this machine: Temporal, worker and service",
    "demo": "run sample tickets from end to end, beside stand-ins",
    "customer": "write to the running sample shop as its customers do",
    "worker": "run tickets",
    "serve": "receive webhooks and answer the API",
    "tickets": "list tickets, or show what happened to one",
    "approvals": "list what waits for a decision, and decide",
    "questions": "list what flows ask your teams, and answer",
    "reconcile": "list writes whose outcome is unknown, and decide",
    "store": "say that the store was restored from a backup",
    "token": "make an access token for a person",
    "revoke": "stop every further call of a tool",
    "tools": "list, check and try what flows may call; copy ready ones",
    "kb": "index the articles, and search them",
    "route": "explain which flow a text goes to, and measure it",
}
"""Command -> what it does, in one line: here, so that the help imports no command."""


class Command(Protocol):
    """What a command's module offers."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declares its arguments."""
        ...

    def run(self, args: argparse.Namespace) -> int:
        """Does it; gives the exit status. May raise `Stop`, or any EngineError."""
        ...


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; gives the exit status: 0 done, 1 findings or a refusal, 2 wrong usage, 3 it broke."""
    _survive_any_text()
    given = list(sys.argv[1:] if argv is None else argv)
    try:
        status = _dispatch(given)
        sys.stdout.flush()
    except Stop as stop:
        return _say(str(stop), stop.status)
    except ProjectInvalid as refused:
        print(*refused.diagnostics, sep="\n", file=sys.stderr)
        return _say(str(refused), FOUND)
    except KeyboardInterrupt:
        return _say("interrupted", INTERRUPTED)
    except BrokenPipeError:
        return _reader_is_gone()
    except Exception as error:
        return _broke(error)
    return status


def process() -> NoReturn:
    """The entry of a process. Ends it hard where Temporal's SDK was loaded, whose threads now and then abort an
    interpreter that shuts down (temporalio/sdk-python#300), and behind a check, since to free a tree node by node takes
    as long as to check some flows; everything of ours is closed and flushed by then."""
    checks = sys.argv[1:2] == ["validate"]
    if checks:
        gc.disable()  # it ends before garbage matters, and going over all that was read takes a tenth of a second
    status = main()
    if checks or "temporalio" in sys.modules:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)
    sys.exit(status)


def _dispatch(argv: list[str]) -> int:
    if not argv or argv[0] not in COMMANDS:
        return _no_command(argv)
    name, *rest = argv
    command = cast("Command", import_module(COMMANDS[name]))
    parser = argparse.ArgumentParser(prog=f"engine {name}", description=_sentence(SUMMARIES[name]), allow_abbrev=False)
    command.add_arguments(parser)
    args = _parsed(parser, rest)
    return args if isinstance(args, int) else command.run(args)


def _parsed(parser: argparse.ArgumentParser, argv: list[str]) -> argparse.Namespace | int:
    """The arguments; or argparse's own exit status, 0 after --help, 2 after wrong ones."""
    try:
        return parser.parse_args(argv)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else USAGE


def _no_command(argv: list[str]) -> int:
    parser = _top()
    if argv and not argv[0].startswith("-"):
        close = nearest(argv[0], COMMANDS)
        meant = f"; did you mean `{close}`?" if close else f": expected one of {', '.join(COMMANDS)}"
        raise Stop(f"there is no command `{argv[0]}`{meant}", USAGE)
    if argv:
        args = _parsed(parser, argv)
        return args if isinstance(args, int) else USAGE
    parser.print_help(sys.stderr)
    return USAGE


def _top() -> argparse.ArgumentParser:
    width = max(map(len, COMMANDS))
    listed = "\n".join(f"  {name:<{width}}  {SUMMARIES[name]}" for name in COMMANDS)
    parser = argparse.ArgumentParser(
        prog="engine",
        usage="engine COMMAND [arguments]",
        description="Support tickets as checked YAML flows, run as durable Temporal workflows.",
        epilog=f"commands:\n{listed}\n\n`engine COMMAND --help` tells more about one.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"engine {__version__}")
    return parser


def _sentence(summary: str) -> str:
    return f"{summary[0].upper()}{summary[1:]}."


def _say(message: str, status: int) -> int:
    line = "".join(char if char.isprintable() else " " for char in message)
    print(f"engine: {line}", file=sys.stderr)
    return status


def _broke(error: Exception) -> int:
    """One line, or all of it for whoever looks for the cause."""
    if os.environ.get("ENGINE_DEBUG") == "1":
        import traceback  # only where somebody looks for the fault

        traceback.print_exception(error)
        return INTERNAL
    said = str(error) or type(error).__name__
    known = isinstance(error, EngineError)
    return _say(said if known else f"{type(error).__name__}: {said} (ENGINE_DEBUG=1 shows where)", INTERNAL)


def _reader_is_gone() -> int:
    """`engine tickets list | head`: whoever read has enough. The interpreter's last flush must find a place."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return OK


def _survive_any_text() -> None:
    """Customers write what a terminal's encoding lacks, and halves of characters: neither may end a command."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
