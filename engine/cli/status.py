"""Exit statuses, and how a command ends early."""

from typing import Final

__all__ = ["FOUND", "INTERNAL", "INTERRUPTED", "OK", "USAGE", "Stop"]

OK: Final = 0
FOUND: Final = 1
"""The project has findings, or what was asked for was refused."""
USAGE: Final = 2
"""The arguments or the environment do not make sense."""
INTERNAL: Final = 3
"""It broke: the store, the service's answer, or this program."""
INTERRUPTED: Final = 130
"""128 + SIGINT, as shells count it."""


class Stop(Exception):
    """Ends a command with one line for the person and an exit status."""

    def __init__(self, message: str, status: int = FOUND) -> None:
        super().__init__(message)
        self.status = status
