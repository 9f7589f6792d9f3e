"""Starts racers, lets them go at the same moment, and collects what each of them says."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def start(url: str, what: str, pieces: Sequence[dict[str, Any]]) -> subprocess.Popen[str]:
    """A process that is ready and waits for the word."""
    command = [sys.executable, str(Path(__file__).with_name("racer.py")), url, what, json.dumps(list(pieces))]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment
    )


def go(racer: subprocess.Popen[str]) -> None:
    """The word."""
    assert racer.stdin is not None
    racer.stdin.write("go\n")
    racer.stdin.flush()


def wait_for(racer: subprocess.Popen[str], word: str) -> None:
    """Read until the process says so."""
    assert racer.stdout is not None
    line = racer.stdout.readline()
    assert line.strip() == word, line


def finish(racer: subprocess.Popen[str]) -> list[Any]:
    """Wait for its end; what it said."""
    out, _ = racer.communicate(timeout=60)
    assert racer.returncode == 0, out
    return [json.loads(line) for line in out.splitlines()]


@contextmanager
def running(*racers: subprocess.Popen[str]) -> Iterator[None]:
    """No racer outlives its test."""
    try:
        yield
    finally:
        for racer in racers:
            racer.kill()
            racer.communicate()


def race(url: str, what: str, shares: Sequence[Sequence[dict[str, Any]]]) -> list[Any]:
    """One process for each share of the work, all let go together; every result."""
    racers = [start(url, what, share) for share in shares]
    with running(*racers):
        for racer in racers:
            wait_for(racer, "ready")
        for racer in racers:
            go(racer)
        return [result for racer in racers for result in finish(racer)]
