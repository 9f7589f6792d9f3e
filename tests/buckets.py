"""A server that speaks S3, of the tests' own: moto's, over HTTP on this machine, with what goes wrong at real ones.

A put is done before the next begins, so that of two with one condition one counts, as Amazon promises it.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any, Final

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

__all__ = ["ENVIRONMENT", "Server", "server"]

ENVIRONMENT: Final = {
    "AWS_ACCESS_KEY_ID": "tests",
    "AWS_SECRET_ACCESS_KEY": "not-shown-to-anybody",
    "AWS_REGION": "us-east-1",
}
_ERROR: Final = '<?xml version="1.0" encoding="UTF-8"?><Error><Code>{}</Code><Message>{}</Message></Error>'

Answers = Callable[[dict[str, Any], Any], Iterable[bytes]]
"""A WSGI application."""


class Server:
    """One that runs. `fails`: what the next requests are answered with, by their method and path."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str]] = []
        """Methods and paths, as they came."""
        self.fails: Callable[[str, str], tuple[str, str] | None] = _never
        """Gives the status and the error's code, or None for the answer of a sound server."""
        self.heeds_conditions = True
        self.late = 0.0
        """Seconds before each answer."""
        self._answers: Answers = DomainDispatcherApplication(create_backend_app)
        self._putting = threading.Lock()
        self._numbers = count(1)
        self._start(0)

    def bucket(self) -> str:
        """Makes an empty one; its name."""
        import httpx

        name = f"articles-{next(self._numbers)}"
        httpx.put(f"{self.url}/{name}").raise_for_status()
        return name

    def stop(self) -> None:
        """Nobody answers from now on."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def again(self) -> None:
        """At the address that it had, with what it held."""
        self._start(self._server.port)

    def sound(self) -> None:
        """Nothing goes wrong any more."""
        self.fails, self.heeds_conditions, self.late = _never, True, 0.0
        self.requests.clear()
        if not self._thread.is_alive():
            self.again()

    def _start(self, port: int) -> None:
        self._server = make_server("127.0.0.1", port, self._respond, threaded=True)
        self.url = f"http://127.0.0.1:{self._server.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def _respond(self, asked: dict[str, Any], start: Any) -> Iterable[bytes]:
        method, path = asked["REQUEST_METHOD"], asked["PATH_INFO"]
        self.requests.append((method, path))
        if self.late:
            time.sleep(self.late)
        failure = self.fails(method, path)
        if failure is not None:
            status, code = failure
            start(status, [("Content-Type", "application/xml")])
            return [_ERROR.format(code, code).encode()]
        if not self.heeds_conditions:
            for name in ("HTTP_IF_MATCH", "HTTP_IF_NONE_MATCH"):
                asked.pop(name, None)
        if method == "GET":
            return self._answers(asked, start)
        with self._putting:
            return self._answers(asked, start)


@contextmanager
def server() -> Iterator[Server]:
    """A running server."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    running = Server()
    try:
        yield running
    finally:
        running.stop()


def _never(_method: str, _path: str) -> None:
    """Nothing goes wrong."""
