"""A server that speaks S3, of the tests' own: moto's, over HTTP on this machine, with what goes wrong at real ones.

A put is done before the next begins, so that of two with one condition one counts, as Amazon promises it.

`ENGINE_TEST_S3=http://HOST:PORT`: another server is behind it, known by the credentials of the environment. All goes
through this one, so that the same goes wrong there.
"""

import http.client
import logging
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from secrets import token_hex
from typing import Any, Final
from urllib.parse import quote, unquote, urlsplit

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

__all__ = ["ENVIRONMENT", "Server", "put", "server"]

_REAL: Final = os.environ.get("ENGINE_TEST_S3", "")
ENVIRONMENT: Final = {
    name: os.environ.get(name, value) if _REAL else value
    for name, value in {
        "AWS_ACCESS_KEY_ID": "tests",
        "AWS_SECRET_ACCESS_KEY": "not-shown-to-anybody",
        "AWS_REGION": "us-east-1",
    }.items()
}
_ERROR: Final = '<?xml version="1.0" encoding="UTF-8"?><Error><Code>{}</Code><Message>{}</Message></Error>'
_OF_THE_WAY: Final = ("connection", "keep-alive", "transfer-encoding", "date", "server")

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
        self.if_match: Callable[[str], str | None] = _as_it_is
        """What it takes an etag for that a request names; None: for nothing."""
        self.late = 0.0
        """Seconds before each answer."""
        self.stands_in = not _REAL
        self._answers: Answers = _behind(_REAL) if _REAL else DomainDispatcherApplication(create_backend_app)
        self._putting = threading.Lock()
        self._start(0)

    def bucket(self) -> str:
        """Makes an empty one; its name."""
        name = f"articles-{token_hex(6)}"
        put(f"{self.url}/{name}")
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
        self.fails, self.heeds_conditions, self.if_match, self.late = _never, True, _as_it_is, 0.0
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
        if (etag := asked.pop("HTTP_IF_MATCH", None)) is not None and (known := self.if_match(etag)) is not None:
            asked["HTTP_IF_MATCH"] = known
        if method == "GET" or not self.stands_in:
            return self._answers(asked, start)
        with self._putting:
            return self._answers(asked, start)


def put(address: str, body: bytes = b"") -> None:
    """By exactly this address, as a person's tool would."""
    import httpx
    from botocore.auth import S3SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    key, secret, region = ENVIRONMENT.values()
    signed = AWSRequest("PUT", quote(unquote(address), safe=":/?"), data=body)
    S3SigV4Auth(Credentials(key, secret), "s3", region).add_auth(signed)
    httpx.put(address, content=body, headers=dict(signed.headers), timeout=60).raise_for_status()


@contextmanager
def server() -> Iterator[Server]:
    """A running server."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    running = Server()
    try:
        yield running
    finally:
        running.stop()


def _behind(url: str) -> Answers:
    """What the server at `url` answers: the request's host is left as it is, for it is signed."""
    address = urlsplit(url).netloc

    def answers(asked: dict[str, Any], start: Any) -> Iterable[bytes]:
        headers = {name[5:].replace("_", "-"): value for name, value in asked.items() if name.startswith("HTTP_")}
        if asked.get("CONTENT_TYPE"):
            headers["CONTENT-TYPE"] = asked["CONTENT_TYPE"]
        body = asked["wsgi.input"].read(int(asked.get("CONTENT_LENGTH") or 0))
        way = http.client.HTTPConnection(address, timeout=60)
        try:
            way.request(asked["REQUEST_METHOD"], asked["RAW_URI"], body, headers)
            answer = way.getresponse()
            said = [(name, value) for name, value in answer.getheaders() if name.lower() not in _OF_THE_WAY]
            start(f"{answer.status} {answer.reason}", said)
            return [answer.read()]
        finally:
            way.close()

    return answers


def _never(_method: str, _path: str) -> None:
    """Nothing goes wrong."""


def _as_it_is(etag: str) -> str:
    return etag
