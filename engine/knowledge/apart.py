"""Readers in a process of their own: a document that never ends, or fills the memory, ends that process alone.

Each document has `SECONDS` of the processor and the process `MEMORY` of address space; a document that takes more is
reported as broken, and the next one gets a new process. Requests and answers are a line of JSON each, a request
followed by the bytes of its document: nothing that was read is executed here.
"""

import json
import os
import selectors
import subprocess
import sys
from dataclasses import asdict
from types import TracebackType
from typing import Any, Final

from engine.interpreter import running
from engine.knowledge.base import BrokenDocument, Document, Section

SECONDS: Final = 20
PATIENCE: Final = 10
"""Times `SECONDS` by the clock: a busy machine is slow, a reader that waits for nothing is broken."""
MEMORY: Final = 1_500_000_000
"""Bytes. Readers and their libraries take 300 MB of it."""


class Apart:
    """A process that reads, started at the first document. A context: it ends with it."""

    def __init__(self, seconds: int = SECONDS, memory: int = MEMORY) -> None:
        self._limits = (str(seconds), str(memory))
        self._patience = seconds * PATIENCE
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Apart":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def read(self, suffix: str, data: bytes, name: str) -> Document:
        """The document; raises `BrokenDocument`, also where reading it took too much."""
        child = self._child or self._start()
        assert child.stdin
        try:
            child.stdin.write(json.dumps({"suffix": suffix, "name": name, "size": len(data)}).encode() + b"\n")
            child.stdin.write(data)
            child.stdin.flush()
            answer = self._answer(child)
        except (BrokenPipeError, ConnectionResetError):
            answer = b""
        if not answer.endswith(b"\n"):
            self._stop()
            raise BrokenDocument(f"takes over {self._limits[0]} s or {int(self._limits[1]) // 1_000_000} MB to read")
        return _document(json.loads(answer))

    def _answer(self, child: subprocess.Popen[bytes]) -> bytes:
        """Its line; cut short where it ended or gave none in time."""
        assert child.stdout
        found: list[bytes] = []
        with selectors.DefaultSelector() as selector:
            selector.register(child.stdout, selectors.EVENT_READ)
            while selector.select(self._patience):
                part = os.read(child.stdout.fileno(), 1 << 16)
                found.append(part)
                if not part or part.endswith(b"\n"):
                    break
        return b"".join(found)

    def _start(self) -> subprocess.Popen[bytes]:
        self._child = subprocess.Popen(
            running("engine.knowledge.apart", *self._limits),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        return self._child

    def _stop(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child.communicate()
            self._child = None


def _document(answer: dict[str, Any]) -> Document:
    if "broken" in answer:
        raise BrokenDocument(answer["broken"])
    sections = tuple(Section(tuple(headings), text) for headings, text in answer.pop("sections"))
    anchors = answer.pop("anchors")
    tuples: dict[str, Any] = {name: tuple(answer.pop(name)) for name in ("links", "bare")}
    return Document(**answer, **tuples, sections=sections, anchors=None if anchors is None else tuple(anchors))


def _serve(seconds: int, memory: int) -> None:
    import resource
    import signal

    from engine.knowledge.readers import read_as

    # for the parent's lines alone: what a library prints goes nowhere
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    while line := sys.stdin.buffer.readline():
        asked = json.loads(line)
        data = sys.stdin.buffer.read(asked["size"])
        signal.setitimer(signal.ITIMER_PROF, seconds)
        answer: dict[str, Any]
        try:
            document = read_as(asked["suffix"], data, asked["name"])
            answer = {**asdict(document), "sections": [(one.headings, one.text) for one in document.sections]}
        except BrokenDocument as error:
            answer = {"broken": str(error)}
        except MemoryError:
            answer = {"broken": f"takes over {memory // 1_000_000} MB to read"}
        signal.setitimer(signal.ITIMER_PROF, 0)
        out.write(json.dumps(answer).encode() + b"\n")
        out.flush()


if __name__ == "__main__":
    _serve(*map(int, sys.argv[1:]))
