"""`engine lsp`: the language server for editors, over stdin and stdout."""

import argparse
from importlib.util import find_spec

from engine.cli.status import OK, USAGE, Stop

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the arguments of `engine lsp`, which has one that says what it does anyway."""
    parser.add_argument("--stdio", action="store_true", help="speak over stdin and stdout, which is the only way")


def run(args: argparse.Namespace) -> int:
    """Serves until the client leaves."""
    if find_spec("pygls") is None:
        raise Stop("the language server needs pygls: pip install 'ticketflow-engine[lsp]'", USAGE)
    from engine.editor.server import serve

    serve()
    return OK
