"""Starts racers, lets them go at the same moment, and collects what each of them says."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


class Racer:
    """A process of its own; it tells its number when it is ready, and acts at the word."""

    def __init__(self, url: str, what: str, pieces: Sequence[dict[str, Any]]) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(60)
        self._socket.connect(_forking())
        self._line = self._socket.makefile("rw")
        self._say(json.dumps({"url": url, "what": what, "pieces": list(pieces)}))
        self._pid = 0

    def ready(self) -> None:
        """Waits until it is."""
        self._pid = int(self._line.readline())

    def go(self) -> None:
        """The word."""
        self._say("go")

    def wait_for(self, word: str) -> None:
        """Read until the process says so."""
        line = self._line.readline()
        assert line.strip() == word, line

    def finish(self) -> list[Any]:
        """Wait for its end; what it said."""
        return [json.loads(line) for line in self._line]

    def kill(self) -> None:
        """At once; returns when it is gone: nobody else holds its end of the line."""
        if self._pid:
            with suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)
        else:  # it waits for nobody: without its line it ends
            self._socket.shutdown(socket.SHUT_RDWR)
        with suppress(OSError):
            self._line.read()
        self._socket.close()

    def _say(self, word: str) -> None:
        self._line.write(f"{word}\n")
        self._line.flush()


@cache
def _forking() -> str:
    """The process that forks them, with all of the store imported. It ends with ours."""
    path = f"{tempfile.mkdtemp(prefix='racers-')}/line"
    command = [sys.executable, str(Path(__file__).with_name("racer.py")), path]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    server = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment
    )
    assert server.stdout is not None
    assert server.stdout.readline() == "ready\n"
    _servers.append(server)
    return path


_servers: list[subprocess.Popen[str]] = []


@contextmanager
def running(*racers: Racer) -> Iterator[None]:
    """All are ready; no racer outlives its test."""
    try:
        for racer in racers:
            racer.ready()
        yield
    finally:
        for racer in racers:
            racer.kill()


def race(url: str, what: str, shares: Sequence[Sequence[dict[str, Any]]]) -> list[Any]:
    """One process for each share of the work, all let go together; every result."""
    racers = [Racer(url, what, share) for share in shares]
    with running(*racers):
        for racer in racers:
            racer.go()
        return [result for racer in racers for result in racer.finish()]
