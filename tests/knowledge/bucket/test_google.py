"""Google's storage: a put is held to the generation of an object, of which it takes one a second
(cloud.google.com/storage/quotas). The server here does no more than that."""

import json
import threading
import time
from collections.abc import Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from engine.knowledge.base import KnowledgeError
from engine.knowledge.lease import leased
from engine.knowledge.objects import Changed, Objects
from tests.knowledge.bucket.common import shared

URL = "gs://articles/shop"


class _Storage(BaseHTTPRequestHandler):
    """Generation and words of each object, and when it was written."""

    objects: dict[str, tuple[int, bytes, float]]
    writing: threading.Lock

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        wanted = int(self.headers["x-goog-if-generation-match"])
        with self.writing:
            generation, _, written = self.objects.get(self.path, (0, b"", 0.0))
            if time.monotonic() - written < 1:
                return self._answer(HTTPStatus.TOO_MANY_REQUESTS)
            if wanted != generation:
                return self._answer(HTTPStatus.PRECONDITION_FAILED)
            self.objects[self.path] = (generation + 1, body, time.monotonic())
        return self._answer(HTTPStatus.OK, generation=generation + 1)

    def do_GET(self) -> None:
        if self.path not in self.objects:
            return self._answer(HTTPStatus.NOT_FOUND)
        generation, body, _ = self.objects[self.path]
        return self._answer(HTTPStatus.OK, body, generation)

    def _answer(self, status: HTTPStatus, body: bytes = b"", generation: int = 0) -> None:
        self.send_response(status)
        said = {"ETag": '"x"', "x-goog-generation": generation, "Last-Modified": "Sat, 28 Nov 2026 12:00:00 GMT"}
        for name, value in {**said, "Content-Length": len(body)}.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def storage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    handler = type("Storage", (_Storage,), {"objects": {}, "writing": threading.Lock()})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        account = {"gcs_base_url": f"http://127.0.0.1:{server.server_port}", "disable_oauth": True}
        account |= dict.fromkeys(("client_email", "private_key", "private_key_id"), "")
        (tmp_path / "account.json").write_text(json.dumps(account))
        monkeypatch.setenv("GOOGLE_SERVICE_ACCOUNT", str(tmp_path / "account.json"))
        yield
        server.shutdown()


@pytest.mark.usefixtures("storage")
def test_a_put_is_held_to_the_generation_of_an_object() -> None:
    below = Objects(URL, "")
    first = below.put("x", b"1", None)
    second = below.put("x", b"2", first)
    for over in (None, first):
        with pytest.raises(Changed):
            below.put("x", b"3", over)
    assert below.read("x") == second


@pytest.mark.usefixtures("storage")
def test_a_lease_is_written_as_often_as_google_takes_it() -> None:
    for _ in "ab":
        with leased(Objects(URL, ""), URL, 20) as lease:
            lease.check()
            assert not lease.taken_over


@pytest.mark.parametrize(
    "said",
    [
        None,
        "x",
        '{"type": "x"}',
        '{"type": "service_account", "client_email": "", "private_key": "", "private_key_id": ""}',
    ],
    ids=["none", "no JSON", "of another kind", "without key"],
)
def test_a_file_of_credentials_that_is_none(
    said: str | None, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "account.json"))
    if said is not None:
        (tmp_path / "account.json").write_text(said)
    library = shared(URL)
    for work in (lambda: library.search("x"), lambda: library.index(root), lambda: library.passages(["x"])):
        with pytest.raises(KnowledgeError, match="file of credentials"):
            work()
