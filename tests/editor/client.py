"""An editor: JSON-RPC with the real process over its pipes, as the Language Server Protocol says."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import Any, Self

__all__ = ["Editor"]

_PATIENCE = 60
"""Seconds after which an answer is not awaited any more: far more than any takes."""


class Editor:
    """`with Editor(encodings=["utf-16"]) as editor:`, initialised, and shut down at the end."""

    def __init__(self, *, encodings: list[str] | None = None) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "engine.cli", "lsp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, env={**os.environ, "PYTHONWARNINGS": "default"},
        )  # fmt: skip
        self.encodings = encodings
        self.answers: Queue[dict[str, Any]] = Queue()
        self.said = b""
        self.number = 0
        self.found: dict[str, list[dict[str, Any]]] = {}
        """uri -> the diagnostics that were published last."""
        self.published: list[str] = []
        """The uris, in the order in which they were published."""
        self.threads = [Thread(target=self._listen, daemon=True), Thread(target=self._complaints, daemon=True)]
        for thread in self.threads:
            thread.start()

    def __enter__(self) -> Self:
        general = {} if self.encodings is None else {"general": {"positionEncodings": self.encodings}}
        params = {"processId": os.getpid(), "rootUri": None, "capabilities": general}
        self.capabilities = self.ask("initialize", params)["capabilities"]
        self.tell("initialized", {})
        return self

    def __exit__(self, *_: object) -> None:
        try:
            if self.process.poll() is None:
                self.ask("shutdown", None)
                self.tell("exit", None)
            assert self.process.wait(_PATIENCE) == 0, self.said.decode()
        finally:
            self.process.kill()
            self.process.wait()
            for thread in self.threads:
                thread.join()
            for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
                if pipe is not None:
                    pipe.close()

    def _listen(self) -> None:
        stream = self.process.stdout
        assert stream is not None
        while header := stream.readline():
            length = int(header.split(b":")[1])
            while stream.readline().strip():
                pass
            self.answers.put(json.loads(stream.read(length)))
        self.answers.put({"gone": True})

    def _complaints(self) -> None:
        assert self.process.stderr is not None
        self.said = self.process.stderr.read()

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def tell(self, method: str, params: Any) -> None:
        """A notification."""
        self._send({"method": method, "params": params})

    def ask(self, method: str, params: Any) -> Any:
        """A request; gives its result."""
        self.number += 1
        wanted = self.number
        self._send({"id": wanted, "method": method, "params": params})
        answer = self._until(lambda message: message.get("id") == wanted)
        assert "error" not in answer, answer
        return answer["result"]

    def _until(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        while True:
            try:
                message = self.answers.get(timeout=_PATIENCE)
            except Empty:
                raise AssertionError(f"no answer; the server said: {self.said.decode()}") from None
            if "gone" in message:
                self.threads[1].join(_PATIENCE)
                raise AssertionError(f"the server has ended; it said: {self.said.decode()}")
            if message.get("method") == "textDocument/publishDiagnostics":
                params = message["params"]
                self.found[params["uri"]] = params["diagnostics"]
                self.published.append(params["uri"])
            if wanted(message):
                return message

    def diagnostics(self, path: Path) -> list[dict[str, Any]]:
        """Those of a file, at its next publication."""
        self.until_published(path.as_uri())
        return self.found[path.as_uri()]

    def until_published(self, uri: str) -> None:
        """Waits for the diagnostics of a document."""
        self._until(lambda m: m.get("method") == "textDocument/publishDiagnostics" and m["params"]["uri"] == uri)

    def open(self, path: Path, text: str | None = None) -> None:
        """Opens a file, with the text on disk unless told otherwise."""
        content = path.read_text(encoding="utf-8") if text is None else text
        document = {"uri": path.as_uri(), "languageId": "yaml", "version": 1, "text": content}
        self.tell("textDocument/didOpen", {"textDocument": document})

    def change(self, path: Path, text: str) -> None:
        """Replaces the whole text."""
        document = {"uri": path.as_uri(), "version": 2}
        self.tell("textDocument/didChange", {"textDocument": document, "contentChanges": [{"text": text}]})

    def close(self, path: Path) -> None:
        """Closes a file."""
        self.tell("textDocument/didClose", {"textDocument": {"uri": path.as_uri()}})

    def at(self, method: str, path: Path, line: int, character: int) -> Any:
        """Asks about a position: `completion`, `hover` or `definition`."""
        position = {"line": line, "character": character}
        return self.ask(f"textDocument/{method}", {"textDocument": {"uri": path.as_uri()}, "position": position})
